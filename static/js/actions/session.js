/** Asking, opening imagery, and bringing everything back from the server. */

import { takesText } from "../keys.js";
import { restoreDraft } from "../drafts.js";
import { foresee } from "../decide.js";
import { boundsShared } from "../map/geometry.js";
import { strayDrafts } from "../saver.js";
import { SAYS } from "../sentences.js";

export function sessionActions(c, act) {
  const { state, net, bridge, map, storage, queue, tab } = c;
  const before = tab.read("selected");

  const failAsk = (text, sentence) => state.set("ask", { status: "failed", text, sentence, request_id: null });

  const showState = (source, answer) => {
    const { run, proposals, labels, drafts, undo, redo, elsewhere, saved_at } = answer;
    const place = { project_id: c.place().project_id, source_id: source.id };
    const baseOf = (draft) =>
      [...labels, ...proposals].find((item) => item.id === draft.label_id) ?? proposals.find((item) => item.id === draft.proposal_id) ?? null;
    const shown = queue.waiting().filter((job) => job.path === "/ss/decide" && job.body.source_id === source.id);
    const foreseen = shown.reduce(
      (values, job) => ({ ...values, ...foresee(values, job.body) }),
      { proposals: proposals.map((item) => ({ ...item, masked: true })).sort((one, other) => one.place - other.place), labels },
    );
    state.patch({
      run: run ? { ...run, places: proposals.length } : null,
      steps: run?.steps ?? [],
      ...foreseen,
      drafts: Object.fromEntries(drafts.map((draft) => [draft.draft_id, restoreDraft(draft, { ...place, base: baseOf(draft) })])),
      ...{ undo, redo, elsewhere },
    });
    const ask = state.get("ask");
    if (ask.status !== "running") state.set("ask", { ...ask, text: run?.query ?? "" });
    c.saved.at = saved_at ?? c.saved.at;
  };

  /** Offers what only this browser has; nothing is applied by itself. */
  const offerStrays = (source) => {
    const strays = strayDrafts(storage, state.get("drafts"), source.id, c.now());
    if (strays.length === 0) return;
    const run = () => {
      for (const draft of strays) act.putDraft({ ...draft, sequence: draft.sequence + 1, dirty: true });
      act.notice(null);
    };
    act.notice({ kind: "warn", text: SAYS.found(strays.length), action: { label: SAYS.restore, run }, lasting: true });
  };

  return {
    ask(text) {
      const question = text.trim();
      const limit = state.get("boot")?.limits?.text ?? 2_000;
      const source = state.get("source");
      if (!source) return failAsk(text, SAYS.noSource);
      if (!question) return failAsk(text, SAYS.emptyQuestion);
      if (question.length > limit) return failAsk(text, SAYS.longQuestion(limit));
      act.select(null);
      if (takesText(document.activeElement)) document.activeElement.blur(); // so that the next keys are commands
      const request_id = c.newId();
      state.patch({ ask: { status: "running", text, sentence: null, request_id }, rejecting: false });
      const bounds = boundsShared(map.bounds(), source.bounds) ?? source.bounds;
      return bridge.ask({ request_id, ...c.place(), text: question, bounds });
    },

    cancel() {
      const ask = state.get("ask");
      if (ask.status !== "running") return;
      bridge.cancel(ask.request_id);
      state.set("ask", { ...ask, status: "idle" });
    },

    /** Takes the server's state of the open source. */
    async reloadState() {
      const source = state.get("source");
      if (!source) return;
      try {
        const answer = await net.get(`/ss/state?source=${encodeURIComponent(source.id)}`);
        if (state.get("source")?.id === source.id) showState(source, answer);
      } catch (error) {
        if (error?.name !== "RequestError") throw error;
        const action = { label: SAYS.again, run: () => act.reloadState() };
        act.notice({ kind: "bad", text: error.message, action });
      }
      act.refreshSaved();
    },

    /** @param {string} id @param {{zoom: number, lat: number, lon: number}|null} [view] */
    async openSource(id, view = null) {
      const source = state.get("boot").sources.find((item) => item.id === id);
      if (!source) return;
      act.select(null);
      state.patch({ source, hovered: null, run: null, steps: [], proposals: [], labels: [], drafts: {}, rings: [], pending_prompts: 0 });
      state.set("ask", { status: "idle", text: "", sentence: null, request_id: null });
      map.setSource(source, view);
      await act.reloadState();
      if (state.get("source") === source) offerStrays(source);
    },

    /** After a reload: the tool, the selected object and the masks that were still being made. */
    resume() {
      const tool = tab.read("tool");
      if (tool) act.setTool(tool);
      if (before) act.select(before);
      act.resumePrompts();
    },

    async upload({ image = null, map: mapFile = null, name = null }) {
      const form = new FormData();
      const fields = { project_id: c.place().project_id, name, image, map: mapFile };
      if (!image) fields.source_id = state.get("source")?.id;
      for (const [key, value] of Object.entries(fields)) if (value) form.append(key, value);
      try {
        const { source } = await net.upload("/ss/upload", form);
        const boot = state.get("boot");
        const sources = [...boot.sources.filter((item) => item.id !== source.id), source];
        state.set("boot", { ...boot, sources });
        await act.openSource(source.id);
        act.notice({ kind: "ok", text: SAYS.uploaded(source.name) });
        return source;
      } catch (error) {
        if (error?.name !== "RequestError") throw error;
        act.notice({ kind: "bad", text: error.message });
        return null;
      }
    },

    exportLabels(format, status = null) {
      const query = new URLSearchParams({ project: c.place().project_id, format, ...(status ? { status } : {}) });
      const link = Object.assign(document.createElement("a"), { href: net.url(`/ss/export?${query}`), download: "" });
      link.click();
    },
  };
}
