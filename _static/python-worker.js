/* Python in a thread of its own. It does one request after the other; what a cell shows is sent while the cell runs.

   A request is {number, verb, …}. The answers are {number, output} for what a cell shows, then one {number, result} or
   {number, failure: {name, message}}. {progress} tells how far the start is. */

import { boot } from "./python-boot.js";

let started = null;
let turn = Promise.resolve();

/* `python-boot.js` reads the book's files beside this one; the first request starts it, a failed start is tried again. */
function book() {
  started ??= boot(new URL("./python/", import.meta.url), (progress) => postMessage({ progress })).catch((error) => {
    started = null;
    throw Object.assign(error, { name: "StartError" });
  });
  return started;
}

const [PATIENCE_MS, AT_ONCE] = [50, 20];

/* What a cell shows, on its way to the page. Some texts go at once, since the cell may print no more and yet not end.
   Those of a cell that prints in a loop, which would drown the page in messages, are gathered a moment. */
class Shown {
  #text = null;
  #since = 0;
  #sent = 0;

  constructor(send) {
    this.send = send;
  }

  add(output) {
    if (output.output_type === "stream" && this.#text?.name === output.name) this.#text.text += output.text;
    else {
      this.flush();
      if (output.output_type === "stream") this.#text = { ...output };
      else this.send(output);
    }
    if (this.#mayGo()) this.flush();
  }

  #mayGo() {
    const now = performance.now();
    if (now - this.#since > PATIENCE_MS) [this.#since, this.#sent] = [now, 0];
    return this.#sent < AT_ONCE;
  }

  flush() {
    if (!this.#text) return;
    this.send(this.#text);
    this.#text = null;
    this.#sent += 1;
  }
}

const VERBS = {
  async start({ interrupts }) {
    const { pyodide } = await book();
    if (interrupts) pyodide?.setInterruptBuffer(interrupts);
    return Boolean(interrupts && pyodide);
  },

  async begin({ chapter }) {
    await (await book()).begin(chapter);
  },

  async run({ number, source, cell }) {
    const python = await book();
    const shown = new Shown((output) => postMessage({ number, output }));
    const began = performance.now();
    const ended = python.run(source, (output) => shown.add(output), cell);
    const milliseconds = performance.now() - began;
    shown.flush();
    return { ended, milliseconds };
  },

  async call({ name, parameters }) {
    return (await book()).call(name, parameters);
  },
};

async function answer(request) {
  try {
    postMessage({ number: request.number, result: await VERBS[request.verb](request) });
  } catch (error) {
    postMessage({ number: request.number, failure: { name: error.name, message: error.message } });
  }
}

addEventListener("message", ({ data }) => {
  turn = turn.then(() => answer(data));
});
