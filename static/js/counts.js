/** How far the person is: derived from the proposals and labels that the page shows. */

import { isOpen } from "./lookup.js";

/**
 * @param {{state: string}[]} proposals @param {object[]} labels
 * @returns {{labels: number, open: number, rejected: number, decided: number, total: number}}
 */
export function countsOf(proposals, labels) {
  const open = proposals.filter(isOpen).length;
  const rejected = proposals.filter(({ state }) => state === "rejected").length;
  return { labels: labels.length, open, rejected, decided: proposals.length - open, total: proposals.length };
}
