/** Names of labels as small text with a halo, on a canvas of their own; names that would overlap are left out. */

const FONT = '600 12px "Inter Variable", "Noto Sans KR", "Noto Sans SC", "Noto Sans JP", system-ui, sans-serif';
const MOST = 400;
const MARGIN = 4;

/** @param {any} L @param {any} map */
export function createNames(L, map) {
  let items = [];
  let request = null;
  const Names = L.Layer.extend({
    onAdd() {
      this.canvas = L.DomUtil.create("canvas", "ss-names leaflet-zoom-hide", map.getPane("ss-names"));
      map.on("moveend zoomend resize viewreset", redraw);
    },
  });
  const layer = new Names();

  const paint = () => {
    request = null;
    const { canvas } = layer;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      Object.assign(canvas, { width: size.x * ratio, height: size.y * ratio });
      Object.assign(canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    }
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    Object.assign(ctx, { font: FONT, textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    for (const place of placed(ctx, size)) write(ctx, place);
  };

  /** Names in view whose object is wide enough, without those that would cover another. */
  const placed = (ctx, size) => {
    const taken = [];
    const view = map.getBounds();
    const inView = items.filter(
      ({ bounds: [west, south, east, north] }) =>
        west < view.getEast() && east > view.getWest() && south < view.getNorth() && north > view.getSouth(),
    );
    for (const { name, bounds } of inView) {
      if (taken.length >= MOST) break;
      const [west, south, east, north] = bounds;
      const centre = map.latLngToContainerPoint([(south + north) / 2, (west + east) / 2]);
      const wide = map.latLngToContainerPoint([south, east]).x - map.latLngToContainerPoint([south, west]).x;
      if (wide < 14 || centre.x < 0 || centre.y < 0 || centre.x > size.x || centre.y > size.y) continue;
      const half = ctx.measureText(name).width / 2 + MARGIN;
      const covers = taken.some((other) => Math.abs(other.x - centre.x) < other.half + half && Math.abs(other.y - centre.y) < 16);
      if (!covers) taken.push({ name, x: centre.x, y: centre.y, half });
    }
    return taken;
  };

  const write = (ctx, { name, x, y }) => {
    Object.assign(ctx, { lineWidth: 3, strokeStyle: "rgba(20, 6, 15, 0.85)", fillStyle: "#FFFFFF" });
    ctx.strokeText(name, x, y);
    ctx.fillText(name, x, y);
  };

  const redraw = () => {
    request = request ?? requestAnimationFrame(paint);
  };

  layer.addTo(map);
  void document.fonts.ready.then(redraw);
  return {
    /** @param {import("./items.js").Item[]} all */
    sync(all) {
      const named = all.filter((item) => item.name);
      const same = named.length === items.length && named.every(({ name, bounds }, at) => name === items[at].name && bounds === items[at].bounds);
      if (same) return; // pointing at an object changes no name
      items = named;
      redraw();
    },
  };
}
