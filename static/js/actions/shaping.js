/** Changes of shape, class and name: each makes or changes a draft, which is mirrored and saved at once. */

import { amendDraft, changeDraft, createDraft, isChanged, redoDraft, reshapeDraft, undoDraft } from "../drafts.js";
import { draftFor, find, functionOf, objectOf } from "../lookup.js";
import { rounded, sameGeometry } from "../map/geometry.js";
import { SAYS } from "../sentences.js";

export function shapingActions(c, act) {
  const { state, saver } = c;
  let warned = false;

  const shaping = {
    /** Shows and saves a draft's new state. */
    putDraft(draft) {
      state.set("drafts", { ...state.get("drafts"), [draft.draft_id]: draft });
      const lasting = saver.touch(draft);
      if (lasting || warned) return;
      warned = true;
      act.notice({ kind: "warn", text: SAYS.mirrorLost });
    },

    /** Changes what the page alone knows of a draft: nothing to save. */
    markDraft(id, patch) {
      const draft = state.get("drafts")[id];
      if (draft) state.set("drafts", { ...state.get("drafts"), [id]: { ...draft, ...patch } });
    },

    /** Takes a draft off the page; `everywhere`: off the server too. */
    dropDraft(id, everywhere = true) {
      const { [id]: draft, ...rest } = state.get("drafts");
      if (!draft) return;
      state.set("drafts", rest);
      act.forgetPrompts(id);
      saver.forget(id);
      if (!everywhere) return;
      c.queue.add({ id: c.newId(), path: "/ss/draft/discard", body: { draft_id: id, project_id: draft.project_id } });
    },

    /** The draft of an object, begun if there is none; null (with a notice) where it cannot be changed now. */
    draftToChange(ref) {
      const base = find(state, ref);
      if (!base) return null;
      if (ref.kind === "label" && base.saving) {
        act.notice({ kind: "warn", text: SAYS.stillSaving });
        return null;
      }
      return draftFor(state, ref) ?? createDraft({ ...c.place(), [ref.kind]: base });
    },

    /** Undoes a discard: the draft as it was, as a new change. */
    bringBack(draft, ref) {
      act.putDraft(amendDraft(draft, { mask_pending: false }));
      act.select(ref);
      act.notice(null);
    },

    setClass(classId) {
      const draft = act.draftToChange(state.get("selected"));
      if (!draft || draft.class_id === classId) return;
      const fn = functionOf(state.get("boot")?.taxonomy, classId) ?? draft.function;
      act.putDraft(changeDraft(draft, { class_id: classId, function: fn }));
    },

    setName(text) {
      const draft = act.draftToChange(state.get("selected"));
      const name = text.trim() || null;
      if (draft && draft.name !== name) act.putDraft(changeDraft(draft, { name }));
    },

    /** A vertex was moved, added or deleted on the map. */
    reshape(geometry, lonlat) {
      const draft = act.draftToChange(state.get("selected"));
      if (!draft) return;
      const shape = rounded(geometry);
      if (sameGeometry(shape, draft.geometry)) return;
      act.forgetPrompts(draft.draft_id);
      act.putDraft(reshapeDraft(draft, "vertex", shape, lonlat, c.now()));
    },

    /** Takes the digital map's outline for the selected proposal. */
    adoptMapOutline() {
      const ref = state.get("selected");
      const outline = ref?.kind === "proposal" ? find(state, ref)?.map_outline : null;
      if (!outline) return act.notice({ kind: "warn", text: SAYS.noMapOutline });
      const draft = act.draftToChange(ref);
      act.forgetPrompts(draft.draft_id);
      act.putDraft(reshapeDraft(draft, "outline", outline, null, c.now()));
    },

    /** Switches vertex editing of the selected object on or off. */
    edit() {
      if (state.get("editing")) return state.set("editing", false);
      const object = objectOf(state, state.get("selected"));
      if (!object?.geometry) return act.notice({ kind: "warn", text: SAYS.nothingToEdit });
      if (object.base.saving) return act.notice({ kind: "warn", text: SAYS.stillSaving });
      state.set("editing", true);
    },

    /** One step back in the selected draft's own history; one from before a reload has none: it goes as a whole. */
    undoShape() {
      if (travel(undoDraft)) return true;
      const ref = state.get("selected");
      const draft = draftFor(state, ref);
      const changed = draft && isChanged(draft, ref.kind === "draft" ? null : find(state, ref));
      return changed ? act.cancelChanges() : false;
    },
    redoShape: () => travel(redoDraft),

    /** Takes the selected object's changes away, with a way back. @returns {boolean} whether there were any */
    cancelChanges() {
      const ref = state.get("selected");
      const draft = draftFor(state, ref);
      if (!draft) return false;
      const base = ref.kind === "draft" ? null : find(state, ref);
      const worthKeeping = isChanged(draft, base);
      act.dropDraft(draft.draft_id);
      if (ref.kind === "draft") state.set("selected", null);
      if (worthKeeping) {
        const action = { label: SAYS.undo, run: () => act.bringBack(draft, ref) };
        act.notice({ kind: "ok", text: SAYS.discarded, action });
      }
      return true;
    },
  };

  const travel = (step) => {
    const draft = draftFor(state, state.get("selected"));
    const other = draft && step(draft);
    if (!other) return false;
    act.forgetPrompts(draft.draft_id);
    act.putDraft(other);
    return true;
  };

  return shaping;
}
