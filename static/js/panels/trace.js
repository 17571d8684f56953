/** Trace of the run: steps as they stream in, with the evidence of the selected place, or why nothing was found. */

import { button, follow, h, setAttribute, setText, show, syncList } from "./dom.js";
import { evidenceTable, fillEvidence } from "./evidence.js";
import { seconds } from "../format.js";
import { icon, setIcon } from "../icons.js";
import { plural, t } from "../strings.js";
import { subjectOf } from "./subject.js";

/** A row that stands for no step of the run. */
const BARE = { at: null, says: "", seconds: NaN, evidence: null };
const DOTS = { ok: "check", warn: "triangle-alert", fail: "x" };

/** Appends the trace to the left panel. */
export function mountTrace(left, state, actions) {
  const summary = h("span.ss-caption.ss-figures");
  const head = h("div.ss-trace-head", {}, h("h2", { text: t("trace.title") }), summary);
  const list = h("ol.ss-trace");
  const live = h("div", { "aria-live": "polite", "aria-relevant": "additions" }, list);
  const [title, text] = [h("h2", { text: t("trace.empty_title") }), h("p", { text: t("trace.empty") })];
  const empty = h("div.ss-trace-empty", {}, title, text);
  const nothing = nothingHere(state, actions);
  const box = h("div.ss-trace-box", {}, head, live, nothing.element, empty);
  left.append(box);
  const end = keepToEnd(box, state);
  const seek = showEvidence(list, state);
  listen(list, state, actions);
  follow(state, ["steps", "run", "ask", "selected", "proposals", "drafts", "labels"], () => {
    const rows = rowsOf(state);
    show(empty, !rows.length && !state.get("run"));
    show(head, rows.length > 0);
    setText(summary, summaryOf(state));
    syncList(list, rows, { key: (row) => row.key, make: makeRow, update: updateRow });
    nothing.update();
    end();
    seek();
  });
}

/** Brings the evidence of a newly selected place into sight. */
function showEvidence(list, state) {
  let shown = null;
  const scroll = () => {
    const table = list.querySelector(".ss-evidence:not([hidden])");
    table?.closest(".ss-step").scrollIntoView({ block: "nearest" });
  };
  return () => {
    const subject = subjectOf(state);
    const key = subject?.proposal?.evidence?.length ? subject.key : null;
    if (key === shown) return;
    shown = key;
    if (key) requestAnimationFrame(scroll); // after the card below has taken its height
  };
}

/** One row per step of the run and, with a place selected, of that place, its evidence among them. */
function rowsOf(state) {
  const proposal = subjectOf(state)?.proposal ?? null;
  const running = state.get("ask").status === "running";
  const rows = (state.get("steps") ?? [])
    .map((step, at) => ({ ...step, key: at, at, evidence: null }))
    .filter((step) => running || [null, undefined, proposal?.place].includes(step.place));
  if (proposal?.evidence?.length) addEvidence(rows, proposal);
  if (running) rows.push({ ...BARE, key: "working", title: t("trace.working"), state: "running" });
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
  const row = { ...BARE, key: "evidence", title, state: warned ? "warn" : "ok", evidence: proposal.evidence };
  const verdict = rows.findIndex((one) => one.kind === "verdict");
  rows.splice(verdict < 0 ? rows.length : verdict, 0, row);
}

function summaryOf(state) {
  const run = state.get("run");
  if (!run) return "";
  const places = run.places ?? state.get("proposals")?.length ?? 0;
  const took = run.seconds ? seconds(run.seconds) : null;
  return [plural("places", places), took, run.cancelled ? t("trace.stopped") : null].filter(Boolean).join(" · ");
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
    const pointed = state.get("step_hovered");
    for (const row of list.children) row.classList.toggle("ss-pointed", Number(row.dataset.step) === pointed);
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
  const head = h("div.ss-nothing-head", {}, icon("search-x"), title);
  const element = h("div.ss-nothing", { role: "status" }, head, reasons, confirm);
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
