import assert from "node:assert/strict";
import { test } from "node:test";

import { createState } from "../../static/js/state.js";

const microtask = () => new Promise((resolve) => queueMicrotask(resolve));

test("a listener is told once for several changes of one turn", async () => {
  const state = createState();
  const told = [];
  state.on(["tool", "theme"], (keys) => told.push([...keys]));
  state.set("tool", "box");
  state.set("tool", "point");
  state.patch({ theme: "dark" });
  assert.deepEqual(told, []);
  await microtask();
  assert.deepEqual(told, [["tool", "theme"]]);
});

test("a listener is not told of other keys or of a value that stays", async () => {
  const state = createState();
  let told = 0;
  state.on("tool", () => (told += 1));
  state.set("theme", "dark");
  state.set("tool", "select");
  await microtask();
  assert.equal(told, 0);
});

test("a listener that was taken off is not told", async () => {
  const state = createState();
  let told = 0;
  const off = state.on("tool", () => (told += 1));
  off();
  state.set("tool", "box");
  await microtask();
  assert.equal(told, 0);
});

test("a change made by a listener is told in a later turn", async () => {
  const state = createState();
  state.on("tool", () => state.set("theme", "dark"));
  const themes = [];
  state.on("theme", () => themes.push(state.get("theme")));
  state.set("tool", "box");
  await microtask();
  await microtask();
  assert.deepEqual(themes, ["dark"]);
});

test("a key nobody knows is an error", () => {
  const state = createState();
  assert.throws(() => state.get("colour"), { name: "RangeError", message: 'The page has no state "colour".' });
  assert.throws(() => state.set("colour", 1), RangeError);
});
