import assert from "node:assert/strict";
import { test } from "node:test";
import { createState } from "../../../static/js/state.js";
import { agreementOf } from "../../../static/js/panels/agreement.js";
import { badgesOf } from "../../../static/js/panels/badges.js";
import { matching } from "../../../static/js/panels/menu.js";
import { nextSentence } from "../../../static/js/panels/next.js";
import { subjectOf } from "../../../static/js/panels/subject.js";
import { className, findClass, reasonName } from "../../../static/js/panels/taxonomy.js";
import { kindOf } from "../../../static/js/panels/upload.js";
import { plural, t } from "../../../static/js/strings.js";

const SHAPE = { type: "Polygon", coordinates: [[[0, 0], [0, 0.001], [0.001, 0.001], [0, 0]]] };
const BOOT = {
  taxonomy: { functions: [{ id: "medical", name: "medical", classes: [{ id: "hospital", name: "hospital" }] }] },
  reject_reasons: [{ id: "merged", name: "Several places in one" }],
};
const row = (source, agrees) => ({ source, says: "", agrees });
const proposal = (more = {}) => ({
  id: "p1", place: 0, geometry: SHAPE, points: [[0, 0, 1], [0, 0, -1]], score: 0.9, class_id: "hospital", function: "medical",
  name: null, area_m2: 100, holes: 0, clipped: false, evidence: [], map_outline: null, crop_url: "/c", state: "open", label_id: null, ...more,
});
const stateWith = (more) => createState({ boot: BOOT, tool: "select", ...more });
const PICKED = { kind: "proposal", id: "p1" };

test("agreement names which of map and picture speak for a place", () => {
  assert.equal(agreementOf(proposal({ evidence: [row("map", true), row("picture", true)] })).words, "Map and picture");
  assert.equal(agreementOf(proposal({ evidence: [row("map", true), row("picture", null)] })).words, "Map only");
  assert.equal(agreementOf(proposal({ evidence: [row("map", null), row("picture", true)] })).words, "Picture only");
});

test("a mask that does not fit the map's outline is a disagreement, whatever else agrees", () => {
  const found = agreementOf(proposal({ evidence: [row("map", true), row("picture", true), row("agreement", false)] }));
  assert.deepEqual(found, { words: "Map and picture differ", icon: "triangle-alert", tone: "warn" });
});

test("a place whose mask has not come yet is still being looked at", () => {
  assert.equal(agreementOf(proposal({ geometry: null })).words, "Looking");
});

test("a selected proposal that was accepted is about its label", () => {
  const label = { id: "l1", version: 2, status: "accepted", proposal_id: "p1", geometry: SHAPE, area_m2: 90, name: "Sheer Memorial", class_id: "hospital" };
  const state = stateWith({ proposals: [proposal({ state: "accepted", label_id: "l1" })], labels: [label], selected: PICKED });
  const subject = subjectOf(state);
  assert.equal(subject.kind, "label");
  assert.equal(subject.name, "Sheer Memorial");
  assert.equal(subject.number, 1);
  assert.equal(Math.round(subject.area_m2), 6_155);
});

test("a draft's shape, name and points are those shown", () => {
  const draft = { draft_id: "d1", proposal_id: "p1", label_id: null, geometry: SHAPE, name: "Clinic", prompts: [{ kind: "point", sign: 1 }, { kind: "vertex" }] };
  const subject = subjectOf(stateWith({ proposals: [proposal()], drafts: { d1: draft }, selected: PICKED }));
  assert.equal(subject.kind, "proposal");
  assert.equal(subject.changed, true);
  assert.equal(subject.name, "Clinic");
  assert.deepEqual([subject.included, subject.excluded], [2, 1]);
  assert.ok(Math.abs(subject.area_m2 - 6154) < 2, `${subject.area_m2}`);
});

test("what is no longer there is not selected", () => {
  assert.equal(subjectOf(stateWith({ selected: { kind: "label", id: "gone" } })), null);
});

test("badges say what the object is and where it stands", () => {
  const words = (one) => badgesOf(BOOT, subjectOf(stateWith({ proposals: [one], selected: PICKED }))).map((badge) => badge.words);
  assert.deepEqual(words(proposal({ evidence: [row("picture", true)], clipped: true })), ["Proposal 1", "Picture only", "Cut by edge"]);
  assert.deepEqual(words(proposal({ state: "rejected", reason: "merged" })), ["Proposal 1", "Rejected: Several places in one"]);
});

test("the next step fits what is going on", () => {
  const says = (more) => nextSentence(stateWith(more));
  assert.equal(says({}), "Ask for places: press /");
  assert.equal(says({ proposals: [proposal()], selected: PICKED }), "Press A to accept, D to reject");
  assert.equal(says({ proposals: [proposal()], selected: PICKED, tool: "point" }), "Click to include, Alt+click to exclude");
  assert.equal(says({ proposals: [proposal()], selected: PICKED, rejecting: true }), "Press 1 to 8 for the reason, Esc to go back");
  assert.equal(says({ proposals: [proposal()] }), "Press J for the next place");
  assert.equal(says({ proposals: [proposal({ state: "rejected" })], run: { id: "r" } }), "Press N when the scene is complete");
  assert.equal(says({ run: { id: "r", nothing_here: true } }), "Press N to confirm that nothing is here");
});

test("a menu finds every typed word, labels that begin with it first", () => {
  const items = [
    { id: "animal_hospital", label: "Animal hospital", group: "Medical" },
    { id: "hospital", label: "Hospital", group: "Medical" },
    { id: "bank", label: "Bank", group: "Commercial" },
  ];
  assert.deepEqual(matching(items, "hosp med").map((item) => item.id), ["hospital", "animal_hospital"]);
  assert.deepEqual(matching(items, " ").length, 3);
  assert.deepEqual(matching(items, "zoo"), []);
});

test("names come from the taxonomy, and unknown ids are put in words", () => {
  assert.equal(findClass(BOOT, "hospital").function.name, "Medical");
  assert.equal(className(BOOT, "car_repair"), "Car repair");
  assert.equal(reasonName(BOOT, "merged"), "Several places in one");
});

test("files are told apart by their endings", () => {
  assert.deepEqual(["A.TIF", "b.geojson", "c.json", "d.exe"].map((name) => kindOf({ name })), ["image", "map", "map", null]);
});

test("strings fill in their values, count, and refuse unknown ids", () => {
  assert.equal(t("trace.evidence", { number: 5 }), "Evidence for place 5");
  assert.equal(plural("places", 1), "1 place");
  assert.equal(plural("places", 0), "0 places");
  assert.throws(() => t("no.such.id"), /no\.such\.id/);
});
