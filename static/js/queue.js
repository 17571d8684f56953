/**
 * Writes that must reach the server, in order, one at a time. Each waits in the browser's store until it was
 * answered, so that neither a killed page nor a killed server loses one; the same id goes out again, which the
 * server takes for the same write.
 */

import { pauseMs } from "./net.js";

const UNSURE_TRIES = 4;

/** @typedef {import("./types.js").Job} Job */

/**
 * @param {{storage: object, send: (job: Job) => Promise<any>, onDone: (job: Job, answer: any) => void,
 *   onRefused: (job: Job, error: import("./net.js").RequestError) => void, onChange?: () => void,
 *   wait?: (fn: () => void, ms: number) => any, clear?: (timer: any) => void, now?: () => number}} options
 */
export function createQueue({ storage, send, onDone, onRefused, onChange = () => {}, wait = setTimeout, clear = clearTimeout, now = Date.now }) {
  let counter = 0;
  let busy = false;
  let timer = null;
  let failures = 0;

  const keyFor = (job) => `job:${String(now()).padStart(15, "0")}-${String((counter += 1)).padStart(6, "0")}:${job.id}`;
  const keys = () => storage.keys("job:");

  const attempt = async (key, job) => {
    try {
      const answer = await send(job);
      storage.remove(key);
      failures = 0;
      onDone(job, answer);
      return true;
    } catch (error) {
      if (error?.name !== "RequestError") throw error;
      failures += 1;
      const again = error.passing || (error.status >= 500 && failures < UNSURE_TRIES);
      if (again) return false;
      storage.remove(key);
      failures = 0;
      onRefused(job, error);
      return true;
    }
  };

  const run = async () => {
    if (busy) return;
    busy = true;
    clear(timer);
    try {
      for (let [key] = keys(); key; [key] = keys()) {
        const job = storage.read(key);
        if (!job) {
          storage.remove(key);
          continue;
        }
        const went = await attempt(key, job);
        onChange();
        if (!went) {
          timer = wait(run, pauseMs(failures));
          return;
        }
      }
    } finally {
      busy = false;
      onChange();
    }
  };

  return {
    /** @param {Job} job */
    add(job) {
      storage.write(keyFor(job), job);
      onChange();
      return run();
    },
    /** Sends what waits, now (at the start, and when the network is back). */
    run,
    /** Jobs not yet answered, oldest first. @returns {Job[]} */
    waiting: () => keys().map((key) => storage.read(key)).filter(Boolean),
    get count() {
      return keys().length;
    },
    /** Whether the last attempt found no server. */
    get offline() {
      return failures > 0;
    },
  };
}
