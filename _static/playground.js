/* What the three playgrounds share: asking Python, showing its answer in place, and a link to what is in the form.

   What a reader types stays in this page. It goes to Python in the page's own worker, and into a link only when the
   reader asks for one; there it stands in the fragment, which no browser sends to a server. */

import { Python } from "./python.js";

const MOST_OF_A_LINK = 30_000;

/* The part of the page that the markup of one playground is. */
export class Playground {
  #asked = 0;
  #python = Python.shared();
  #status;

  constructor(name) {
    this.root = document.querySelector(`[data-playground="${name}"]`);
    this.form = this.root.querySelector("form");
    this.examples = JSON.parse(this.root.querySelector("[data-examples]").textContent);
    this.#status = this.root.querySelector("[data-status]");
    this.name = name;
  }

  /* The controls of the form by their names. */
  get controls() {
    return this.form.elements;
  }

  /* What a function of labsupport.page.<name> answers; null when it has been asked again since, or refused.
     A refusal is told in the status. */
  async ask(call, parameters) {
    const number = (this.#asked += 1);
    const waiting = setTimeout(() => this.say("Python works …"), 400);
    this.#python.onProgress = (text) => this.say(text);
    this.root.setAttribute("aria-busy", "true");
    try {
      const answer = await this.#python.call(`labsupport.page.${this.name}.${call}`, parameters);
      return number === this.#asked ? answer : null;
    } catch (error) {
      if (number === this.#asked) this.say(error.message, true);
      return null;
    } finally {
      clearTimeout(waiting);
      if (number === this.#asked) this.root.removeAttribute("aria-busy");
    }
  }

  /* Put the parts of an answer into the page. The focus and what was scrolled stay where they were. */
  show(parts) {
    for (const [name, html] of Object.entries(parts)) {
      const part = this.root.querySelector(`[data-part="${name}"]`);
      const held = part.contains(document.activeElement) && document.activeElement !== part;
      const selector = held ? selectorOf(document.activeElement) : "";
      const { scrollTop } = part;
      part.innerHTML = html;
      part.scrollTop = "follow" in part.dataset ? part.scrollHeight : scrollTop;
      if (selector) (part.querySelector(selector) ?? part).focus();
    }
  }

  /* Tell the reader something: what came out, or what is wrong with what was typed. */
  say(text, wrong = false) {
    this.#status.textContent = text;
    this.#status.classList.toggle("playground-wrong", wrong);
  }

  /* Say with which example the reader began, and what to watch; a name that no example has changes nothing. */
  begin(name) {
    const example = this.examples.find((each) => each.name === name);
    if (!example) return;
    this.controls.example.value = name;
    this.root.querySelector("[data-watch]").textContent = example.watch;
  }

  /* The form is never sent. Its reset takes the link out of the address and does what `forget` does. */
  resets(forget) {
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", (event) => {
      event.preventDefault();
      history.replaceState(null, "", location.pathname + location.search);
      forget();
    });
  }

  /* Offer links to what `state` gives, and hand over the state of the link that led here, if any. What a link leaves
     out is told as `without`. */
  linked(state, restore, without = "") {
    const begun = () => ({ ...state(), example: this.controls.example.value });
    this.root.querySelector("[data-link]").addEventListener("click", () => this.#copy(begun(), without));
    addEventListener("hashchange", () => this.#follow(restore));
    this.#follow(restore);
  }

  #follow(restore) {
    const found = stateOf(location.hash);
    if (found === undefined) return;
    if (found === null) {
      this.say("The link to this page is damaged, so its example is left out. Copy it whole.", true);
      return;
    }
    this.begin(found.example);
    restore(found);
  }

  async #copy(state, without) {
    const told = `What you typed stands in it, after the #${without}.`;
    const fragment = `#state=${encoded(state)}`;
    if (fragment.length > MOST_OF_A_LINK) {
      this.say("This is too long for a link. Shorten it.", true);
      return;
    }
    history.replaceState(null, "", fragment);
    try {
      await navigator.clipboard.writeText(location.href);
      this.say(`The link is copied. ${told}`);
    } catch {
      this.say(`The link stands in the address bar. ${told}`);
    }
  }
}

/* A function that waits until it has not been called for a while. */
export function settled(act, milliseconds = 350) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

/* The number in a field; null where there is none, so that Python can say so. */
export function numberIn(field) {
  const number = field.value.trim() === "" ? NaN : Number(field.value);
  return Number.isFinite(number) ? number : null;
}

function encoded(state) {
  const octets = new TextEncoder().encode(JSON.stringify(state));
  const characters = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/* The state in a fragment: undefined without one, null where it cannot be read. */
function stateOf(fragment) {
  if (!fragment.startsWith("#state=")) return undefined;
  try {
    const characters = atob(fragment.slice(7).replaceAll("-", "+").replaceAll("_", "/"));
    const octets = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    const state = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
    return state !== null && typeof state === "object" && !Array.isArray(state) ? state : null;
  } catch {
    return null;
  }
}

/* How to find an element again after its part was drawn anew: by its data. */
function selectorOf(element) {
  const data = [...element.attributes].filter(({ name }) => name.startsWith("data-"));
  return data.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join("");
}
