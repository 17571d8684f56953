/** The one sentence of the status line: what comes next. Pure. */

import { t } from "../strings.js";
import { subjectOf } from "./subject.js";

export const NEXT_KEYS = [
  "boot", "rejecting", "ask", "pending_prompts", "tool", "editing", "selected", "proposals", "labels", "drafts", "run",
];

/** The sentence for the state as it is. */
export function nextSentence(state) {
  if (!state.get("boot")) return t("next.loading");
  if (state.get("rejecting")) return t("next.reason");
  if (state.get("pending_prompts") > 0) return t("next.pending");
  if (state.get("editing")) return t("next.edit");
  const subject = subjectOf(state);
  const tool = state.get("tool");
  if (tool === "box" || (tool === "point" && subject)) return t(`next.${tool}`);
  return (subject && forSubject(subject)) ?? forRun(state);
}

function forSubject(subject) {
  if (subject.changed) return t("next.draft");
  if (subject.kind === "label") return t("next.label");
  return subject.rejected ? null : t("next.decide");
}

function forRun(state) {
  if (state.get("ask")?.status === "running") return t("next.running");
  const run = state.get("run");
  if (run?.nothing_here) return t("next.nothing");
  const proposals = state.get("proposals") ?? [];
  if (proposals.some((one) => one.state === "open")) return t("next.next");
  return run && proposals.length ? t("next.complete") : t("next.ask");
}
