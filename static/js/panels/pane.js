/** Rail of icons at the right edge and the panes it opens; one pane at a time, over the map. */

import { areaOf } from "./layout.js";
import { button, follow, h, named, setAttribute, show } from "./dom.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";

const ICONS = { layers: "layers", proposals: "list", export: "download", help: "circle-question-mark" };

/**
 * Builds the rail and an empty pane for each name.
 * @returns {Object<string, {head: HTMLElement, body: HTMLElement, foot: HTMLElement}>} by pane name
 */
export function mountPanes(root, state, actions) {
  const panes = {};
  for (const name of Object.keys(ICONS)) {
    const pane = buildPane(name, actions);
    areaOf(root, "rail").append(railButton(name, state, actions));
    areaOf(root, "stage").append(pane.element);
    follow(state, ["panes"], () => show(pane.element, state.get("panes").right === name));
    panes[name] = pane;
  }
  return panes;
}

function buildPane(name, actions) {
  const title = h("h2", { text: t(`pane.${name}`) });
  const head = h("span.ss-caption.ss-cut");
  const dismiss = { ...named(t("pane.close")), onClick: () => actions.openPane(null) };
  const close = button("ss-icon-button", dismiss, icon("x"));
  const body = h("div.ss-pane-body");
  const foot = h("div.ss-pane-foot", { hidden: true });
  const element = h(
    "section.ss-pane.ss-float", { data: { pane: name }, id: `ss-pane-${name}`, "aria-label": t(`pane.${name}`) },
    h("div.ss-pane-head", {}, title, head, close), body, foot,
  );
  return { element, head, body, foot };
}

function railButton(name, state, actions) {
  const flip = () => actions.openPane(state.get("panes").right === name ? null : name);
  const element = button(
    "ss-rail-button",
    { ...named(t(`pane.${name}`)), "aria-controls": `ss-pane-${name}`, data: { rail: name }, onClick: flip },
    icon(ICONS[name]),
  );
  follow(state, ["panes"], () => setAttribute(element, "aria-expanded", String(state.get("panes").right === name)));
  return element;
}
