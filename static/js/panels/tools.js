/** Tool rail over the map's left edge. The key of each tool stands in its corner. */

import { areaOf } from "./layout.js";
import { button, follow, h, setAttribute } from "./dom.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";
import { SUBJECT_KEYS } from "./object.js";
import { subjectOf } from "./subject.js";

const TOOLS = [
  { id: "select", icon: "mouse-pointer-2", key: "1" },
  { id: "point", icon: "crosshair", key: "2" },
  { id: "box", icon: "square-dashed", key: "3" },
];

/** Adds the rail to the stage. */
export function mountTools(root, state, actions) {
  const prompts = TOOLS.map((tool) => toolButton(tool, () => actions.setTool(tool.id)));
  const edit = toolButton({ id: "edit", icon: "vector-polygon", key: "4" }, () => actions.edit());
  const hide = hideButton(state, actions);
  const line = () => h("span.ss-tools-line", { role: "separator" });
  const props = { role: "toolbar", "aria-orientation": "vertical", "aria-label": t("tool.rail") };
  areaOf(root, "stage").append(h("div.ss-tools.ss-float", props, ...prompts, line(), edit, line(), hide));
  follow(state, ["tool", "editing", ...SUBJECT_KEYS], () => {
    const armed = state.get("editing") ? "edit" : state.get("tool");
    for (const element of [...prompts, edit]) {
      setAttribute(element, "aria-pressed", String(element.dataset.tool === armed));
    }
    const possible = Boolean(subjectOf(state));
    edit.disabled = !possible;
    setTitle(edit, possible ? "tool.edit" : "tool.edit_none", "4");
  });
}

function toolButton(tool, run) {
  const element = button(
    "ss-tool", { data: { tool: tool.id }, "aria-pressed": "false", "aria-keyshortcuts": tool.key, onClick: run },
    icon(tool.icon), h("kbd", { text: tool.key, "aria-hidden": "true" }),
  );
  setTitle(element, `tool.${tool.id}`, tool.key);
  return element;
}

function setTitle(element, id, key) {
  setAttribute(element, "title", `${t(id)} (${key})`);
  setAttribute(element, "aria-label", t(id));
}

/** Hides the overlay as long as it is held, by pointer or by Space. */
function hideButton(state, actions) {
  const element = toolButton({ id: "hide", icon: "eye-off", key: "H" }, null);
  const hold = () => actions.hide(true);
  const release = () => actions.hide(false);
  element.addEventListener("pointerdown", hold);
  for (const event of ["pointerup", "pointerleave", "pointercancel", "blur"]) element.addEventListener(event, release);
  element.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && hold());
  element.addEventListener("keyup", (event) => [" ", "Enter"].includes(event.key) && release());
  follow(state, ["hidden"], () => setAttribute(element, "aria-pressed", String(Boolean(state.get("hidden")))));
  return element;
}
