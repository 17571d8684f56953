/** The pointer on the map: selecting, clicking points, dragging boxes, and what lies under the cursor. */

import { boundsOfCorners } from "./geometry.js";

const SLACK_PX = 4;

/**
 * @param {any} L @param {any} map @param {object} state @param {object} actions
 * @param {(lonlat: [number, number]) => object|null} pick object under a point
 */
export function createTools(L, map, state, actions, pick) {
  const container = map.getContainer();
  let drag = null;
  let frame = null;

  const at = (event) => {
    const { lng, lat } = map.mouseEventToLatLng(event);
    return [Math.max(-180, Math.min(180, lng)), Math.max(-90, Math.min(90, lat))];
  };

  map.on("click", ({ originalEvent: event }) => {
    const tool = state.get("tool");
    if (tool === "select") actions.select(pick(at(event)));
    if (tool === "point") actions.promptPoint(at(event), event.altKey ? -1 : 1, event.shiftKey);
  });
  map.on("contextmenu", ({ originalEvent: event }) => {
    event.preventDefault();
    if (state.get("tool") === "point") actions.promptPoint(at(event), -1, event.shiftKey);
  });

  const drawBox = (event) => {
    const { left, top } = container.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const style = { left: Math.min(x, drag.x), top: Math.min(y, drag.y), width: Math.abs(x - drag.x), height: Math.abs(y - drag.y) };
    for (const [name, value] of Object.entries(style)) drag.element.style[name] = `${value}px`;
    return Math.max(style.width, style.height) > SLACK_PX;
  };

  const endBox = () => {
    drag?.element.remove();
    drag = null;
  };

  container.addEventListener("pointerdown", (event) => {
    const onMark = event.target.closest(".leaflet-marker-icon, button");
    if (state.get("tool") !== "box" || event.button !== 0 || onMark) return;
    event.preventDefault();
    document.activeElement?.blur();
    const { left, top } = container.getBoundingClientRect();
    const element = L.DomUtil.create("div", "ss-drag-box", container);
    drag = { x: event.clientX - left, y: event.clientY - top, from: at(event), element, pointer: event.pointerId };
    container.setPointerCapture(event.pointerId);
  });
  container.addEventListener("pointermove", (event) => {
    if (drag && event.pointerId === drag.pointer) drawBox(event);
  });
  container.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const big = drawBox(event);
    const { from } = drag;
    endBox();
    if (big) actions.promptBox(boundsOfCorners(from, at(event)), event.shiftKey);
    else actions.select(pick(at(event)));
  });
  container.addEventListener("pointercancel", endBox);

  const look = (event) => {
    frame = null;
    const lonlat = at(event);
    state.set("cursor", lonlat);
    if (!drag) actions.hover(event.target.closest?.(".ss-badge") ? state.get("hovered") : pick(lonlat));
  };
  container.addEventListener("pointermove", (event) => {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => look(event));
  });
  container.addEventListener("pointerleave", () => {
    if (frame !== null) cancelAnimationFrame(frame);
    frame = null;
    state.set("cursor", null);
    actions.hover(null);
  });

  const arm = () => {
    const tool = state.get("tool");
    for (const name of ["select", "point", "box"]) container.classList.toggle(`ss-tool-${name}`, name === tool);
    if (tool === "box") map.dragging.disable();
    else map.dragging.enable();
  };
  state.on("tool", arm);
  arm();

  return {
    /** Takes away a box that is being drawn. @returns {boolean} whether there was one */
    cancel() {
      const had = drag !== null;
      endBox();
      return had;
    },
  };
}
