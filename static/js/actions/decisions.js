/** Decisions of the person: shown at once, kept until the server has stored them. */

import { commitKind, foresee, leaveKind, sceneKind, toDecided } from "../decide.js";
import { draftFor, find, isOpen, keyOf, refOfDraft, sameRef } from "../lookup.js";
import { SAYS } from "../sentences.js";

export function decisionActions(c, act) {
  const { state, queue, stopwatch } = c;

  const baseOf = (ref) => (ref.kind === "draft" ? null : find(state, ref));
  const shown = () => ({ proposals: state.get("proposals"), labels: state.get("labels") });

  /** Sends one decision on an object and shows what follows from it. */
  const decide = (kind, ref, { draft = null, reason = null, after = true } = {}) => {
    const base = ref ? baseOf(ref) : null;
    const body = toDecided({
      ...c.place(),
      decision_id: c.newId(),
      kind,
      run_id: state.get("run")?.id ?? null,
      proposal: ref?.kind === "proposal" ? base : null,
      label: ref?.kind === "label" ? base : null,
      draft,
      reason,
      time: ref ? stopwatch.take(keyOf(ref)) : undefined,
    });
    const selected = ref && sameRef(state.get("selected"), ref);
    state.patch(foresee(shown(), body));
    if (draft) act.dropDraft(draft.draft_id, false);
    state.set("rejecting", false);
    queue.add({ id: body.decision_id, path: "/ss/decide", body, context: { sequence: draft?.sequence ?? 0 } });
    if (selected && after) act.selectAfter(ref);
  };

  const isSaving = (ref) => ref.kind === "label" && Boolean(find(state, ref)?.saving);

  /** Commits an object: accept, edit or add; waits for a mask that is still being made. @returns {boolean} */
  const commitRef = (ref) => {
    const base = baseOf(ref);
    const draft = draftFor(state, ref);
    if (ref.kind !== "draft" && !base) return false;
    if (isSaving(ref)) return refuse(SAYS.stillSaving);
    if (ref.kind === "proposal" && !isOpen(base)) return false;
    if (draft?.mask_pending) {
      act.markDraft(draft.draft_id, { then: "commit" });
      if (sameRef(state.get("selected"), ref)) act.selectAfter(ref);
      return true;
    }
    const kind = commitKind(ref, draft, base);
    if (!kind) return ref.kind === "draft" ? refuse(SAYS.shapeMissing) : settleUntouched(ref, draft);
    if (kind === "accept" && !base.geometry) return refuse(SAYS.shapeMissing);
    if (kind !== "accept" && !draft.geometry) return refuse(SAYS.shapeMissing);
    if (kind === "add" && !draft.class_id) return refuse(SAYS.classMissing);
    if (kind === "accept" && draft) act.dropDraft(draft.draft_id);
    decide(kind, ref, { draft: kind === "accept" ? null : draft });
    return true;
  };

  const refuse = (text) => {
    act.notice({ kind: "warn", text });
    return false;
  };

  const settleUntouched = (ref, draft) => {
    if (draft) act.dropDraft(draft.draft_id);
    act.select(null);
    return false;
  };

  const target = (ref) => {
    if (ref) return ref;
    const [hovered, selected] = [state.get("hovered"), state.get("selected")];
    const other = hovered?.kind === "proposal" && !sameRef(hovered, selected) && find(state, hovered);
    return other && isOpen(other) ? hovered : selected;
  };

  const onSelected = (fn) => {
    const ref = state.get("selected");
    return ref ? fn(ref) : refuse(SAYS.nothingSelected);
  };

  const travel = (path, entry, own) => {
    if (own()) return;
    if (state.get("conflict")) return refuse(SAYS.settleFirst);
    if (!state.get(entry) && queue.count === 0) return;
    const id = c.newId();
    const body = { decision_id: id, ...c.place() };
    queue.add({ id, path, body, context: { says: state.get(entry)?.says ?? null } });
  };

  return {
    decide,

    /** Accepts the proposal named, else the one pointed at, else the selected object. */
    accept(ref) {
      const on = target(ref ?? null);
      if (!on) return refuse(SAYS.nothingSelected);
      return commitRef(on);
    },

    commit: () => (state.get("selected") ? commitRef(state.get("selected")) : false),

    /** A draft whose mask has come after its object was committed or left. @param {"commit"|"leave"} how */
    commitDraft(id, how) {
      const draft = state.get("drafts")[id];
      const ref = refOfDraft(state, draft);
      act.markDraft(id, { then: null });
      if (how === "commit") return commitRef(ref);
      if (sameRef(state.get("selected"), ref)) return false;
      const fresh = state.get("drafts")[id];
      if (leaveKind(ref, fresh, baseOf(ref)) && !isSaving(ref)) decide("edit", ref, { draft: fresh });
      return true;
    },

    startReject() {
      return onSelected((ref) => {
        if (ref.kind === "label") return refuse(SAYS.rejectLabel);
        if (ref.kind === "draft") return act.cancelChanges();
        return state.set("rejecting", !state.get("rejecting"));
      });
    },

    reject(reason, ref = state.get("selected")) {
      const base = ref?.kind === "proposal" ? baseOf(ref) : null;
      if (!reason || !base || !isOpen(base)) return;
      const draft = draftFor(state, ref);
      if (draft) act.forgetPrompts(draft.draft_id);
      decide("reject", ref, { draft, reason });
    },

    flag() {
      return onSelected((ref) => {
        if (ref.kind === "draft" || isSaving(ref)) return refuse(ref.kind === "draft" ? SAYS.shapeMissing : SAYS.stillSaving);
        const draft = draftFor(state, ref);
        return decide("flag", ref, { draft: draft && leaveKind(ref, draft, baseOf(ref)) ? draft : null });
      });
    },

    retire() {
      return onSelected((ref) => {
        if (ref.kind !== "label") return refuse(SAYS.nothingSelected);
        if (isSaving(ref)) return refuse(SAYS.stillSaving);
        decide("retire", ref, { draft: draftFor(state, ref) });
        return act.notice({ kind: "ok", text: SAYS.retired, action: { label: SAYS.undo, run: () => act.undo() } });
      });
    },

    nothingHere() {
      const { kind, open } = sceneKind(state.get("run"), state.get("proposals"));
      if (!kind) return refuse(open > 0 ? SAYS.openLeft(open) : SAYS.nothingAsked);
      decide(kind, null);
      return act.notice({ kind: "ok", text: kind === "nothing_here" ? SAYS.nothingHere : SAYS.sceneComplete });
    },

    undo: () => travel("/ss/undo", "undo", act.undoShape),
    redo: () => travel("/ss/redo", "redo", act.redoShape),
  };
}
