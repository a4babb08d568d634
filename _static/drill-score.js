// What came out: of one round, and by topic since the beginning.
export const SURENESS = { certain: "certain", fairly: "fairly sure", guess: "a guess" };

export function make(name, text = "", children = []) {
  const element = document.createElement(name);
  element.textContent = text;
  element.append(...children);
  return element;
}

// One line for each degree of sureness, and the questions that were missed, which lead to the cells.
export function roundResult(results, questions) {
  const lines = Object.entries(SURENESS).flatMap(([key, words]) => {
    const sure = results.filter(result => result.sure === key);
    return sure.length ? [make("li", `${words}: ${count(sure)} of ${sure.length} right`)] : [];
  });
  const missed = results.filter(result => !result.right).map(result => missedLine(questions.byId.get(result.id)));
  const parts = [make("p", "How sure you were, and how often it was so:"), make("ul", "", lines)];
  if (missed.length) parts.push(make("p", "These come back in the next round:"), make("ul", "", missed));
  return parts;
}

export function count(results) {
  return results.filter(result => result.right).length;
}

// A row for each chapter of which a question was answered; null where none was.
export function scoreTable(questions, progress) {
  const chapters = new Map();
  for (const question of questions.all) {
    const row = chapters.get(question.chapter) ?? { asked: 0, seen: 0, right: 0, owed: 0 };
    const answer = progress.answer(question.id);
    row.asked += 1;
    row.seen += answer ? 1 : 0;
    row.right += answer?.last ? 1 : 0;
    row.owed += progress.owed(question.id) ? 1 : 0;
    chapters.set(question.chapter, row);
  }
  const rows = [...chapters].filter(([, row]) => row.seen);
  return rows.length ? table(rows) : null;
}

function missedLine(question) {
  const link = make("a", question.claim);
  link.href = question.element.querySelector(".drill-sources a:last-child").getAttribute("href");
  return make("li", "", [link]);
}

function table(rows) {
  const titles = ["Topic", "Answered", "Right", "Due"].map(title => {
    const cell = make("th", title);
    cell.scope = "col";
    return cell;
  });
  const body = rows.map(([chapter, row]) => {
    const head = make("th", chapter);
    head.scope = "row";
    return make("tr", "", [head, cell(`${row.seen} of ${row.asked}`), cell(row.right, row), cell(row.owed)]);
  });
  const element = make("table", "", [make("thead", "", [make("tr", "", titles)]), make("tbody", "", body)]);
  element.className = "drill-scores";
  return element;
}

function cell(words, row = null) {
  const element = make("td", String(words));
  if (row) element.style.setProperty("--share", `${(100 * row.right) / row.seen}%`);
  return element;
}
