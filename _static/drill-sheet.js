// The printed drill: the questions of a topic first, with boxes to tick, and their answers on pages of their own.
import { make } from "./drill-score.js";

const VERDICTS = ["holds", "qualified", "outdated", "refuted", "unspecified"];

// Fills the sheet before the browser prints and empties it afterwards; `chosen` gives title and questions.
export function onPaper(sheet, chosen) {
  addEventListener("beforeprint", () => {
    const { title, questions } = chosen();
    sheet.replaceChildren(asked(title, questions), answered(questions));
    document.documentElement.classList.add("drill-on-paper");
  });
  addEventListener("afterprint", () => {
    sheet.replaceChildren();
    document.documentElement.classList.remove("drill-on-paper");
  });
}

function asked(title, questions) {
  const items = questions.map(({ claim }) => make("li", "", [make("q", claim), boxes()]));
  const page = make("section", "", [
    make("h2", title),
    make("p", "An interviewer says each of these. Is it so? Tick your verdict, then turn to the answers."),
    make("ol", "", items),
  ]);
  page.className = "drill-asked";
  return page;
}

function boxes() {
  const line = make("p", "", VERDICTS.map(verdict => make("span", `☐ ${verdict}`)));
  line.className = "drill-boxes";
  return line;
}

function answered(questions) {
  const items = questions.map(question => {
    const answer = question.answer();
    return make("li", "", [answer.querySelector(".drill-reason"), answer.querySelector(".drill-sources")]);
  });
  const page = make("section", "", [make("h2", "Answers"), make("ol", "", items)]);
  page.className = "drill-answers";
  return page;
}
