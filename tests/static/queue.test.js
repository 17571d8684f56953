import assert from "node:assert/strict";
import { test } from "node:test";

import { pauseMs, RequestError } from "../../static/js/net.js";
import { createQueue } from "../../static/js/queue.js";
import { createStorage } from "../../static/js/storage.js";
import { manualTimers, memoryStore, settled } from "./values.js";

const job = (name) => ({ id: name, path: "/ss/decide", body: { decision_id: name } });
const unreachable = () => new RequestError("The server does not answer.", 0);

function setUp({ store = memoryStore(), send } = {}) {
  const timers = manualTimers();
  const log = { done: [], refused: [], sent: [] };
  const queue = createQueue({
    storage: createStorage(store),
    async send(one) {
      log.sent.push(one.id);
      return send(one);
    },
    onDone: (one, answer) => log.done.push([one.id, answer]),
    onRefused: (one, error) => log.refused.push([one.id, error.status]),
    wait: timers.wait,
    clear: timers.clear,
    now: () => 1,
  });
  return { queue, timers, log, store };
}

test("writes go out one at a time, in the order they were made", async () => {
  const open = [];
  const { queue, log } = setUp({ send: () => new Promise((resolve) => open.push(resolve)) });
  queue.add(job("a"));
  queue.add(job("b"));
  await settled();
  assert.deepEqual(log.sent, ["a"]);
  open[0]("ok");
  await settled();
  assert.deepEqual(log.sent, ["a", "b"]);
  assert.deepEqual(log.done, [["a", "ok"]]);
  assert.equal(queue.count, 1);
});

test("without a network a write is kept and sent again with the same id", async () => {
  let down = true;
  const { queue, timers, log } = setUp({
    send() {
      if (down) throw unreachable();
      return "ok";
    },
  });
  await queue.add(job("a"));
  await queue.add(job("b"));
  assert.deepEqual([queue.count, queue.offline, log.done], [2, true, []]);
  down = false;
  await timers.fire();
  assert.deepEqual(log.done, [["a", "ok"], ["b", "ok"]]);
  assert.deepEqual([queue.count, queue.offline], [0, false]);
  assert.equal(log.sent.filter((name) => name === "b").length, 1);
});

test("a page that was killed leaves its writes to the next one", async () => {
  const store = memoryStore();
  const first = setUp({ store, send: () => new Promise(() => {}) });
  first.queue.add(job("a"));
  first.queue.add(job("b"));
  const second = setUp({ store, send: () => "ok" });
  assert.deepEqual(second.queue.waiting().map((one) => one.id), ["a", "b"]);
  await second.queue.run();
  assert.deepEqual(second.log.done, [["a", "ok"], ["b", "ok"]]);
  assert.equal(second.queue.count, 0);
});

test("a write the server refuses is handed back and holds up no other", async () => {
  const { queue, log } = setUp({
    send(one) {
      if (one.id === "a") throw new RequestError("Stale.", 409, { kind: "StaleVersion" });
      return "ok";
    },
  });
  await queue.add(job("a"));
  await queue.add(job("b"));
  assert.deepEqual(log.refused, [["a", 409]]);
  assert.deepEqual(log.done, [["b", "ok"]]);
});

test("an error of the server is tried four times, then handed back", async () => {
  const { queue, timers, log } = setUp({
    send() {
      throw new RequestError("Broken.", 500);
    },
  });
  await queue.add(job("a"));
  for (let times = 0; times < 5; times += 1) await timers.fire();
  assert.equal(log.sent.length, 4);
  assert.deepEqual(log.refused, [["a", 500]]);
});

test("pauses between attempts double and stay below five seconds", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 20].map(pauseMs), [500, 1000, 2000, 4000, 5000, 5000]);
});

test("a mistake in our own code is not taken for a lost network", async () => {
  const { queue } = setUp({
    send() {
      throw new TypeError("not ours");
    },
  });
  await assert.rejects(queue.add(job("a")), TypeError);
});
