/** Small marks over the outlines: numbers of proposals, points of the selected object, rings of waiting clicks. */

/** @param {any} L @param {any} map */
export function createMarks(L, map) {
  /** @type {Map<string, {marker: any, spot: string, face: string}>} */
  const shown = new Map();
  let onPick = () => {};

  const put = (key, [lon, lat], { pane, className, text, size, ref = null }) => {
    const spot = `${lon},${lat}`;
    const face = `${className}|${text}`;
    const before = shown.get(key);
    if (before && before.face === face) {
      if (before.spot !== spot) before.marker.setLatLng([lat, lon]);
      before.spot = spot;
      return;
    }
    before?.marker.remove();
    const html = Object.assign(document.createElement("span"), { textContent: text });
    const icon = L.divIcon({ className, html, iconSize: [size, size] });
    const marker = L.marker([lat, lon], { pane, icon, keyboard: false, interactive: ref !== null, bubblingMouseEvents: false });
    if (ref) marker.on("click", () => onPick(ref));
    marker.addTo(map);
    shown.set(key, { marker, spot, face });
  };

  return {
    /** @param {(ref: object) => void} fn called with the object whose number was clicked */
    onPick(fn) {
      onPick = fn;
    },
    /**
     * @param {{items: import("./items.js").Item[], points: [number, number, number][],
     *   rings: {id: string, lonlat: [number, number]}[]}} marks
     */
    sync({ items, points, rings }) {
      const keep = new Set();
      const show = (key, lonlat, look) => {
        keep.add(key);
        put(key, lonlat, look);
      };
      for (const { key, ref, number, bounds, look } of items) {
        if (number === null) continue;
        const className = `ss-badge${look.endsWith("selected") ? " ss-badge-selected" : ""}`;
        show(`badge ${key}`, [bounds[0], bounds[3]], { pane: "ss-badges", className, text: String(number), size: 20, ref });
      }
      points.forEach(([lon, lat, sign], at) => {
        const className = `ss-point ${sign > 0 ? "ss-point-in" : "ss-point-out"}`;
        show(`point ${at}`, [lon, lat], { pane: "ss-points", className, text: sign > 0 ? "+" : "−", size: 20 });
      });
      for (const { id, lonlat } of rings) show(`ring ${id}`, lonlat, { pane: "ss-points", className: "ss-click", text: "", size: 20 });
      for (const [key, { marker }] of shown) {
        if (keep.has(key)) continue;
        marker.remove();
        shown.delete(key);
      }
    },
  };
}
