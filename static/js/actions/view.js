/** What is shown and how: tools, layers, panes, theme, notices. */

const NOTICE_MS = 6_000;
const MAP_OPACITY = 0.6;

export function viewActions(c) {
  const { state, map, storage, tab } = c;
  let noticeTimer = null;

  const view = {
    /** @param {{kind: "ok"|"warn"|"bad", text: string, action?: object}|null} entry */
    notice(entry) {
      clearTimeout(noticeTimer);
      state.set("notice", entry);
      if (!entry || entry.kind === "bad" || entry.lasting) return;
      noticeTimer = setTimeout(() => {
        if (state.get("notice") === entry) state.set("notice", null);
      }, NOTICE_MS);
    },

    setTool(name) {
      map.cancelGesture();
      state.patch({ tool: name, editing: false });
      tab.write("tool", name);
    },

    setLayer(name, value) {
      state.set("layers", { ...state.get("layers"), [name]: value });
    },

    /** Lays the digital map over the picture, or takes it off. */
    toggleBackground() {
      view.setLayer("map", state.get("layers").map > 0 ? 0 : MAP_OPACITY);
    },

    openPane(name) {
      state.set("panes", { ...state.get("panes"), right: name });
      if (name) storage.write("pane", name);
      else storage.remove("pane");
    },

    setTheme(name) {
      storage.write("theme", name);
      state.set("theme", name);
    },

    hide: (hidden) => state.set("hidden", hidden),
    hoverStep: (index) => state.set("step_hovered", index ?? null),
    zoomIn: () => map.zoomBy(1),
    zoomOut: () => map.zoomBy(-1),
    zoomFit: () => map.fit(state.get("source")?.bounds),
  };
  return view;
}
