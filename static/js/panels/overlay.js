/** What floats over the map: arrows to proposals out of view, legend, zoom. */

import { areaOf } from "./layout.js";
import { button, follow, h, named, setText, show } from "./dom.js";
import { whole } from "../format.js";
import { icon } from "../icons.js";
import { plural, t } from "../strings.js";

const DIRECTIONS = { north: "arrow-up", south: "arrow-down", east: "arrow-right", west: "arrow-left" };

/** Adds all of it to the stage. */
export function mountOverlay(root, state, actions) {
  const stage = areaOf(root, "stage");
  stage.append(...Object.keys(DIRECTIONS).map((direction) => arrow(direction, state, actions)));
  stage.append(legend(state), zoom(actions));
}

/** A chip that counts what lies beyond one edge; the only thing that moves the map by itself. */
function arrow(direction, state, actions) {
  const words = h("span");
  const element = button(
    "ss-away.ss-float", { data: { direction }, onClick: () => actions.focusDirection(direction) },
    icon(DIRECTIONS[direction], "ss-icon-small"), words,
  );
  follow(state, ["out_of_view"], () => {
    const count = state.get("out_of_view")?.[direction] ?? 0;
    show(element, count > 0);
    if (count > 0) setText(words, plural(`away.${direction}`, count));
  });
  return element;
}

function legend(state) {
  const entries = ["proposals", "labels", "rejected"].map((id) => {
    const count = h("b.ss-figures");
    const swatch = h("span.ss-swatch", { data: { swatch: id }, "aria-hidden": "true" });
    const word = h("span", { text: t(`legend.${id}`) });
    return { id, count, element: h("li", { data: { legend: id } }, swatch, word, count) };
  });
  const element = h("ul.ss-legend.ss-float", {}, ...entries.map((entry) => entry.element));
  follow(state, ["counts"], () => {
    const { open, labels, rejected } = state.get("counts");
    const counts = { proposals: open, labels, rejected };
    for (const { id, count, element: row } of entries) {
      setText(count, whole(counts[id]));
      show(row, id !== "rejected" || counts.rejected > 0);
    }
    show(element, open + labels + rejected > 0);
  });
  return element;
}

function zoom(actions) {
  const step = (id, sign, run) => button("ss-icon-button", { ...named(t(id)), onClick: () => run() }, icon(sign));
  const [closer, farther] = [step("zoom.in", "plus", actions.zoomIn), step("zoom.out", "minus", actions.zoomOut)];
  return h("div.ss-zoom.ss-float", {}, closer, farther);
}
