/* The playground of TCP. What the reader decides is one value, the run; Python computes it from its beginning after each
   decision and shows one moment of it. So a step back is a look at an earlier moment, and undo is an earlier run. */

import { Playground, numberIn, settled } from "./playground.js";

const PAUSE_MS = 500;
const PLAYED_EVERY_MS = 1300;
const STARTING = -1;
const MOST_REMEMBERED = 100;
const SETTINGS = ["rtt_ms", "time_wait_s"];

const playground = new Playground("tcp");
const { controls, root, form, examples } = playground;

let run = structuredClone(examples[0].scenario);
let shownMs = null; // null is the end of the run
let moments = [];
let index = 0;
let playing = 0;
const past = [];

/* Python's view of the run at the moment that is shown. */
async function draw() {
  const answer = await playground.ask("driven", { scenario: run, at_ms: shownMs });
  if (!answer) {
    stop();
    return;
  }
  ({ moments, index } = answer);
  shownMs = moments[index] ?? 0;
  playground.show(answer.parts);
  playground.say(answer.said);
  controls.moment.max = String(Math.max(0, moments.length - 1));
  controls.moment.value = String(index);
  controls.moment.setAttribute("aria-valuetext", answer.time);
  root.querySelector("[data-time]").textContent = answer.time;
  root.querySelector("[data-undo]").disabled = past.length === 0;
}

/* Look at another moment, by its place; without moments yet, Python is asked for them first. `place` is told whether
   it is the first look: the page shows the end of its example, and a step begins it. */
async function look(place) {
  const first = !moments.length;
  if (first) await draw();
  const wanted = Math.min(Math.max(0, place(first)), moments.length - 1);
  if (wanted < 0) return;
  shownMs = moments[wanted];
  await draw();
}

/* A decision: the run changes, the moment stays. */
function decide(change) {
  stop();
  past.push(structuredClone({ run, shownMs }));
  if (past.length > MOST_REMEMBERED) past.shift();
  change(run);
  fill();
  draw();
}

function undo() {
  const before = past.pop();
  if (!before) return;
  stop();
  ({ run, shownMs } = before);
  fill();
  draw();
}

/* The form says what the run is. */
function fill() {
  controls.handshake.value = run.handshake;
  controls.server.value = run.server;
  for (const name of SETTINGS) controls[name].value = String(run[name]);
}

function load(example) {
  decide(() => {
    run = structuredClone(example.scenario);
    shownMs = 0;
  });
  playground.begin(example.name);
}

/* A run out of a link: what it lacks is that of the first example. Whether it makes sense, Python says. */
function wholeRun(found) {
  const whole = { ...structuredClone(examples[0].scenario), ...found };
  if (!Array.isArray(whole.actions)) whole.actions = [];
  if (whole.fates === null || typeof whole.fates !== "object") whole.fates = {};
  return whole;
}

/* Programs ------------------------------------------------------------------------------------------------------- */

/* A program acts at the moment that is shown. To let time pass is to look again a little later. */
async function act(end, verb) {
  if (shownMs === null) await draw();
  const at = (shownMs ?? 0) + (verb === "pause" ? PAUSE_MS : 0);
  decide(() => {
    run.actions.push([at, end, verb]);
    run.actions.sort((one, other) => one[0] - other[0]);
    shownMs = at;
  });
}

function clear() {
  Object.assign(run, { actions: [], fates: {} });
  shownMs = 0;
}

function setFate(segment, kind) {
  decide(() => {
    if (kind === "in time") delete run.fates[segment];
    else run.fates[segment] = kind === "lost" ? [kind] : [kind, numberIn(controls.late_s)];
  });
}

/* Time ----------------------------------------------------------------------------------------------------------- */

const PLACES = {
  first: () => 0,
  back: () => index - 1,
  step: (first) => (first ? 0 : index + 1),
  last: () => moments.length - 1,
};

function stop() {
  clearTimeout(playing);
  playing = 0;
  root.querySelector('[data-go="play"]').setAttribute("aria-pressed", "false");
}

async function play() {
  playing = STARTING;
  root.querySelector('[data-go="play"]').setAttribute("aria-pressed", "true");
  if (!moments.length) await draw();
  if (index >= moments.length - 1) await look(PLACES.first);
  if (playing !== STARTING) return;
  const on = async () => {
    await look(PLACES.step);
    if (!playing) return;
    if (index >= moments.length - 1) stop();
    else playing = setTimeout(on, PLAYED_EVERY_MS);
  };
  playing = setTimeout(on, PLAYED_EVERY_MS / 2);
}

function go(where) {
  if (where === "play" && !playing) {
    play();
    return;
  }
  stop();
  if (where !== "play") look(PLACES[where]);
}

/* The page ------------------------------------------------------------------------------------------------------- */

const changeSettings = settled(() => decide(() => SETTINGS.forEach((name) => (run[name] = numberIn(controls[name])))));
const slide = settled(() => {
  const wanted = Number(controls.moment.value);
  look(() => wanted);
}, 120);

const ON_INPUT = {
  example: ({ value }) => load(examples.find(({ name }) => name === value)),
  handshake: ({ value }) => decide(() => (run.handshake = value)),
  server: ({ value }) => decide(() => (run.server = value)),
  rtt_ms: changeSettings,
  time_wait_s: changeSettings,
  moment: () => {
    stop();
    slide();
  },
};

form.addEventListener("input", ({ target }) => ON_INPUT[target.name]?.(target));

root.addEventListener("click", ({ target }) => {
  const { go: where, act: call, segment, fate, remove } = target.dataset;
  if (where) go(where);
  else if (call) act(...call.split(":"));
  else if (fate) setFate(segment, fate);
  else if (remove) decide(() => run.actions.splice(Number(remove), 1));
  else if ("undo" in target.dataset) undo();
  else if ("clear" in target.dataset) decide(clear);
});

playground.resets(() => load(examples[0]));

playground.linked(
  () => ({ run, shownMs }),
  (state) => {
    run = wholeRun(state.run);
    shownMs = typeof state.shownMs === "number" ? state.shownMs : null;
    fill();
    draw();
  },
);
