/** The way to the models: events of the Gradio queue out, numbered envelopes in. */

import { createInbox } from "./inbox.js";
import { applyRunMessage } from "./mail.js";

const VIEW_DELAY_MS = 400;
const SILENCE_MS = 120_000;

/**
 * @param {{state: object, trigger: (event: string, payload: object) => void,
 *   watch: (prop: string, fn: () => void) => void, props: object}} gradio
 */
export function createBridge({ state, trigger, watch, props }) {
  const onPrompt = new Set();
  let viewTimer = null;
  let silenceTimer = null;

  const inbox = createInbox((envelope) => {
    if (envelope.message.draft_id || envelope.request_id !== state.get("ask").request_id) {
      for (const fn of onPrompt) fn(envelope);
      return;
    }
    const page = Object.fromEntries(["ask", "run", "steps", "proposals"].map((key) => [key, state.get(key)]));
    state.patch(applyRunMessage(page, envelope) ?? {});
    listenForSilence();
  });

  /** A run of which nothing is heard for two minutes is given up on the page. */
  const listenForSilence = () => {
    clearTimeout(silenceTimer);
    const { status, request_id } = state.get("ask");
    if (status !== "running") return;
    silenceTimer = setTimeout(() => {
      const ask = state.get("ask");
      if (ask.request_id !== request_id || ask.status !== "running") return;
      state.set("ask", { ...ask, status: "failed", sentence: "The server has not answered for two minutes. Check that it runs, then ask again." });
    }, SILENCE_MS);
  };

  watch("mail", () => inbox.receive(props.mail));
  inbox.receive(props.mail);

  return {
    ask(message) {
      trigger("ask", { ...message, ack: inbox.last });
      listenForSilence();
    },
    prompt: (message) => trigger("prompt", { ...message, ack: inbox.last }),
    cancel: (request_id) => trigger("cancel", { request_id }),
    /** Lets the server warm up what is in view. */
    view(message) {
      clearTimeout(viewTimer);
      viewTimer = setTimeout(() => trigger("view", message), VIEW_DELAY_MS);
    },
    /** Calls back with each envelope that answers a prompt. */
    onPrompt(fn) {
      onPrompt.add(fn);
      return () => onPrompt.delete(fn);
    },
  };
}
