/* A button of the bar below a cell. `does` is what it asks for, `label` its name where the text alone is not unique. */
export function button(does, text, label = text) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "run-button" });
  return turnInto(made, does, text, label);
}

/* Let a button ask for something else from now on. */
export function turnInto(made, does, text, label = text) {
  made.dataset.does = does;
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

export const RUN_ALL = ["run-all", "Run all", "Run all cells that run in this page"];
