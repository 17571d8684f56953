/** Moving, adding and deleting vertices of the selected object; holes and several parts stay. */

import { objectOf } from "../lookup.js";
import { changedVertex } from "./geometry.js";
import { latLngsOf } from "./shapes.js";
import { pathOptions } from "./styles.js";

const MANY = 150;
const NEAREST = 60;

/**
 * @param {any} L @param {any} map @param {any} renderer @param {object} state
 * @param {(geometry: object, lonlat: [number, number]|null) => void} onShape a change that is finished
 */
export function createVertices(L, map, renderer, state, onShape) {
  let layer = null;
  let shown = null;
  let look = "";
  let pressed = false;
  let waiting = false;

  const commit = () => {
    waiting = false;
    if (!layer) return;
    const geometry = layer.toGeoJSON(10).geometry;
    onShape(geometry, changedVertex(shown, geometry));
    shown = objectOf(state, state.get("selected"))?.geometry ?? null;
  };
  // A dragged middle marker reports its new vertex when the drag begins: one drag is one change.
  const edited = () => {
    waiting = true;
    if (!pressed) commit();
  };
  document.addEventListener("pointerdown", () => (pressed = true), true);
  const released = () => {
    pressed = false;
    if (waiting) setTimeout(commit);
  };
  document.addEventListener("pointerup", released, true);
  document.addEventListener("pointercancel", released, true);

  const stop = () => {
    layer?.pm.disable();
    layer?.remove();
    layer = null;
    shown = null;
  };

  const start = (geometry) => {
    layer = L.polygon(latLngsOf(L, geometry), { ...pathOptions(look), renderer, pmIgnore: false }).addTo(map);
    shown = geometry;
    const count = JSON.stringify(geometry.coordinates).split("],[").length;
    layer.pm.enable({
      snappable: false,
      allowSelfIntersection: layer.pm.hasSelfIntersection(),
      removeLayerBelowMinVertexCount: false,
      limitMarkersToCount: count > MANY ? NEAREST : -1,
    });
    layer.on("pm:edit", edited);
  };

  return {
    /** @returns {string|null} key of the object whose outline is drawn here */
    sync() {
      const ref = state.get("editing") ? state.get("selected") : null;
      const geometry = ref ? (objectOf(state, ref)?.geometry ?? null) : null;
      const hidden = state.get("hidden");
      const wanted = ref?.kind === "label" ? "label_draft selected" : "proposal selected";
      if (layer && (geometry !== shown || hidden || wanted !== look)) stop();
      look = wanted;
      if (!layer && geometry && !hidden) start(geometry);
      return layer && ref ? `${ref.kind}:${ref.id}` : null;
    },
  };
}
