/** Proposals pane: one row per place, in the order of their numbers on the map. */

import { agreementOf } from "./agreement.js";
import { crop, showCrop } from "./crop.js";
import { arrowKeys, button, follow, h, named, setAttribute, setText, show, syncList } from "./dom.js";
import { score } from "../format.js";
import { icon, setIcon } from "../icons.js";
import { t } from "../strings.js";
import { subjectOf } from "./subject.js";
import { className, reasonName } from "./taxonomy.js";

const ROOM_PX = 1181;

/** Fills the pane. */
export function mountProposals(pane, state, actions) {
  const list = h("ol.ss-rows");
  const empty = h("p.ss-pane-empty");
  pane.body.append(list, empty);
  fillFoot(pane.foot, state, actions);
  listen(list, state, actions);
  arrowKeys(list, "[data-proposal]");
  openOnce(state, actions);
  follow(state, ["proposals", "run", "boot", "labels"], () => {
    const proposals = state.get("proposals") ?? [];
    const run = state.get("run");
    setText(pane.head, run && proposals.length ? t("list.for", { n: proposals.length, query: run.query }) : "");
    setText(empty, run?.nothing_here ? t("list.nothing", { query: run.query }) : t("list.empty"));
    show(empty, !proposals.length);
    show(list, proposals.length > 0);
    const update = (row, one) => updateRow(row, one, state.get("boot"));
    syncList(list, proposals, { key: (one) => one.id, make: makeRow, update });
    mark(list, state);
  });
  state.on(["selected", "hovered", "drafts"], () => mark(list, state));
}

/** Where there is room for it the pane opens by itself when the first places come, once. */
function openOnce(state, actions) {
  const stop = state.on(["proposals"], () => {
    if (!state.get("proposals")?.length) return;
    stop();
    if (state.get("panes").right === null && window.innerWidth >= ROOM_PX) actions.openPane("proposals");
  });
}

function makeRow(proposal) {
  const parts = {
    picture: crop("ss-row-crop"),
    title: h("span.ss-row-title.ss-cut"), sign: icon("minus"), words: h("span.ss-cut"),
    score: h("b.ss-figures"), bar: h("i"), done: icon("check"),
  };
  parts.track = h("span.ss-row-bar", { "aria-hidden": "true" }, parts.bar);
  const row = button(
    "ss-row", { data: { proposal: proposal.id }, title: t("list.row_title") },
    parts.picture,
    h("span.ss-row-words", {}, parts.title, h("span.ss-row-says", {}, parts.sign, parts.words)),
    h("span.ss-row-score", {}, parts.done, parts.score, parts.track),
  );
  return Object.assign(h("li", {}, row), { parts, row });
}

function updateRow(element, proposal, boot) {
  const { parts, row } = element;
  const name = proposal.name || className(boot, proposal.class_id);
  setText(parts.title, `${proposal.place + 1}. ${name}`);
  showCrop(parts.picture, proposal.crop_url, ""); // the row says the name already
  const says = statusOf(boot, proposal);
  setIcon(parts.sign, says.icon);
  parts.sign.setAttribute("class", `ss-icon ss-icon-small ss-says-${says.tone}`);
  setText(parts.words, says.words);
  setText(parts.score, score(proposal.score));
  parts.bar.style.width = `${Math.round(100 * (proposal.score ?? 0))}%`;
  row.dataset.state = proposal.state ?? "open";
  const accepted = ["accepted", "edited", "labelled", "unsure"].includes(proposal.state);
  show(parts.done, accepted);
  show(parts.score, !accepted);
  show(parts.track, !accepted);
}

/** What stands below the name: the decision where there is one, else how map and picture agree. */
function statusOf(boot, proposal) {
  if (proposal.state === "accepted") return { words: t("badge.accepted"), icon: "check", tone: "ok" };
  if (proposal.state === "edited") return { words: t("badge.edited"), icon: "pencil", tone: "ok" };
  if (proposal.state === "labelled") return { words: t("badge.labelled"), icon: "check", tone: "ok" };
  if (proposal.state === "unsure") return { words: t("badge.unsure"), icon: "flag", tone: "warn" };
  if (proposal.state === "rejected") {
    const words = proposal.reason ? reasonName(boot, proposal.reason) : t("badge.rejected");
    return { words, icon: "x", tone: "bad" };
  }
  return agreementOf(proposal);
}

/** Selected and hovered rows; the selected one is kept in sight. */
function mark(list, state) {
  const subject = subjectOf(state);
  const hovered = state.get("hovered");
  for (const { row } of list.children) {
    const id = row.dataset.proposal;
    const selected = subject?.proposal?.id === id;
    const was = row.getAttribute("aria-current") === "true";
    setAttribute(row, "aria-current", selected ? "true" : null);
    row.classList.toggle("ss-hovered", hovered?.kind === "proposal" && hovered.id === id);
    if (selected && !was) row.scrollIntoView({ block: "nearest" });
  }
}

function listen(list, state, actions) {
  const at = (event) => {
    const id = event.target.closest?.("[data-proposal]")?.dataset.proposal;
    return id ? { kind: "proposal", id } : null;
  };
  const on = (name, run) => list.addEventListener(name, (event) => run(at(event)));
  on("click", (ref) => ref && actions.select(ref));
  on("dblclick", (ref) => ref && actions.focus(ref));
  on("pointerover", (ref) => actions.hover(ref));
  on("pointerleave", () => actions.hover(null));
}

function fillFoot(foot, state, actions) {
  const key = (letter, id, run) => button("ss-key", { text: letter, ...named(t(id)), onClick: () => run() });
  const [next, previous] = [key("J", "list.next", actions.next), key("K", "list.previous", actions.previous)];
  const words = h("span");
  const finish = { "aria-keyshortcuts": "N", onClick: () => actions.nothingHere() };
  const done = button("ss-foot-act", finish, h("kbd.ss-key", { text: "N" }), words);
  foot.append(h("span.ss-foot-keys", {}, next, previous, h("span", { text: t("list.next_previous") })), done);
  follow(state, ["run", "proposals"], () => {
    const run = state.get("run");
    const proposals = state.get("proposals") ?? [];
    show(foot, Boolean(run));
    setText(words, t(run?.nothing_here ? "list.nothing_here" : "list.scene_complete"));
    const left = proposals.filter((one) => (one.state ?? "open") === "open").length;
    setAttribute(done, "title", left ? t("list.undecided", { n: left }) : null);
    show(foot.firstChild, proposals.length > 0);
  });
}
