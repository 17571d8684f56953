/** Numbers, times and places as words. Pure: no DOM, no state. */


/** 1947.3 -> "1,947 m²"; above a tenth of a square kilometre in hectares. */
export function area(squareMetres) {
  if (!Number.isFinite(squareMetres)) return "–";
  if (squareMetres >= 100_000) return `${whole(squareMetres / 10_000)} ha`;
  return `${squareMetres < 10 ? squareMetres.toFixed(1) : whole(squareMetres)} m²`;
}

/** 12345.6 -> "12,346". */
export function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** 0.6384 -> "0.64". */
export function score(value) {
  return Number.isFinite(value) ? value.toFixed(2) : "–";
}

/** 2.06 -> "2.1 s"; a minute or more as "1 min 12 s". */
export function seconds(value) {
  if (!Number.isFinite(value)) return "";
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const rounded = Math.round(value);
  return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}

/** An ISO time as the person's clock, "14:03:22"; "" where there is none. */
export function clock(iso) {
  const time = new Date(iso ?? NaN);
  if (Number.isNaN(time.getTime())) return "";
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Ground resolution: 0.2613 -> "0.26 m/px". */
export function resolution(gsd_m) {
  if (!(gsd_m > 0)) return "";
  return `${gsd_m < 10 ? gsd_m.toFixed(2) : whole(gsd_m)} m/px`;
}

/** Latitude first, as people read it: "27.63148, 85.52058". */
export function coordinates(lonLat) {
  return lonLat ? `${lonLat[1].toFixed(5)}, ${lonLat[0].toFixed(5)}` : "";
}

/**
 * The longest round length that fits: 1, 2 or 5 times a power of ten metres.
 * @param {number} gsd_m metres per CSS pixel
 * @param {number} most_px
 * @returns {{label: string, width_px: number}}
 */
export function scaleBar(gsd_m, most_px) {
  const most_m = gsd_m * most_px;
  const power = 10 ** Math.floor(Math.log10(most_m));
  const length_m = [5, 2, 1].map((factor) => factor * power).find((metres) => metres <= most_m);
  const label = length_m >= 1000 ? `${length_m / 1000} km` : `${length_m < 1 ? length_m.toPrecision(1) : length_m} m`;
  return { label, width_px: Math.round(length_m / gsd_m) };
}

/** Two capitals for a person: "Mina Shrestha" -> "MS", "local" -> "LO". */
export function initials(name) {
  const words = String(name ?? "").trim().split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? "?").slice(0, 2);
  return letters.toUpperCase();
}

/** 1536 -> "1.5 KB". */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1_048_576 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1_048_576).toFixed(1)} MB`;
}
