import assert from "node:assert/strict";
import { test } from "node:test";

import { actOfKey, KEYS, nameOfKey, shownKey, takesText } from "../../static/js/keys.js";

const press = (key, fields = {}) => ({
  key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, repeat: false, isComposing: false, target: null, ...fields,
});
const element = (selector, fields = {}) => ({
  matches: (list) => list.split(",").some((one) => one.trim() === selector), isContentEditable: false, ...fields,
});
const act = (event, rejecting = false) => actOfKey(event, { rejecting })?.act ?? null;

test("every key has one meaning", () => {
  const keys = KEYS.flatMap((entry) => entry.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(shownKey("redo"), "Ctrl+Shift+Z");
});

test("keys are read with and without capital letters", () => {
  assert.equal(act(press("a")), "accept");
  assert.equal(act(press("A", { shiftKey: true })), "accept");
  assert.equal(act(press("?", { shiftKey: true })), "help");
  assert.equal(act(press("z", { ctrlKey: true })), "undo");
  assert.equal(act(press("Z", { metaKey: true, shiftKey: true })), "redo");
  assert.equal(act(press("q")), null);
});

test("keys of the browser are left to it", () => {
  assert.equal(act(press("a", { ctrlKey: true })), null);
  assert.equal(act(press("d", { altKey: true })), null);
});

test("letters are found on keyboards of other scripts", () => {
  assert.equal(nameOfKey(press("ㅁ", { code: "KeyA" })), "a");
  assert.equal(act(press("ㅓ", { code: "KeyJ" })), "next");
});

test("no key fires while text is typed or composed", () => {
  for (const target of [element("textarea"), element("select"), element("input", { type: "text" }), element("div", { isContentEditable: true })]) {
    assert.equal(act(press("a", { target })), null);
  }
  assert.equal(act(press("a", { isComposing: true })), null);
  assert.equal(takesText(element("input", { type: "range" })), false);
  assert.equal(act(press("a", { target: element("button") })), "accept");
});

test("a key that is held decides once, but steps on", () => {
  assert.equal(act(press("a", { repeat: true })), null);
  assert.equal(act(press("j", { repeat: true })), "next");
});

test("digits choose a reason only while the reasons are open", () => {
  assert.deepEqual(actOfKey(press("3"), { rejecting: true }), { act: "reason", index: 2 });
  assert.equal(act(press("3")), "tool_box");
  assert.equal(act(press("9"), true), null);
  assert.equal(actOfKey(press("3", { repeat: true }), { rejecting: true }), null);
});

test("Enter on a button presses the button", () => {
  assert.equal(act(press("Enter", { target: element("button") })), null);
  assert.equal(act(press("Enter")), "commit");
});
