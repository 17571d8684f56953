/** Clicks and boxes: each becomes a step of a draft; one request at a time asks for the mask of all of them. */

import { amendDraft, countingPrompts, createDraft, isPrompt, withoutLastPrompt, withStep } from "../drafts.js";
import { classForNewPlace, find, objectOf, refOfDraft } from "../lookup.js";
import { shareCovered } from "../map/geometry.js";
import { SAYS } from "../sentences.js";

const SILENCE_MS = 30_000;
const SAME_PLACE = 0.5;

export function promptActions(c, act) {
  const { state, bridge, tab } = c;
  /** Last request of each draft. @type {Map<string, {request_id: string, steps: number, again: boolean, open: boolean, timer: any}>} */
  const requests = new Map();

  const setRings = (rings) => state.patch({ rings, pending_prompts: rings.length });

  const newPlace = () => {
    const { run, boot } = { run: state.get("run"), boot: state.get("boot") };
    const kind = classForNewPlace(state.get("proposals"), run?.query ?? "", boot?.taxonomy);
    return createDraft({ ...c.place(), run_id: run?.id ?? null, ...kind });
  };

  /** The draft a prompt goes to: the selected object's, or that of a new place. */
  const draftForPrompt = (fresh) => {
    const selected = fresh ? null : state.get("selected");
    return selected ? act.draftToChange(selected) : newPlace();
  };

  const addPrompt = (draft, step, ring) => {
    const changed = { ...withStep(draft, step, c.now()), mask_pending: true };
    if (ring) setRings([...state.get("rings"), { id: c.newId(), draft_id: draft.draft_id, step: draft.prompts.length, ...ring }]);
    act.putDraft(changed);
    const ref = refOfDraft(state, changed);
    if (ref.kind === "draft") act.select(ref);
    requestMask(draft.draft_id);
  };

  const requestMask = (id) => {
    const before = requests.get(id);
    if (before?.open) {
      before.again = true;
      return;
    }
    const draft = state.get("drafts")[id];
    if (!draft) return;
    const ref = refOfDraft(state, draft);
    const base = ref.kind === "draft" ? null : find(state, ref);
    const request_id = c.newId();
    const timer = setTimeout(() => giveUp(id, request_id), SILENCE_MS);
    requests.set(id, { request_id, steps: draft.prompts.length, again: false, open: true, timer });
    act.markDraft(id, { mask_pending: true });
    tab.write(`asked:${id}`, true);
    const { project_id, source_id, draft_id, class_id } = draft;
    bridge.prompt({ request_id, project_id, source_id, draft_id, class_id, ...countingPrompts(draft, base) });
  };

  const giveUp = (id, request_id) => {
    const request = requests.get(id);
    if (request?.request_id === request_id && request.open) failed(id, SAYS.silent);
  };

  /** Ends a request; its clicks stay as points. Asks again if more were made meanwhile. */
  const finish = (id) => {
    const request = requests.get(id);
    clearTimeout(request.timer);
    request.open = false;
    tab.remove(`asked:${id}`);
    setRings(state.get("rings").filter((ring) => ring.draft_id !== id || ring.step >= request.steps));
    return request.again;
  };

  const failed = (id, sentence) => {
    const again = finish(id);
    act.markDraft(id, { mask_pending: false, then: null });
    if (again) return requestMask(id);
    act.notice({ kind: "warn", text: sentence });
  };

  const masked = (id, { geometry }) => {
    const request = requests.get(id);
    const again = finish(id);
    const draft = state.get("drafts")[id];
    if (!geometry) return failed(id, SAYS.noMask);
    act.putDraft(amendDraft(draft, { geometry, mask_pending: again }));
    if (again) return requestMask(id);
    if (draft.then) act.commitDraft(id, draft.then);
  };

  bridge.onPrompt(({ request_id, message }) => {
    const id = message.draft_id ?? [...requests].find(([, request]) => request.request_id === request_id)?.[0];
    if (requests.get(id)?.request_id !== request_id || !state.get("drafts")[id]) return; // an older request's answer
    if (message.type === "failed") failed(id, message.sentence);
    if (message.type === "mask") masked(id, message);
  });

  return {
    /** @param {[number, number]} lonlat @param {1|-1} sign @param {boolean} fresh a new place, whatever is selected */
    promptPoint(lonlat, sign, fresh) {
      if (!state.get("source")) return act.notice({ kind: "warn", text: SAYS.noSource });
      const draft = draftForPrompt(fresh);
      if (!draft) return;
      const alone = !draft.proposal_id && !draft.label_id && draft.prompts.length === 0;
      if (sign < 0 && alone) return act.notice({ kind: "warn", text: SAYS.excludeFirst });
      addPrompt(draft, { kind: "point", lonlat, sign }, { lonlat, sign });
    },

    /** A box round the selected object gives it that box; any other box begins a new place. */
    promptBox(bounds, fresh) {
      if (!state.get("source")) return act.notice({ kind: "warn", text: SAYS.noSource });
      const selected = objectOf(state, state.get("selected"));
      const round = selected?.bounds && shareCovered(selected.bounds, bounds) >= SAME_PLACE;
      const draft = draftForPrompt(fresh || !round);
      if (draft) addPrompt(draft, { kind: "box", bounds }, null);
    },

    /** Takes the last point or box back and asks for the mask of those that are left; else the last change by hand. */
    takeBackPrompt() {
      const draft = objectOf(state, state.get("selected"))?.draft;
      const shorter = draft && withoutLastPrompt(draft);
      if (!shorter) return void act.undoShape();
      act.forgetPrompts(draft.draft_id);
      const left = shorter.prompts.slice(shorter.from).some(isPrompt);
      if (!left && !shorter.shape && refOfDraft(state, draft).kind === "draft") return void act.cancelChanges();
      const before = draft.past.findLast((step) => step.prompts.length === shorter.prompts.length);
      const geometry = left ? (before?.geometry ?? draft.geometry) : shorter.shape;
      act.putDraft({ ...shorter, geometry, mask_pending: left });
      if (left) requestMask(draft.draft_id);
    },

    /** Asks again for the masks that a reload has cut off. */
    resumePrompts() {
      for (const key of tab.keys("asked:")) {
        const id = key.slice("asked:".length);
        const last = state.get("drafts")[id]?.prompts.at(-1);
        if (last && isPrompt(last)) requestMask(id);
        else tab.remove(key);
      }
    },

    /** Whatever is still asked for a draft no longer counts. */
    forgetPrompts(id) {
      const request = requests.get(id);
      if (!request) return;
      clearTimeout(request.timer);
      requests.delete(id);
      tab.remove(`asked:${id}`);
      setRings(state.get("rings").filter((ring) => ring.draft_id !== id));
      act.markDraft(id, { mask_pending: false });
    },
  };
}
