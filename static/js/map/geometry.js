/** Plain geometry in longitude and latitude; no map library needed. */

const EARTH_M = 6_378_137;
const METRES_PER_DEGREE = 111_132.954; // of latitude, in the mean
const RADIANS = Math.PI / 180;

/** @typedef {import("../types.js").Geometry} Geometry @typedef {import("../types.js").Bounds} Bounds */

/** Every polygon of a geometry as a list of rings; the first ring is the outline, the others are holes. */
export function polygonsOf(geometry) {
  if (geometry?.type === "Polygon") return [geometry.coordinates];
  if (geometry?.type === "MultiPolygon") return geometry.coordinates;
  return [];
}

/** @param {Geometry|null} geometry @returns {Bounds|null} */
export function boundsOf(geometry) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygonsOf(geometry)) {
    for (const [lon, lat] of polygon[0] ?? []) {
      west = Math.min(west, lon);
      south = Math.min(south, lat);
      east = Math.max(east, lon);
      north = Math.max(north, lat);
    }
  }
  return west <= east ? [west, south, east, north] : null;
}

/** @param {Bounds} bounds @returns {Geometry} */
export function polygonOfBounds([west, south, east, north]) {
  const ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return { type: "Polygon", coordinates: [ring] };
}

/** @param {[number, number]} one @param {[number, number]} other @returns {Bounds} */
export function boundsOfCorners([lon, lat], [otherLon, otherLat]) {
  return [Math.min(lon, otherLon), Math.min(lat, otherLat), Math.max(lon, otherLon), Math.max(lat, otherLat)];
}

/** @param {Bounds} bounds @returns {[number, number]} */
export function centreOf([west, south, east, north]) {
  return [(west + east) / 2, (south + north) / 2];
}

export function boundsHold([west, south, east, north], [lon, lat]) {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

export function boundsMeet(one, other) {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}

/** The part two bounds share, or null. */
export function boundsShared(one, other) {
  if (!boundsMeet(one, other)) return null;
  return [Math.max(one[0], other[0]), Math.max(one[1], other[1]), Math.min(one[2], other[2]), Math.min(one[3], other[3])];
}

const boundsSize = ([west, south, east, north]) => (east - west) * (north - south);

/** Share of `one` that `other` covers, 0 to 1. */
export function shareCovered(one, other) {
  const shared = boundsShared(one, other);
  return shared && boundsSize(one) > 0 ? boundsSize(shared) / boundsSize(one) : 0;
}

/** Whether a point lies in a geometry, holes left out (even-odd rule). */
export function holds(geometry, point) {
  return polygonsOf(geometry).some((polygon) => polygon.reduce((inside, ring) => inside !== ringHolds(ring, point), false));
}

function ringHolds(ring, [lon, lat]) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
    const [x, y] = ring[at];
    const [otherX, otherY] = ring[before];
    if (y > lat !== otherY > lat && lon < ((otherX - x) * (lat - y)) / (otherY - y) + x) inside = !inside;
  }
  return inside;
}

/**
 * Ground area of a small GeoJSON polygon: the shoelace formula on a plane that touches the WGS 84 ellipsoid at its
 * first corner; series for the length of a degree as in Snyder, Map Projections (1987), p. 25.
 * @returns {number} square metres; 0 where there is no polygon
 */
export function areaM2(geometry) {
  const polygons = polygonsOf(geometry);
  if (!polygons.length) return 0;
  const [lon0, lat0] = polygons[0][0][0];
  const phi = (lat0 * Math.PI) / 180;
  const north = METRES_PER_DEGREE - 559.822 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi);
  const east = 111_412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi) + 0.118 * Math.cos(5 * phi);
  const ringArea = (ring) =>
    Math.abs(
      ring.reduce((sum, [x, y], at) => {
        const [nextX, nextY] = ring[(at + 1) % ring.length];
        return sum + (x - lon0) * (nextY - lat0) - (nextX - lon0) * (y - lat0);
      }, 0) / 2,
    );
  const degrees = polygons.reduce((sum, [outer, ...holes]) => {
    return sum + ringArea(outer) - holes.reduce((cut, hole) => cut + ringArea(hole), 0);
  }, 0);
  return degrees * north * east;
}

/** Metres of ground in one screen pixel of a 256 px tile grid. */
export function gsdM(lat, zoom) {
  return (Math.cos(lat * RADIANS) * 2 * Math.PI * EARTH_M) / (256 * 2 ** zoom);
}

/** Whether two geometries are the same shape, to a tenth of a millimetre. */
export function sameGeometry(one, other) {
  if (one === other) return true;
  if (!one || !other) return false;
  return JSON.stringify(rounded(one)) === JSON.stringify(rounded(other));
}

/** The geometry with coordinates to nine decimals; one polygon is never a MultiPolygon; rings are closed. */
export function rounded(geometry) {
  const round = (value) => Math.round(value * 1e9) / 1e9;
  const polygons = polygonsOf(geometry).map((polygon) => polygon.map((ring) => closed(ring.map(([lon, lat]) => [round(lon), round(lat)]))));
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] }
    : { type: "MultiPolygon", coordinates: polygons };
}

function closed(ring) {
  const [first, last] = [ring[0], ring.at(-1)];
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
}

export function holesOf(geometry) {
  return polygonsOf(geometry).reduce((sum, polygon) => sum + polygon.length - 1, 0);
}

/** The first vertex of `after` that is not in `before` (or of `before` not in `after`): where a hand changed it. */
export function changedVertex(before, after) {
  const points = (geometry) => polygonsOf(geometry).flat(2);
  const names = (list) => new Set(list.map(String));
  const [old, fresh] = [points(before), points(after)];
  const [oldNames, freshNames] = [names(old), names(fresh)];
  return fresh.find((point) => !oldNames.has(String(point))) ?? old.find((point) => !freshNames.has(String(point))) ?? null;
}
