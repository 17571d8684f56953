/** A small picture of a place; a plain square until it comes, and where it cannot be had. */

import { h, setAttribute, show } from "./dom.js";

/** An empty square. */
export function crop(extraClass) {
  const image = h("img", { alt: "", hidden: true, decoding: "async" });
  image.addEventListener("load", () => show(image, true));
  image.addEventListener("error", () => show(image, false));
  return h(`span.ss-crop.${extraClass}`, {}, image);
}

/** Shows the picture of a URL once it is loaded; null empties the square. */
export function showCrop(square, url, alt) {
  const image = square.firstChild;
  image.alt = alt;
  if (!url) show(image, false);
  setAttribute(image, "src", url || null);
}
