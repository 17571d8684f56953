/** The page's areas, empty. Everything docked is here; what floats over the map lies in the stage. */

import { h } from "./dom.js";
import { t } from "../strings.js";

/**
 * Builds the areas inside the root and returns the element the map is made in.
 * @param {HTMLElement} root
 * @returns {{map: HTMLElement}}
 */
export function buildLayout(root) {
  root.classList.add("ss-root");
  const map = h("div.ss-map", { id: "ss-map", "aria-label": t("area.map") });
  const area = (name, label) => ({ data: { area: name }, role: "region", "aria-label": t(label) });
  root.replaceChildren(
    h("div.ss-top", { data: { area: "top" }, role: "banner" }),
    h("div.ss-left", area("left", "area.left")),
    h("div.ss-stage", area("stage", "area.stage"), map),
    h("div.ss-rail", { ...area("rail", "area.rail"), role: "toolbar", "aria-orientation": "vertical" }),
    h("div.ss-status", { data: { area: "status" }, role: "contentinfo" }),
  );
  return { map };
}

/** The element of an area. */
export function areaOf(root, name) {
  return root.querySelector(`[data-area="${name}"]`);
}
