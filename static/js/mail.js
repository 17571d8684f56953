/** What a message of a run changes on the page. Pure: values in, the changed values out. */

/** A proposal of which only the box is known. @param {object} box message Box */
export function proposalOfBox(box) {
  return {
    id: box.proposal_id,
    run_id: box.run_id,
    place: box.place,
    bounds: box.bounds,
    points: [],
    geometry: null,
    map_outline: null,
    score: box.score,
    function: null,
    class_id: box.class_id,
    name: box.name ?? null,
    area_m2: 0,
    holes: 0,
    clipped: false,
    evidence: [],
    trace: [],
    crop_url: null,
    state: "open",
    reason: null,
    label_id: null,
    masked: false,
  };
}

/** Puts a proposal in place order; what a person decided while it was streamed stays. */
export function withProposal(proposals, proposal) {
  const before = proposals.find((item) => item.id === proposal.id);
  const decided = before && before.state !== "open" ? { state: before.state, reason: before.reason, label_id: before.label_id } : {};
  const rest = proposals.filter((item) => item !== before);
  return [...rest, { ...proposal, ...decided }].sort((one, other) => one.place - other.place);
}

const changed = (proposals, id, patch) => proposals.map((item) => (item.id === id ? { ...item, ...patch } : item));

/**
 * @param {{ask: object, run: object|null, steps: object[], proposals: object[]}} page
 * @param {{request_id: string, message: object}} envelope
 * @returns {object|null} changed values; null where the message belongs to an older request
 */
export function applyRunMessage(page, { request_id, message }) {
  if (page.ask.request_id !== request_id) return null;
  const apply = RUN_MESSAGES[message.type];
  return apply ? apply(page, message) : null;
}

const RUN_MESSAGES = {
  run_started: (page, { run_id, query, tier }) => ({
    run: { id: run_id, query, tier, seconds: null, places: 0, nothing_here: false, reasons: [] },
    steps: [],
    proposals: [],
  }),
  step: (page, message) => ({ steps: [...page.steps, message] }),
  box: (page, message) => {
    const proposals = withProposal(page.proposals, proposalOfBox(message));
    return { proposals, run: page.run && { ...page.run, places: proposals.length } };
  },
  mask: (page, { proposal_id, geometry, score, area_m2 }) => ({
    proposals: changed(page.proposals, proposal_id, { ...(geometry ? { geometry } : {}), score, area_m2, masked: true }),
  }),
  points: (page, { proposal_id, points }) => ({ proposals: changed(page.proposals, proposal_id, { points }) }),
  dropped: (page, { proposal_id }) => ({ proposals: page.proposals.filter((item) => item.id !== proposal_id) }),
  proposal: (page, message) => ({ proposals: withProposal(page.proposals, { ...message, masked: true }) }),
  finished: (page, { places, seconds, nothing_here, reasons, cancelled }) => ({
    run: page.run && { ...page.run, places, seconds, nothing_here, reasons, cancelled },
    ask: { ...page.ask, status: "idle", sentence: null },
  }),
  failed: (page, { sentence }) => ({ ask: { ...page.ask, status: "failed", sentence } }),
};
