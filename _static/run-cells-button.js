/* A button of the bar below a cell. `does` is what it asks for, `label` its name where the text alone is not unique. */
export function button(does, text, label = text) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "run-button", textContent: text });
  made.dataset.does = does;
  made.setAttribute("aria-label", label);
  return made;
}
