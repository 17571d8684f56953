/**
 * Runs in the page before its own scripts: writes down when things happen, on the page's own clock.
 * Painted: the end of the first frame that is drawn after the state changed.
 */
(() => {
  const now = () => performance.now();
  const bench = { ready: null, dom: null, key: 0, click: 0, mails: [] };
  window.socioscribeBench = bench;

  document.addEventListener("DOMContentLoaded", () => (bench.dom = now()));
  addEventListener("keydown", (event) => (bench.key = event.timeStamp), true);
  addEventListener("click", (event) => (bench.click = event.timeStamp), true);
  new MutationObserver((_, observer) => {
    if (!document.querySelector('[data-ready="true"]')) return;
    bench.ready = now();
    observer.disconnect();
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["data-ready"] });

  /** Stands between Gradio and the page: what is sent, what comes back, and how long the model says it took. */
  const listening = (mount) => (gradio) => {
    const trigger = (name, payload) => {
      if (name === "ask" || name === "prompt") bench.mails.push({ at: now(), sent: name });
      return gradio.trigger(name, payload);
    };
    const watch = (prop, fn) =>
      gradio.watch(prop, () => {
        const { envelopes } = gradio.props.mail ?? {};
        const message = envelopes?.at(-1)?.message;
        bench.mails.push({ at: now(), type: message?.type, milliseconds: message?.milliseconds ?? null });
        return fn();
      });
    return mount({ ...gradio, trigger, watch });
  };
  let own;
  Object.defineProperty(window, "socioscribe", {
    get: () => own,
    set(value) {
      own = { ...value, mount: listening(value.mount) };
    },
  });

  const painted = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => resolve(now());
        channel.port2.postMessage(null);
      });
    });

  /** Drafts that were not there when the act began. */
  const begun = (get) => Object.values(get("drafts")).filter((draft) => !(draft.draft_id in bench.before.drafts));

  /** What each measured act waits for, by name: keys of the state, and a test that says which moments have come. */
  const acts = {
    ask: () => ({
      keys: ["ask", "run", "proposals"],
      from: () => bench.key,
      moments: (get) => ({
        started: get("run") !== bench.before.run,
        first: get("run") !== bench.before.run && get("proposals").length > 0,
        all: get("ask").status !== "running" && get("run") !== bench.before.run && get("run")?.seconds != null,
      }),
      last: "all",
      tell: (get) => ({ server: get("run").seconds * 1000, places: get("proposals").length }),
    }),
    mask: () => ({
      keys: ["drafts"],
      from: () => bench.click,
      moments: (get) => ({ mask: begun(get).some((draft) => draft.prompts.length > 0 && !draft.mask_pending) }),
      last: "mask",
      tell: (get) => {
        const [draft] = begun(get);
        const sent = bench.mails.findLast((one) => one.sent === "prompt");
        const got = bench.mails.findLast((one) => one.type === "mask");
        return { sent: sent?.at, got: got?.at, server: got?.milliseconds, changed: draft.geometry !== draft.shape };
      },
    }),
    save: () => ({
      keys: ["saved"],
      from: () => bench.key,
      moments: (get) => ({ saved: get("saved").status === "saved" && get("saved").at !== bench.before.saved.at }),
      last: "saved",
      tell: () => {
        const way = performance.getEntriesByType("resource").findLast((one) => /\/ss\/(decide|undo)$/.test(one.name));
        return { request: way ? way.responseEnd - way.startTime : null };
      },
    }),
  };

  /** Call before the act; `bench.done` then resolves to milliseconds from the key press or click to each moment. */
  bench.arm = (name) => {
    const { state } = window.socioscribe.debug;
    const act = acts[name]();
    bench.before = { run: state.get("run"), saved: state.get("saved"), drafts: state.get("drafts") };
    bench.mails.length = 0;
    performance.clearResourceTimings();
    bench.done = new Promise((resolve) => {
      const at = {};
      const off = state.on(act.keys, () => {
        for (const [moment, come] of Object.entries(act.moments(state.get))) {
          if (come) at[moment] ??= painted();
        }
        if (!(act.last in at)) return;
        off();
        void Promise.all(Object.entries(at).map(async ([moment, time]) => [moment, await time])).then((times) => {
          const from = act.from();
          const told = act.tell(state.get);
          for (const key of ["sent", "got"]) if (key in told) told[key] -= from;
          resolve({ ...told, ...Object.fromEntries(times.map(([moment, time]) => [moment, time - from])) });
        });
      });
    });
  };

  /** Milliseconds since the navigation began, and how the page's state was fetched. */
  bench.opened = () => {
    const way = performance.getEntriesByType("resource").find((one) => one.name.includes("/ss/state"));
    const state = { load: way.responseEnd - way.requestStart, bytes: way.decodedBodySize };
    return { origin: performance.timeOrigin, dom: bench.dom, ready: bench.ready, state };
  };
})();
