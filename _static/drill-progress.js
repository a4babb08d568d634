// What a reader predicted, kept in this browser alone, and when a missed question comes back. No page, no network.
export const KEY = "protocols-on-trial.drill.v1";

// After a miss the question is due in the next round; answered rightly then, once more after three rounds; then it is
// paid. Time is counted in rounds, so that a week away changes nothing.
const PAUSES = [1, 3];

const fresh = () => ({ version: 1, round: 0, answers: {}, open: null });

export class Progress {
  // `storage` is localStorage, or null where the browser denies it: then progress ends with the page.
  constructor(storage) {
    this.storage = storage;
    this.state = read(storage);
    this.kept = storage !== null;
    this.save();
  }

  // Counts an answer: `right` whether the prediction was the verdict.
  record(id, right) {
    const answer = (this.state.answers[id] ??= { right: 0, wrong: 0, last: null, step: null, due: 0 });
    answer[right ? "right" : "wrong"] += 1;
    answer.last = right;
    if (!right) answer.step = 0;
    else if (answer.step !== null) answer.step = answer.step + 1 < PAUSES.length ? answer.step + 1 : null;
    if (answer.step !== null) answer.due = this.state.round + PAUSES[answer.step];
    this.save();
  }

  answer(id) {
    return this.state.answers[id] ?? null;
  }

  // Missed, and not yet made good.
  owed(id) {
    return (this.answer(id)?.step ?? null) !== null;
  }

  // The questions of the next round, in a random order: misses that are due, then new ones, then all others.
  choose(ids, length, random = Math.random) {
    const next = this.state.round + 1;
    const rank = id => (this.owed(id) ? (this.answer(id).due <= next ? 0 : 3) : this.answer(id) ? 2 : 1);
    const ranked = shuffled(ids, random).sort((one, other) => rank(one) - rank(other));
    return shuffled(ranked.slice(0, length), random);
  }

  // The round that is open: its questions, how many are answered, and what came out.
  begin(ids) {
    this.state.round += 1;
    this.state.open = { ids, results: [] };
    this.save();
  }

  answered(result) {
    this.state.open.results.push(result);
    this.record(result.id, result.right);
  }

  end() {
    this.state.open = null;
    this.save();
  }

  forget() {
    this.state = fresh();
    try {
      this.storage?.removeItem(KEY);
    } catch {
      this.kept = false;
    }
  }

  save() {
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.state));
    } catch {
      this.kept = false;
    }
  }
}

// The browser's storage, or null where a setting or a frame denies it: then the mere name throws.
export function browserStorage() {
  try {
    const storage = globalThis.localStorage;
    storage.getItem(KEY);
    return storage;
  } catch {
    return null;
  }
}

export function shuffled(items, random = Math.random) {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [all[last], all[other]] = [all[other], all[last]];
  }
  return all;
}

// What is not of this version, or was spoiled, counts as nothing.
function read(storage) {
  try {
    const state = JSON.parse(storage?.getItem(KEY) ?? "null");
    const whole = state?.version === 1 && Number.isInteger(state.round) && typeof state.answers === "object";
    if (!whole || state.answers === null) return fresh();
    const open = Array.isArray(state.open?.ids) && Array.isArray(state.open.results) ? state.open : null;
    return { ...fresh(), ...state, open };
  } catch {
    return fresh();
  }
}
