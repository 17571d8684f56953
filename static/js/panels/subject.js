/** What is selected, put together from proposals, labels and drafts for the object card. Pure. */

import { areaM2, holesOf } from "../map/geometry.js";

/**
 * @typedef {Object} Subject
 * @property {"proposal"|"label"|"draft"} kind what a decision is about: a label where there is one, else the
 *   proposal, else a new draft
 * @property {Object|null} proposal ProposalView
 * @property {Object|null} label Label
 * @property {Object|null} draft Draft
 * @property {number|null} number the proposal's number on the map, from 1
 * @property {boolean} changed a draft with unsaved work exists
 */

/** The proposal, label and draft that a selection means; null where nothing (or nothing known) is selected. */
export function subjectOf(state) {
  const selected = state.get("selected");
  if (!selected) return null;
  const drafts = state.get("drafts") ?? {};
  const labels = state.get("labels") ?? [];
  const proposals = state.get("proposals") ?? [];
  const own = selected.kind === "draft" ? drafts[selected.id] : null;
  const labelId = selected.kind === "label" ? selected.id : own?.label_id;
  const proposalId = selected.kind === "proposal" ? selected.id : own?.proposal_id;
  let proposal = proposals.find((one) => one.id === proposalId) ?? null;
  const label = labels.find((one) => one.id === (labelId ?? proposal?.label_id)) ?? null;
  proposal ??= proposals.find((one) => label && one.id === label.proposal_id) ?? null;
  const draft = own ?? draftFor(drafts, label, proposal);
  if (!proposal && !label && !draft) return null;
  return describe(proposal, label, draft);
}

function draftFor(drafts, label, proposal) {
  const all = Object.values(drafts);
  const ofLabel = label && all.find((one) => one.label_id === label.id);
  return ofLabel ?? (proposal && all.find((one) => one.proposal_id === proposal.id && !one.label_id)) ?? null;
}

/** @returns {Subject} */
function describe(proposal, label, draft) {
  return {
    kind: label ? "label" : proposal ? "proposal" : "draft",
    proposal,
    label,
    draft,
    number: proposal ? proposal.place + 1 : null,
    changed: Boolean(draft),
    rejected: !label && proposal?.state === "rejected",
    key: label?.id ?? proposal?.id ?? draft.draft_id,
    name: firstGiven("name", draft, label, proposal),
    class_id: firstGiven("class_id", draft, label, proposal),
    function: firstGiven("function", draft, label, proposal),
    score: proposal?.score ?? label?.score ?? null,
    crop_url: (label ?? proposal)?.crop_url ?? null,
    map_outline: proposal?.map_outline ?? null,
    ...shapeOf(draft, label, proposal),
    ...pointsOf(draft, proposal),
  };
}

function firstGiven(field, ...holders) {
  return holders.map((one) => one?.[field] ?? "").find((value) => value !== "") ?? null;
}

/** Area and holes of the shape as it is now: measured on the mask where untouched, on the outline where edited. */
function shapeOf(draft, label, proposal) {
  if (draft?.geometry) return { area_m2: areaM2(draft.geometry), holes: holesOf(draft.geometry) };
  if (label) return { area_m2: areaM2(label.geometry), holes: holesOf(label.geometry) };
  return { area_m2: proposal?.area_m2 ?? NaN, holes: proposal?.holes ?? holesOf(proposal?.geometry) };
}

/** Positive and negative points: the model's and the person's. */
function pointsOf(draft, proposal) {
  const signs = [
    ...(proposal?.points ?? []).map((point) => point[2]),
    ...(draft?.prompts ?? []).filter((prompt) => prompt.kind === "point").map((prompt) => prompt.sign),
  ];
  return { included: signs.filter((sign) => sign > 0).length, excluded: signs.filter((sign) => sign < 0).length };
}
