/** Trace of the run: steps as they stream in, the evidence of the selected place among them, or why nothing was found. */

import { button, follow, h, setAttribute, setText, show, syncList } from "./dom.js";
import { evidenceTable, fillEvidence } from "./evidence.js";
import { seconds } from "../format.js";
import { icon, setIcon } from "../icons.js";
import { plural, t } from "../strings.js";
import { subjectOf } from "./subject.js";

const DOTS = { ok: "check", warn: "triangle-alert", fail: "x" };

/** Appends the trace to the left panel. */
export function mountTrace(left, state, actions) {
  const summary = h("span.ss-caption.ss-figures");
  const head = h("div.ss-trace-head", {}, h("h2", { text: t("trace.title") }), summary);
  const list = h("ol.ss-trace", { role: "log", "aria-live": "polite", "aria-relevant": "additions" });
  const empty = h("div.ss-trace-empty", {}, h("h2", { text: t("trace.empty_title") }), h("p", { text: t("trace.empty") }));
  const nothing = nothingHere(state, actions);
  const box = h("div.ss-trace-box", { tabindex: "-1" }, head, list, nothing.element, empty);
  left.append(box);
  const end = keepToEnd(box, state);
  listen(list, state, actions);
  follow(state, ["steps", "run", "ask", "selected", "proposals", "drafts", "labels"], () => {
    const rows = rowsOf(state);
    show(empty, !rows.length && !state.get("run"));
    show(head, rows.length > 0);
    setText(summary, summaryOf(state));
    syncList(list, rows, { key: (row) => row.key, make: makeRow, update: updateRow });
    nothing.update();
    end();
  });
}

/** One row per step; with a place selected only the steps of the run and of that place, its evidence below its first. */
function rowsOf(state) {
  const proposal = subjectOf(state)?.proposal ?? null;
  const running = state.get("ask").status === "running";
  const rows = (state.get("steps") ?? [])
    .map((step, at) => ({ ...step, key: at, at, evidence: null }))
    .filter((step) => step.place === null || step.place === undefined || running || !proposal || step.place === proposal.place);
  if (proposal?.evidence?.length) addEvidence(rows, proposal);
  if (running) rows.push({ key: "working", at: null, title: t("trace.working"), says: "", state: "running", seconds: NaN, evidence: null });
  return rows;
}

function addEvidence(rows, proposal) {
  const own = rows.find((row) => row.kind === "evidence" && row.place === proposal.place);
  if (own) {
    own.evidence = proposal.evidence;
    return;
  }
  const title = t("trace.evidence", { number: proposal.place + 1 });
  const warned = proposal.evidence.some((row) => row.agrees === false);
  const row = { key: "evidence", at: null, title, says: "", state: warned ? "warn" : "ok", seconds: NaN, evidence: proposal.evidence };
  const verdict = rows.findIndex((one) => one.kind === "verdict");
  rows.splice(verdict < 0 ? rows.length : verdict, 0, row);
}

function summaryOf(state) {
  const run = state.get("run");
  if (!run) return "";
  const places = run.places ?? state.get("proposals")?.length ?? 0;
  return [plural("places", places), run.seconds ? seconds(run.seconds) : null, run.cancelled ? t("trace.stopped") : null]
    .filter(Boolean)
    .join(" · ");
}

function makeRow(row) {
  const parts = {
    sign: icon("check"), ring: h("span.ss-ring"), word: h("span.ss-sr"), title: h("span.ss-step-title"),
    took: h("span.ss-caption.ss-figures"), says: h("p.ss-step-says"), table: evidenceTable(),
  };
  const dot = h("span.ss-dot", {}, parts.sign, parts.ring);
  const points = row.at !== null;
  const element = h(
    "li.ss-step", { data: points ? { step: row.at } : {}, tabindex: points ? "0" : null },
    dot, h("div.ss-step-head", {}, parts.title, parts.word, parts.took), parts.says, parts.table,
  );
  return Object.assign(element, { parts });
}

function updateRow(element, row) {
  const { sign, ring, word, title, took, says, table } = element.parts;
  element.dataset.state = row.state;
  show(ring, row.state === "running");
  show(sign, row.state !== "running");
  setIcon(sign, DOTS[row.state] ?? "check");
  setText(word, DOTS[row.state] ? t(`state.${row.state}`) : "");
  setText(title, row.title);
  setText(took, seconds(row.seconds));
  const table_says_it = row.evidence !== null;
  setText(says, table_says_it ? "" : row.says);
  show(says, !table_says_it && Boolean(row.says));
  fillEvidence(table, row.evidence ?? []);
}

/** Pointing at a step, or focusing it, lights up what it speaks of. */
function listen(list, state, actions) {
  const at = (event) => {
    const step = event.target.closest?.("[data-step]")?.dataset.step;
    return step === undefined ? null : Number(step);
  };
  list.addEventListener("pointerover", (event) => actions.hoverStep(at(event)));
  list.addEventListener("pointerleave", () => actions.hoverStep(null));
  list.addEventListener("focusin", (event) => actions.hoverStep(at(event)));
  list.addEventListener("focusout", () => actions.hoverStep(null));
  state.on("step_hovered", () => {
    for (const row of list.children) row.classList.toggle("ss-pointed", Number(row.dataset.step) === state.get("step_hovered"));
  });
}

/** While streaming the list keeps to its end unless the person scrolled; it fades where more follows. */
function keepToEnd(box, state) {
  const gap = () => box.scrollHeight - box.clientHeight - box.scrollTop;
  let held = false;
  let last = 0;
  const fade = () => box.classList.toggle("ss-more", gap() > 4);
  box.addEventListener("scroll", () => {
    if (box.scrollTop < last - 1) held = true;
    if (gap() < 8) held = false;
    last = box.scrollTop;
    fade();
  }, { passive: true });
  new ResizeObserver(fade).observe(box);
  return () => {
    if (state.get("ask").status === "running" && !held) box.scrollTop = box.scrollHeight;
    fade();
  };
}

function nothingHere(state, actions) {
  const title = h("h2");
  const reasons = h("ul.ss-reasons");
  const confirm = button(
    "ss-button.ss-button-small", { onClick: () => actions.nothingHere() },
    h("span", { text: t("trace.nothing_confirm") }), h("kbd.ss-key", { text: "N" }),
  );
  const element = h("div.ss-nothing", { role: "status" }, h("div.ss-nothing-head", {}, icon("search-x"), title), reasons, confirm);
  const update = () => {
    const run = state.get("run");
    show(element, Boolean(run?.nothing_here));
    if (!run?.nothing_here) return;
    setText(title, t("trace.nothing", { query: run.query }));
    const said = run.reasons?.length ? run.reasons : [t("trace.nothing_none")];
    syncList(reasons, said, { key: (reason, at) => `${at}-${reason}`, make: (reason) => h("li", { text: reason }) });
    setAttribute(confirm, "aria-keyshortcuts", "N");
  };
  return { element, update };
}
