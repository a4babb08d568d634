/* Python for the scripts of a page: `const python = Python.shared()`, then `await python.call(name, parameters)`.

   Nothing is fetched before the first request. All comes from the folder of this file, none from another host. */

const WORKER = new URL("./python-worker.js", import.meta.url);

const REMEDIES = {
  file:
    "This page was opened as a file, and from files browsers start no Python. Serve the folder of the book instead: " +
    "run `python -m http.server` in it and open http://127.0.0.1:8000.",
  old:
    "This browser cannot run Python in a page: it lacks WebAssembly, module workers or DecompressionStream. " +
    "Current versions of Chromium, Firefox and Safari have them.",
  missing:
    "Python could not be loaded. Its files are missing where the book was built without npm; " +
    "`make book` with npm installed adds them.",
};

/* What went wrong. `kind` says who can help: "reader" (the input is wrong, the message says how), "page" (no Python
   here, the message has the remedy), "stopped" (the reader stopped it), "python" (any other exception). */
export class PythonError extends Error {
  constructor(kind, name, message) {
    super(message);
    this.kind = kind;
    this.name = name;
  }
}

/* One Python, in one worker. Requests are done in the order in which they were made. Events: "progress" with `detail` a
   text, and "lost" when the memory of Python is gone. */
export class Python extends EventTarget {
  static #shared = null;

  #worker = null;
  #requests = new Map();
  #number = 0;
  #interrupts = null;
  #ready = null;

  /* Called with a text while Python starts. */
  onProgress = null;

  /* The one Python of this page. */
  static shared() {
    return (this.#shared ??= new Python());
  }

  /* True once Python was asked to start, until it is lost. */
  get started() {
    return this.#worker !== null;
  }

  /* The value of a Python function, called with keyword arguments; both are what JSON can hold. */
  call(name, parameters = {}) {
    return this.#ask("call", { name, parameters });
  }

  /* Begin a chapter: an empty namespace, and the chapter's recordings. */
  begin(chapter) {
    return this.#ask("begin", { chapter });
  }

  /* Run a cell. `onOutput` gets each output, as a notebook would store it. Gives {ended, milliseconds}; `ended` is false
     when an exception ended the cell. */
  run(source, cell, onOutput = () => {}) {
    return this.#ask("run", { source, cell }, onOutput);
  }

  /* Stop what runs. Where the page may share memory with its worker, the cell gets a KeyboardInterrupt, and true is
     returned. Elsewhere Python is ended, its memory is lost, and false is returned. */
  stop() {
    if (this.#interrupts && this.#requests.size) {
      this.#interrupt([...this.#requests.keys()]);
      return true;
    }
    this.#lose(new PythonError("stopped", "Stopped", "Python was stopped, and what it remembered is gone."));
    return false;
  }

  /* An interrupt that falls into the book's own code may be lost there, so it comes again until the cell has ended. */
  #interrupt(pending) {
    if (!this.#interrupts || !pending.some((number) => this.#requests.has(number))) return;
    this.#interrupts[0] = 2;
    setTimeout(() => this.#interrupt(pending), 100);
  }

  async #ask(verb, request, onOutput) {
    await this.#start();
    return this.#send(verb, request, onOutput);
  }

  #start() {
    if (this.#ready) return this.#ready;
    const ready = this.#begun().catch((error) => {
      if (this.#ready === ready) this.#lose(error);
      throw error;
    });
    this.#ready = ready;
    return ready;
  }

  async #begun() {
    const hindrance = hindranceHere();
    if (hindrance) throw new PythonError("page", "Unavailable", hindrance);
    const worker = new Worker(WORKER, { type: "module", name: "python" });
    worker.addEventListener("message", ({ data }) => this.#receive(data));
    worker.addEventListener("error", (event) => this.#broken(event));
    this.#worker = worker;
    /* Memory is shared only where the server sends the headers COOP and COEP. */
    const interrupts = globalThis.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    this.#interrupts = (await this.#send("start", { interrupts })) ? interrupts : null;
  }

  #send(verb, request, onOutput) {
    const number = (this.#number += 1);
    return new Promise((resolve, reject) => {
      if (!this.#worker) {
        reject(new PythonError("stopped", "Stopped", "Python was stopped before this was done."));
        return;
      }
      this.#requests.set(number, { resolve, reject, onOutput });
      this.#worker.postMessage({ number, verb, ...request });
    });
  }

  #receive({ number, progress, output, result, failure }) {
    if (progress !== undefined) {
      this.onProgress?.(progress);
      this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
      return;
    }
    const request = this.#requests.get(number);
    if (!request) return;
    if (output) {
      request.onOutput?.(output);
      return;
    }
    this.#requests.delete(number);
    /* A stop that came too late must not stop what comes next. */
    if (this.#interrupts) this.#interrupts[0] = 0;
    if (failure) request.reject(errorOf(failure));
    else request.resolve(result);
  }

  #broken(event) {
    event.preventDefault();
    const words = event.message ? ` (${event.message})` : "";
    this.#lose(new PythonError("page", "Unavailable", REMEDIES.missing + words));
  }

  #lose(error) {
    const lost = this.#worker !== null;
    this.#worker?.terminate();
    this.#worker = this.#ready = this.#interrupts = null;
    for (const { reject } of this.#requests.values()) reject(error);
    this.#requests.clear();
    if (lost) this.dispatchEvent(new CustomEvent("lost"));
  }
}

function errorOf({ name, message }) {
  if (name === "StartError") return new PythonError("page", "Unavailable", `${REMEDIES.missing} (${message})`);
  return new PythonError(name === "ReaderError" ? "reader" : "python", name, message);
}

/* Why this page cannot run Python, with the remedy; null where it can. */
function hindranceHere() {
  if (location.protocol === "file:") return REMEDIES.file;
  const able = typeof WebAssembly === "object" && typeof DecompressionStream === "function" && hasModuleWorkers();
  return able ? null : REMEDIES.old;
}

/* A browser that knows module workers reads the option `type`. */
function hasModuleWorkers() {
  let asked = false;
  const options = {
    get type() {
      asked = true;
      return "module";
    },
  };
  try {
    new Worker("data:text/javascript,", options).terminate();
  } catch {
    /* Some refuse the address, after they have read the option. */
  }
  return asked;
}
