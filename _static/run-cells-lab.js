/* Which cell runs when: the cells of a page, one Python, and a queue between them. */

import { Python } from "./python.js";
import { Cell } from "./run-cells-cell.js";
import { Notice } from "./run-cells-notice.js";

const COMPARED = {
  none: "",
  same: ", the output is as stored",
  drawn: ", the figure is drawn anew",
  different: ", the output differs from the stored one",
};

export class Lab {
  #queue = [];
  #asked = null;
  #work = null;
  #trouble = "";
  #begun = false;

  constructor(chapter, notice, elements) {
    this.chapter = chapter;
    this.notice = new Notice(notice);
    this.cells = elements.map((element) => new Cell(element));
    this.python = Python.shared();
    this.python.addEventListener("progress", ({ detail }) => this.#starting(detail));
    this.python.addEventListener("lost", () => this.#lost());
  }

  /* Do what a button says; `element` is the cell it stands in. */
  press(does, element) {
    const cell = this.cells.find((each) => each.element === element);
    const actions = {
      run: () => this.run(cell),
      stop: () => this.stop(),
      edit: () => cell.edit(() => this.run(cell)),
      reset: () => this.#reset(cell),
      "run-all": () => this.runAll(),
      "reset-all": () => this.resetAll(),
    };
    return actions[does]();
  }

  /* Run a cell, and before it those above that Python does not remember. */
  async run(cell) {
    if (this.#queue.includes(cell)) return;
    const above = this.cells.slice(0, this.cells.indexOf(cell));
    const needed = above.filter((each) => !each.inMemory && !this.#queue.includes(each));
    this.#queue.push(...needed, cell);
    this.#asked = cell;
    cell.busy(needed.length ? `Waiting for ${needed.length} cells above …` : "Waiting …");
    this.#work ??= this.#worked().finally(() => {
      this.#work = null;
      this.notice.rest(this.#trouble);
    });
    await this.#work;
  }

  /* Run every cell from the first one on, in an empty memory. */
  async runAll() {
    if (!this.#work) this.#forget();
    await this.run(this.cells.at(-1));
  }

  /* Stop what runs and forget what waits. */
  stop() {
    const waiting = this.#queue.splice(1);
    for (const cell of waiting) cell.rest("");
    this.python.stop();
  }

  /* Bring every cell back to what the book stores; the next run begins with an empty memory. */
  async resetAll() {
    await this.#stopped();
    this.#forget();
    for (const cell of this.cells) cell.reset();
    this.notice.rest();
    this.#announce("The page is as it was.");
  }

  /* A cell that runs, or waits for its turn, is stopped first: what it shows would come into the stored outputs. */
  async #reset(cell) {
    if (this.#queue.includes(cell)) await this.#stopped();
    cell.reset();
    cell.editButton.focus();
    this.#announce(`Cell ${cell.number} is as stored.`);
  }

  async #stopped() {
    if (!this.#work) return;
    this.stop();
    await this.#work;
  }

  async #worked() {
    this.#trouble = "";
    try {
      await this.#begin();
      while (this.#queue.length) await this.#runNext();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #begin() {
    if (this.#begun) return;
    this.#starting("Starting Python …");
    this.#announce("Starting Python.");
    await this.python.begin(this.chapter);
    this.#begun = true;
  }

  #starting(words) {
    this.#asked?.say(words);
    this.notice.busy(words);
  }

  async #runNext() {
    const [cell] = this.#queue;
    this.#tellWhere(cell);
    cell.outputs.begin();
    const { edited, source, number } = cell;
    const { ended, milliseconds } = await this.python.run(source, Number(number), (output) => cell.outputs.add(output));
    cell.outputs.end();
    /* Not so where the stored code was brought back while another ran. */
    cell.inMemory = ended && cell.source === source;
    this.#queue.shift();
    const words = ended ? outcome(cell, edited) : "An exception ended this cell";
    cell.rest(`${words} (${duration(milliseconds)}).`);
    this.#report(cell, { ended, milliseconds });
    if (ended) this.#sayWhenLast(cell);
    else this.#abandon(cell);
  }

  #tellWhere(cell) {
    cell.busy("Running …");
    const left = this.#queue.indexOf(this.#asked);
    this.notice.busy(left > 0 ? `Running cell ${cell.number}; ${left} more to go …` : `Running cell ${cell.number} …`);
    if (left > 0) this.#asked.say(`Running cell ${cell.number}; ${left} to go before this one …`);
  }

  #sayWhenLast(cell) {
    if (!this.#queue.length) this.#announce(`Cell ${cell.number}: ${cell.status.textContent}`);
  }

  /* What waits behind an exception does not run. */
  #abandon(cell) {
    for (const each of this.#queue.splice(0)) each.rest(`Not run: an exception ended cell ${cell.number} above.`);
    this.#trouble = `An exception ended cell ${cell.number}.`;
    this.#announce(this.#trouble);
  }

  #failed(error) {
    const [first, ...others] = this.#queue.splice(0);
    first?.outputs.end();
    for (const cell of others) cell.rest("");
    const words = error.kind === "python" ? `Python failed: ${error.message}` : error.message;
    for (const cell of new Set([first, this.#asked])) cell?.rest(words);
    this.#trouble = words;
    this.#announce(words);
  }

  #lost() {
    for (const cell of this.cells.filter((each) => each.inMemory)) {
      cell.say(`${cell.status.textContent} Python was stopped since.`);
    }
    this.#forget();
  }

  #forget() {
    this.#begun = false;
    for (const cell of this.cells) cell.inMemory = false;
  }

  /* For who wants to know, as the tests do. */
  #report(cell, detail) {
    const outputs = cell.outputs.live;
    cell.element.dispatchEvent(new CustomEvent("cell-ran", { bubbles: true, detail: { ...detail, outputs } }));
  }

  #announce(words) {
    this.notice.announce(words);
  }
}

/* How the run compares with what is stored. The notice of where the evidence comes from differs on every machine. */
function outcome(cell, edited) {
  if (edited) return "Ran your version here";
  if (cell.element.classList.contains("tag_nbval-ignore-output")) return "Ran here";
  return `Ran here${COMPARED[cell.outputs.compared()]}`;
}

function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
