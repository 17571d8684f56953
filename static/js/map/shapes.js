/** Outlines on one canvas: one path an object, changed only where the object did. */

import { polygonOfBounds } from "./geometry.js";
import { CASING, pathOptions } from "./styles.js";

/** A canvas that lays every line over a dark casing, so that it is seen on any picture. */
export function casedCanvas(L) {
  const Cased = L.Canvas.extend({
    _fillStroke(ctx, layer) {
      const { options } = layer;
      if (options.fill) {
        ctx.globalAlpha = options.fillOpacity;
        ctx.fillStyle = options.fillColor;
        ctx.fill("evenodd");
      }
      ctx.lineJoin = options.lineJoin;
      const stroke = (width, color, opacity, dash, cap) => {
        Object.assign(ctx, { lineWidth: width, strokeStyle: color, globalAlpha: opacity, lineCap: cap });
        ctx.setLineDash(dash);
        ctx.stroke();
      };
      if (options.casing) stroke(options.weight + CASING.extra, CASING.color, CASING.opacity, [], "round");
      if (options.hairline) stroke(1, "#FFFFFF", 1, [], "round");
      stroke(options.weight, options.color, options.opacity, options._dashArray ?? [], options.lineCap);
    },
  });
  return new Cased({ padding: 0.25 });
}

/** @param {any} L @param {{type: string, coordinates: any[]}} geometry */
export function latLngsOf(L, geometry) {
  return L.GeoJSON.coordsToLatLngs(geometry.coordinates, geometry.type === "MultiPolygon" ? 2 : 1);
}

/** @param {any} L @param {any} map @param {any} renderer */
export function createShapes(L, map, renderer) {
  /** @type {Map<string, {path: any, geometry: object, look: string}>} */
  const drawn = new Map();

  const draw = (key, geometry, look) => {
    const before = drawn.get(key);
    if (!before) {
      const path = L.polygon(latLngsOf(L, geometry), { ...pathOptions(look), renderer }).addTo(map);
      drawn.set(key, { path, geometry, look });
      return;
    }
    if (before.geometry !== geometry) before.path.setLatLngs(latLngsOf(L, geometry));
    if (before.look !== look) {
      before.path.setStyle(pathOptions(look));
      if (/selected|hovered/.test(look)) before.path.bringToFront();
    }
    Object.assign(before, { geometry, look });
  };

  const frames = new WeakMap();
  const frameOf = (item) => {
    if (!frames.has(item.geometry)) frames.set(item.geometry, polygonOfBounds(item.bounds));
    return frames.get(item.geometry);
  };

  return {
    /**
     * Shows these objects and no others. `edited`: key of the object whose outline is drawn by its editor.
     * @param {import("./items.js").Item[]} items @param {string|null} edited
     */
    sync(items, edited = null) {
      const keep = new Set();
      const show = (key, geometry, look) => {
        keep.add(key);
        draw(key, geometry, look);
      };
      for (const item of items) {
        if (item.key !== edited) show(item.key, item.geometry, item.look);
        if (item.look.endsWith("selected") && !item.look.startsWith("box")) show("frame", frameOf(item), "frame");
      }
      for (const [key, { path }] of drawn) {
        if (keep.has(key)) continue;
        path.remove();
        drawn.delete(key);
      }
    },
    get count() {
      return drawn.size;
    },
  };
}
