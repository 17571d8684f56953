/** Icons: Lucide drawings (ISC) from static/vendor, each fetched once, drawn in the colour of the text around it. */

const FOLDER = new URL("../vendor/node_modules/lucide-static/icons/", import.meta.url);
const SVG = "http://www.w3.org/2000/svg";
const drawings = new Map();

/**
 * The shapes of one drawing, or none where it cannot be had: words and tooltips carry the meaning.
 * @param {string} name a Lucide name, "undo-2"
 * @returns {Promise<Element[]>}
 */
async function fetchDrawing(name) {
  const response = await fetch(new URL(`${name}.svg`, FOLDER), { priority: "low" }).catch(() => null);
  if (!response?.ok) return [];
  const parsed = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
  return [...parsed.documentElement.children].filter((shape) => shape.tagName !== "script");
}

/**
 * Draws another icon into an existing one; does nothing where it is drawn already.
 * @param {SVGElement} svg
 * @param {string} name
 */
export function setIcon(svg, name) {
  if (svg.dataset.icon === name) return;
  svg.dataset.icon = name;
  if (!drawings.has(name)) drawings.set(name, fetchDrawing(name));
  drawings.get(name).then((shapes) => {
    if (svg.dataset.icon === name) svg.replaceChildren(...shapes.map((shape) => document.importNode(shape, true)));
  });
}

/**
 * A decorative icon (hidden from screen readers).
 * @param {string} name
 * @param {string} [extraClass]
 * @returns {SVGElement}
 */
export function icon(name, extraClass = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `ss-icon ${extraClass}`.trim());
  setIcon(svg, name);
  return svg;
}
