import assert from "node:assert/strict";
import { test } from "node:test";

import { createDraft, changeDraft } from "../../static/js/drafts.js";
import { RequestError } from "../../static/js/net.js";
import { createSaver, strayDrafts } from "../../static/js/saver.js";
import { createStorage } from "../../static/js/storage.js";
import { id, manualTimers, memoryStore, place, proposal, settled, SOURCE, square } from "./values.js";

function setUp({ post, store = memoryStore() } = {}) {
  const timers = manualTimers();
  const log = { sent: [], saved: [], refused: [] };
  const storage = createStorage(store);
  const saver = createSaver({
    storage,
    async post(path, body, last) {
      log.sent.push([path, body.sequence, last ?? false]);
      return post ? post(body) : { saved_at: "12:00", sequence: body.sequence };
    },
    onSaved: (draftId, answer) => log.saved.push(answer.sequence),
    onRefused: (draftId, error) => log.refused.push(error.status),
    wait: timers.wait,
    clear: timers.clear,
  });
  return { saver, timers, log, storage };
}

const draft = () => changeDraft(createDraft({ ...place, proposal: proposal(0) }), { name: "A" });

test("a change is mirrored at once and posted within a second", async () => {
  const { saver, timers, log, storage } = setUp();
  const first = draft();
  saver.touch(first);
  assert.equal(storage.read(`draft:${first.draft_id}`).name, "A");
  assert.deepEqual(timers.set, [600]);
  saver.touch(changeDraft(first, { name: "B" }));
  assert.deepEqual(timers.set, [600]);
  await timers.fire();
  assert.deepEqual(log.sent, [["/ss/draft", 2, false]]);
});

test("a draft counts as saved only when the answer is there; then its mirror goes", async () => {
  let answer;
  const { saver, timers, log, storage } = setUp({ post: () => new Promise((resolve) => (answer = resolve)) });
  saver.touch(draft());
  timers.fire();
  await settled();
  assert.deepEqual([saver.count, log.saved], [1, []]);
  answer({ saved_at: "12:00", sequence: 1 });
  await settled();
  assert.deepEqual([saver.count, log.saved, storage.keys("draft:")], [0, [1], []]);
});

test("a change made while one is on its way is posted after it", async () => {
  const answers = [];
  const { saver, timers, log } = setUp({ post: (body) => new Promise((resolve) => answers.push(() => resolve({ saved_at: "", sequence: body.sequence }))) });
  const first = draft();
  saver.touch(first);
  timers.fire();
  saver.touch(changeDraft(first, { name: "B" }));
  answers[0]();
  await settled();
  assert.equal(saver.count, 1);
  timers.fire();
  await settled();
  answers[1]();
  await settled();
  assert.deepEqual(log.sent.map(([, sequence]) => sequence), [1, 2]);
  assert.equal(saver.count, 0);
});

test("without a network the draft waits and is posted again", async () => {
  let down = true;
  const { saver, timers, log } = setUp({
    post(body) {
      if (down) throw new RequestError("The server does not answer.", 0);
      return { saved_at: "", sequence: body.sequence };
    },
  });
  saver.touch(draft());
  await timers.fire();
  assert.deepEqual([saver.count, saver.offline, timers.set], [1, true, [500]]);
  down = false;
  await timers.fire();
  assert.deepEqual([saver.count, saver.offline, log.saved], [0, false, [1]]);
});

test("a refused draft keeps its mirror", async () => {
  const { saver, timers, log, storage } = setUp({
    post() {
      throw new RequestError("The outline crosses itself.", 422);
    },
  });
  saver.touch(draft());
  await timers.fire();
  assert.deepEqual(log.refused, [422]);
  assert.equal(storage.keys("draft:").length, 1);
});

test("a decided draft is neither posted nor mirrored any more", async () => {
  const { saver, timers, log, storage } = setUp();
  const one = draft();
  saver.touch(one);
  saver.forget(one.draft_id);
  await timers.fire();
  assert.deepEqual([log.sent, storage.keys("draft:")], [[], []]);
});

test("a decision waits for the post of its own draft", async () => {
  let answer;
  const { saver, timers } = setUp({ post: () => new Promise((resolve) => (answer = resolve)) });
  const one = draft();
  saver.touch(one);
  timers.fire();
  await settled();
  let free = false;
  const waiting = saver.settled(one.draft_id).then(() => (free = true));
  await settled();
  assert.equal(free, false);
  answer({ saved_at: "", sequence: 1 });
  await waiting;
  assert.equal(free, true);
});

test("leaving the page posts what waits in a request that outlives it", () => {
  const { saver, log } = setUp();
  saver.touch(draft());
  saver.leave();
  assert.deepEqual(log.sent, [["/ss/draft", 1, true]]);
});

test("only drafts the server does not have, or has older, are offered", () => {
  const storage = createStorage(memoryStore());
  const keep = (number, sequence, source = SOURCE) =>
    storage.write(`draft:${id(number)}`, { ...place, source_id: source, draft_id: id(number), sequence, geometry: square(0, 0), prompts: [] });
  keep(1, 3);
  keep(2, 3);
  keep(3, 1);
  keep(4, 1, id(99));
  const strays = strayDrafts(storage, { [id(1)]: { sequence: 3 }, [id(2)]: { sequence: 2 } }, SOURCE, 0);
  assert.deepEqual(strays.map((one) => one.draft_id), [id(2), id(3)]);
  assert.deepEqual(storage.keys("draft:"), [`draft:${id(2)}`, `draft:${id(3)}`, `draft:${id(4)}`]);
});
