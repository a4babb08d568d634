/* One code cell of the page: its bar, its editor, its outputs. It knows nothing of Python. */

import { button, turnInto } from "./run-cells-button.js";
import { Outputs } from "./run-cells-outputs.js";

const INDENT = "    ";

export class Cell {
  #editor = null;

  constructor(element) {
    this.element = element;
    this.number = element.dataset.number;
    this.code = element.querySelector(".cell_input > [class*=highlight-]");
    this.bar = element.querySelector(".run-bar");
    this.status = this.bar.querySelector(".run-status");
    [this.runButton, this.editButton] = this.bar.querySelectorAll(".run-button");
    this.stored = this.code.querySelector("pre").textContent.replace(/\n$/, "");
    this.outputs = new Outputs(element);
    /* True when what this cell defines is in Python's memory. */
    this.inMemory = false;
  }

  /* The code as it would run now. */
  get source() {
    return this.#editor ? this.#editor.value : this.stored;
  }

  get edited() {
    return this.source !== this.stored;
  }

  /* Open the editor in the place of the code. `onRun` is called for the keys that run a cell. */
  edit(onRun) {
    this.#editor ??= this.#opened(onRun);
    this.#offerReset();
    this.#editor.focus();
  }

  /* Show that the cell waits, or runs: its button stops it. */
  busy(words) {
    this.element.classList.add("runs-now");
    this.#name("stop", "Stop");
    this.say(words);
  }

  /* Show that the cell is at rest again. */
  rest(words) {
    this.element.classList.remove("runs-now");
    this.#name("run", "Run");
    this.say(words);
    this.#offerReset();
  }

  say(words) {
    this.status.textContent = words;
  }

  /* Bring the stored code back and close the editor; the outputs stay. True where the code was another. */
  restoreCode() {
    const { edited } = this;
    this.#editor?.remove();
    this.#editor = null;
    this.code.hidden = this.editButton.hidden = false;
    if (edited) this.inMemory = false;
    return edited;
  }

  /* Bring back the code and the outputs that the book stores. */
  reset() {
    this.restoreCode();
    this.outputs.reset();
    this.resetButton?.remove();
    this.resetButton = null;
    this.say("");
  }

  #opened(onRun) {
    const editor = document.createElement("textarea");
    Object.assign(editor, { className: "run-editor", value: this.stored, spellcheck: false, wrap: "off" });
    for (const [name, value] of EDITOR_ATTRIBUTES) editor.setAttribute(name, value);
    editor.setAttribute("aria-label", `Code of cell ${this.number}`);
    fit(editor);
    editor.addEventListener("input", () => fit(editor));
    editor.addEventListener("keydown", (event) => this.#key(event, onRun));
    this.code.before(editor);
    /* At the end of the text, where a browser puts the cursor, long lines would be scrolled out of sight. */
    editor.setSelectionRange(0, 0);
    this.code.hidden = this.editButton.hidden = true;
    return editor;
  }

  #key(event, onRun) {
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun();
    } else if (event.key === "Enter") {
      event.preventDefault();
      insert(event.target, `\n${indentation(event.target)}`);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.restoreCode();
      this.editButton.focus();
    }
  }

  #offerReset() {
    if (this.resetButton || !(this.#editor || this.outputs.live)) return;
    this.resetButton = button("reset", "Reset", `Reset cell ${this.number}`);
    this.editButton.after(this.resetButton);
  }

  #name(does, text) {
    turnInto(this.runButton, does, text, `${text} cell ${this.number}`);
  }
}

const EDITOR_ATTRIBUTES = [
  ["autocapitalize", "off"],
  ["autocomplete", "off"],
  ["autocorrect", "off"],
];

/* As many lines as the text has, so that only the page scrolls up and down. */
function fit(editor) {
  editor.rows = editor.value.split("\n").length;
}

function insert(editor, text) {
  editor.setRangeText(text, editor.selectionStart, editor.selectionEnd, "end");
  editor.dispatchEvent(new Event("input"));
}

/* The blanks that begin the line after the cursor's, one step more after a colon. */
function indentation(editor) {
  const line = editor.value.slice(0, editor.selectionStart).split("\n").at(-1);
  return line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? INDENT : "");
}
