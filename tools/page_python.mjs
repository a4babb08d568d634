// Compiles the Python files of an archive with the interpreter of the page, which then need not do it at each start.
//     node page_python.mjs <folder of pyodide> <archive> <compiled archive>

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, source, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
// Without the column of each instruction the files are a third smaller.
const pyodide = await loadPyodide({ env: { HOME: "/home", PYTHONNODEBUGRANGES: "1" } });
pyodide.FS.writeFile("/source.zip", readFileSync(source));
pyodide.runPython(`
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash

with zipfile.ZipFile("/source.zip") as source, zipfile.ZipFile("/target.zip", "w", zipfile.ZIP_STORED) as target:
    for name in source.namelist():
        octets = source.read(name)
        if name.endswith(".py"):
            code = compile(octets, "/packages/" + name, "exec", dont_inherit=True)
            name, octets = name + "c", bytes(_code_to_hash_pyc(code, source_hash(octets), False))
        target.writestr(zipfile.ZipInfo(name), octets)
`);
writeFileSync(target, pyodide.FS.readFile("/target.zip"));
