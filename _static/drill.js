// The interview drill: a round is chosen, each question predicted and answered, and summed up. What a reader says stays
// in this browser. `#topic=tcp` in the address chooses a topic.
import { listen } from "./drill-keys.js";
import { Progress, browserStorage } from "./drill-progress.js";
import { Questions } from "./drill-questions.js";
import { SURENESS, count, make, roundResult, scoreTable } from "./drill-score.js";
import { onPaper } from "./drill-sheet.js";

const root = document.querySelector(".drill-console");
const find = selector => root.querySelector(selector);
const [setup, round, verdict, end, score] = ["setup", "round", "verdict", "end", "score"].map(name => find(`.drill-${name}`));
const [choice, prediction, dialog] = [find("form.drill-setup"), find("form.drill-prediction"), find("dialog")];
const questions = new Questions(document);
const progress = new Progress(browserStorage());

choice.addEventListener("change", () => describeChoice());
choice.addEventListener("submit", event => (event.preventDefault(), start()));
prediction.addEventListener("submit", event => (event.preventDefault(), showVerdict()));
prediction.addEventListener("change", () => prediction.classList.toggle("is-ready", prediction.checkValidity()));
dialog.addEventListener("close", () => dialog.returnValue === "forget" && forget());
onClick("resume", ask);
onClick("print", () => print());
onClick("leave", showEnd);
onClick("next", next);
onClick("again", showSetup);
onClick("reset", () => ((dialog.returnValue = "keep"), dialog.showModal()));
listen(root, { predict, sure, go });
onPaper(document.querySelector(".drill-sheet"), () => ({ title: topicTitle(), questions: ofTopic() }));
chooseFromAddress();
showPanel(setup);
root.dataset.live = "";

function onClick(name, act) {
  find(`button[name=${name}]`).addEventListener("click", act);
}

function chooseFromAddress() {
  const topic = new URLSearchParams(location.hash.slice(1)).get("topic") ?? "";
  if ([...choice.elements.topic.options].some(option => option.value === topic)) choice.elements.topic.value = topic;
}

function ofTopic() {
  return questions.of(choice.elements.topic.value);
}

function topicTitle() {
  return choice.elements.topic.selectedOptions[0].textContent;
}

function pool() {
  const ids = ofTopic().map(question => question.id);
  return choice.elements.pool.value === "missed" ? ids.filter(id => progress.owed(id)) : ids;
}

// Choosing a round

function showSetup() {
  showPanel(setup);
  find("#drill-setup-title").focus();
}

function describeChoice() {
  const [, all] = choice.elements.size;
  const [any, missed] = choice.elements.pool;
  const owed = ofTopic().filter(question => progress.owed(question.id)).length;
  missed.disabled = owed === 0;
  if (missed.disabled && missed.checked) any.checked = true;
  missed.nextElementSibling.textContent = `Only those missed before (${owed})`;
  all.nextElementSibling.textContent = `All ${pool().length}`;
  find(".drill-note").textContent = progress.kept
    ? "Your predictions are kept only in this browser. Nothing is sent."
    : "This browser lets the page keep nothing: your progress ends when you leave. Nothing is sent.";
  const open = progress.state.open;
  find(".drill-open").hidden = !isOpen();
  if (isOpen()) find(".drill-open span").textContent = `A round is open at question ${open.results.length + 1} of ${open.ids.length}.`;
}

// A round that a former edition of the book began may have questions that this one lacks.
function isOpen() {
  const open = progress.state.open;
  return Boolean(open) && open.results.length < open.ids.length && open.ids.every(id => questions.byId.has(id));
}

function start() {
  const ids = pool();
  const length = choice.elements.size.value === "all" ? ids.length : Number(choice.elements.size.value);
  progress.begin(progress.choose(ids, length));
  ask();
}

// One question

function current() {
  const { ids, results } = progress.state.open;
  return questions.byId.get(ids[results.length]);
}

function ask() {
  const { ids, results } = progress.state.open;
  prediction.reset();
  prediction.classList.remove("is-ready");
  lock(false);
  verdict.hidden = true;
  find(".drill-count").textContent = `Question ${results.length + 1} of ${ids.length} · ${current().chapter}`;
  find("#drill-question q").textContent = current().claim;
  Object.assign(find("progress"), { max: ids.length, value: results.length });
  showPanel(round);
  find("#drill-question").focus({ preventScroll: true });
  round.scrollIntoView({ block: "start" });
}

function predict(number) {
  return check(prediction.elements.verdict[number]);
}

function sure(name) {
  return check([...prediction.elements.sure].find(box => box.value === name));
}

function check(box) {
  if (round.hidden || box.closest("fieldset").disabled) return false;
  box.checked = true;
  box.focus({ preventScroll: true });
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function showVerdict() {
  const question = current();
  const said = { id: question.id, said: prediction.elements.verdict.value, sure: prediction.elements.sure.value };
  const right = said.said === question.verdict;
  progress.answered({ ...said, right });
  lock(true, question.verdict);
  const heading = verdict.querySelector("h3");
  heading.textContent = `${right ? "Right" : "Missed"}: ${words(question.verdict)}.`;
  verdict.dataset.right = String(right);
  const remark = make("p", `You said “${said.said}”, ${SURENESS[said.sure]}.`);
  remark.className = "drill-remark";
  find(".drill-shown").replaceChildren(remark, question.answer());
  find("button[name=next] span").textContent = current() ? "Next question" : "See your score";
  find("progress").value = progress.state.open.results.length;
  verdict.hidden = false;
  showScore();
  heading.focus({ preventScroll: true });
  verdict.scrollIntoView({ block: "nearest" });
}

function words(name) {
  return { holds: "it holds", unspecified: "the standard leaves it unspecified" }[name] ?? `it is ${name}`;
}

// After the verdict the prediction can be read and not be changed; the true verdict is marked beside it.
function lock(locked, truth = null) {
  for (const fieldset of prediction.querySelectorAll("fieldset")) fieldset.disabled = locked;
  prediction.querySelector(".drill-buttons").hidden = locked;
  for (const box of prediction.elements.verdict) box.closest("label").classList.toggle("is-true", box.value === truth);
}

function next() {
  if (current()) ask();
  else showEnd();
}

// What Enter does where no control has the focus.
function go() {
  if (!verdict.hidden && !round.hidden) next();
  else if (!round.hidden) prediction.requestSubmit();
  else if (!end.hidden) showSetup();
  else choice.requestSubmit();
  return true;
}

// The end of a round

function showEnd() {
  const { results } = progress.state.open;
  progress.end();
  if (results.length === 0) return showSetup();
  find("#drill-end-title").textContent = `${count(results)} of ${results.length} right`;
  find(".drill-result").replaceChildren(...roundResult(results, questions));
  showPanel(end);
  find("#drill-end-title").focus({ preventScroll: true });
  end.scrollIntoView({ block: "start" });
}

function forget() {
  progress.forget();
  showSetup();
}

function showPanel(panel) {
  for (const one of [setup, round, end]) one.hidden = one !== panel;
  describeChoice();
  showScore();
}

function showScore() {
  const table = scoreTable(questions, progress);
  score.hidden = table === null || !round.hidden;
  find(".drill-table").replaceChildren(...(table ? [table] : []));
}
