import assert from "node:assert/strict";
import { test } from "node:test";

import { areaM2, boundsOf, boundsOfCorners, boundsShared, changedVertex, gsdM, holds, holesOf, polygonOfBounds, rounded, sameGeometry, shareCovered } from "../../static/js/map/geometry.js";
import { readHash, writeHash } from "../../static/js/map/hash.js";
import { countOutOfView } from "../../static/js/map/offview.js";
import { id, proposal, square } from "./values.js";

const ring = (from, to) => [[from, from], [to, from], [to, to], [from, to], [from, from]];
const donut = { type: "Polygon", coordinates: [ring(0, 10), ring(4, 6)] };
const two = { type: "MultiPolygon", coordinates: [[ring(0, 1)], [ring(8, 9), ring(8.4, 8.6)]] };

test("bounds of every part count, holes and emptiness do not", () => {
  assert.deepEqual(boundsOf(two), [0, 0, 9, 9]);
  assert.deepEqual(boundsOf(donut), [0, 0, 10, 10]);
  assert.equal(boundsOf(null), null);
  assert.equal(boundsOf({ type: "Polygon", coordinates: [] }), null);
});

test("a point in a hole is not in the shape", () => {
  assert.equal(holds(donut, [1, 1]), true);
  assert.equal(holds(donut, [5, 5]), false);
  assert.equal(holds(donut, [11, 5]), false);
  assert.equal(holds(two, [8.2, 8.2]), true);
  assert.equal(holds(two, [8.5, 8.5]), false);
  assert.equal(holds(two, [4, 4]), false);
});

/** A square of degrees; of 1/1000 degree at 27.63 north it has 10,936.8 m² (geodesic area by PROJ). */
const degrees = (west, south, size) => [
  [west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south],
];

test("the area of an outline is its ground area, holes taken out", () => {
  const outer = degrees(85.52, 27.63, 0.001);
  const hole = degrees(85.5202, 27.6302, 0.0005);
  const whole = areaM2({ type: "Polygon", coordinates: [outer] });
  const cut = areaM2({ type: "Polygon", coordinates: [outer, hole] });
  assert.ok(Math.abs(whole - 10_936.8) < 1, `${whole}`);
  assert.ok(Math.abs(cut / whole - 0.75) < 1e-4);
  assert.equal(areaM2(null), 0);
});

test("holes of all parts are counted", () => {
  const ring = degrees(0, 0, 1);
  assert.equal(holesOf({ type: "Polygon", coordinates: [ring, ring] }), 1);
  assert.equal(holesOf({ type: "MultiPolygon", coordinates: [[ring], [ring, ring, ring]] }), 2);
  assert.equal(holesOf(null), 0);
});

test("a pixel at zoom 0 on the equator is 156,543 metres; at zoom 20 in Banepa 0.132", () => {
  assert.equal(Math.round(gsdM(0, 0)), 156_543);
  assert.equal(gsdM(27.63, 20).toFixed(3), "0.132");
});

test("rounding keeps holes and parts and closes rings", () => {
  const open = { type: "MultiPolygon", coordinates: [[[[0.1234567891234, 0], [1, 0], [1, 1]]]] };
  assert.deepEqual(rounded(open), { type: "Polygon", coordinates: [[[0.123456789, 0], [1, 0], [1, 1], [0.123456789, 0]]] });
  assert.deepEqual(rounded(two), two);
  assert.equal(holesOf(two), 1);
});

test("one polygon is the same as a part of one, another shape is not", () => {
  assert.equal(sameGeometry(donut, { type: "MultiPolygon", coordinates: [donut.coordinates] }), true);
  assert.equal(sameGeometry(donut, two), false);
  assert.equal(sameGeometry(null, donut), false);
  assert.equal(sameGeometry(null, null), true);
});

test("the vertex that was moved, added or deleted is found", () => {
  const moved = { type: "Polygon", coordinates: [[[0, 0], [10, 0], [12, 12], [0, 10], [0, 0]]] };
  const whole = { type: "Polygon", coordinates: [ring(0, 10)] };
  const shorter = { type: "Polygon", coordinates: [[[0, 0], [10, 0], [0, 10], [0, 0]]] };
  assert.deepEqual(changedVertex(whole, moved), [12, 12]);
  assert.deepEqual(changedVertex(whole, shorter), [10, 10]);
  assert.equal(changedVertex(whole, whole), null);
});

test("boxes come from any two corners and share what both cover", () => {
  assert.deepEqual(boundsOfCorners([3, 1], [1, 2]), [1, 1, 3, 2]);
  assert.deepEqual(boundsShared([0, 0, 2, 2], [1, 1, 3, 3]), [1, 1, 2, 2]);
  assert.equal(boundsShared([0, 0, 1, 1], [2, 2, 3, 3]), null);
  assert.equal(shareCovered([0, 0, 2, 2], [1, 0, 5, 5]), 0.5);
  assert.equal(shareCovered([0, 0, 2, 2], [3, 3, 4, 4]), 0);
  assert.deepEqual(boundsOf(polygonOfBounds([1, 2, 3, 4])), [1, 2, 3, 4]);
});

test("open proposals out of view are counted by direction, with the nearest of each", () => {
  const at = (number, lon, lat, fields = {}) => proposal(number, { bounds: [lon, lat, lon + 0.1, lat + 0.1], geometry: square(lon, lat, 0.1), ...fields });
  const all = [at(0, 5, 20), at(1, 5, 12), at(2, -9, 4), at(3, 5, 5), at(4, 9.95, 5), at(5, 30, 5, { state: "accepted" }), at(6, 4, -3, { geometry: null })];
  assert.deepEqual(countOutOfView([0, 0, 10, 10], all), {
    north: 2,
    east: 0,
    south: 1,
    west: 1,
    target: {
      north: { kind: "proposal", id: id(101) },
      west: { kind: "proposal", id: id(102) },
      south: { kind: "proposal", id: id(106) },
    },
  });
});

test("a view's address is read back as it was written", () => {
  const hash = writeHash({ project: "p", source: "s", view: { zoom: 18.5, lat: 27.6312345, lon: 85.52 } });
  assert.equal(hash, "#p=p&s=s&v=18.5/27.631235/85.520000");
  assert.deepEqual(readHash(hash), { project: "p", source: "s", view: { zoom: 18.5, lat: 27.631235, lon: 85.52 } });
});

test("an address that makes no sense gives no view", () => {
  for (const text of ["", "#v=", "#v=18", "#v=a/b/c", "#v=18/91/0", "#v=-1/0/0", "#v=18//3"]) assert.equal(readHash(text).view, null);
});
