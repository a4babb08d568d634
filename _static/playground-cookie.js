/* The playground of cookies: every change in the form is shown to Python, which fills a jar and asks it. */

import { Playground, numberIn, settled } from "./playground.js";

const TEXTS = ["url", "lines", "source", "forward", "unit", "suffixes",
  "own-url", "own-initiator", "own-method", "own-asker"];
const TICKS = ["ended", "chromium"];
const SECONDS_OF_A_UNIT = [86_400, 3_600, 60, 1];

const playground = new Playground("cookie");
const { controls, form, examples } = playground;

/* The reader's own request; null while it has no URL. */
function question() {
  if (!controls["own-url"].value.trim()) return null;
  return {
    url: controls["own-url"].value,
    initiator: controls["own-initiator"].value,
    method: controls["own-method"].value,
    asker: controls["own-asker"].value,
  };
}

async function answer() {
  const forward = numberIn(controls.forward);
  const answered = await playground.ask("answered", {
    lines: controls.lines.value,
    url: controls.url.value,
    source: controls.source.value,
    now_s: Math.floor(Date.now() / 1000),
    forward_s: forward === null ? null : forward * Number(controls.unit.value),
    ended: controls.ended.checked,
    chromium: controls.chromium.checked,
    suffixes: controls.suffixes.value,
    question: question(),
  });
  if (!answered) return;
  playground.show(answered.parts);
  playground.say(answered.said);
}

function load(example) {
  playground.begin(example.name);
  for (const name of ["url", "lines", "source"]) controls[name].value = example[name];
  const unit = SECONDS_OF_A_UNIT.find((seconds) => example.forward_s && example.forward_s % seconds === 0) ?? 1;
  controls.unit.value = String(unit);
  controls.forward.value = String(example.forward_s / unit);
  controls.ended.checked = example.ended;
}

function forget() {
  for (const name of ["suffixes", "own-url", "own-initiator"]) controls[name].value = "";
  controls.chromium.checked = false;
  load(examples[0]);
}

function state() {
  return {
    ...Object.fromEntries(TEXTS.map((name) => [name, controls[name].value])),
    ...Object.fromEntries(TICKS.map((name) => [name, controls[name].checked])),
  };
}

function restore(found) {
  for (const name of TEXTS) if (typeof found[name] === "string") controls[name].value = found[name];
  for (const name of TICKS) controls[name].checked = found[name] === true;
  answer();
}

const answerSoon = settled(answer);

form.addEventListener("input", ({ target }) => {
  if (target.name === "example") {
    load(examples.find(({ name }) => name === target.value));
    answer();
  } else {
    answerSoon();
  }
});

playground.resets(() => {
  forget();
  answer();
});

playground.linked(state, restore);
