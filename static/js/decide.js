/** Rules of decisions: which one an act means, its message, and what the page shows before the answer comes. */

import { isChanged } from "./drafts.js";

/**
 * What committing an object means: an untouched proposal is accepted, a changed one edited, a new place added; an
 * untouched label is left alone. A draft that stands alone may still belong to a proposal of an earlier run.
 * @param {import("./types.js").Ref} ref @param {object|null} draft @param {object|null} base proposal or label
 * @returns {"accept"|"edit"|"add"|null}
 */
export function commitKind(ref, draft, base) {
  if (ref.kind === "draft") return !draft || !isChanged(draft, null) ? null : draft.proposal_id ? "edit" : "add";
  const changed = draft !== null && isChanged(draft, base);
  if (ref.kind === "label") return changed ? "edit" : null;
  return changed ? "edit" : "accept";
}

/**
 * What leaving an object writes: a changed proposal or label is edited, anything else is left as it is.
 * @returns {"edit"|null}
 */
export function leaveKind(ref, draft, base) {
  return ref.kind !== "draft" && commitKind(ref, draft, base) === "edit" ? "edit" : null;
}

/**
 * What N means: "nothing here" where no place stood the test, "scene complete" where all are decided.
 * @param {{id: string}|null} run @param {{state: string}[]} proposals
 * @returns {{kind: "nothing_here"|"scene_complete"|null, open: number}}
 */
export function sceneKind(run, proposals) {
  const open = proposals.filter((proposal) => proposal.state === "open").length;
  if (!run || open > 0) return { kind: null, open };
  const kept = proposals.some((proposal) => proposal.state !== "rejected");
  return { kind: kept ? "scene_complete" : "nothing_here", open };
}

/**
 * The message Decided. Shape, class and name go with it only where a draft says them.
 * @param {object} act
 */
export function toDecided({ decision_id, project_id, source_id, kind, time, now = new Date(), ...act }) {
  const { run_id = null, proposal = null, label = null, draft = null, reason = null } = act;
  const shaped = draft !== null && ["edit", "add", "flag"].includes(kind);
  return {
    decision_id,
    project_id,
    source_id,
    kind,
    run_id: proposal?.run_id ?? draft?.run_id ?? run_id,
    proposal_id: proposal?.id ?? label?.proposal_id ?? draft?.proposal_id ?? null,
    label_id: label?.id ?? null,
    draft_id: draft?.draft_id ?? null,
    expected_version: label?.version ?? null,
    reason,
    geometry: shaped ? draft.geometry : null,
    function: shaped ? draft.function : null,
    class_id: shaped ? draft.class_id : null,
    name: shaped ? draft.name : null,
    prompts: draft?.prompts ?? [],
    seconds: time?.seconds ?? 0,
    clicks: time?.clicks ?? 0,
    decided_at: now.toISOString(),
  };
}

const LABEL_STATUS = { accept: "accepted", edit: "edited", add: "drawn", flag: "unsure" };
const PROPOSAL_STATE = { accept: "accepted", edit: "edited", flag: "unsure", reject: "rejected" };

/** The id an object's label has on the page until the server has given it one. */
export const waitingId = (decisionId) => `saving-${decisionId}`;

/**
 * Proposals and labels as they will be once a decision is stored.
 * @param {{proposals: object[], labels: object[]}} shown @param {object} body message Decided
 */
export function foresee({ proposals, labels }, body) {
  const proposal = proposals.find((item) => item.id === body.proposal_id) ?? null;
  const label = labels.find((item) => item.id === body.label_id) ?? null;
  if (body.kind === "retire") return { proposals, labels: labels.filter((item) => item !== label) };
  const status = LABEL_STATUS[body.kind];
  const fresh = status && (label || proposal || body.geometry) ? foreseenLabel(label, proposal, body, status) : null;
  const onProposal = !body.label_id && proposal && PROPOSAL_STATE[body.kind];
  const decided = { ...proposal, state: PROPOSAL_STATE[body.kind], reason: body.reason, label_id: fresh?.id ?? null };
  return {
    proposals: onProposal ? proposals.map((item) => (item === proposal ? decided : item)) : proposals,
    labels: fresh ? [...labels.filter((item) => item.id !== fresh.id), fresh] : labels,
  };
}

function foreseenLabel(label, proposal, body, status) {
  const base = label ?? proposal ?? {};
  const geometry = body.geometry ?? base.geometry ?? null;
  const said = (field) => (body.geometry ? body[field] : (base[field] ?? null));
  return {
    score: null,
    crop_url: base.crop_url ?? null,
    ...(label ?? {}),
    id: label?.id ?? waitingId(body.decision_id),
    version: label?.version ?? 0,
    status,
    function: said("function"),
    class_id: said("class_id"),
    name: said("name"),
    geometry,
    proposal_id: body.proposal_id,
    decided_at: body.decided_at,
    saving: true,
  };
}

/**
 * Proposals and labels with the server's answer in the place of what was foreseen.
 * @param {{proposals: object[], labels: object[]}} shown @param {object} body @param {{label?: object|null, proposal?: object|null}} answer
 */
export function settle({ proposals, labels }, body, answer) {
  const waiting = waitingId(body.decision_id);
  const rest = labels.filter((item) => item.id !== waiting && item.id !== answer.label?.id);
  const calm = (item) => (item.id === body.label_id ? { ...item, saving: false } : item);
  return {
    proposals: withStates(proposals, answer.proposal ? [answer.proposal] : []),
    labels: answer.label ? withLabels(rest, [answer.label]) : rest.map(calm),
  };
}

/** Labels with those changed put in, and those retired left out. */
export function withLabels(labels, changed) {
  const ids = new Set(changed.map((label) => label.id));
  return [...labels.filter((label) => !ids.has(label.id)), ...changed.filter((label) => label.status !== "retired")];
}

/** Proposals with what was decided on some of them. @param {{id: string, state: string}[]} states */
export function withStates(proposals, states) {
  const byId = new Map(states.map((entry) => [entry.id, entry]));
  return proposals.map((item) => {
    const entry = byId.get(item.id);
    return entry ? { ...item, state: entry.state, reason: entry.reason ?? null, label_id: entry.label_id ?? null } : item;
  });
}

/** The draft a refused decision leaves behind, so that its shape is not lost; null where it held none. */
export function draftOfDecided(body) {
  if (!body.geometry || !body.draft_id) return null;
  const { draft_id, project_id, source_id, proposal_id, label_id, run_id, geometry, class_id, name, prompts } = body;
  const kept = { draft_id, project_id, source_id, run_id, geometry, function: body.function, class_id, name, prompts };
  return { ...kept, label_id, proposal_id: label_id ? null : proposal_id };
}
