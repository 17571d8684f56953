/** What is selected and pointed at, and moving between proposals. */

import { isChanged } from "../drafts.js";
import { leaveKind } from "../decide.js";
import { draftFor, find, keyOf, neighbour, objectOf, sameRef } from "../lookup.js";

export function selectionActions(c, act) {
  const { state, map, stopwatch, tab } = c;

  /** Leaving a changed proposal or label writes its edit once; an untouched one writes nothing. */
  const leave = (ref) => {
    const draft = draftFor(state, ref);
    if (!draft) return;
    if (draft.mask_pending) return ref.kind === "draft" ? undefined : act.markDraft(draft.draft_id, { then: "leave" });
    const base = ref.kind === "draft" ? null : find(state, ref);
    if (leaveKind(ref, draft, base)) act.commitDraft(draft.draft_id, "leave");
    else if (!isChanged(draft, base)) act.dropDraft(draft.draft_id);
  };

  const turn = (ref) => {
    state.patch({ selected: ref, editing: false, rejecting: false });
    stopwatch.turnTo(keyOf(ref));
    tab.write("selected", ref);
  };

  // What a run drops, or an undo takes away, is no longer selected.
  state.on(["proposals", "labels", "drafts"], () => {
    if (state.get("selected") && !find(state, state.get("selected"))) turn(null);
  });

  const step = (direction) => {
    const selected = state.get("selected");
    const from = selected?.kind === "proposal" ? selected.id : null;
    const proposal = neighbour(state.get("proposals"), from, direction);
    if (!proposal) return;
    const ref = { kind: "proposal", id: proposal.id };
    act.select(ref);
    show(objectOf(state, ref).bounds);
  };

  /** Brings an object into view; close up where it is too small to judge. */
  const show = (bounds) => {
    if (map.isTiny(bounds)) map.closeUp(bounds);
    else if (map.isOutOfView(bounds)) map.panTo(bounds);
  };

  return {
    /** @param {import("../types.js").Ref|null} ref */
    select(ref) {
      const before = state.get("selected");
      if (sameRef(before, ref) || (!before && !ref)) return;
      turn(ref && find(state, ref) ? { kind: ref.kind, id: ref.id } : null);
      if (before) leave(before);
    },

    /** After a decision: on to the next open proposal that is in view; the map stays where it is. */
    selectAfter(ref) {
      const next = ref.kind === "proposal" ? neighbour(state.get("proposals"), ref.id, 1) : null;
      const to = next ? { kind: "proposal", id: next.id } : null;
      turn(to && !map.isOutOfView(objectOf(state, to).bounds) ? to : null);
    },

    hover(ref) {
      if (!sameRef(state.get("hovered"), ref)) state.set("hovered", ref ?? null);
    },

    next: () => step(1),
    previous: () => step(-1),

    /** Shows an object close up. */
    focus(ref) {
      const bounds = objectOf(state, ref)?.bounds;
      if (bounds) map.closeUp(bounds);
    },

    focusDirection(direction) {
      const target = state.get("out_of_view").target[direction];
      const bounds = target && objectOf(state, target)?.bounds;
      if (bounds) map.panTo(bounds);
    },

    /** Takes away what is unfinished, one thing at a time; then deselects. */
    escape() {
      if (map.cancelGesture()) return;
      if (state.get("rejecting")) return state.set("rejecting", false);
      if (state.get("editing")) return state.set("editing", false);
      if (act.cancelChanges()) return;
      act.select(null);
    },
  };
}
