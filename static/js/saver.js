/**
 * Saves drafts: mirrored in the browser at once, posted within a second of the change, posted again until the
 * server has answered. A draft counts as saved only then.
 */

import { restoreDraft, toShapeChanged } from "./drafts.js";
import { pauseMs } from "./net.js";

const DELAY_MS = 600;
const MIRROR = "draft:";

/**
 * @param {{storage: object, post: (path: string, body: object, last?: boolean) => Promise<any>,
 *   onSaved: (draftId: string, answer: {saved_at: string, sequence: number}) => void,
 *   onRefused: (draftId: string, error: Error) => void, onChange?: () => void,
 *   wait?: (fn: () => void, ms: number) => any, clear?: (timer: any) => void}} options
 */
export function createSaver({ storage, post, onSaved, onRefused, onChange = () => {}, wait = setTimeout, clear = clearTimeout }) {
  /** @type {Map<string, {draft: object, timer: any, sending: boolean, failures: number}>} */
  const entries = new Map();
  /** Posts on their way. @type {Map<string, Promise<any>>} */
  const sending = new Map();

  const answered = (entry, sent, answer) => {
    entry.failures = 0;
    if (entry.draft.sequence <= sent.sequence) forget(sent.draft_id);
    onSaved(sent.draft_id, answer);
  };

  const failed = (entry, sent, error) => {
    if (error?.name !== "RequestError") throw error;
    entry.failures += 1;
    if (error.passing || error.status >= 500) return;
    entries.delete(sent.draft_id); // the mirror stays: the shape is not lost
    onRefused(sent.draft_id, error);
  };

  const send = async (id) => {
    const entry = entries.get(id);
    if (!entry || entry.sending) return;
    clear(entry.timer);
    entry.timer = null;
    entry.sending = true;
    const sent = entry.draft;
    const way = post("/ss/draft", toShapeChanged(sent));
    sending.set(id, way);
    try {
      const answer = await way;
      if (entries.get(id) === entry) answered(entry, sent, answer);
    } catch (error) {
      if (entries.get(id) === entry) failed(entry, sent, error);
    } finally {
      entry.sending = false;
      sending.delete(id);
      if (entries.get(id) === entry) entry.timer = wait(() => send(id), entry.failures ? pauseMs(entry.failures) : DELAY_MS);
      onChange();
    }
  };

  const forget = (id) => {
    clear(entries.get(id)?.timer);
    entries.delete(id);
    storage.remove(MIRROR + id);
    onChange();
  };

  return {
    /** A draft has changed. @returns {boolean} whether the mirror outlives the page */
    touch(draft) {
      const lasting = storage.write(MIRROR + draft.draft_id, toShapeChanged(draft));
      const entry = entries.get(draft.draft_id) ?? { timer: null, sending: false, failures: 0 };
      entry.draft = draft;
      entries.set(draft.draft_id, entry);
      if (!entry.sending && entry.timer === null) entry.timer = wait(() => send(draft.draft_id), DELAY_MS);
      onChange();
      return lasting;
    },
    forget,
    /** Waits until nothing of a draft is on its way: a decision on it must not be overtaken by its own draft. */
    settled: (id) => Promise.allSettled([sending.get(id)]),
    /** Sends one draft now, or all that wait. */
    flush: (id = null) => Promise.all([...entries.keys()].filter((key) => id === null || key === id).map(send)),
    /** Sends what waits while the page goes away. */
    leave() {
      for (const { draft } of entries.values()) post("/ss/draft", toShapeChanged(draft), true).catch(() => {}); // mirrored; offered on return
    },
    get count() {
      return entries.size;
    },
    get offline() {
      return [...entries.values()].some((entry) => entry.failures > 0);
    },
  };
}

/**
 * Drafts of a source that only this browser has, or has a later state of. Older mirrors are cleared away.
 * @param {object} storage @param {Record<string, {sequence: number}>} known drafts of the server
 */
export function strayDrafts(storage, known, source_id, now = Date.now()) {
  const strays = [];
  for (const key of storage.keys(MIRROR)) {
    const kept = storage.read(key);
    if (!kept?.draft_id || (known[kept.draft_id]?.sequence ?? 0) >= kept.sequence) storage.remove(key);
    else if (kept.source_id === source_id) strays.push(restoreDraft(kept, { project_id: kept.project_id, source_id, now }));
  }
  return strays;
}
