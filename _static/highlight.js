// Marks the words that a reader searches for, without touching the document: the marks are ranges, styled by
// `::highlight(found)`. A browser that has none of that shows the entries unmarked.
const NAME = "found";
const MOST = 2000; // ranges; a single letter would have tens of thousands, and tells the reader nothing

export function mark(elements, words) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete(NAME);
  const worth = words.filter(word => word.length > 1);
  if (worth.length === 0) return;
  const ranges = [];
  for (const element of elements) {
    collect(element, worth, ranges);
    if (ranges.length > MOST) break;
  }
  CSS.highlights.set(NAME, new Highlight(...ranges));
}

function collect(element, words, ranges) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, Math.min(at + word.length, node.length));
        ranges.push(range);
      }
    }
  }
}
