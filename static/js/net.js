/** Requests to the page's own routes: JSON in, JSON out, errors as sentences. */

const WAIT_MS = 15_000;
const LONGEST_PAUSE_MS = 5_000;
const AGAIN = new Set([408, 425, 429, 502, 503, 504]);

/** A request that was answered with an error, or not at all (`status` 0). */
export class RequestError extends Error {
  /** @param {string} sentence @param {number} status @param {object} [body] */
  constructor(sentence, status, body = {}) {
    super(sentence);
    this.name = "RequestError";
    this.status = status;
    this.body = body;
    this.kind = body.kind ?? null;
  }

  /** Whether the same request can succeed later without a change. */
  get passing() {
    return this.status === 0 || AGAIN.has(this.status);
  }
}

/**
 * Milliseconds to wait before the next attempt: doubling from 0.5 s, at most 5 s.
 * @param {number} attempts failed so far
 */
export function pauseMs(attempts) {
  return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.max(0, attempts - 1));
}

/**
 * @param {{fetch?: typeof fetch, base?: string}} [options]
 * @returns {{get: (path: string) => Promise<any>, post: (path: string, body: object, last?: boolean) => Promise<any>,
 *   upload: (path: string, form: FormData) => Promise<any>, url: (path: string) => string}}
 */
export function createNet({ fetch = globalThis.fetch.bind(globalThis), base = "" } = {}) {
  const url = (path) => base + path;
  const ask = async (path, options) => {
    let response;
    try {
      response = await fetch(url(path), options);
    } catch (error) {
      throw new RequestError("The server does not answer.", 0, { cause: String(error) });
    }
    const body = await bodyOf(response);
    if (response.ok && body !== null) return body;
    throw new RequestError(body?.error ?? `The server answered with error ${response.status}.`, response.status, body ?? {});
  };
  const headers = { "X-SocioScribe": "1" };
  return {
    url,
    get: (path) => ask(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(WAIT_MS) }),
    /** `last`: the page is going away; the browser finishes the request without it. */
    post: (path, body, last = false) =>
      ask(path, {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify(body),
        keepalive: last,
        signal: last ? undefined : AbortSignal.timeout(WAIT_MS),
      }),
    upload: (path, form) => ask(path, { method: "POST", headers, body: form }),
  };
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return null; // an empty or foreign answer: the status alone says what happened
  }
}
