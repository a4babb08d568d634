// Runs all cells of a chapter that run in its page; gives {runs: [{name, ended, outputs, milliseconds}], statuses}.

import { LONGEST_MS, reading } from "./firefox.mjs";

await reading(async (page) => {
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
  return page.evaluate(() => ({
    runs: window.runs,
    statuses: Object.fromEntries(
      [...document.querySelectorAll(".runs-here")].map((cell) => [
        cell.id.replace(/^cell-/, ""),
        cell.querySelector(".run-status").textContent,
      ]),
    ),
  }));
});
