/** How many open proposals lie outside the view, by direction, and the nearest of each. */

import { boundsMeet, boundsOf, centreOf } from "./geometry.js";

/**
 * @param {import("../types.js").Bounds} view
 * @param {{id: string, state: string, bounds: import("../types.js").Bounds, geometry: object|null}[]} proposals
 * @returns {{north: number, east: number, south: number, west: number, target: Record<string, {kind: "proposal", id: string}>}}
 */
export function countOutOfView(view, proposals) {
  const counts = { north: 0, east: 0, south: 0, west: 0, target: {} };
  const nearest = {};
  const [midLon, midLat] = centreOf(view);
  for (const proposal of proposals) {
    const bounds = boundsOf(proposal.geometry) ?? proposal.bounds;
    if (proposal.state !== "open" || boundsMeet(view, bounds)) continue;
    const [lon, lat] = centreOf(bounds);
    const across = (lon - midLon) / (view[2] - view[0]);
    const up = (lat - midLat) / (view[3] - view[1]);
    const direction = Math.abs(up) >= Math.abs(across) ? (up > 0 ? "north" : "south") : across > 0 ? "east" : "west";
    const far = Math.hypot(across, up);
    counts[direction] += 1;
    if (far < (nearest[direction] ?? Infinity)) {
      nearest[direction] = far;
      counts.target[direction] = { kind: "proposal", id: proposal.id };
    }
  }
  return counts;
}
