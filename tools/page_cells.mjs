// Runs the cells of chapters in the interpreter of the page, one chapter after the other, each in a fresh one.
//     node page_cells.mjs <folder of pyodide> <folder of the page's files> <python-boot.js>
// reads {chapter, cells: [source, …]} as JSON from stdin, writes one line of JSON for each cell: {ok, outputs, milliseconds}

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { pathToFileURL } from "node:url";

const [folder, files, boot] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const source = readFileSync(boot);
const { prepare } = await import(`data:text/javascript;base64,${source.toString("base64")}`);

const { chapter, cells } = JSON.parse(readFileSync(0, "utf-8"));
const places = ["core", "packages", "book"].map((part) => `${files}/${part}`);
const read = (name) => gunzipSync(readFileSync(places.map((place) => `${place}/${name}`).find(existsSync)));
const pyodide = await loadPyodide();
const page = prepare(
  pyodide,
  { packages: read("packages.zip.gz"), book: read("book.zip.gz") },
  async (name) => read(name),
);
await page.begin(chapter);
for (const cell of cells) {
  const outputs = [];
  const began = performance.now();
  const ok = page.run(cell, (output) => outputs.push(output));
  const milliseconds = Math.round(performance.now() - began);
  const line = `${JSON.stringify({ ok, outputs, milliseconds })}\n`;
  await new Promise((written) => process.stdout.write(line, written));
}
process.exit(0);
