// The questions as the page lists them: the list is the data, so a page without script has all of it too.
export class Questions {
  constructor(root) {
    this.root = root;
    this.all = [...root.querySelectorAll("li[data-question]")].map(described);
    this.byId = new Map(this.all.map(question => [question.id, question]));
  }

  // Those of a part or a chapter; all without a topic.
  of(topic) {
    const place = topic && document.getElementById(`questions-${topic}`);
    return place ? this.all.filter(question => place.contains(question.element)) : this.all;
  }
}

function described(element) {
  const chapter = element.closest(".drill-chapter");
  return {
    element,
    id: element.dataset.question,
    verdict: element.dataset.verdict,
    claim: element.querySelector("summary q").textContent,
    chapter: chapter.querySelector("summary span").textContent,
    topic: chapter.id.replace("questions-", ""),
    answer: () => element.querySelector(".drill-answer").cloneNode(true),
  };
}
