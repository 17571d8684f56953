import assert from "node:assert/strict";
import { test } from "node:test";

import { applyRunMessage } from "../../static/js/mail.js";
import { id, proposal, RUN, square } from "./values.js";

const page = (fields = {}) => ({ ask: { status: "running", text: "schools", request_id: id(1) }, run: { id: RUN, places: 0 }, steps: [], proposals: [], ...fields });
const apply = (shown, message, request = 1) => applyRunMessage(shown, { request_id: id(request), message });
const box = (place) => ({ type: "box", run_id: RUN, proposal_id: id(100 + place), place, bounds: [0, 0, 1, 1], name: null, class_id: "school", score: 0.5 });

test("a run that starts clears what the last one left", () => {
  const next = apply(page({ steps: [{}], proposals: [proposal(0)] }), { type: "run_started", run_id: RUN, query: "schools", tier: "class" });
  assert.deepEqual([next.steps, next.proposals, next.run.query, next.run.tier], [[], [], "schools", "class"]);
});

test("answers to an older request are left out", () => {
  assert.equal(apply(page(), box(0), 2), null);
});

test("boxes come in any order and stand in place order, without outline", () => {
  const first = apply(page(), box(1));
  const second = apply(page(first), box(0));
  assert.deepEqual(second.proposals.map((item) => [item.place, item.geometry, item.masked, item.state]), [[0, null, false, "open"], [1, null, false, "open"]]);
  assert.equal(second.run.places, 2);
});

test("a mask fills its box; an empty one leaves the outline that was there", () => {
  const boxed = page(apply(page(), box(0)));
  const masked = apply(boxed, { type: "mask", stage: 1, proposal_id: id(100), geometry: square(0, 0), score: 0.8, area_m2: 12 });
  assert.deepEqual([masked.proposals[0].geometry, masked.proposals[0].score, masked.proposals[0].masked], [square(0, 0), 0.8, true]);
  const empty = apply(page(masked), { type: "mask", stage: 2, proposal_id: id(100), geometry: null, score: 0, area_m2: 0 });
  assert.deepEqual(empty.proposals[0].geometry, square(0, 0));
});

test("what a person decided while it was streamed stays", () => {
  const decided = page({ proposals: [proposal(0, { state: "accepted", label_id: id(5) })] });
  const next = apply(decided, { ...proposal(0), type: "proposal", score: 0.99 });
  assert.deepEqual([next.proposals[0].state, next.proposals[0].label_id, next.proposals[0].score], ["accepted", id(5), 0.99]);
});

test("points and steps are added, the end closes the question", () => {
  const boxed = page(apply(page(), box(0)));
  assert.deepEqual(apply(boxed, { type: "points", proposal_id: id(100), points: [[0, 0, 1]] }).proposals[0].points, [[0, 0, 1]]);
  assert.equal(apply(boxed, { type: "step", title: "Reading" }).steps.length, 1);
  const end = apply(boxed, { type: "finished", run_id: RUN, places: 1, seconds: 2.1, nothing_here: false, reasons: [], cancelled: false });
  assert.deepEqual([end.ask.status, end.run.seconds], ["idle", 2.1]);
});

test("a place that is dropped after its box was shown goes", () => {
  const boxed = page(apply(page(apply(page(), box(0))), box(1)));
  const next = apply(boxed, { type: "dropped", proposal_id: id(100), reason: "Too small." });
  assert.deepEqual(next.proposals.map((item) => item.place), [1]);
});

test("a failure keeps the words and says the sentence", () => {
  const { ask } = apply(page(), { type: "failed", sentence: "The model is out of memory." });
  assert.deepEqual([ask.status, ask.text, ask.sentence], ["failed", "schools", "The model is out of memory."]);
});
