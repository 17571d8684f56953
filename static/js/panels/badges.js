/** Badges of the selected object: what it is and where it stands. Pure. */

import { agreementOf } from "./agreement.js";
import { t } from "../strings.js";
import { reasonName } from "./taxonomy.js";

const LABEL_BADGES = {
  accepted: { icon: "check", tone: "ok" },
  edited: { icon: "pencil", tone: "ok" },
  drawn: { icon: "pencil", tone: "ok" },
  unsure: { icon: "flag", tone: "warn" },
};

/**
 * @param {Object|null} boot for the names of reasons
 * @param {import("./subject.js").Subject} subject
 * @returns {Array<{words: string, icon: string, tone: string, title?: string}>}
 */
export function badgesOf(boot, subject) {
  const { proposal, label, draft } = subject;
  const badges = [];
  if (proposal) {
    badges.push({ words: t("badge.proposal", { number: subject.number }), icon: "sparkles", tone: "machine" });
  }
  if (draft) badges.push({ words: t(proposal || label ? "badge.draft" : "badge.new"), icon: "pencil", tone: "warn" });
  if (label && !draft) badges.push(labelBadge(label));
  if (subject.rejected) badges.push(rejectedBadge(boot, proposal));
  if (proposal && !label && !draft && !subject.rejected) {
    const { words, icon, tone } = agreementOf(proposal);
    badges.push({ words, icon, tone });
  }
  if (proposal?.clipped) badges.push({ words: t("badge.clipped"), icon: "scissors", tone: "warn" });
  return badges;
}

function labelBadge(label) {
  const look = LABEL_BADGES[label.status] ?? LABEL_BADGES.drawn;
  const id = label.status in LABEL_BADGES ? label.status : "drawn";
  return { words: t(`badge.${id}`), ...look };
}

function rejectedBadge(boot, proposal) {
  const reason = proposal.reason ? `: ${reasonName(boot, proposal.reason)}` : "";
  return { words: `${t("badge.rejected")}${reason}`, icon: "x", tone: "bad" };
}
