/** The map the rest of the page talks to. */

import { draftFor, find } from "../lookup.js";
import { itemsOf, pick } from "./items.js";
import { createMarks } from "./marks.js";
import { createNames } from "./names.js";
import { casedCanvas, createShapes } from "./shapes.js";
import { createTools } from "./tools.js";
import { createVertices } from "./vertices.js";
import { createView } from "./view.js";

const DRAWN = ["proposals", "labels", "drafts", "selected", "hovered", "step_hovered", "layers", "hidden", "editing", "rings"];

/** @param {any} L @param {HTMLElement} element @param {object} state */
export function createMap(L, element, state) {
  const view = createView(L, element, state);
  const map = view.leaflet;
  const renderer = casedCanvas(L).addTo(map);
  const shapes = createShapes(L, map, renderer);
  const names = createNames(L, map);
  const marks = createMarks(L, map);
  let items = [];
  let tools = null;
  let vertices = null;

  /** Place of the trace step pointed at. */
  const lit = () => {
    const index = state.get("step_hovered");
    return index === null ? null : (state.get("steps")[index]?.place ?? null);
  };

  /** Points of the selected object: the machine's, then the person's that already have their mask. */
  const points = () => {
    const ref = state.get("selected");
    const draft = draftFor(state, ref);
    const placed = ref?.kind === "proposal" ? (find(state, ref)?.points ?? []) : [];
    const waiting = new Set(state.get("rings").filter((ring) => ring.draft_id === draft?.draft_id).map((ring) => ring.step));
    const own = (draft?.prompts ?? []).filter((step, at) => step.kind === "point" && !waiting.has(at));
    return [...placed, ...own.map((step) => [...step.lonlat, step.sign])];
  };

  const draw = () => {
    const values = Object.fromEntries(DRAWN.map((key) => [key, state.get(key)]));
    const hidden = values.hidden;
    items = hidden ? [] : itemsOf({ ...values, lit: lit() });
    shapes.sync(items, vertices?.sync() ?? null);
    names.sync(items);
    marks.sync({ items, points: hidden ? [] : points(), rings: hidden ? [] : values.rings });
  };
  state.on(DRAWN, draw);

  return {
    ...view,
    cancelGesture: () => tools?.cancel() ?? false,
    /** Gives the pointer its meaning. */
    connect(actions) {
      tools = createTools(L, map, state, actions, (lonlat) => pick(items, lonlat));
      vertices = createVertices(L, map, renderer, state, actions.reshape);
      marks.onPick(actions.select);
      draw();
    },
  };
}
