import assert from "node:assert/strict";
import { test } from "node:test";

import { createInbox } from "../../static/js/inbox.js";
import { id } from "./values.js";

const envelope = (seq, request = 1) => ({ seq, request_id: id(request), message: { type: "step", title: `${seq}` } });

function box() {
  const applied = [];
  const inbox = createInbox((one) => applied.push(`${one.request_id.at(-1)}:${one.seq}`));
  return { applied, inbox };
}

test("repeated envelopes are applied once and in order", () => {
  const { applied, inbox } = box();
  inbox.receive({ envelopes: [envelope(2), envelope(1)] });
  inbox.receive({ envelopes: [envelope(1), envelope(2), envelope(3)] });
  assert.deepEqual(applied, ["1:1", "1:2", "1:3"]);
  assert.equal(inbox.last, 3);
});

test("mail without envelopes changes nothing", () => {
  const { applied, inbox } = box();
  inbox.receive(null);
  inbox.receive({});
  inbox.receive({ envelopes: [] });
  assert.deepEqual(applied, []);
  assert.equal(inbox.last, 0);
});

test("envelopes that begin above one are taken: what came before was acknowledged", () => {
  const { applied, inbox } = box();
  inbox.receive({ envelopes: [envelope(41), envelope(42)] });
  assert.deepEqual(applied, ["1:41", "1:42"]);
});

test("a server that was started anew counts from one again and is heard", () => {
  const { applied, inbox } = box();
  inbox.receive({ envelopes: [envelope(1), envelope(2), envelope(3)] });
  inbox.receive({ envelopes: [envelope(1, 2)] });
  inbox.receive({ envelopes: [envelope(1, 2), envelope(2, 2)] });
  assert.deepEqual(applied, ["1:1", "1:2", "1:3", "2:1", "2:2"]);
  assert.equal(inbox.last, 2);
});
