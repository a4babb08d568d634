// The keys of the drill. They work only while the focus is within it, leave every field, link and button its own keys,
// and never take a shortcut of the browser.
const VERDICTS = ["1", "2", "3", "4", "5"];
const SURE = { g: "guess", f: "fairly", c: "certain" };
const OWN_ENTER = "a, button, select, summary, textarea, [type=search], [type=text]";
const TYPED = "select, textarea, [type=search], [type=text], dialog *";

// `act` has `predict(verdict)` by number from 0, `sure(name)`, and `go()`, which Enter does where nothing else does it.
export function listen(root, act) {
  root.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest(TYPED)) return;
    const key = event.key.toLowerCase();
    if (VERDICTS.includes(key)) done(event, act.predict(VERDICTS.indexOf(key)));
    else if (key in SURE) done(event, act.sure(SURE[key]));
    else if (key === "enter" && !event.repeat && !event.target.closest(OWN_ENTER)) done(event, act.go());
  });
}

function done(event, used) {
  if (used) event.preventDefault();
}
