/** Evidence of a place: a small table of what each source says and whether it agrees. */

import { h, setText, show, syncList } from "./dom.js";
import { icon, setIcon } from "../icons.js";
import { sourceName, verdictOf } from "./agreement.js";

const ORDER = ["map", "picture", "nearby", "size", "agreement"];
const TAG = /`([^`]+)`|\b([a-z_:]+=[\w:.;-]+)/gu;

/** An empty table; fill it with `fillEvidence`. */
export function evidenceTable() {
  return h("dl.ss-evidence");
}

/**
 * Shows rows in the fixed order of sources; several rows of one source follow each other under one heading.
 * @param {HTMLElement} table
 * @param {Array<{source: string, says: string, agrees: boolean|null}>} rows
 */
export function fillEvidence(table, rows) {
  const rank = (row) => (ORDER.includes(row.source) ? ORDER.indexOf(row.source) : ORDER.length);
  const sorted = rows.map((row, at) => ({ row, at })).sort((a, b) => rank(a.row) - rank(b.row) || a.at - b.at);
  show(table, rows.length > 0);
  const all = sorted.map(({ row }) => row);
  syncList(table, all, { key: (row, at) => `${at}-${row.source}`, make: makeRow, update: updateRow(all) });
}

function makeRow(row) {
  const parts = {
    head: h("dt"), says: h("dd"), sign: icon("minus"), word: h("span.ss-sr"),
  };
  const verdict = h("span.ss-verdict", {}, parts.sign, parts.word);
  const element = h("div.ss-evidence-row", { data: { source: row.source } }, parts.head, parts.says, verdict);
  return Object.assign(element, { parts });
}

function updateRow(all) {
  return (element, row, at) => {
    const { head, says, sign, word } = element.parts;
    setText(head, all[at - 1]?.source === row.source ? "" : sourceName(row.source));
    fillSays(says, row.says);
    const verdict = verdictOf(row.agrees);
    setIcon(sign, verdict.icon);
    sign.setAttribute("class", `ss-icon ss-icon-small ss-says-${verdict.tone}`);
    setText(word, verdict.word);
    element.title = verdict.word;
  };
}

/** Map tags such as building=yes stand in monospace. */
function fillSays(element, says) {
  if (element.dataset.says === says) return;
  element.dataset.says = says;
  const parts = [];
  let from = 0;
  for (const found of says.matchAll(TAG)) {
    parts.push(says.slice(from, found.index), h("code", { text: found[1] ?? found[2] }));
    from = found.index + found[0].length;
  }
  element.replaceChildren(...parts, says.slice(from));
}
