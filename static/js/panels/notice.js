/** One notice at a time: a bar at the map's lower edge, with the acts it offers. */

import { areaOf } from "./layout.js";
import { button, follow, h, named, setText, show } from "./dom.js";
import { icon, setIcon } from "../icons.js";
import { t } from "../strings.js";

const ICONS = { ok: "circle-check", warn: "triangle-alert", bad: "circle-alert" };

/** Adds the bar to the stage. */
export function mountNotice(root, state, actions) {
  const sign = icon("circle-check");
  const words = h("span.ss-notice-words");
  const acts = h("span.ss-notice-acts");
  const dismiss = { ...named(t("notice.close")), onClick: () => actions.notice(null) };
  const close = button("ss-icon-button", dismiss, icon("x"));
  const bar = h("div.ss-notice", { hidden: true }, sign, words, acts, close);
  const live = h("div.ss-sr", { "aria-live": "polite", role: "status" });
  areaOf(root, "stage").append(bar, live);
  follow(state, ["notice"], () => {
    const notice = state.get("notice");
    show(bar, Boolean(notice));
    setText(live, notice?.text);
    if (!notice) return;
    bar.dataset.kind = notice.kind;
    setIcon(sign, ICONS[notice.kind] ?? ICONS.ok);
    setText(words, notice.text);
    const offered = notice.actions ?? (notice.action ? [notice.action] : []);
    acts.replaceChildren(...offered.map((one) => button("ss-quiet", { text: one.label, onClick: () => one.run() })));
  });
}
