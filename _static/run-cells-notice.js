/* The line at the head of the page: what goes on below it, for who presses its buttons and for who listens. */

import { turnInto, RUN_ALL } from "./run-cells-button.js";

export class Notice {
  constructor(element) {
    this.announcer = element.querySelector(".run-announcer");
    this.runAll = element.querySelector("[data-does=run-all]");
    this.paragraph = element.querySelector("p");
    this.words = this.paragraph.lastChild;
    this.stored = this.words.data;
  }

  /* Tell who listens. */
  announce(words) {
    this.announcer.textContent = words;
  }

  /* Show what goes on, in the room of what stands there at rest; the button stops it. */
  busy(words) {
    this.paragraph.style.minHeight ||= `${this.paragraph.offsetHeight}px`;
    this.words.data = ` ${words}`;
    turnInto(this.runAll, "stop", "Stop", "Stop all cells");
  }

  /* Show that all is at rest, with `words` where something went wrong. */
  rest(words = "") {
    this.paragraph.style.minHeight = "";
    this.words.data = words ? ` ${words}` : this.stored;
    turnInto(this.runAll, ...RUN_ALL);
  }
}
