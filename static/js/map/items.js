/** What is drawn, from the state: one entry an object, with its shape and its look. Pure. */

import { boundsHold, boundsOf, holds, polygonOfBounds } from "./geometry.js";

/**
 * @typedef {{key: string, ref: import("../types.js").Ref, geometry: object, look: string, name: string|null,
 *   number: number|null, bounds: import("../types.js").Bounds}} Item
 */

/**
 * @param {{proposals: object[], labels: object[], drafts: Record<string, object>, selected: object|null,
 *   hovered: object|null, lit: number|null, layers: {labels: boolean, proposals: boolean}}} page
 *   `lit`: place of the trace step pointed at
 * @returns {Item[]}
 */
export function itemsOf({ proposals, labels, drafts, selected, hovered, lit, layers }) {
  const all = Object.values(drafts);
  const byLabel = new Map(all.filter((draft) => draft.label_id).map((draft) => [draft.label_id, draft]));
  const byProposal = new Map(all.filter((draft) => draft.proposal_id && !draft.label_id).map((draft) => [draft.proposal_id, draft]));
  const owners = new Set([...proposals, ...labels].map((item) => item.id));
  const items = [];
  const add = (kind, id, geometry, look, extra = {}) => {
    if (!geometry) return;
    const here = (ref) => ref?.kind === kind && ref.id === id;
    const stress = here(selected) ? " selected" : here(hovered) || extra.lit ? " hovered" : "";
    const { name = null, number = null } = extra;
    items.push({ key: `${kind}:${id}`, ref: { kind, id }, geometry, look: look + stress, name, number, bounds: cachedBounds(geometry) });
  };

  for (const label of layers.labels ? labels : []) {
    const draft = byLabel.get(label.id);
    const look = draft ? "label_draft" : label.status === "unsure" ? "unsure" : "label";
    add("label", label.id, draft?.geometry ?? label.geometry, look, { name: (draft ?? label).name });
  }
  for (const proposal of layers.proposals ? proposals : []) {
    const draft = byProposal.get(proposal.id);
    const geometry = draft?.geometry ?? proposal.geometry;
    const extra = { number: proposal.place + 1, lit: lit === proposal.place };
    if (proposal.state === "rejected") add("proposal", proposal.id, geometry, "rejected");
    if (proposal.state !== "open") continue;
    add("proposal", proposal.id, geometry ?? boxOf(proposal), geometry ? "proposal" : "box", extra);
  }
  for (const draft of layers.proposals ? all : []) {
    if (owners.has(draft.label_id ?? draft.proposal_id)) continue;
    const box = draft.prompts.findLast((step) => step.kind === "box")?.bounds;
    const waiting = !draft.geometry && box ? polygonOfBounds(box) : null;
    add("draft", draft.draft_id, draft.geometry ?? waiting, "label_draft", { name: draft.name });
  }
  return items;
}

const boxes = new WeakMap();
const found = new WeakMap();

/** The box of a proposal as a polygon; the same object for the same proposal, so that it is not drawn anew. */
function boxOf({ bounds }) {
  if (!boxes.has(bounds)) boxes.set(bounds, polygonOfBounds(bounds));
  return boxes.get(bounds);
}

function cachedBounds(geometry) {
  if (!found.has(geometry)) found.set(geometry, boundsOf(geometry));
  return found.get(geometry);
}

/**
 * The object under a point: the smallest that holds it; outlines still to come are held by their box.
 * @param {Item[]} items @param {[number, number]} lonlat @returns {import("../types.js").Ref|null}
 */
export function pick(items, lonlat) {
  let best = null;
  let bestSize = Infinity;
  for (const { ref, geometry, bounds } of items) {
    if (!bounds || !boundsHold(bounds, lonlat)) continue;
    const size = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]);
    if (size < bestSize && holds(geometry, lonlat)) [best, bestSize] = [ref, size];
  }
  return best;
}
