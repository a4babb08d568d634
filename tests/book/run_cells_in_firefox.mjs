// A reader with Firefox: opens a chapter, runs all cells that run in it, and prints what they showed.
//     node run_cells_in_firefox.mjs <puppeteer-core's module> <firefox> <address of the page>
// writes one line of JSON: {browser, hosts, errors, runs: [{name, ended, outputs, milliseconds}], statuses: {name: text}}

import { pathToFileURL } from "node:url";

const [library, executablePath, address] = process.argv.slice(2);
const { default: puppeteer } = await import(pathToFileURL(library));
const LONGEST_MS = 240_000;

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  protocolTimeout: LONGEST_MS,
  // The network is cut: every name and every request but those to loopback go to a proxy that is not there.
  extraPrefsFirefox: {
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.allow_hijacking_localhost": false,
  },
});
const hosts = new Set();
const errors = [];
try {
  const page = await browser.newPage();
  page.on("request", (request) => {
    if (request.url().startsWith("http")) hosts.add(new URL(request.url()).hostname);
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(address, { waitUntil: "load" });
  await page.evaluate(() => {
    window.runs = [];
    document.addEventListener("cell-ran", ({ target, detail }) => {
      const name = target.id.replace(/^cell-/, "");
      window.runs.push({ name, ended: detail.ended, outputs: detail.outputs, milliseconds: detail.milliseconds });
    });
    document.querySelector("[data-does=run-all]").click();
  });
  await page.waitForFunction(
    () => {
      const bars = [...document.querySelectorAll(".runs-here .run-status")];
      return !document.querySelector(".runs-now") && bars.at(-1).textContent !== "";
    },
    { timeout: LONGEST_MS, polling: 100 },
  );
  const seen = await page.evaluate(() => ({
    runs: window.runs,
    statuses: Object.fromEntries(
      [...document.querySelectorAll(".runs-here")].map((cell) => [
        cell.id.replace(/^cell-/, ""),
        cell.querySelector(".run-status").textContent,
      ]),
    ),
  }));
  console.log(JSON.stringify({ browser: await browser.version(), hosts: [...hosts], errors, ...seen }));
} finally {
  await browser.close();
}
