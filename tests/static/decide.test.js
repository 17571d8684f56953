import assert from "node:assert/strict";
import { test } from "node:test";

import { commitKind, draftOfDecided, foresee, leaveKind, sceneKind, settle, toDecided, withLabels } from "../../static/js/decide.js";
import { changeDraft, createDraft } from "../../static/js/drafts.js";
import { id, label, place, proposal, RUN, square } from "./values.js";

const onProposal = { kind: "proposal", id: proposal(0).id };
const onLabel = { kind: "label", id: label(0).id };
const named = (base, kind) => changeDraft(createDraft({ ...place, [kind]: base }), { name: "New name" });
const body = (fields) => toDecided({ ...place, decision_id: id(1), now: new Date("2024-05-01T10:00:00Z"), ...fields });

test("an untouched proposal is accepted, a changed one edited", () => {
  const base = proposal(0);
  assert.equal(commitKind(onProposal, null, base), "accept");
  assert.equal(commitKind(onProposal, createDraft({ ...place, proposal: base }), base), "accept");
  assert.equal(commitKind(onProposal, named(base, "proposal"), base), "edit");
});

test("a label is edited only where something changed", () => {
  const base = label(0);
  assert.equal(commitKind(onLabel, null, base), null);
  assert.equal(commitKind(onLabel, named(base, "label"), base), "edit");
});

test("a new place is added once it has a shape", () => {
  const draft = createDraft({ ...place, class_id: "school" });
  const ref = { kind: "draft", id: draft.draft_id };
  assert.equal(commitKind(ref, draft, null), null);
  assert.equal(commitKind(ref, { ...draft, geometry: square(0, 0) }, null), "add");
});

test("a draft left over from a proposal of an earlier run is an edit of that proposal", () => {
  const draft = { ...createDraft({ ...place, proposal: proposal(0) }), geometry: square(3, 3) };
  assert.equal(commitKind({ kind: "draft", id: draft.draft_id }, draft, null), "edit");
  const sent = body({ kind: "edit", draft });
  assert.deepEqual([sent.proposal_id, sent.run_id, sent.label_id], [proposal(0).id, RUN, null]);
});

test("leaving writes an edit where something changed and nothing otherwise", () => {
  const base = proposal(0);
  assert.equal(leaveKind(onProposal, null, base), null);
  assert.equal(leaveKind(onProposal, createDraft({ ...place, proposal: base }), base), null);
  assert.equal(leaveKind(onProposal, named(base, "proposal"), base), "edit");
  const draft = { ...createDraft({ ...place }), geometry: square(0, 0) };
  assert.equal(leaveKind({ kind: "draft", id: draft.draft_id }, draft, null), null);
});

test("a plain accept sends no shape of its own", () => {
  const sent = body({ kind: "accept", proposal: proposal(0), time: { seconds: 2.5, clicks: 3 } });
  assert.deepEqual([sent.geometry, sent.class_id, sent.prompts, sent.draft_id], [null, null, [], null]);
  assert.deepEqual([sent.proposal_id, sent.run_id, sent.seconds, sent.clicks], [proposal(0).id, RUN, 2.5, 3]);
  assert.equal(sent.decided_at, "2024-05-01T10:00:00.000Z");
});

test("an edit of a label names the version it saw", () => {
  const base = label(0, { version: 7 });
  const sent = body({ kind: "edit", label: base, draft: named(base, "label") });
  assert.deepEqual([sent.label_id, sent.expected_version, sent.name], [base.id, 7, "New name"]);
  assert.deepEqual(sent.geometry, base.geometry);
});

test("a rejection keeps the prompts that were tried and sends no shape", () => {
  const base = proposal(0);
  const draft = { ...named(base, "proposal"), prompts: [{ kind: "point", lonlat: [0, 0], sign: 1, at_ms: 5 }] };
  const sent = body({ kind: "reject", proposal: base, draft, reason: "boundary" });
  assert.deepEqual([sent.reason, sent.geometry, sent.prompts.length], ["boundary", null, 1]);
});

test("an accepted proposal is shown as a label that waits for the server", () => {
  const shown = { proposals: [proposal(0), proposal(1)], labels: [] };
  const next = foresee(shown, body({ kind: "accept", proposal: shown.proposals[0] }));
  assert.deepEqual(next.proposals.map((item) => item.state), ["accepted", "open"]);
  const [waiting] = next.labels;
  assert.deepEqual([waiting.id, waiting.saving, waiting.status, waiting.name], [`saving-${id(1)}`, true, "accepted", "School 0"]);
  assert.equal(shown.proposals[0].state, "open");
});

test("the server's answer takes the place of what was foreseen", () => {
  const shown = { proposals: [proposal(0)], labels: [] };
  const sent = body({ kind: "accept", proposal: shown.proposals[0] });
  const answer = { label: label(5), proposal: { id: proposal(0).id, state: "accepted", reason: null, label_id: label(5).id } };
  const next = settle(foresee(shown, sent), sent, answer);
  assert.deepEqual(next.labels.map((item) => item.id), [label(5).id]);
  assert.equal(next.proposals[0].label_id, label(5).id);
});

test("a changed label keeps its id and shows the change at once", () => {
  const base = label(0);
  const sent = body({ kind: "edit", label: base, draft: named(base, "label") });
  const next = foresee({ proposals: [], labels: [base] }, sent);
  assert.deepEqual(next.labels.map((item) => [item.id, item.name, item.status, item.saving]), [[base.id, "New name", "edited", true]]);
});

test("rejecting changes the proposal and makes no label; retiring takes the label away", () => {
  const shown = { proposals: [proposal(0)], labels: [label(0)] };
  const rejected = foresee(shown, body({ kind: "reject", proposal: shown.proposals[0], reason: "merged" }));
  assert.deepEqual([rejected.proposals[0].state, rejected.proposals[0].reason, rejected.labels.length], ["rejected", "merged", 1]);
  const retired = foresee(shown, body({ kind: "retire", label: shown.labels[0] }));
  assert.deepEqual(retired.labels, []);
});

test("saying that nothing is here changes no object", () => {
  const shown = { proposals: [proposal(0, { state: "rejected" })], labels: [label(0)] };
  assert.deepEqual(foresee(shown, body({ kind: "nothing_here", run_id: RUN })), shown);
});

test("N means nothing here, or scene complete, and waits for open proposals", () => {
  const run = { id: RUN };
  const states = (...list) => list.map((state, at) => proposal(at, { state }));
  assert.deepEqual(sceneKind(run, []), { kind: "nothing_here", open: 0 });
  assert.deepEqual(sceneKind(run, states("rejected", "rejected")), { kind: "nothing_here", open: 0 });
  assert.deepEqual(sceneKind(run, states("accepted", "rejected")), { kind: "scene_complete", open: 0 });
  assert.deepEqual(sceneKind(run, states("accepted", "open")), { kind: null, open: 1 });
  assert.deepEqual(sceneKind(null, []), { kind: null, open: 0 });
});

test("labels an undo retired leave the page, the others are replaced", () => {
  const labels = [label(0), label(1)];
  const next = withLabels(labels, [label(0, { status: "retired" }), label(1, { version: 2 })]);
  assert.deepEqual(next.map((item) => [item.id, item.version]), [[label(1).id, 2]]);
});

test("a refused edit leaves its shape behind as a draft, a refused accept nothing", () => {
  const base = proposal(0);
  const draft = { ...named(base, "proposal"), geometry: square(3, 3) };
  const kept = draftOfDecided(body({ kind: "edit", proposal: base, draft }));
  assert.deepEqual([kept.draft_id, kept.proposal_id, kept.geometry, kept.name], [draft.draft_id, base.id, square(3, 3), "New name"]);
  assert.equal(draftOfDecided(body({ kind: "accept", proposal: base })), null);
});
