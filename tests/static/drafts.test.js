import assert from "node:assert/strict";
import { test } from "node:test";

import {
  amendDraft, changeDraft, countingPrompts, createDraft, isChanged, redoDraft, reshapeDraft, restoreDraft,
  toShapeChanged, undoDraft, withoutLastPrompt, withStep,
} from "../../static/js/drafts.js";
import { id, label, place, proposal, RUN, square } from "./values.js";

const point = (lon, sign = 1) => ({ kind: "point", lonlat: [lon, 0], sign });
const T0 = 1_700_000_000_000;

test("a draft of a proposal begins as the proposal and is not a change", () => {
  const base = proposal(0);
  const draft = createDraft({ ...place, proposal: base, now: T0 });
  assert.equal(draft.proposal_id, base.id);
  assert.equal(draft.run_id, RUN);
  assert.equal(draft.sequence, 0);
  assert.equal(isChanged(draft, base), false);
});

test("a draft of a new place takes class and function of the query and changes only with a shape", () => {
  const draft = createDraft({ ...place, run_id: RUN, function: "educational", class_id: "school" });
  assert.deepEqual([draft.class_id, draft.function, draft.name, draft.proposal_id], ["school", "educational", null, null]);
  assert.equal(isChanged(draft, null), false);
  assert.equal(isChanged({ ...draft, geometry: square(0, 0) }, null), true);
});

test("name, class and shape are each a change; the same coordinates are not", () => {
  const base = label(0);
  const draft = createDraft({ ...place, label: base });
  assert.equal(isChanged({ ...draft, name: "Other" }, base), true);
  assert.equal(isChanged({ ...draft, class_id: "cinema" }, base), true);
  assert.equal(isChanged({ ...draft, geometry: square(0, 1, 0.0011) }, base), true);
  assert.equal(isChanged({ ...draft, geometry: structuredClone(base.geometry) }, base), false);
});

test("the sequence grows with every change, also when one is taken back", () => {
  let draft = createDraft({ ...place, proposal: proposal(0), now: T0 });
  draft = withStep(draft, point(1), T0 + 40.4);
  draft = amendDraft(draft, { geometry: square(1, 1) });
  assert.equal(draft.sequence, 2);
  draft = undoDraft(draft);
  assert.equal(draft.sequence, 3);
  draft = redoDraft(draft);
  assert.equal(draft.sequence, 4);
  assert.equal(draft.dirty, true);
});

test("steps carry whole milliseconds since the draft began", () => {
  const draft = withStep(createDraft({ ...place, proposal: proposal(0), now: T0 }), point(1), T0 + 1234.6);
  assert.deepEqual(draft.prompts, [{ kind: "point", lonlat: [1, 0], sign: 1, at_ms: 1235 }]);
});

test("undo brings back shape and prompts together, redo the mask that had come", () => {
  const base = proposal(0);
  const clicked = withStep(createDraft({ ...place, proposal: base, now: T0 }), point(1), T0);
  const masked = amendDraft(clicked, { geometry: square(5, 5) });
  const back = undoDraft(masked);
  assert.deepEqual([back.geometry, back.prompts], [base.geometry, []]);
  assert.equal(undoDraft(back), null);
  const again = redoDraft(back);
  assert.deepEqual([again.geometry, again.prompts.length], [square(5, 5), 1]);
  assert.equal(redoDraft(again), null);
});

test("a new change after undo leaves nothing to redo", () => {
  let draft = changeDraft(createDraft({ ...place, proposal: proposal(0) }), { name: "A" });
  draft = changeDraft(undoDraft(draft), { name: "B" });
  assert.equal(redoDraft(draft), null);
});

test("prompts on a proposal refine its shape", () => {
  const base = proposal(0);
  const draft = withStep(withStep(createDraft({ ...place, proposal: base }), point(1), 0), point(2, -1), 0);
  assert.deepEqual(countingPrompts(draft, base), { geometry: base.geometry, box: null, points: [[1, 0, 1], [2, 0, -1]] });
});

test("a proposal without an outline yet is held by its box", () => {
  const base = proposal(0, { geometry: null });
  const draft = withStep(createDraft({ ...place, proposal: base }), point(1), 0);
  assert.deepEqual(countingPrompts(draft, base), { geometry: null, box: base.bounds, points: [[1, 0, 1]] });
});

test("a drawn box stands in the place of the shape; the last one counts", () => {
  const base = proposal(0);
  let draft = withStep(createDraft({ ...place, proposal: base }), { kind: "box", bounds: [0, 0, 1, 1] }, 0);
  draft = withStep(draft, { kind: "box", bounds: [0, 0, 2, 2] }, 0);
  assert.deepEqual(countingPrompts(draft, base), { geometry: null, box: [0, 0, 2, 2], points: [] });
});

test("after a change by hand its shape is refined, by what came later only", () => {
  const base = proposal(0);
  let draft = withStep(createDraft({ ...place, proposal: base }), point(1), 0);
  draft = reshapeDraft(draft, "vertex", square(7, 7), [7, 7], 0);
  draft = withStep(draft, point(3), 0);
  assert.deepEqual(countingPrompts(draft, base), { geometry: square(7, 7), box: null, points: [[3, 0, 1]] });
  assert.equal(draft.prompts.length, 3);
});

test("taking a prompt back leaves changes by hand alone", () => {
  let draft = withStep(createDraft({ ...place, proposal: proposal(0) }), point(1), 0);
  draft = reshapeDraft(draft, "vertex", square(7, 7), [7, 7], 0);
  assert.equal(withoutLastPrompt(draft), null);
  draft = withStep(draft, point(3), 0);
  assert.deepEqual(withoutLastPrompt(draft).prompts.map((step) => step.kind), ["point", "vertex"]);
});

test("a draft kept by the server is refined from its object where only prompts shaped it", () => {
  const base = proposal(0);
  const kept = { draft_id: id(9), sequence: 4, proposal_id: base.id, label_id: null, geometry: square(5, 5), prompts: [{ ...point(1), at_ms: 500 }] };
  const draft = restoreDraft(kept, { ...place, base, now: T0 });
  assert.deepEqual([draft.sequence, draft.dirty, draft.started_at], [4, false, T0 - 500]);
  assert.deepEqual(countingPrompts(draft, base), { geometry: base.geometry, box: null, points: [[1, 0, 1]] });
});

test("a draft kept after a change by hand is refined from the shape that was kept", () => {
  const base = proposal(0);
  const prompts = [{ ...point(1), at_ms: 1 }, { kind: "vertex", lonlat: [7, 7], at_ms: 2 }];
  const kept = { draft_id: id(9), sequence: 4, proposal_id: base.id, label_id: null, geometry: square(7, 7), prompts };
  assert.deepEqual(countingPrompts(restoreDraft(kept, { ...place, base }), base), { geometry: square(7, 7), box: null, points: [] });
});

test("what is sent holds no field of the page alone", () => {
  const draft = createDraft({ ...place, proposal: proposal(0) });
  assert.deepEqual(Object.keys(toShapeChanged(draft)).sort(), [
    "class_id", "draft_id", "function", "geometry", "label_id", "name", "project_id", "prompts", "proposal_id", "run_id", "sequence", "source_id",
  ]);
});
