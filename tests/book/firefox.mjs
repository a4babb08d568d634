// A reader with Firefox, whose network is cut: every name and every request but those to loopback go to a proxy that is
// not there. Called by a script with the arguments <puppeteer-core's module> <firefox> <address of the page>.

import { pathToFileURL } from "node:url";

export const LONGEST_MS = 240_000;

const PREFERENCES = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "network.proxy.allow_hijacking_localhost": false,
};

/* Open the page, let `look` do what it wants there, and print one line of JSON: what it gives, with the browser, the
   hosts that were asked, and the errors of scripts. */
export async function reading(look) {
  const [library, executablePath, address] = process.argv.slice(2);
  const { default: puppeteer } = await import(pathToFileURL(library));
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    protocolTimeout: LONGEST_MS,
    extraPrefsFirefox: PREFERENCES,
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
    const seen = await look(page);
    console.log(JSON.stringify({ browser: await browser.version(), hosts: [...hosts], errors, ...seen }));
  } finally {
    await browser.close();
  }
}
