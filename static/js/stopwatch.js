/** Active time and clicks of each object: counted while it is selected and the page is seen. */

/** @param {() => number} [now] milliseconds */
export function createStopwatch(now = () => performance.now()) {
  const totals = new Map();
  let key = null;
  let since = null;
  const entry = (name) => totals.get(name) ?? { ms: 0, clicks: 0 };
  const settle = () => {
    if (key !== null && since !== null) totals.set(key, { ...entry(key), ms: entry(key).ms + now() - since });
    since = since === null ? null : now();
  };
  return {
    /** @param {string|null} name object that is selected from now on */
    turnTo(name) {
      settle();
      key = name;
      since = since ?? now();
    },
    pause() {
      settle();
      since = null;
    },
    resume() {
      since = since ?? now();
    },
    click() {
      if (key !== null) totals.set(key, { ...entry(key), clicks: entry(key).clicks + 1 });
    },
    /** Moves what was counted under one name to another (a proposal that becomes a label). */
    take(name) {
      settle();
      const { ms, clicks } = entry(name);
      totals.delete(name);
      return { seconds: Math.round(ms) / 1000, clicks };
    },
  };
}
