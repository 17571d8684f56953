/** Finds objects in the state, and what one object looks like with its draft laid over it. */

import { boundsOf } from "./map/geometry.js";

/** @typedef {import("./types.js").Ref} Ref */

export const sameRef = (one, other) => one?.kind === other?.kind && one?.id === other?.id;
export const keyOf = (ref) => (ref ? `${ref.kind}:${ref.id}` : null);

/** The proposal, label or draft a reference names, or null. @param {Ref|null} ref */
export function find(state, ref) {
  if (!ref) return null;
  if (ref.kind === "draft") return state.get("drafts")[ref.id] ?? null;
  const list = state.get(ref.kind === "proposal" ? "proposals" : "labels");
  return list.find((item) => item.id === ref.id) ?? null;
}

/** The draft that changes an object, or the new place itself. @param {Ref|null} ref */
export function draftFor(state, ref) {
  if (!ref) return null;
  if (ref.kind === "draft") return state.get("drafts")[ref.id] ?? null;
  const field = ref.kind === "proposal" ? "proposal_id" : "label_id";
  return Object.values(state.get("drafts")).find((draft) => draft[field] === ref.id) ?? null;
}

/** What a draft belongs to: its proposal or label where the page shows it, else itself. @returns {Ref} */
export function refOfDraft(state, draft) {
  const owners = [{ kind: "label", id: draft.label_id }, { kind: "proposal", id: draft.proposal_id }];
  return owners.find((ref) => find(state, ref)) ?? { kind: "draft", id: draft.draft_id };
}

/** Geometry, class and name of an object as they would be committed now. @param {Ref|null} ref */
export function objectOf(state, ref) {
  const base = find(state, ref);
  if (!base) return null;
  const draft = draftFor(state, ref);
  const top = draft ?? base;
  const geometry = top.geometry ?? base.geometry ?? null;
  const { function: fn, class_id, name } = top;
  return { ref, base, draft, geometry, function: fn, class_id, name, bounds: boundsOf(geometry) ?? base.bounds ?? null };
}

export const isOpen = (proposal) => proposal.state === "open";

/**
 * The open proposal after (or before) the selected one in the order of places, round the end.
 * @param {{id: string, place: number, state: string}[]} proposals @param {string|null} id @param {1|-1} step
 */
export function neighbour(proposals, id, step) {
  const ordered = [...proposals].sort((one, other) => one.place - other.place);
  const start = ordered.findIndex((proposal) => proposal.id === id);
  const first = start < 0 ? (step > 0 ? 0 : ordered.length - 1) : start + step;
  for (let count = 0; count < ordered.length; count += 1) {
    const at = (((first + count * step) % ordered.length) + ordered.length) % ordered.length;
    if (isOpen(ordered[at]) && ordered[at].id !== id) return ordered[at];
  }
  return null;
}

/**
 * Class and function a new place starts with: those of the run's first proposal, else of the class the query names.
 * @param {{function: string, class_id: string}[]} proposals @param {string} query
 */
export function classForNewPlace(proposals, query, taxonomy) {
  const first = proposals[0];
  if (first?.class_id) return { function: first.function ?? functionOf(taxonomy, first.class_id), class_id: first.class_id };
  const words = singular(query);
  for (const fn of taxonomy?.functions ?? []) {
    const named = fn.classes.find((item) => [item.id, item.name].some((name) => singular(name) === words));
    if (words && named) return { function: fn.id, class_id: named.id };
  }
  return { function: null, class_id: null };
}

/** The function a class belongs to, or null. */
export function functionOf(taxonomy, classId) {
  return taxonomy?.functions.find((fn) => fn.classes.some((item) => item.id === classId))?.id ?? null;
}

const singular = (text) => String(text ?? "").trim().toLowerCase().replaceAll("_", " ").replace(/(?<=[^s])s$/, "");
