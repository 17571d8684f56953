/** All panels: each fills its own area and follows the state by itself. */

import { areaOf } from "./layout.js";
import { mountAsk } from "./ask.js";
import { mountDecide } from "./decide.js";
import { mountExport } from "./export.js";
import { mountHelp } from "./help.js";
import { mountLayers } from "./layers.js";
import { mountNotice } from "./notice.js";
import { mountObject } from "./object.js";
import { mountOverlay } from "./overlay.js";
import { mountPanes } from "./pane.js";
import { mountProposals } from "./proposals.js";
import { mountStatus } from "./status.js";
import { mountTheme } from "./theme.js";
import { mountTools } from "./tools.js";
import { mountTopbar } from "./topbar.js";
import { mountTrace } from "./trace.js";

/**
 * Fills the areas made by buildLayout.
 * @param {HTMLElement} root
 * @param {Object} state of state.js
 * @param {Object} actions of actions.js
 */
export function mountPanels(root, state, actions) {
  mountTheme(root, state);
  mountTopbar(root, state, actions);
  const left = areaOf(root, "left");
  mountAsk(left, state, actions);
  mountTrace(left, state, actions);
  mountDecide(mountObject(left, state, actions), state, actions);
  mountTools(root, state, actions);
  mountOverlay(root, state, actions);
  const panes = mountPanes(root, state, actions);
  mountProposals(panes.proposals, state, actions);
  mountLayers(panes.layers, root, state, actions);
  mountExport(panes.export, state, actions);
  mountHelp(panes.help, state);
  mountNotice(root, state, actions);
  mountStatus(root, state);
}
