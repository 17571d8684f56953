/** Status line: scale, ground resolution, where the picture and the map come from, coordinates, what comes next. */

import { areaOf } from "./layout.js";
import { follow, h, setAttribute, setText, show } from "./dom.js";
import { coordinates, resolution, scaleBar } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";
import { NEXT_KEYS, nextSentence } from "./next.js";

const LONGEST_BAR_PX = { wide: 96, narrow: 60 };

/** Fills the line. */
export function mountStatus(root, state) {
  const next = h("span.ss-cut");
  areaOf(root, "status").append(
    scale(state), credits(state), place(state), h("span.ss-spring"),
    h("span.ss-next", { role: "status" }, icon("info", "ss-icon-small"), next),
  );
  follow(state, NEXT_KEYS, () => setText(next, nextSentence(state)));
}

function scale(state) {
  const bar = h("span.ss-scale-bar", { "aria-hidden": "true" });
  const length = h("span.ss-figures");
  const ground = h("span.ss-ground.ss-figures");
  const narrow = window.matchMedia("(width <= 1180px)");
  const element = h("span.ss-scale", {}, bar, length, ground);
  follow(state, ["view"], () => {
    const gsd_m = state.get("view")?.gsd_m;
    show(element, gsd_m > 0);
    if (!(gsd_m > 0)) return;
    const { label, width_px } = scaleBar(gsd_m, narrow.matches ? LONGEST_BAR_PX.narrow : LONGEST_BAR_PX.wide);
    bar.style.width = `${width_px}px`;
    setText(length, label);
    setText(ground, resolution(gsd_m));
  });
  return element;
}

function credits(state) {
  const provider = h("span.ss-provider.ss-cut");
  const date = h("span.ss-date");
  const mapCredit = h("span");
  const word = h("span.ss-map-word", { text: `${t("layers.features")} ` });
  const map = h("span.ss-map-credit.ss-cut", {}, word, mapCredit);
  const element = h("span.ss-credits", {}, provider, date, map);
  follow(state, ["source"], () => {
    const source = state.get("source");
    show(element, Boolean(source));
    if (!source) return;
    setText(provider, source.provider);
    setText(date, ` · ${source.date || t("date.unknown")}`);
    setAttribute(element, "title", [source.provider, source.credit, source.map_credit].filter(Boolean).join(" · "));
    setText(mapCredit, source.map_credit);
    show(map, Boolean(source.map_credit));
  });
  return element;
}

function place(state) {
  const element = h("span.ss-coordinates.ss-figures");
  follow(state, ["cursor", "view"], () => {
    const view = state.get("view");
    const lonLat = state.get("cursor") ?? (view && Number.isFinite(view.lon) ? [view.lon, view.lat] : null);
    setText(element, coordinates(lonLat));
    show(element, Boolean(lonLat));
  });
  return element;
}
