/** Top bar: name and picture, progress, undo and redo, what is saved, theme, person. */

import { areaOf } from "./layout.js";
import { button, follow, h, setAttribute, setText, show } from "./dom.js";
import { menuButton } from "./menu.js";
import { clock, initials } from "../format.js";
import { icon, setIcon } from "../icons.js";
import { t } from "../strings.js";

const OPEN_OWN = "open-own";

/** Fills the top bar. */
export function mountTopbar(root, state, actions) {
  areaOf(root, "top").append(
    h("div.ss-brand", {}, h("span.ss-mark", { "aria-hidden": "true" }), h("span", { text: "SocioScribe" })),
    h("span.ss-slash", { "aria-hidden": "true", text: "/" }),
    sourceMenu(state, actions),
    h("span.ss-spring"),
    progress(state),
    history("ss-undo", "undo", "undo-2", state, actions.undo),
    history("ss-redo", "redo", "redo-2", state, actions.redo),
    saved(state),
    themeButton(state, actions),
    person(state),
  );
}

function sourceMenu(state, actions) {
  const menu = menuButton("ss-source", () => ({
    label: t("top.sources", { project: state.get("boot")?.project.name ?? "" }),
    items: sourceItems(state.get("boot")),
    selected: state.get("source")?.id,
    onPick: (id) => (id === OPEN_OWN ? actions.openPane("layers") : actions.openSource(id)),
  }));
  follow(state, ["boot", "source"], () => menu.setLabel(state.get("source")?.name ?? t("top.no_source")));
  return menu.element;
}

function sourceItems(boot) {
  const sources = (boot?.sources ?? []).map((source) => ({
    id: source.id, label: source.name, group: boot.project.name, hint: source.date,
  }));
  return [...sources, { id: OPEN_OWN, label: t("top.open_own"), icon: "folder-open", apart: true }];
}

function progress(state) {
  const done = h("b.ss-figures");
  const total = h("span.ss-figures");
  const bar = h("span.ss-bar", { "aria-hidden": "true" }, h("i"));
  const box = h("div.ss-progress", {}, h("span", {}, done, total), bar);
  follow(state, ["counts"], () => {
    const { labels, rejected, decided, total: all } = state.get("counts");
    show(box, all > 0);
    setText(done, String(decided));
    setText(total, t("top.decided", { total: all }));
    setAttribute(box, "title", t("top.decided_title", { labels, rejected, total: all }));
    bar.firstChild.style.width = `${all ? (100 * decided) / all : 0}%`;
  });
  return box;
}

function history(id, key, iconName, state, run) {
  const element = button("ss-icon-button", { id, onClick: () => run() }, icon(iconName));
  follow(state, [key], () => {
    const entry = state.get(key);
    const says = entry ? t(`top.${key}`, { says: entry.says }) : t(`top.${key}_none`);
    element.disabled = !entry;
    setAttribute(element, "title", says);
    setAttribute(element, "aria-label", says);
  });
  return element;
}

const SAVED_LOOK = {
  saved: { icon: "circle-check", tone: "ok" },
  saving: { icon: null, tone: "none" },
  offline: { icon: "cloud-off", tone: "warn" },
  conflict: { icon: "circle-alert", tone: "bad" },
  failed: { icon: "circle-alert", tone: "bad" },
};

function saved(state) {
  const sign = icon("circle-check");
  const ring = h("span.ss-ring");
  const word = h("span.ss-saved-word");
  const time = h("span.ss-figures");
  const box = h("div.ss-saved", { id: "ss-saved", role: "status" }, sign, ring, word, time);
  follow(state, ["saved"], () => {
    const now = state.get("saved");
    const look = SAVED_LOOK[now.status] ?? SAVED_LOOK.saved;
    const at = clock(now.at);
    show(box, now.status !== "saved" || Boolean(at));
    box.dataset.status = now.status;
    show(ring, !look.icon);
    show(sign, Boolean(look.icon));
    if (look.icon) setIcon(sign, look.icon);
    sign.setAttribute("class", `ss-icon ss-says-${look.tone}`);
    const quiet = now.status === "saved" || now.status === "saving";
    setText(word, quiet ? t("saved.word") : savedWords(now));
    setText(time, quiet ? at : "");
    setAttribute(box, "title", now.sentence ?? (now.status === "offline" ? t("saved.offline_title") : null));
  });
  return box;
}

function savedWords(now) {
  if (now.status === "offline") return t("saved.offline", { waiting: now.waiting });
  return t(`saved.${now.status}`);
}

function themeButton(state, actions) {
  const sign = icon("moon");
  const flip = () => actions.setTheme(state.get("theme") === "dark" ? "light" : "dark");
  const element = button("ss-icon-button", { onClick: flip }, sign);
  follow(state, ["theme"], () => {
    const dark = state.get("theme") === "dark";
    setIcon(sign, dark ? "sun" : "moon");
    setAttribute(element, "title", t(dark ? "top.to_light" : "top.to_dark"));
    setAttribute(element, "aria-label", t(dark ? "top.to_light" : "top.to_dark"));
  });
  return element;
}

function person(state) {
  const element = h("span.ss-person", { role: "img" });
  follow(state, ["boot"], () => {
    const user = state.get("boot")?.user ?? "";
    setText(element, initials(user));
    setAttribute(element, "title", t("top.person", { user }));
    setAttribute(element, "aria-label", t("top.person", { user }));
  });
  return element;
}
