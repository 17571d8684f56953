/** Drafts as values: how they begin, change, go back and are sent. Nothing here touches the page or the network. */

import { uuid7 } from "./ids.js";
import { sameGeometry } from "./map/geometry.js";

/** @typedef {import("./types.js").Draft} Draft @typedef {import("./types.js").PromptStep} PromptStep */

const KEPT_STEPS = 50;
const POINTS_LIMIT = 200;
const SNAPSHOT = ["geometry", "prompts", "function", "class_id", "name", "shape", "from"];

/**
 * @param {{project_id: string, source_id: string, run_id?: string|null, proposal?: object, label?: object,
 *   function?: string|null, class_id?: string|null, now?: number}} from
 * @returns {Draft}
 */
export function createDraft({ project_id, source_id, run_id = null, proposal, label, now = Date.now(), ...kind }) {
  const base = proposal ?? label ?? { geometry: null, name: null, ...kind };
  return {
    draft_id: uuid7(now),
    project_id,
    source_id,
    sequence: 0,
    proposal_id: proposal?.id ?? null,
    label_id: label?.id ?? null,
    run_id: proposal?.run_id ?? run_id,
    geometry: base.geometry ?? null,
    function: base.function ?? null,
    class_id: base.class_id ?? null,
    name: base.name ?? null,
    prompts: [],
    shape: base.geometry ?? null,
    from: 0,
    started_at: now,
    saved_at: null,
    dirty: false,
    mask_pending: false,
    past: [],
    future: [],
  };
}

/**
 * A draft as the server or the browser's mirror kept it. Prompts made after a change by hand are not asked again: the
 * shape as it was kept is what further prompts refine.
 * @param {object} kept @param {{project_id: string, source_id: string, base?: object|null, now?: number}} place
 */
export function restoreDraft(kept, { project_id, source_id, base = null, now = Date.now() }) {
  const prompts = kept.prompts ?? [];
  const last = prompts.at(-1)?.at_ms ?? 0;
  const owned = kept.proposal_id || kept.label_id;
  const whole = prompts.every(isPrompt) && (!owned || base !== null);
  return {
    ...createDraft({ project_id, source_id, now }),
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    prompts,
    shape: whole ? (base?.geometry ?? null) : (kept.geometry ?? null),
    from: whole ? 0 : prompts.length,
    started_at: now - last,
    dirty: false,
    mask_pending: false,
    past: [],
    future: [],
  };
}

const snapshot = (draft) => Object.fromEntries(SNAPSHOT.map((field) => [field, draft[field]]));
const moved = (draft, patch) => ({ ...draft, ...patch, sequence: draft.sequence + 1, dirty: true });

/** A person's change: one step of the draft's own history. @param {Draft} draft @returns {Draft} */
export function changeDraft(draft, patch) {
  return moved(draft, { ...patch, past: [...draft.past, snapshot(draft)].slice(-KEPT_STEPS), future: [] });
}

/** What follows from a step already taken (its mask has come): no step of its own. */
export function amendDraft(draft, patch) {
  return moved(draft, patch);
}

/** @param {Draft} draft @returns {Draft|null} null where there is nothing to take back */
export function undoDraft(draft) {
  if (draft.past.length === 0) return null;
  return moved(draft, {
    ...draft.past.at(-1),
    past: draft.past.slice(0, -1),
    future: [...draft.future, snapshot(draft)],
    mask_pending: false,
  });
}

/** @param {Draft} draft @returns {Draft|null} */
export function redoDraft(draft) {
  if (draft.future.length === 0) return null;
  return moved(draft, {
    ...draft.future.at(-1),
    past: [...draft.past, snapshot(draft)],
    future: draft.future.slice(0, -1),
    mask_pending: false,
  });
}

/** @param {Draft} draft @param {PromptStep} step @param {number} now epoch milliseconds */
export function withStep(draft, step, now, patch = {}) {
  const timed = { ...step, at_ms: Math.max(0, Math.round(now - draft.started_at)) };
  return changeDraft(draft, { ...patch, prompts: [...draft.prompts, timed] });
}

/** A change of the outline itself: what comes later refines this shape. @param {"vertex"|"outline"} kind */
export function reshapeDraft(draft, kind, geometry, lonlat, now) {
  const step = lonlat ? { kind, lonlat } : { kind };
  return withStep(draft, step, now, { geometry, shape: geometry, from: draft.prompts.length + 1, mask_pending: false });
}

/** Whether a step goes to the segmenter. */
export const isPrompt = (step) => step.kind === "point" || step.kind === "box";

/** The draft without its last point or box; null where none came after its shape. @param {Draft} draft */
export function withoutLastPrompt(draft) {
  const at = draft.prompts.findLastIndex(isPrompt);
  if (at < draft.from) return null;
  return changeDraft(draft, { prompts: draft.prompts.filter((_, index) => index !== at) });
}

/**
 * What the next mask depends on: the shape that is refined, and the box and signed points that came after it. A box
 * drawn by the person stands in the place of the shape; a proposal without an outline yet is held by its own box.
 * @param {Draft} draft @param {{bounds?: number[]}|null} base proposal or label
 */
export function countingPrompts(draft, base) {
  const steps = draft.prompts.slice(draft.from).filter(isPrompt);
  const drawn = steps.findLast((step) => step.kind === "box")?.bounds ?? null;
  const points = steps.filter((step) => step.kind === "point").map((step) => [...step.lonlat, step.sign]);
  const geometry = drawn ? null : draft.shape;
  const box = drawn ?? (geometry ? null : (base?.bounds ?? null));
  return { geometry, box, points: points.slice(-POINTS_LIMIT) };
}

/** Whether a draft says something else than the object it began from. @param {Draft} draft */
export function isChanged(draft, base) {
  if (!base) return draft.geometry !== null;
  const said = (value) => value ?? null;
  const fields = ["function", "class_id", "name"].some((field) => said(draft[field]) !== said(base[field]));
  return fields || !sameGeometry(draft.geometry, base.geometry ?? null);
}

/** The message ShapeChanged of a draft. @param {Draft} draft */
export function toShapeChanged(draft) {
  const fields = ["draft_id", "project_id", "source_id", "sequence", "proposal_id", "label_id", "run_id"];
  const said = ["geometry", "function", "class_id", "name", "prompts"];
  return Object.fromEntries([...fields, ...said].map((field) => [field, draft[field]]));
}
