/* What a cell shows: outputs as a notebook stores them, turned into what the built page has in their place. */

const MEASURED = /<!--measured-->[\s\S]*?<!--\/measured-->|⟦[^⟧]*⟧/g;
const ANSI_COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/* The outputs of one cell: the stored ones of the page, and those of the last run in their place. */
export class Outputs {
  constructor(cell) {
    this.place = cell.querySelector(".cell_output") ?? emptyPlace(cell);
    this.stored = [...this.place.childNodes];
    this.frames = this.stored.filter((node) => isElement(node) && figureFrame(node));
    this.live = null;
  }

  /* Make ready for the outputs of a run; what is shown stays until the first of them comes. */
  begin() {
    this.live = [];
    this.fresh = true;
    this.place.setAttribute("aria-busy", "true");
  }

  /* Show one more output. */
  add(output) {
    if (this.fresh) this.#clear();
    const last = this.live.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      last.text += output.text;
      this.place.lastChild.querySelector("pre").append(...colored(output.text));
    } else {
      this.live.push({ ...output });
      this.place.append(this.#shown(output));
    }
    letKeysScroll(this.place);
  }

  /* The run is over. */
  end() {
    if (this.fresh) this.#clear();
    this.place.removeAttribute("aria-busy");
  }

  /* Show the stored outputs again. */
  reset() {
    this.live = null;
    this.place.replaceChildren(...this.stored);
    this.place.removeAttribute("aria-busy");
  }

  /* How the outputs of the run compare with the stored ones, measured values left out: "none" where there are none,
     "same", "drawn" where figures show what was measured and all else is the same, or "different". */
  compared() {
    const drawn = this.live.some(({ data }) => data?.["image/svg+xml"]?.includes("<!--measured-->"));
    const readings = (nodes) => nodes.filter(isElement).map((node) => reading(node, drawn));
    const [stored, live] = [this.stored, [...this.place.childNodes]].map(readings);
    if (JSON.stringify(stored) !== JSON.stringify(live)) return "different";
    if (!live.length) return "none";
    return drawn ? "drawn" : "same";
  }

  #clear() {
    this.fresh = false;
    this.place.replaceChildren();
  }

  #shown(output) {
    if (output.output_type === "stream") return textBox(output.name === "stderr" ? "stderr" : "stream", output.text);
    if (output.output_type === "error") return textBox("traceback", output.traceback.join("\n"));
    const { data } = output;
    if (data["text/html"] !== undefined) return markupBox(data["text/html"]);
    if (data["image/svg+xml"] !== undefined) return this.#figure(data["image/svg+xml"]);
    return textBox("text_plain", data["text/plain"] ?? "");
  }

  /* The figure in the frame of the stored one, whose caption and description hold on every run. */
  #figure(svg) {
    const drawn = this.live.filter((output) => output.data?.["image/svg+xml"]).length;
    const frame = this.frames[drawn - 1]?.cloneNode(true) ?? emptyFrame();
    const inner = figureFrame(frame);
    const picture = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const name = inner.querySelector("svg")?.getAttribute("aria-label") ?? "The figure that this cell drew";
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", name);
    inner.replaceChildren(document.importNode(picture, true));
    return frame;
  }
}

function emptyPlace(cell) {
  const place = document.createElement("div");
  place.className = "cell_output docutils container run-only";
  cell.querySelector(".cell_input").after(place);
  return place;
}

function emptyFrame() {
  const frame = document.createElement("div");
  frame.className = "trial-figure-frame";
  return frame;
}

function isElement(node) {
  return node.nodeType === Node.ELEMENT_NODE;
}

function figureFrame(element) {
  return element.matches(".trial-figure-frame") ? element : element.querySelector(":scope > .trial-figure-frame");
}

function markupBox(markup) {
  const box = document.createElement("div");
  box.className = "output text_html";
  box.innerHTML = markup;
  /* The stylesheet that a notebook shows for JupyterLab; the page has it. */
  box.querySelectorAll(":scope > style").forEach((style) => style.remove());
  return box;
}

function textBox(kind, text) {
  const [box, inner, pre] = ["div", "div", "pre"].map((name) => document.createElement(name));
  box.className = `output ${kind} highlight-myst-ansi notranslate`;
  inner.className = "highlight";
  pre.append(...colored(text));
  inner.append(pre);
  box.append(inner);
  return box;
}

/* Text with the colors of a terminal as elements; other control sequences are left out. */
function colored(text) {
  let color = null;
  return text.split(/(\x1b\[[\d;]*[A-Za-z])/).flatMap((part) => {
    if (part.startsWith("\x1b[")) {
      if (part.endsWith("m")) color = colorAfter(color, part.slice(2, -1).split(";").map(Number));
      return [];
    }
    if (!part || !color) return part ? [part] : [];
    const span = document.createElement("span");
    span.className = `run-ansi-${color}`;
    span.textContent = part;
    return [span];
  });
}

function colorAfter(color, codes) {
  for (const code of codes) {
    if (code === 0 || code === 39) color = null;
    else if (code >= 30 && code <= 37) color = ANSI_COLORS[code - 30];
    else if (code >= 90 && code <= 97) color = ANSI_COLORS[code - 90];
  }
  return color;
}

/* What stands in an output, in a form that can be compared: markup or text without what is measured. The page has no
   marks in its figures, so with `drawn` a figure is only said to be one. */
function reading(element, drawn) {
  const frame = figureFrame(element);
  if (frame) return drawn ? "figure" : pictureIn(frame);
  if (!element.classList.contains("text_html")) return textIn(element).replace(MEASURED, "⟦⟧").trimEnd();
  const copy = element.cloneNode(true);
  copy.querySelectorAll(":scope > style").forEach((style) => style.remove());
  copy.querySelectorAll("[tabindex]").forEach((each) => each.removeAttribute("tabindex"));
  return copy.innerHTML.replace(MEASURED, "⟦⟧").trim();
}

/* The text of an output, without the copy button beside it. */
function textIn(element) {
  return (element.querySelector("pre") ?? element).textContent;
}

/* The markup of a figure, without the name that the page gives it and without comments, which the build leaves out. */
function pictureIn(frame) {
  return (frame.querySelector("svg")?.innerHTML ?? "").replace(/<!--[\s\S]*?-->/g, "");
}

/* What is wider than its box can be scrolled by keyboard, as elsewhere on the page. */
function letKeysScroll(place) {
  for (const box of place.querySelectorAll("pre, .output")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
