import assert from "node:assert/strict";
import { test } from "node:test";

import { classForNewPlace, neighbour } from "../../static/js/lookup.js";
import { createNet, RequestError } from "../../static/js/net.js";
import { savedStatus } from "../../static/js/saved.js";
import { createStopwatch } from "../../static/js/stopwatch.js";
import { createStorage } from "../../static/js/storage.js";
import { memoryStore, proposal } from "./values.js";

const response = (status, body) => ({ ok: status < 400, status, json: async () => JSON.parse(body) });

test("posts carry the page's header and JSON", async () => {
  const calls = [];
  const net = createNet({ fetch: async (...call) => (calls.push(call), response(200, '{"saved_at":"x"}')), base: "/b" });
  assert.deepEqual(await net.post("/ss/draft", { a: 1 }), { saved_at: "x" });
  const [url, { method, headers, body }] = calls[0];
  assert.deepEqual([url, method, headers["X-SocioScribe"], headers["Content-Type"], body], ["/b/ss/draft", "POST", "1", "application/json", '{"a":1}']);
});

test("an error is the server's sentence, with its kind", async () => {
  const net = createNet({ fetch: async () => response(409, '{"error":"Changed meanwhile.","kind":"StaleVersion"}') });
  await assert.rejects(net.get("/ss/state"), { name: "RequestError", message: "Changed meanwhile.", status: 409, kind: "StaleVersion", passing: false });
});

test("an answer that is no JSON is an error with its status", async () => {
  const net = createNet({ fetch: async () => response(502, "<html>") });
  await assert.rejects(net.get("/ss/state"), { status: 502, passing: true, message: "The server answered with error 502." });
});

test("no answer at all is passing", async () => {
  const net = createNet({
    fetch: async () => {
      throw new TypeError("fetch failed");
    },
  });
  await assert.rejects(net.get("/ss/state"), { status: 0, passing: true, message: "The server does not answer." });
  assert.equal(new RequestError("x", 422).passing, false);
});

test("the saved line says the worst that is true", () => {
  const now = { waiting: 0, offline: false, conflict: false, refused: null, at: "12:00" };
  const status = (fields) => savedStatus({ ...now, ...fields }).status;
  assert.equal(status({}), "saved");
  assert.equal(status({ waiting: 1 }), "saving");
  assert.equal(status({ waiting: 3, offline: true }), "offline");
  assert.equal(status({ refused: "No." }), "failed");
  assert.equal(status({ waiting: 3, offline: true, conflict: true, refused: "No." }), "conflict");
  assert.equal(savedStatus({ ...now, waiting: 3, offline: true }).sentence, "3 not saved: the server does not answer. It is kept here and sent again.");
});

test("time counts while an object is selected and the page is seen", () => {
  let now = 0;
  const watch = createStopwatch(() => now);
  watch.turnTo("proposal:1");
  now = 2_000;
  watch.click();
  watch.pause();
  now = 60_000;
  watch.resume();
  now = 60_500;
  watch.turnTo("proposal:2");
  watch.click();
  watch.click();
  now = 61_000;
  watch.turnTo("proposal:1");
  now = 61_250;
  assert.deepEqual(watch.take("proposal:1"), { seconds: 2.75, clicks: 1 });
  assert.deepEqual(watch.take("proposal:2"), { seconds: 0.5, clicks: 2 });
  assert.deepEqual(watch.take("proposal:3"), { seconds: 0, clicks: 0 });
});

test("the next open proposal follows in place order, round the end", () => {
  const all = [proposal(2), proposal(0), proposal(1, { state: "accepted" }), proposal(3)];
  const next = (number, step) => neighbour(all, number === null ? null : proposal(number).id, step)?.place ?? null;
  assert.deepEqual([next(null, 1), next(0, 1), next(1, 1), next(3, 1)], [0, 2, 2, 0]);
  assert.deepEqual([next(null, -1), next(2, -1), next(0, -1)], [3, 0, 3]);
  assert.equal(neighbour([proposal(0)], proposal(0).id, 1), null);
  assert.equal(neighbour([], null, 1), null);
});

test("a new place has the class of the first proposal, else the class the query names", () => {
  const taxonomy = { functions: [{ id: "educational", classes: [{ id: "school", name: "School" }] }, { id: "public", classes: [{ id: "fire_station", name: "Fire station" }] }] };
  assert.deepEqual(classForNewPlace([proposal(0)], "temples", taxonomy), { function: "educational", class_id: "school" });
  assert.deepEqual(classForNewPlace([proposal(0, { function: null })], "", taxonomy), { function: "educational", class_id: "school" });
  assert.deepEqual(classForNewPlace([], "Fire stations", taxonomy), { function: "public", class_id: "fire_station" });
  assert.deepEqual(classForNewPlace([], "Mayur Cinema", taxonomy), { function: null, class_id: null });
});

test("values come back, and stay in memory where the browser keeps none", () => {
  const lasting = createStorage(memoryStore());
  assert.equal(lasting.write("job:2", { a: [1] }), true);
  lasting.write("job:1", 1);
  assert.deepEqual([lasting.read("job:2"), lasting.keys("job:"), lasting.read("none")], [{ a: [1] }, ["job:1", "job:2"], null]);
  const full = createStorage(memoryStore({ full: true }));
  assert.equal(full.write("job:1", { b: 2 }), false);
  assert.deepEqual([full.read("job:1"), full.keys("job:")], [{ b: 2 }, ["job:1"]]);
  full.remove("job:1");
  assert.deepEqual(full.keys("job:"), []);
  assert.equal(createStorage(null).lasting, false);
});
