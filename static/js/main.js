/** Starts the page: areas, map, data, keys. */

import { createActions } from "./actions.js";
import { createBridge } from "./bridge.js";
import { KEYS, installKeys } from "./keys.js";
import { loadLibraries, LoadError, showSentence } from "./loader.js";
import { createMap } from "./map/index.js";
import { readHash } from "./map/hash.js";
import { createNet } from "./net.js";
import { mountPanels } from "./panels/index.js";
import { buildLayout } from "./panels/layout.js";
import { preferredTheme } from "./panels/theme.js";
import { SAYS } from "./sentences.js";
import { createState } from "./state.js";
import { browserStore, createStorage } from "./storage.js";

/** What the page looked like when it was left. */
function remembered(storage) {
  const wide = matchMedia("(min-width: 1181px)").matches;
  return { theme: storage.read("theme") ?? preferredTheme(), panes: { right: wide ? (storage.read("pane") ?? null) : null } };
}

/** Libraries and boot data; what went wrong is a sentence in the place of the map, with a way to try again. */
async function load(element, net) {
  for (;;) {
    try {
      const [L, boot] = await Promise.all([loadLibraries(), net.get("/ss/boot")]);
      return { L, boot };
    } catch (error) {
      if (!(error instanceof LoadError) && error?.name !== "RequestError") throw error;
      await new Promise((resolve) => showSentence(element, error.message, SAYS.again, resolve));
    }
  }
}

/** @param {{element: HTMLElement, props: object, trigger: Function, watch: Function}} gradio */
async function mount({ element, props, trigger, watch }) {
  const root = element.querySelector(".ss-root, #ss-root") ?? element;
  const storage = createStorage();
  const state = createState(remembered(storage));
  const layout = buildLayout(root);
  const net = createNet();
  const { L, boot } = await load(layout.map, net);
  state.set("boot", boot);

  const map = createMap(L, layout.map, state);
  const bridge = createBridge({ state, props, trigger, watch });
  const actions = createActions(state, bridge, net, map, { storage, tab: createStorage(browserStore("sessionStorage")) });
  mountPanels(root, state, actions);
  map.connect(actions);
  installKeys(document, state, actions);
  state.on("view", () => {
    const [source, view] = [state.get("source"), state.get("view")];
    if (source) bridge.view({ project_id: boot.project.id, source_id: source.id, bounds: view.bounds });
  });
  Object.assign(window.socioscribe, { debug: { state, actions, map } });

  const hash = readHash(location.hash);
  const known = boot.sources.some((source) => source.id === hash.source);
  const first = known ? hash.source : (boot.source_id ?? boot.sources[0]?.id);
  if (first) await actions.openSource(first, known ? hash.view : null);
  actions.resume();
  actions.follow();
  root.dataset.ready = "true";
}

window.socioscribe = { mount, KEYS };
window.dispatchEvent(new Event("socioscribe"));
