// Runs the Express app in app.js of the working folder; NodeSite starts this file.
// Arguments: the folder whose node_modules the app requires from, and the port to listen on, 0 for a free one.
// When it listens, the port stands in the file `port`.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { createRequire } = require("node:module");
const vm = require("node:vm");

const SOURCE = "app.js";
const [folder, port] = process.argv.slice(2);

// Of a stack only the app's own lines: the others name folders of one machine.
Error.stackTraceLimit = 50;
Error.prepareStackTrace = (error, frames) => {
  const message = String(error).replace(/\nRequire stack:[^]*/, "");
  const own = frames.filter((frame) => frame.getFileName() === SOURCE);
  return [message, ...own.map((frame) => `    at ${frame}`)].join("\n");
};

process.on("uncaughtException", (error) => {
  console.error(error?.stack ?? `Uncaught ${error}`);
  process.exit(1);
});

const requireFromFolder = createRequire(`${folder}/${SOURCE}`);
const app = requireFromFolder("express")();
app.set("env", "production"); // an error's response tells nothing of the machine
app.listen = () => {
  throw new Error("a NodeSite listens by itself; leave out app.listen(...)");
};

const source = fs.readFileSync(SOURCE, "utf8");
vm.compileFunction(source, ["app", "require"], { filename: SOURCE })(app, requireFromFolder);

const server = http.createServer(app);
server.keepAliveTimeout = 0; // a client that pauses keeps its connection
server.listen(Number(port), "127.0.0.1", () => {
  fs.writeFileSync("port.part", String(server.address().port));
  fs.renameSync("port.part", "port");
});
