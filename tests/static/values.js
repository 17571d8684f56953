/** Values that several tests use. */

export const PROJECT = "01900000-0000-7000-8000-000000000001";
export const SOURCE = "01900000-0000-7000-8000-000000000002";
export const RUN = "01900000-0000-7000-8000-000000000003";

/** An id of the right form. @param {number} number */
export const id = (number) => `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;

/** A square with its lower left corner at a point. */
export const square = (lon, lat, size = 0.001) => ({
  type: "Polygon",
  coordinates: [[[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]],
});

export const proposal = (number, fields = {}) => ({
  id: id(100 + number),
  run_id: RUN,
  place: number,
  bounds: [number, 0, number + 0.001, 0.001],
  points: [],
  geometry: square(number, 0),
  score: 0.9,
  function: "educational",
  class_id: "school",
  name: `School ${number}`,
  state: "open",
  reason: null,
  label_id: null,
  crop_url: null,
  ...fields,
});

export const label = (number, fields = {}) => ({
  id: id(200 + number),
  version: 1,
  status: "accepted",
  function: "commercial",
  class_id: "hotel",
  name: `Hotel ${number}`,
  geometry: square(number, 1),
  area_m2: 12_000,
  proposal_id: null,
  author: "local",
  decided_at: "2024-05-01T00:00:00Z",
  score: null,
  crop_url: null,
  ...fields,
});

export const place = { project_id: PROJECT, source_id: SOURCE };

/** A Storage that lives as long as the test; `full` makes it refuse to write. */
export function memoryStore({ full = false } = {}) {
  const values = new Map();
  return {
    get length() {
      return values.size;
    },
    key: (at) => [...values.keys()][at] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem(key, value) {
      if (full) throw new DOMException("full", "QuotaExceededError");
      values.set(key, value);
    },
    removeItem: (key) => values.delete(key),
  };
}

/** Timers that run when they are told to. */
export function manualTimers() {
  let next = 1;
  const waiting = new Map();
  return {
    wait(fn, ms) {
      waiting.set(next, { fn, ms });
      return next++;
    },
    clear: (timer) => waiting.delete(timer),
    /** Milliseconds of the timers that are set. */
    get set() {
      return [...waiting.values()].map((entry) => entry.ms);
    },
    async fire() {
      const entries = [...waiting.values()];
      waiting.clear();
      for (const { fn } of entries) await fn();
      await settled();
    },
  };
}

/** After all promises that are on their way. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));
