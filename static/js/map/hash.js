/** The address of a view: `#p=<project>&s=<source>&v=<zoom>/<lat>/<lon>`. */

/** @param {string} text @returns {{project: string|null, source: string|null, view: {zoom: number, lat: number, lon: number}|null}} */
export function readHash(text) {
  const fields = new URLSearchParams(text.replace(/^#/, ""));
  const [zoom, lat, lon] = (fields.get("v") ?? "").split("/").map((part) => (part === "" ? NaN : Number(part)));
  const usable = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && zoom >= 0;
  return { project: fields.get("p"), source: fields.get("s"), view: usable ? { zoom, lat, lon } : null };
}

/** @param {{project: string, source: string, view: {zoom: number, lat: number, lon: number}}} place */
export function writeHash({ project, source, view }) {
  const zoom = Number(view.zoom.toFixed(2));
  return `#p=${project}&s=${source}&v=${zoom}/${view.lat.toFixed(6)}/${view.lon.toFixed(6)}`;
}
