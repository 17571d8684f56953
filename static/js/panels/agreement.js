/** What map and picture together say of a place, in words. Pure. */

import { known, t } from "../strings.js";

/** Look of a row's verdict: icon, colour class and word for agrees true, false, null. */
export function verdictOf(agrees) {
  if (agrees === true) return { icon: "check", tone: "ok", word: t("agrees.yes") };
  if (agrees === false) return { icon: "triangle-alert", tone: "warn", word: t("agrees.no") };
  return { icon: "minus", tone: "none", word: t("agrees.silent") };
}

/**
 * One short phrase for a proposal: which of map and picture speak for it.
 * @param {{evidence?: Array<{source: string, agrees: boolean|null}>, geometry: Object|null}} proposal
 * @returns {{words: string, icon: string, tone: string}}
 */
export function agreementOf(proposal) {
  const rows = proposal.evidence ?? [];
  if (!rows.length) {
    if (!proposal.geometry) return { words: t("agreement.pending"), icon: "minus", tone: "none" };
    return { words: t("agreement.none"), icon: "minus", tone: "none" };
  }
  const says = (source, agrees) => rows.some((row) => row.source === source && row.agrees === agrees);
  const map = says("map", true);
  const picture = says("picture", true);
  if (map && (says("picture", false) || says("agreement", false))) return warning("agreement.differ");
  if (map && says("size", false)) return warning("agreement.size");
  if (map && says("agreement", null)) return { words: t("agreement.partly"), icon: "minus", tone: "none" };
  if (map && (picture || says("agreement", true))) return { words: t("agreement.both"), icon: "check", tone: "ok" };
  if (map) return { words: t("agreement.map"), icon: "check", tone: "ok" };
  return warning(picture ? "agreement.picture" : "agreement.none");
}

function warning(id) {
  return { words: t(id), icon: "triangle-alert", tone: "warn" };
}

/** Heading of an evidence row. */
export function sourceName(source) {
  const id = `evidence.${source}`;
  return known(id) ? t(id) : source;
}
