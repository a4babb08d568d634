/* The bar below each code cell: Run and Edit where the cell runs in this page, else why not.

   The bars take the room that `run-cells.css` keeps for them. What the buttons do is loaded at the first click. */

import { button, RUN_ALL } from "./run-cells-button.js";

const HOW_ELSEWHERE = "In the book's folder, “make lab” opens this chapter in JupyterLab, where the cell runs.";

const NOT_LOADED = "What runs the cells could not be loaded. Reload the page when its server can be reached.";

const { chapter, elsewhere } = JSON.parse(document.getElementById("run-cells").textContent);
const notice = document.querySelector(".run-page");
const cells = [...document.querySelectorAll(".runs-here, .runs-elsewhere")];
const reasons = new Map(elsewhere.flatMap(([reason, names]) => names.map((name) => [`cell-${name}`, reason])));

let lab = null;

/* What acts on the cells, once for the page. */
function theLab() {
  lab ??= import("./run-cells-lab.js").then(({ Lab }) => {
    const runnable = cells.filter((cell) => cell.classList.contains("runs-here"));
    return new Lab(chapter, notice, runnable);
  });
  return lab;
}

function barOf(cell, number) {
  const bar = document.createElement("div");
  bar.className = "run-bar";
  const name = document.createElement("span");
  name.className = "run-name";
  name.textContent = `Cell ${number}`;
  if (cell.classList.contains("runs-here")) {
    const status = document.createElement("span");
    status.className = "run-status";
    bar.append(button("run", "Run", `Run cell ${number}`), button("edit", "Edit", `Edit cell ${number}`), status);
  } else {
    bar.append(disclosure(reasons.get(cell.id) ?? "It was not tried in a page."));
  }
  bar.append(name);
  return bar;
}

function disclosure(reason) {
  const details = document.createElement("details");
  const [summary, words] = ["summary", "p"].map((name) => document.createElement(name));
  summary.textContent = "Why not here?";
  words.textContent = `${reason} ${HOW_ELSEWHERE}`;
  details.className = "run-elsewhere";
  details.append(summary, words);
  return details;
}

cells.forEach((cell, at) => {
  const input = cell.querySelector(".cell_input");
  cell.dataset.number = at + 1;
  input.append(barOf(cell, at + 1));
  input.classList.add("has-run-bar");
});

const announcer = document.createElement("p");
announcer.className = "run-announcer";
announcer.setAttribute("role", "status");
notice.append(announcer);
notice
  .querySelector(".run-actions")
  .replaceChildren(button(...RUN_ALL), button("reset-all", "Reset page"));

/* What the button says at the click counts, not what it says when the lab is there. */
async function press(pressed) {
  const { does } = pressed.dataset;
  const cell = pressed.closest(".cell");
  try {
    (await theLab()).press(does, cell);
  } catch {
    announcer.textContent = NOT_LOADED;
    const status = cell?.querySelector(".run-status");
    if (status) status.textContent = NOT_LOADED;
  }
}

document.addEventListener("click", ({ target, detail }) => {
  const pressed = target.closest?.(".run-button");
  /* The second click of a double click on Run meets the button that stops. */
  if (pressed && !(pressed.dataset.does === "stop" && detail > 1)) press(pressed);
});
