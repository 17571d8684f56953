/** The page's one state: named values, and listeners told once per microtask. */

import { countsOf } from "./counts.js";

/** What the page knows before anything is loaded. */
export function initialState() {
  return {
    boot: null,
    source: null,
    ask: { status: "idle", text: "", sentence: null, request_id: null },
    run: null,
    steps: [],
    proposals: [],
    labels: [],
    drafts: {},
    selected: null,
    hovered: null,
    step_hovered: null,
    tool: "select",
    editing: false,
    rings: [],
    view: null,
    cursor: null,
    out_of_view: { north: 0, east: 0, south: 0, west: 0, target: {} },
    saved: { status: "saved", at: null, waiting: 0, sentence: null },
    conflict: null,
    undo: null,
    redo: null,
    counts: countsOf([], []),
    elsewhere: 0,
    notice: null,
    panes: { right: null },
    layers: { satellite: 1, map: 0, labels: true, proposals: true },
    hidden: false,
    theme: "light",
    rejecting: false,
    pending_prompts: 0,
  };
}

/**
 * @param {object} [first] values that differ from the initial ones
 * @returns {{get: (key: string) => any, set: (key: string, value: any) => void, patch: (values: object) => void,
 *   on: (keys: string|string[], listener: (changed: Set<string>) => void) => () => void}}
 */
export function createState(first = {}) {
  const values = { ...initialState(), ...first };
  const listeners = new Set();
  let changed = new Set();

  const flush = () => {
    const keys = changed;
    changed = new Set();
    for (const listener of [...listeners]) {
      if (!listener.keys.some((key) => keys.has(key))) continue;
      try {
        listener.fn(keys);
      } catch (error) {
        // One broken listener must not keep the others from the change; the error still reaches the console.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  };
  const note = (key) => {
    if (changed.size === 0) queueMicrotask(flush);
    changed.add(key);
  };
  const state = {
    get(key) {
      if (!(key in values)) throw new RangeError(`The page has no state "${key}".`);
      return values[key];
    },
    set(key, value) {
      if (Object.is(state.get(key), value)) return;
      values[key] = value;
      note(key);
    },
    patch(entries) {
      for (const [key, value] of Object.entries(entries)) state.set(key, value);
    },
    on(keys, fn) {
      const listener = { keys: [keys].flat(), fn };
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return state;
}
