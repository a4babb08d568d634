/* Boots Python: reads the files of the book's `_static/python/`, starts Pyodide on them, and gives what runs cells.

   The files come from the folder that is named, none from elsewhere. They are compressed, since plain file servers send
   them as they are; a server that unpacks them by itself is fine too. */

const CORE = ["pyodide.asm.mjs.gz", "pyodide.asm.wasm.gz", "python_stdlib.zip", "packages.zip.gz", "book.zip.gz"];

const PREPARE = `
import sys, zipfile
sys.dont_write_bytecode = True
sys.path[:0] = ["/book/packages.zip", "/book/book.zip"]

def unpack(path):
    with zipfile.ZipFile(path) as packed:
        packed.extractall("/book", [name for name in packed.namelist() if name.startswith("chapters/")])

unpack("/book/book.zip")
import labsupport.page
`;

/* `folder` is the URL of `_static/python/`; `say` hears how far the start is, as a text. */
export async function boot(folder, say = () => {}) {
  say("Loading Python");
  const [module, wasm, library, packages, book] = await Promise.all(CORE.map((name) => read(folder, name)));
  say("Starting Python");
  const pyodide = await start(folder, module, wasm, library);
  return prepare(pyodide, { packages, book }, (name) => read(folder, name));
}

/* What runs cells, on a Pyodide that was started. `recordings(name)` gives a file of recordings. */
export function prepare(pyodide, { packages, book }, recordings) {
  pyodide.FS.mkdirTree("/book");
  pyodide.FS.writeFile("/book/packages.zip", new Uint8Array(packages));
  pyodide.FS.writeFile("/book/book.zip", new Uint8Array(book));
  pyodide.runPython(PREPARE);
  const page = pyodide.pyimport("labsupport.page");
  const unpack = pyodide.globals.get("unpack");
  const unpacked = new Set();

  async function begin(chapter) {
    if (!unpacked.has(chapter)) {
      const packed = await recordings(`${chapter.replaceAll("/", "--")}.zip.gz`);
      pyodide.FS.writeFile("/book/recordings.zip", new Uint8Array(packed));
      unpack("/book/recordings.zip");
      unpacked.add(chapter);
    }
    plainly(() => page.begin(chapter));
  }

  function run(source, show, cell = 0) {
    const emit = (output) => show(output.toJs({ dict_converter: Object.fromEntries }));
    return plainly(() => page.run(source, emit, cell));
  }

  function call(name, parameters = {}) {
    return JSON.parse(plainly(() => page.call(name, JSON.stringify(parameters))));
  }

  return { pyodide, begin, run, call };
}

/* A Python exception as a plain Error: its name, and its message without the traceback. */
function plainly(work) {
  try {
    return work();
  } catch (error) {
    if (!error.type) throw error;
    const last = error.message.trimEnd().split(/\n(?=\S)/).at(-1);
    const message = last.slice(last.indexOf(": ") + 2);
    throw Object.assign(new Error(message), { name: error.type });
  }
}

async function read(folder, name) {
  const response = await fetch(new URL(name, folder));
  if (!response.ok) throw new Error(`${name} could not be loaded (${response.status})`);
  const octets = await response.arrayBuffer();
  const [first, second] = new Uint8Array(octets, 0, 2);
  if (first !== 0x1f || second !== 0x8b) return octets;
  return new Response(new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/* Pyodide fetches its own parts; it is given what was read already. */
async function start(folder, module, wasm, library) {
  const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
  const parts = new Map([
    ["pyodide.asm.wasm", [wasm, "application/wasm"]],
    ["python_stdlib.zip", [library, "application/zip"]],
  ]);
  const network = globalThis.fetch;
  globalThis.fetch = (wanted, ...rest) => {
    const name = String(wanted.url ?? wanted).split("/").at(-1);
    const [octets, type] = parts.get(name) ?? [];
    return octets ? Promise.resolve(new Response(octets, { headers: { "Content-Type": type } })) : network(wanted, ...rest);
  };
  try {
    const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
      import(new URL("pyodide.mjs", folder)),
      import(address),
    ]);
    return await loadPyodide({
      indexURL: folder.href,
      createPyodideModule,
      lockFileContents: { info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" }, packages: {} },
      packageBaseUrl: folder.href,
    });
  } finally {
    globalThis.fetch = network;
    URL.revokeObjectURL(address);
  }
}
