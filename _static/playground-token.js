/* The playground of tokens: every change in the form is shown to Python; buttons change the token first. */

import { Playground, settled } from "./playground.js";

const KEPT_IN_A_LINK = ["text", "form", "audience", "at"];
const TOLD_OF_THE_VERIFIER = ["text", "key", "form", "audience", "at"];

const playground = new Playground("token");
const { controls, form, examples } = playground;

/* The token of which header and claims stand in the form: what a reader writes there stays until another token comes. */
let written = controls.text.value;

/* The verifier's clock in seconds: that of the form, which is UTC, or the reader's own. */
function clock() {
  const typed = Date.parse(`${controls.at.value}Z`);
  return Number.isNaN(typed) ? Math.floor(Date.now() / 1000) : typed / 1000;
}

async function dissect() {
  const text = controls.text.value;
  const answer = await playground.ask("dissected", {
    text,
    key: controls.key.value,
    form: controls.form.value,
    audience: controls.audience.value,
    at_s: clock(),
  });
  if (!answer) return;
  playground.show(answer.parts);
  playground.say(answer.said);
  if (text === written) return;
  written = text;
  if (answer.header) controls.header.value = answer.header;
  if (answer.payload) controls.payload.value = answer.payload;
}

/* The answer is a token: it takes the place of the one in the form. */
async function replace(call, parameters) {
  const answer = await playground.ask(call, parameters);
  if (!answer) return;
  controls.text.value = answer.text;
  await dissect();
}

function load(example) {
  playground.begin(example.name);
  for (const name of TOLD_OF_THE_VERIFIER) controls[name].value = example[name];
  written = null;
}

function restore(state) {
  for (const name of KEPT_IN_A_LINK) if (typeof state[name] === "string") controls[name].value = state[name];
  controls.key.value = "";
  dissect();
}

const dissectSoon = settled(dissect);

form.addEventListener("input", ({ target }) => {
  if (target.name === "example") {
    load(examples.find(({ name }) => name === target.value));
    dissect();
  } else if (TOLD_OF_THE_VERIFIER.includes(target.name)) {
    dissectSoon();
  }
});

form.addEventListener("click", ({ target }) => {
  if (target.dataset.alter) {
    replace("altered", { text: controls.text.value, how: target.dataset.alter });
  } else if ("sign" in target.dataset) {
    replace("made", {
      header: controls.header.value,
      payload: controls.payload.value,
      key: controls.key.value,
      form: controls.form.value,
    });
  }
});

playground.resets(() => {
  load(examples[0]);
  dissect();
});

/* The key stays out of links. */
playground.linked(() => Object.fromEntries(KEPT_IN_A_LINK.map((name) => [name, controls[name].value])), restore,
  "; the key does not");
