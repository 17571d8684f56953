/** Takes numbered envelopes that may be repeated, and hands each on once, in order. */

const REMEMBERED = 2_000;

/**
 * An envelope is a repeat only if its number came before with the same request: a server that was started anew
 * counts from 1 again, and its envelopes must not be taken for old ones.
 * @param {(envelope: {seq: number, request_id: string, message: object}) => void} apply
 */
export function createInbox(apply) {
  const seen = new Map();
  let last = 0;
  return {
    /** The number of the last envelope applied: goes out as `ack`. */
    get last() {
      return last;
    },
    /** @param {{envelopes?: {seq: number, request_id: string, message: object}[]}|null} mail */
    receive(mail) {
      const fresh = (mail?.envelopes ?? [])
        .filter((envelope) => seen.get(envelope.seq) !== envelope.request_id)
        .sort((one, other) => one.seq - other.seq);
      for (const envelope of fresh) {
        if (envelope.seq <= last && !seen.has(envelope.seq)) continue;
        seen.set(envelope.seq, envelope.request_id);
        last = envelope.seq;
        apply(envelope);
      }
      for (const seq of [...seen.keys()].slice(0, Math.max(0, seen.size - REMEMBERED))) seen.delete(seq);
    },
  };
}
