/** What happens when the server answers a write, refuses it, or finds that somebody else was faster. */

import { draftOfDecided, foresee, settle, withLabels, withStates } from "../decide.js";
import { restoreDraft } from "../drafts.js";
import { uuid7 } from "../ids.js";
import { SAYS } from "../sentences.js";

/**
 * Handlers of the queue.
 * @param {object} c
 * @param {object} act
 */
export function deliveries(c, act) {
  const { state } = c;
  const shown = () => ({ proposals: state.get("proposals"), labels: state.get("labels") });
  const here = (body) => !body.source_id || body.source_id === state.get("source")?.id;

  const noteHistory = (answer) => {
    const { undo = null, redo = null } = answer;
    state.patch({ undo, redo });
    c.saved.refused = null;
    c.saved.at = answer.saved_at ?? c.saved.at;
  };

  const decided = (body, answer) => {
    noteHistory(answer);
    if (!here(body)) return;
    const selected = state.get("selected");
    state.patch(settle(shown(), body, answer));
    const waiting = `saving-${body.decision_id}`;
    if (selected?.id === waiting && answer.label) state.set("selected", { kind: "label", id: answer.label.id });
  };

  const travelled = ({ path, context }, answer) => {
    noteHistory(answer);
    const { proposals, labels } = shown();
    const source = state.get("source")?.id;
    const changed = (answer.labels ?? []).filter((label) => !label.source_id || label.source_id === source);
    state.patch({ labels: withLabels(labels, changed), proposals: withStates(proposals, answer.proposals ?? []) });
    const told = path === "/ss/undo" ? SAYS.tookBack : SAYS.doneAgain;
    act.notice(context?.says ? { kind: "ok", text: told(context.says) } : null);
  };

  const conflicted = (body, { theirs }) => {
    state.set("labels", withLabels(state.get("labels"), [theirs]));
    const close = () => {
      state.patch({ conflict: null, notice: null });
      act.refreshSaved();
    };
    const keepMine = () => {
      const mine = { ...body, decision_id: uuid7(), expected_version: theirs.version };
      close();
      state.patch(foresee(shown(), mine));
      c.queue.add({ id: mine.decision_id, path: "/ss/decide", body: mine });
    };
    const choices = [{ label: SAYS.keepMine, run: keepMine }, { label: SAYS.takeTheirs, run: close }];
    state.set("conflict", { theirs, mine: body, keepMine, takeTheirs: close });
    const text = SAYS.conflict(theirs.name ?? SAYS.unnamed, theirs.author ?? SAYS.somebody);
    act.notice({ kind: "bad", text, action: choices[0], actions: choices });
  };

  /** What was shown is no longer true: take the server's state, and keep the refused shape as a draft. */
  const refused = async (job, error) => {
    c.saved.refused = error.message;
    act.notice({ kind: "bad", text: error.message });
    const kept = job.path === "/ss/decide" && here(job.body) ? draftOfDecided(job.body) : null;
    await act.reloadState();
    const sequence = (job.context?.sequence ?? 0) + 1;
    if (kept) act.putDraft({ ...restoreDraft({ ...kept, sequence }, c.place()), dirty: true });
  };

  return {
    onDone(job, answer) {
      if (job.path === "/ss/decide") decided(job.body, answer);
      else if (job.path === "/ss/undo" || job.path === "/ss/redo") travelled(job, answer);
      act.refreshSaved();
    },
    onRefused(job, error) {
      if (error.status === 409 && error.body.theirs) conflicted(job.body, error.body);
      else if (job.path === "/ss/draft/discard") c.saved.refused = null;
      else void refused(job, error);
      act.refreshSaved();
    },
  };
}
