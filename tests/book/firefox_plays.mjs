// Chooses each example of a playground; gives {shown: {name of the example: {part of the answer: its markup}}}.

import { LONGEST_MS, reading } from "./firefox.mjs";

const settled = () => !document.querySelector(".playground").hasAttribute("aria-busy");

/* Do something in the page, and wait for the answer. Half a second is what a reader is given to go on typing. */
async function after(page, act, ...given) {
  await page.evaluate(act, ...given);
  await new Promise((done) => setTimeout(done, 500));
  await page.waitForFunction(settled, { timeout: LONGEST_MS, polling: 50 });
}

function choose(value) {
  const field = document.querySelector("[name=example]");
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

await reading(async (page) => {
  const shown = {};
  const names = await page.$$eval("[name=example] option", (options) => options.map(({ value }) => value));
  for (const name of names) {
    await after(page, choose, name);
    await after(page, () => document.querySelector('[data-go="last"]')?.click());
    shown[name] = await page.$$eval("[data-part]", (parts) =>
      Object.fromEntries(parts.map((part) => [part.dataset.part, part.innerHTML])),
    );
  }
  return { shown };
});
