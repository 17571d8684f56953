/** Drafts as values: how they begin, change, go back and are sent. Nothing here touches the page or the network. */

import { uuid7 } from "./ids.js";
import { boundsOf, sameGeometry } from "./map/geometry.js";

/** @typedef {import("./types.js").Draft} Draft @typedef {import("./types.js").PromptStep} PromptStep */

const KEPT_STEPS = 50;
const POINTS_LIMIT = 200;
const SNAPSHOT = ["geometry", "prompts", "function", "class_id", "name", "mask_id", "by_hand"];

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
    mask_id: null,
    by_hand: false,
    started_at: now,
    saved_at: null,
    dirty: false,
    mask_pending: false,
    past: [],
    future: [],
  };
}

/** A draft as the server or the browser's mirror kept it. */
export function restoreDraft(kept, { project_id, source_id, now = Date.now() }) {
  const last = kept.prompts?.at(-1)?.at_ms ?? 0;
  return {
    ...createDraft({ project_id, source_id, now }),
    ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    prompts: kept.prompts ?? [],
    started_at: now - last,
    mask_id: null,
    by_hand: false,
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

/** Whether a step goes to the segmenter. */
export const isPrompt = (step) => step.kind === "point" || step.kind === "box";

/** The draft without its last point or box; null where it has none. @param {Draft} draft */
export function withoutLastPrompt(draft) {
  const at = draft.prompts.findLastIndex(isPrompt);
  if (at < 0) return null;
  return changeDraft(draft, { prompts: draft.prompts.filter((_, index) => index !== at) });
}

/**
 * Box and signed points that count for the next mask: those the machine placed first, then the person's. After a
 * vertex was moved by hand the outline itself says where the object ends.
 * @param {Draft} draft @param {{bounds?: number[], points?: number[][], geometry?: object}|null} base
 */
export function countingPrompts(draft, base) {
  const drawn = draft.prompts.findLast((step) => step.kind === "box")?.bounds ?? null;
  const own = draft.prompts.filter((step) => step.kind === "point").map((step) => [...step.lonlat, step.sign]);
  const shape = draft.by_hand ? boundsOf(draft.geometry) : null;
  const box = drawn ?? shape ?? base?.bounds ?? boundsOf(base?.geometry ?? null);
  const placed = drawn ? [] : (base?.points ?? []);
  return { box: box ?? null, points: [...placed, ...own].slice(-POINTS_LIMIT) };
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
