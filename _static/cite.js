// Gives the words to cite a claim by: what it says, its verdict, and the permanent address of its entry.
document.addEventListener("click", event => {
  const button = event.target.closest("button.ledger-cite");
  if (button) toggle(button);
});

function toggle(button) {
  const entry = button.closest("li");
  const open = entry.querySelector(".ledger-citation");
  if (open) open.remove();
  else entry.append(citation(entry));
  button.setAttribute("aria-expanded", String(!open));
  entry.querySelector(".ledger-citation button")?.focus();
}

function citation(entry) {
  const box = document.createElement("div");
  box.className = "ledger-citation";
  const words = document.createElement("p");
  words.textContent = wordsFor(entry);
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy";
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  copy.addEventListener("click", async () => (status.textContent = await copied(words)));
  box.append(words, copy, status);
  return box;
}

function wordsFor(entry) {
  const claim = entry.querySelector(".ledger-claim a").textContent;
  const verdict = entry.querySelector(".trial-badge").textContent;
  const address = new URL(`#${entry.id}`, location.href.split("#")[0]).href;
  return `“${claim}” Verdict: ${verdict}. Protocols on Trial, claim ${entry.id.replace("claim-", "")}, ${address}`;
}

// Without permission, or without TLS, a page may not write to the clipboard: then the words stand selected.
async function copied(words) {
  try {
    await navigator.clipboard.writeText(words.textContent);
    return "Copied.";
  } catch {
    getSelection().selectAllChildren(words);
    return "Selected: copy it with the keys of your system.";
  }
}
