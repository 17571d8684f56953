/** Help pane: how it works in four lines, and every key. */

import { follow, h, setText, show } from "./dom.js";
import { KEYS } from "../keys.js";
import { t } from "../strings.js";

/** Fills the pane. */
export function mountHelp(pane, state) {
  const lines = [1, 2, 3, 4].map((n) => h("li", { text: t(`help.how_${n}`) }));
  const note = h("p.ss-caption");
  pane.body.append(
    h("div.ss-group", {}, h("h2", { text: t("help.how") }), h("ol.ss-how", {}, ...lines)),
    h("div.ss-group", {}, h("h2", { text: t("help.keys") }), ...groups()),
    h("div.ss-group", {}, h("h2", { text: t("help.models") }), note),
  );
  follow(state, ["boot"], () => {
    const boot = state.get("boot");
    show(note.parentElement, Boolean(boot));
    setText(note, [boot?.models.note, boot && t("help.version", { version: boot.version })].filter(Boolean).join(" "));
  });
}

function groups() {
  const names = [...new Set(KEYS.map((key) => key.group))];
  return names.map((name) => {
    const rows = KEYS.filter((key) => key.group === name).map(keyRow);
    return h("div.ss-key-group", {}, h("h3", { text: name }), h("dl.ss-keys", {}, ...rows));
  });
}

function keyRow(key) {
  const caps = key.shown.split("+").map((cap) => h("kbd.ss-key", { text: cap }));
  return h("div", {}, h("dt", {}, ...caps), h("dd", { text: key.says }));
}
