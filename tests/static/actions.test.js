/** The data flow as a whole, with the real state, drafts and queue; only map and network are stood in for. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mock, test } from "node:test";

import { createActions } from "../../static/js/actions.js";
import { createBridge } from "../../static/js/bridge.js";
import { RequestError } from "../../static/js/net.js";
import { createState } from "../../static/js/state.js";
import { createStorage } from "../../static/js/storage.js";
import { label, memoryStore, PROJECT, proposal, RUN, settled, SOURCE, square } from "./values.js";

mock.timers.enable({ apis: ["setTimeout"] });
globalThis.document ??= { activeElement: null };

const MESSAGES = JSON.parse(readFileSync(new URL("../../static/js/messages.json", import.meta.url), "utf8"));
const source = { id: SOURCE, name: "S", bounds: [0, 0, 10, 10], tiles: null, map_tiles: null };
const taxonomy = { functions: [{ id: "educational", classes: [{ id: "school", name: "School" }] }, { id: "commercial", classes: [{ id: "hotel", name: "Hotel" }] }] };

function conforms(name, message) {
  const { fields, required } = MESSAGES.to_server[name];
  const keys = Object.keys(message);
  assert.deepEqual(keys.filter((key) => !fields.includes(key)), [], `${name} has a field the server refuses`);
  assert.deepEqual(required.filter((key) => !keys.includes(key)), [], `${name} misses a field`);
}

const boot = { project: { id: PROJECT }, sources: [source], taxonomy, limits: { text: 2000 } };

function page(fields = {}, tab = createStorage(memoryStore())) {
  const state = createState({ boot, source, run: { id: RUN, query: "schools" }, ...fields });
  const sent = [];
  const props = { mail: null };
  let deliver = () => {};
  let seq = 0;
  const bridge = createBridge({ state, props, trigger: (event, payload) => sent.push([event, payload]), watch: (_, fn) => (deliver = fn) });
  const posts = [];
  const net = {
    answer: () => ({ saved_at: "12:00", sequence: 1, undo: null, redo: null, counts: null }),
    async post(path, body) {
      posts.push([path, body]);
      return net.answer(path, body);
    },
  };
  const map = { isOutOfView: () => false, panTo() {}, closeUp() {}, cancelGesture: () => false, bounds: () => [1, 1, 2, 2] };
  const actions = createActions(state, bridge, net, map, { storage: createStorage(memoryStore()), tab });
  return {
    state,
    actions,
    net,
    sent,
    posts,
    prompts: () => sent.filter(([event]) => event === "prompt").map(([, payload]) => payload),
    decisions: () => posts.filter(([path]) => path === "/ss/decide").map(([, body]) => body),
    draft: () => Object.values(state.get("drafts"))[0],
    mask(geometry, request = sent.at(-1)[1], fields = {}) {
      seq += 1;
      const message = { type: "mask", stage: 0, draft_id: request.draft_id, geometry, score: 0.9, area_m2: 1, ...fields };
      props.mail = { envelopes: [{ seq, request_id: request.request_id, message }] };
      deliver();
    },
    fail(request = sent.at(-1)[1]) {
      seq += 1;
      props.mail = { envelopes: [{ seq, request_id: request.request_id, message: { type: "failed", sentence: "Out of memory.", draft_id: request.draft_id } }] };
      deliver();
    },
  };
}

/** Every message the client takes, so that none the server learns to send is overlooked. */
test("every message of the server is known here", () => {
  const known = ["RunStarted", "Step", "Box", "Mask", "Points", "ProposalView", "Dropped", "Finished", "Failed"];
  assert.deepEqual(Object.keys(MESSAGES.to_map).filter((name) => !known.includes(name)), []);
});

const first = { kind: "proposal", id: proposal(0).id };
const second = { kind: "proposal", id: proposal(1).id };
const withProposals = () => page({ proposals: [proposal(0), proposal(1)] });

test("asking sends the words with the part of the view that has imagery", () => {
  const { actions, sent, state } = page();
  actions.ask("  schools ");
  const [event, payload] = sent[0];
  conforms("Ask", payload);
  assert.deepEqual([event, payload.text, payload.bounds, payload.ack], ["ask", "schools", [1, 1, 2, 2], 0]);
  assert.equal(state.get("ask").status, "running");
  actions.cancel();
  conforms("Cancel", sent[1][1]);
});

test("an empty question asks nobody", () => {
  const { actions, sent, state } = page();
  actions.ask("   ");
  assert.deepEqual(sent, []);
  assert.equal(state.get("ask").status, "failed");
});

test("a click on a selected proposal makes a draft at once and asks for its mask", () => {
  const { actions, prompts, draft, state } = withProposals();
  actions.select(first);
  actions.promptPoint([0.5, 0.5], 1, false);
  conforms("PromptAdded", prompts()[0]);
  assert.deepEqual([prompts()[0].geometry, prompts()[0].points], [proposal(0).geometry, [[0.5, 0.5, 1]]]);
  assert.deepEqual([draft().proposal_id, draft().mask_pending, draft().dirty], [first.id, true, true]);
  assert.equal(state.get("pending_prompts"), 1);
});

test("clicks made while the model works are queued, not dropped, and asked together", () => {
  const { actions, prompts, mask, draft, state } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  actions.promptPoint([2, 2], 1, false);
  actions.promptPoint([3, 3], -1, false);
  assert.equal(prompts().length, 1);
  assert.equal(state.get("rings").length, 3);
  mask(square(5, 5));
  assert.deepEqual(prompts()[1].points, [[1, 1, 1], [2, 2, 1], [3, 3, -1]]);
  assert.equal(state.get("rings").length, 2);
  mask(square(6, 6));
  assert.deepEqual([draft().geometry, draft().mask_pending, state.get("rings").length], [square(6, 6), false, 0]);
});

test("the mask of an older request changes nothing", () => {
  const { actions, prompts, mask, draft } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  mask(square(5, 5));
  actions.promptPoint([2, 2], 1, false);
  mask(square(9, 9), prompts()[0]);
  assert.deepEqual([draft().geometry, draft().mask_pending], [square(5, 5), true]);
});

test("a failed mask keeps the clicks and says why", () => {
  const { actions, fail, draft, state } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  fail();
  assert.deepEqual([draft().prompts.length, draft().mask_pending, state.get("rings").length], [1, false, 0]);
  assert.equal(state.get("notice").text, "Out of memory.");
});

test("taking the last prompt back asks again with those left; the first one gives the proposal back", () => {
  const { actions, prompts, mask, draft } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  mask(square(5, 5));
  actions.promptPoint([2, 2], 1, false);
  mask(square(6, 6));
  actions.takeBackPrompt();
  assert.deepEqual([draft().geometry, prompts()[2].points], [square(5, 5), [[1, 1, 1]]]);
  mask(square(5, 5));
  actions.takeBackPrompt();
  assert.deepEqual([draft().geometry, prompts().length], [proposal(0).geometry, 3]);
});

test("a click with nothing selected begins a new place of the run's class", async () => {
  const { actions, prompts, mask, draft, state, decisions } = withProposals();
  actions.promptPoint([4, 4], 1, false);
  assert.deepEqual([draft().class_id, draft().function, draft().proposal_id, draft().run_id], ["school", "educational", null, RUN]);
  assert.deepEqual([prompts()[0].geometry, prompts()[0].box], [null, null]);
  assert.equal(state.get("selected").kind, "draft");
  mask(square(4, 4));
  actions.commit();
  await settled();
  const [sent] = decisions();
  conforms("Decided", sent);
  assert.deepEqual([sent.kind, sent.geometry, sent.class_id, sent.prompts.length], ["add", square(4, 4), "school", 1]);
});

test("a new place without a class is not added", async () => {
  const { actions, mask, decisions, state } = page({ run: null });
  actions.promptPoint([4, 4], 1, false);
  mask(square(4, 4));
  actions.commit();
  await settled();
  assert.deepEqual(decisions(), []);
  assert.equal(state.get("notice").kind, "warn");
  actions.setClass("hotel");
  actions.commit();
  await settled();
  assert.deepEqual(decisions().map((sent) => [sent.kind, sent.function, sent.class_id]), [["add", "commercial", "hotel"]]);
});

test("with Shift a new place begins though something is selected", () => {
  const { actions, state } = withProposals();
  actions.select(first);
  actions.promptPoint([4, 4], 1, true);
  assert.equal(state.get("selected").kind, "draft");
});

test("a box round the selected object refines it, any other begins a new place", () => {
  const { actions, prompts, state } = withProposals();
  actions.select(first);
  actions.promptBox([-1, -1, 0.5, 0.5], false);
  assert.deepEqual([state.get("selected"), prompts()[0].box, prompts()[0].geometry], [first, [-1, -1, 0.5, 0.5], null]);
  actions.promptBox([5, 5, 6, 6], false);
  assert.equal(state.get("selected").kind, "draft");
});

test("accepting an untouched proposal goes on to the next; both are decided once", async () => {
  const { actions, decisions, state } = withProposals();
  actions.select(first);
  actions.accept();
  assert.deepEqual(state.get("selected"), second);
  assert.deepEqual(state.get("proposals").map((item) => item.state), ["accepted", "open"]);
  actions.accept();
  await settled();
  assert.deepEqual(decisions().map((sent) => [sent.kind, sent.proposal_id]), [["accept", first.id], ["accept", second.id]]);
  assert.equal(state.get("selected"), null);
});

test("A over another proposal accepts that one and leaves the selection", async () => {
  const { actions, decisions, state } = withProposals();
  actions.select(first);
  actions.hover(second);
  actions.accept();
  await settled();
  assert.deepEqual([decisions()[0].proposal_id, state.get("selected")], [second.id, first]);
});

test("leaving a changed proposal writes its edit exactly once, leaving an untouched one nothing", async () => {
  const { actions, decisions } = withProposals();
  actions.select(first);
  actions.select(second);
  actions.select(first);
  await settled();
  assert.deepEqual(decisions(), []);
  actions.setName("Changed");
  actions.select(second);
  actions.select(first);
  actions.select(second);
  await settled();
  assert.deepEqual(decisions().map((sent) => [sent.kind, sent.proposal_id, sent.name]), [["edit", first.id, "Changed"]]);
});

test("committing while the mask is made waits for it", async () => {
  const { actions, decisions, mask, state, prompts } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  actions.accept();
  await settled();
  assert.deepEqual([decisions(), state.get("selected")], [[], second]);
  mask(square(5, 5), prompts()[0]);
  await settled();
  assert.deepEqual(decisions().map((sent) => [sent.kind, sent.geometry]), [["edit", square(5, 5)]]);
  assert.deepEqual(state.get("selected"), second);
});

test("Esc takes away changes first, with a way back, and then the selection", async () => {
  const { actions, decisions, state, draft } = withProposals();
  actions.select(first);
  actions.setName("Changed");
  actions.startReject();
  actions.escape();
  assert.equal(state.get("rejecting"), false);
  actions.escape();
  assert.deepEqual([draft(), state.get("selected")], [undefined, first]);
  state.get("notice").action.run();
  assert.equal(draft().name, "Changed");
  actions.escape();
  actions.escape();
  await settled();
  assert.deepEqual([state.get("selected"), decisions()], [null, []]);
});

test("a rejection needs a reason and goes on to the next", async () => {
  const { actions, decisions, state } = withProposals();
  actions.select(first);
  actions.reject(undefined);
  await settled();
  assert.deepEqual(decisions(), []);
  actions.startReject();
  actions.reject("boundary");
  await settled();
  assert.deepEqual([decisions()[0].kind, decisions()[0].reason], ["reject", "boundary"]);
  assert.deepEqual([state.get("selected"), state.get("rejecting")], [second, false]);
});

test("undo takes back the draft's own steps first, then asks the server", async () => {
  const { actions, mask, draft, state, net } = withProposals();
  const asked = [];
  net.answer = (path, body) => (asked.push([path, body]), { saved_at: "12:00", undo: { says: "accept" }, redo: null, counts: null, labels: [], proposals: [], sequence: 9 });
  actions.select(second);
  actions.accept();
  await settled();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  mask(square(5, 5));
  actions.undo();
  assert.deepEqual([draft().prompts, draft().geometry], [[], proposal(0).geometry]);
  actions.redo();
  assert.deepEqual(draft().geometry, square(5, 5));
  actions.undo();
  actions.undo();
  await settled();
  const undo = asked.find(([path]) => path === "/ss/undo")[1];
  conforms("Undo", undo);
  assert.equal(state.get("notice").text, "Took back: accept");
});

test("what an undo takes away is no longer selected", async () => {
  const { actions, net, state } = page({ labels: [label(0)], undo: { says: "add" } });
  net.answer = () => ({ saved_at: "12:00", labels: [label(0, { status: "retired" })], proposals: [] });
  actions.select({ kind: "label", id: label(0).id });
  actions.undo();
  await settled();
  assert.deepEqual([state.get("labels"), state.get("selected"), state.get("undo")], [[], null, null]);
});

test("an edit of a label that somebody else changed offers both versions", async () => {
  const theirs = label(0, { version: 3, name: "Theirs", author: "B" });
  const { actions, net, decisions, state } = page({ labels: [label(0)] });
  const stale = () => {
    throw new RequestError("Changed meanwhile.", 409, { kind: "StaleVersion", theirs });
  };
  net.answer = stale;
  actions.select({ kind: "label", id: label(0).id });
  actions.setName("Mine");
  actions.commit();
  await settled();
  assert.equal(state.get("saved").status, "conflict");
  assert.deepEqual(state.get("labels").map((item) => item.name), ["Theirs"]);
  assert.deepEqual(state.get("notice").actions.map((one) => one.label), ["Keep mine", "Take theirs"]);
  net.answer = () => ({ saved_at: "12:01", label: label(0, { version: 4, name: "Mine" }), proposal: null });
  state.get("conflict").keepMine();
  await settled();
  assert.deepEqual(decisions().map((sent) => sent.expected_version), [1, 3]);
  assert.notEqual(decisions()[0].decision_id, decisions()[1].decision_id);
  assert.deepEqual([state.get("saved").status, state.get("labels")[0].name], ["saved", "Mine"]);
});

test("taking their version sends nothing more", async () => {
  const { actions, net, decisions, state } = page({ labels: [label(0)] });
  net.answer = () => {
    throw new RequestError("Changed meanwhile.", 409, { theirs: label(0, { version: 3, name: "Theirs" }) });
  };
  actions.select({ kind: "label", id: label(0).id });
  actions.setName("Mine");
  actions.commit();
  await settled();
  state.get("conflict").takeTheirs();
  await settled();
  assert.deepEqual([decisions().length, state.get("labels")[0].name, state.get("conflict")], [1, "Theirs", null]);
});

test("a label that is still being saved is not changed under its answer", async () => {
  const { actions, net, state } = withProposals();
  net.answer = () => new Promise(() => {});
  actions.select(first);
  actions.accept();
  const waiting = state.get("labels")[0];
  actions.select({ kind: "label", id: waiting.id });
  actions.setName("Too early");
  assert.deepEqual([state.get("drafts"), state.get("notice").kind], [{}, "warn"]);
});

test("saving is said until the answer is there", async () => {
  const { actions, net, state } = withProposals();
  let answer;
  net.answer = () => new Promise((resolve) => (answer = resolve));
  actions.select(first);
  actions.accept();
  await settled();
  assert.deepEqual([state.get("saved").status, state.get("saved").waiting], ["saving", 1]);
  answer({ saved_at: "12:00:01", label: label(7), proposal: { id: first.id, state: "accepted", label_id: label(7).id } });
  await settled();
  assert.deepEqual([state.get("saved").status, state.get("saved").at], ["saved", "12:00:01"]);
  assert.deepEqual(state.get("labels").map((item) => item.id), [label(7).id]);
});

test("a moved vertex reaches the server within a second, as a message it takes", async () => {
  const { actions, posts, draft, state } = withProposals();
  actions.select(first);
  actions.reshape(square(7, 7), [7, 7]);
  assert.deepEqual([draft().dirty, state.get("saved").status], [true, "saving"]);
  mock.timers.tick(1_000);
  await settled();
  const [path, sent] = posts[0];
  conforms("ShapeChanged", sent);
  assert.deepEqual([path, sent.geometry, sent.sequence], ["/ss/draft", square(7, 7), 1]);
  assert.deepEqual([sent.prompts[0].kind, sent.prompts[0].lonlat], ["vertex", [7, 7]]);
  assert.deepEqual([draft().dirty, state.get("saved").status], [false, "saved"]);
});

test("after a reload the tool, the selection and an unfinished mask come back", () => {
  const tab = createStorage(memoryStore());
  const before = page({ proposals: [proposal(0)] }, tab);
  before.actions.setTool("point");
  before.actions.select(first);
  before.actions.promptPoint([1, 1], 1, false);
  const drafts = before.state.get("drafts");
  const after = page({ proposals: [proposal(0)], drafts: structuredClone(drafts) }, tab);
  after.actions.resume();
  assert.deepEqual([after.state.get("tool"), after.state.get("selected")], ["point", first]);
  assert.deepEqual(after.prompts().map((sent) => [sent.draft_id, sent.points]), [[before.draft().draft_id, [[1, 1, 1]]]]);
  after.mask(square(5, 5));
  assert.deepEqual(after.draft().geometry, square(5, 5));
  assert.deepEqual(tab.keys("asked:"), []);
});

test("a model that does not answer leaves the clicks and says so", () => {
  const { actions, draft, state } = withProposals();
  actions.select(first);
  actions.promptPoint([1, 1], 1, false);
  mock.timers.tick(30_000);
  assert.deepEqual([draft().prompts.length, draft().mask_pending, state.get("rings").length], [1, false, 0]);
  assert.match(state.get("notice").text, /has not answered/);
});
