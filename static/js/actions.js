/** Everything a person can do on the page, by name. Panels, keys and map tools all call these. */

import { decisionActions } from "./actions/decisions.js";
import { deliveries } from "./actions/delivery.js";
import { promptActions } from "./actions/prompts.js";
import { selectionActions } from "./actions/selection.js";
import { sessionActions } from "./actions/session.js";
import { shapingActions } from "./actions/shaping.js";
import { viewActions } from "./actions/view.js";
import { countsOf } from "./counts.js";
import { uuid7 } from "./ids.js";
import { createQueue } from "./queue.js";
import { createSaver } from "./saver.js";
import { savedStatus } from "./saved.js";
import { createStopwatch } from "./stopwatch.js";
import { createStorage } from "./storage.js";
import { SAYS } from "./sentences.js";

/**
 * @param {object} state @param {object} bridge @param {object} net @param {object} map
 * @param {{storage?: object, tab?: object, now?: () => number, newId?: () => string}} [options] `storage` outlives the
 *   browser, `tab` a reload
 */
export function createActions(state, bridge, net, map, options = {}) {
  const { storage = createStorage(), tab = createStorage(null), now = Date.now, newId = uuid7 } = options;
  const act = {};
  const c = { state, bridge, net, map, storage, tab, now, newId: () => newId(), stopwatch: createStopwatch() };
  c.saved = { at: null, refused: null };
  c.place = () => ({ project_id: state.get("boot")?.project.id ?? null, source_id: state.get("source")?.id ?? null });

  act.refreshSaved = () => {
    const { queue, saver, saved } = c;
    const waiting = (queue?.count ?? 0) + (saver?.count ?? 0);
    const offline = Boolean(queue?.offline || saver?.offline);
    const next = savedStatus({ waiting, offline, conflict: state.get("conflict") !== null, ...saved });
    if (JSON.stringify(next) !== JSON.stringify(state.get("saved"))) state.set("saved", next);
  };

  c.saver = createSaver({
    storage,
    post: net.post,
    onSaved(id, { saved_at, sequence }) {
      c.saved.at = saved_at;
      c.saved.refused = null;
      const draft = state.get("drafts")[id];
      if (draft) act.markDraft(id, { saved_at, dirty: draft.sequence > sequence });
    },
    onRefused(id, error) {
      c.saved.refused = error.message;
      act.notice({ kind: "bad", text: error.message });
    },
    onChange: () => act.refreshSaved(),
  });
  c.queue = createQueue({
    storage,
    async send(job) {
      await c.saver.settled(job.body.draft_id);
      return net.post(job.path, job.body);
    },
    onChange: () => act.refreshSaved(),
    ...deliveries(c, act),
  });

  const count = () => state.set("counts", countsOf(state.get("proposals"), state.get("labels")));
  state.on(["proposals", "labels"], count);

  const parts = [viewActions, shapingActions, promptActions, selectionActions, decisionActions, sessionActions];
  for (const part of parts) Object.assign(act, part(c, act));

  /** Follows the page: what waits is sent when the network is back, drafts go out when the page is left. */
  act.follow = () => {
    window.addEventListener("online", () => {
      void c.queue.run();
      void c.saver.flush();
    });
    window.addEventListener("pagehide", () => c.saver.leave());
    document.addEventListener("visibilitychange", () => (document.hidden ? c.stopwatch.pause() : c.stopwatch.resume()));
    document.addEventListener("pointerdown", () => c.stopwatch.click(), true);
    if (!storage.lasting) act.notice({ kind: "warn", text: SAYS.mirrorLost });
    void c.queue.run();
  };
  return act;
}
