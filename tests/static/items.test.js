import assert from "node:assert/strict";
import { test } from "node:test";

import { createDraft } from "../../static/js/drafts.js";
import { itemsOf, pick } from "../../static/js/map/items.js";
import { pathOptions } from "../../static/js/map/styles.js";
import { label, place, proposal, square } from "./values.js";

const page = (fields = {}) => ({
  proposals: [], labels: [], drafts: {}, selected: null, hovered: null, lit: null, layers: { labels: true, proposals: true }, ...fields,
});
const looks = (items) => items.map((item) => [item.key.split(":")[0], item.look]);
const asRecord = (...drafts) => Object.fromEntries(drafts.map((draft) => [draft.draft_id, draft]));

test("a proposal without an outline is drawn as its box", () => {
  const items = itemsOf(page({ proposals: [proposal(0, { geometry: null })] }));
  assert.deepEqual(looks(items), [["proposal", "box"]]);
  assert.deepEqual(items[0].bounds, [0, 0, 0.001, 0.001]);
});

test("what is not changed is the same value again, so that it is not drawn again", () => {
  const shown = page({ proposals: [proposal(0, { geometry: null }), proposal(1)] });
  const [before, after] = [itemsOf(shown), itemsOf(shown)];
  assert.equal(before[0].geometry, after[0].geometry);
  assert.equal(before[1].bounds, after[1].bounds);
});

test("accepted proposals are shown by their label alone, rejected ones dotted and without a number", () => {
  const items = itemsOf(page({ proposals: [proposal(0, { state: "accepted" }), proposal(1, { state: "rejected" })], labels: [label(0)] }));
  assert.deepEqual(looks(items), [["label", "label"], ["proposal", "rejected"]]);
  assert.equal(items[1].number, null);
});

test("flagged labels, changed labels and what is pointed at look different", () => {
  const changed = createDraft({ ...place, label: label(1) });
  const items = itemsOf(page({
    labels: [label(0, { status: "unsure" }), label(1), label(2)],
    drafts: asRecord(changed),
    hovered: { kind: "label", id: label(2).id },
  }));
  assert.deepEqual(looks(items).map(([, look]) => look), ["unsure", "label_draft", "label hovered"]);
});

test("a draft takes the place of its proposal's shape", () => {
  const draft = { ...createDraft({ ...place, proposal: proposal(0) }), geometry: square(9, 9) };
  const items = itemsOf(page({ proposals: [proposal(0)], drafts: asRecord(draft), selected: { kind: "proposal", id: proposal(0).id } }));
  assert.deepEqual(looks(items), [["proposal", "proposal selected"]]);
  assert.equal(items[0].geometry, draft.geometry);
});

test("a new place is drawn as its box until its mask has come", () => {
  const box = { kind: "box", bounds: [0, 0, 1, 1], at_ms: 0 };
  const draft = { ...createDraft({ ...place }), prompts: [box] };
  assert.deepEqual(looks(itemsOf(page({ drafts: asRecord(draft) }))), [["draft", "label_draft"]]);
  assert.deepEqual(looks(itemsOf(page({ drafts: asRecord({ ...draft, geometry: square(0, 0) }) }))), [["draft", "label_draft"]]);
});

test("a draft whose proposal belongs to an earlier run is still drawn", () => {
  const draft = createDraft({ ...place, proposal: proposal(0) });
  assert.deepEqual(looks(itemsOf(page({ drafts: asRecord(draft) }))), [["draft", "label_draft"]]);
});

test("a trace step lights its place, a layer that is off draws nothing", () => {
  const proposals = [proposal(0), proposal(1)];
  assert.deepEqual(looks(itemsOf(page({ proposals, lit: 1 }))).map(([, look]) => look), ["proposal", "proposal hovered"]);
  assert.deepEqual(itemsOf(page({ proposals, labels: [label(0)], layers: { labels: false, proposals: false } })), []);
});

test("the smallest object under a point is picked", () => {
  const items = itemsOf(page({ proposals: [proposal(0, { geometry: square(0, 0, 1) })], labels: [label(0, { geometry: square(0.4, 0.4, 0.2) })] }));
  assert.deepEqual(pick(items, [0.5, 0.5]), { kind: "label", id: label(0).id });
  assert.deepEqual(pick(items, [0.1, 0.1]), { kind: "proposal", id: proposal(0).id });
  assert.equal(pick(items, [2, 2]), null);
});

test("machine is dashed, human solid, rejected dotted; selected is stronger and filled", () => {
  assert.deepEqual([pathOptions("proposal").color, pathOptions("proposal").dashArray], ["#FF2BCB", "7 5"]);
  assert.deepEqual([pathOptions("label").color, pathOptions("label").dashArray], ["#FFC83D", null]);
  assert.deepEqual([pathOptions("rejected").color, pathOptions("rejected").lineCap], ["#E8EAEE", "round"]);
  const selected = pathOptions("proposal selected");
  assert.deepEqual([selected.weight, selected.dashArray, selected.fillOpacity], [3, "9 6", 0.13]);
});
