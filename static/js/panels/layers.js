/** Layers pane: how strongly picture and map are drawn, what is shown, where the picture comes from, and own files. */

import { button, follow, h, setAttribute, setText, show, syncList } from "./dom.js";
import { resolution, whole } from "../format.js";
import { t } from "../strings.js";
import { mountUpload } from "./upload.js";

/** Fills the pane. */
export function mountLayers(pane, root, state, actions) {
  const noMap = h("p.ss-caption", { text: t("layers.no_map") });
  const map = slider("map", state, actions);
  pane.body.append(
    h("div.ss-group", {}, slider("satellite", state, actions), map, noMap),
    h("div.ss-group.ss-switches", {}, toggle("proposals", state, actions), toggle("labels", state, actions)),
    facts(state),
  );
  follow(state, ["source"], () => {
    const has = Boolean(state.get("source")?.map_tiles);
    show(map, has);
    show(noMap, !has && Boolean(state.get("source")));
  });
  mountUpload(pane.body, root, state, actions);
}

function slider(name, state, actions) {
  const value = h("span.ss-caption.ss-figures");
  const input = h("input.ss-slider", { type: "range", min: 0, max: 100, step: 5, data: { layer: name } });
  input.addEventListener("input", () => actions.setLayer(name, Number(input.value) / 100));
  follow(state, ["layers"], () => {
    const percent = Math.round(100 * (state.get("layers")?.[name] ?? 0));
    if (Number(input.value) !== percent) input.value = percent;
    input.style.setProperty("--part", `${percent}%`);
    setText(value, `${percent} %`);
  });
  return h("label.ss-slider-row", {}, h("span", { text: t(`layers.${name}`) }), value, input);
}

function toggle(name, state, actions) {
  const flip = () => actions.setLayer(name, !state.get("layers")[name]);
  const element = button(
    "ss-switch-row", { role: "switch", data: { layer: name }, onClick: flip },
    h("span", { text: t(`layers.${name}`) }), h("span.ss-switch"),
  );
  follow(state, ["layers"], () => setAttribute(element, "aria-checked", String(Boolean(state.get("layers")[name]))));
  return element;
}

function facts(state) {
  const list = h("dl.ss-source-facts");
  const element = h("div.ss-group", {}, h("h2", { text: t("layers.here") }), list);
  follow(state, ["source"], () => {
    const source = state.get("source");
    show(element, Boolean(source));
    const rows = source ? sourceFacts(source).filter((row) => row.says) : [];
    syncList(list, rows, {
      key: (row) => row.id,
      make: (row) => h("div", {}, h("dt", { text: t(`layers.${row.id}`) }), h("dd")),
      update: (element_, row) => setText(element_.lastChild, row.says),
    });
  });
  return element;
}

function sourceFacts(source) {
  const features = source.map_features ? t("layers.features_n", { n: whole(source.map_features) }) : "";
  return [
    { id: "provider", says: source.provider },
    { id: "date", says: source.date || t("date.unknown") },
    { id: "resolution", says: resolution(source.gsd_m) },
    { id: "credit", says: source.credit },
    { id: "features", says: [features, source.map_credit].filter(Boolean).join(" · ") },
  ];
}
