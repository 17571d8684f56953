import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../../static/js/format.js";

test("areas are whole square metres, small ones with a decimal, large ones in hectares", () => {
  assert.equal(format.area(1947.3), "1,947 m²");
  assert.equal(format.area(4.26), "4.3 m²");
  assert.equal(format.area(123_456), "12 ha");
  assert.equal(format.area(NaN), "–");
});

test("seconds from a minute on are told in minutes", () => {
  assert.equal(format.seconds(2.06), "2.1 s");
  assert.equal(format.seconds(72), "1 min 12 s");
  assert.equal(format.seconds(119.7), "2 min 0 s");
  assert.equal(format.seconds(NaN), "");
});

test("the scale bar is the longest round length that fits", () => {
  assert.deepEqual(format.scaleBar(0.264, 96), { label: "20 m", width_px: 76 });
  assert.deepEqual(format.scaleBar(30, 96), { label: "2 km", width_px: 67 });
  assert.deepEqual(format.scaleBar(0.01, 96), { label: "0.5 m", width_px: 50 });
});

test("coordinates are written latitude first", () => {
  assert.equal(format.coordinates([85.52058, 27.63148]), "27.63148, 85.52058");
  assert.equal(format.coordinates(null), "");
});

test("a person has two capitals", () => {
  assert.equal(format.initials("Asha Lama"), "AL");
  assert.equal(format.initials("local"), "LO");
  assert.equal(format.initials(""), "?");
});

test("a time that is none is an empty clock", () => {
  assert.equal(format.clock(null), "");
  assert.match(format.clock("2025-11-20T14:03:22Z"), /^\d\d:03:22$/);
});
