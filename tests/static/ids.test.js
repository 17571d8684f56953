import assert from "node:assert/strict";
import { test } from "node:test";

import { isUuid, uuid7 } from "../../static/js/ids.js";

test("an id holds its milliseconds, its version and its variant", () => {
  const random = new Uint8Array(10).fill(255);
  assert.equal(uuid7(0x017f22e279b0, random), "017f22e2-79b0-7fff-bfff-ffffffffffff");
  assert.equal(uuid7(0, new Uint8Array(10)), "00000000-0000-7000-8000-000000000000");
});

test("later ids sort after earlier ones and no two are the same", () => {
  const ids = Array.from({ length: 500 }, (_, at) => uuid7(1_700_000_000_000 + at));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(Array.from({ length: 500 }, () => uuid7(1))).size, 500);
});

test("only lower-case ids with hyphens are taken", () => {
  assert.equal(isUuid(uuid7()), true);
  for (const text of [null, "", "saving-1", "017F22E2-79B0-7FFF-BFFF-FFFFFFFFFFFF", "017f22e279b07fffbfffffffffffffff"]) {
    assert.equal(isUuid(text), false);
  }
});
