// Filters the long list below the bar `form.filter` by verdict, topic and text; the state stands in the address, so
// that a filtered view can be linked: #verdict=refuted,outdated&topic=tcp&q=syn
import { mark } from "./highlight.js";

const form = document.querySelector("form.filter");
const status = form.querySelector("[role=status]");
const clear = form.querySelector("[type=reset]");
const boxes = [...form.querySelectorAll("[name=verdict]")];
const entries = [...document.querySelectorAll(form.dataset.entries)].map(described);
const groups = groupsAround(entries);

form.addEventListener("input", () => changed());
form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("reset", () => setTimeout(changed)); // the fields are empty only after the event
addEventListener("hashchange", followAddress);
readAddress();
show();
form.dataset.live = "";
if (chosen().any && entries.every(entry => entry.element.hidden)) status.scrollIntoView({ block: "center" });

function described(element) {
  return {
    element,
    verdict: element.querySelector(".trial-badge")?.textContent ?? "",
    text: folded([...headings(element), element.textContent].join(" ")),
  };
}

// Whoever searches for "9293 3.5" or a chapter means the headings above an entry too.
function headings(element) {
  const found = [];
  for (let place = element.parentElement?.closest("section, li"); place; place = place.parentElement?.closest("section, li")) {
    if (place.querySelector(":scope > h1")) break;
    found.push(place.querySelector(":scope > :is(h2, h3, p)")?.textContent ?? "");
  }
  return found;
}

function groupsAround(listed) {
  const found = new Set();
  for (const { element } of listed) {
    for (let place = element.parentElement; place && !place.querySelector(":scope > h1"); place = place.parentElement) {
      if (place.matches("section, li")) found.add(place);
    }
  }
  return [...found];
}

function folded(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[“”]/g, '"').replace(/’/g, "'").replace(/\s+/g, " ");
}

function chosen() {
  const verdicts = boxes.filter(box => box.checked).map(box => box.value);
  const topic = form.elements.topic?.value ?? "";
  const words = folded(form.elements.q.value).split(" ").filter(Boolean);
  return { verdicts, topic, words, any: verdicts.length > 0 || topic !== "" || words.length > 0 };
}

function changed() {
  writeAddress();
  show();
}

function show() {
  const { verdicts, topic, words, any } = chosen();
  const place = topic && document.getElementById(`topic-${topic}`);
  const counts = new Map();
  for (const entry of entries) {
    const matches = (!place || place.contains(entry.element)) && words.every(word => entry.text.includes(word));
    if (matches) counts.set(entry.verdict, (counts.get(entry.verdict) ?? 0) + 1);
    entry.element.hidden = !matches || (verdicts.length > 0 && !verdicts.includes(entry.verdict));
  }
  for (const group of groups) group.hidden = !group.querySelector(`:is(${form.dataset.entries}):not([hidden])`);
  for (const box of boxes) box.closest("label").querySelector(".filter-count").textContent = counts.get(box.value) ?? 0;
  tell(any);
  mark(entries.filter(entry => !entry.element.hidden).map(entry => entry.element), words);
}

function tell(any) {
  const shown = entries.filter(entry => !entry.element.hidden).length;
  const noun = `${form.dataset.noun}${(any ? shown : entries.length) === 1 ? "" : "s"}`;
  const remedy = shown === 0 ? ". Take a word or a choice away." : "";
  status.textContent = any ? `${shown} of ${entries.length} ${form.dataset.noun}s${remedy}` : `${entries.length} ${noun}`;
  clear.style.visibility = any ? "visible" : "hidden";
}

function writeAddress() {
  const { verdicts, topic } = chosen();
  const state = new URLSearchParams();
  if (verdicts.length) state.set("verdict", verdicts.join(","));
  if (topic) state.set("topic", topic);
  if (form.elements.q.value.trim()) state.set("q", form.elements.q.value.trim());
  const words = state.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", words ? `#${words}` : location.pathname + location.search);
}

function readAddress() {
  const state = new URLSearchParams(location.hash.slice(1));
  const verdicts = (state.get("verdict") ?? "").split(",");
  for (const box of boxes) box.checked = verdicts.includes(box.value);
  if (form.elements.topic) {
    form.elements.topic.value = state.get("topic") ?? "";
    if (form.elements.topic.selectedIndex < 0) form.elements.topic.value = "";
  }
  form.elements.q.value = state.get("q") ?? "";
}

// A link to one entry must find it, also when the filter hides it.
function followAddress() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && !target.closest("[hidden]")) return;
  readAddress();
  show();
  target?.scrollIntoView();
}
