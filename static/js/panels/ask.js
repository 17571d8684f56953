/** Ask box with its examples, and the line that says which models answer and what they cost. */

import { button, follow, h, setAttribute, setText, show, syncList } from "./dom.js";
import { seconds } from "../format.js";
import { icon, setIcon } from "../icons.js";
import { t } from "../strings.js";
import { capital } from "./taxonomy.js";

/** Appends the ask area to the left panel. */
export function mountAsk(left, state, actions) {
  const input = h("input", {
    id: "ss-ask", name: "ask", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    placeholder: t("ask.placeholder"), "aria-label": t("ask.label"), "aria-keyshortcuts": "/",
    "aria-describedby": "ss-ask-failed",
  });
  const failed = h("p.ss-ask-failed", { id: "ss-ask-failed", role: "alert" });
  const form = h(
    "form.ss-ask", { role: "search" },
    icon("search"), input, h("kbd.ss-key", { text: "/", "aria-hidden": "true" }), goButton(state, actions),
  );
  const ask = (text) => {
    if (!text.trim()) return;
    input.blur(); // so that the next key is a key of the map
    actions.ask(text.trim());
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.get("ask").status !== "running") ask(input.value);
  });
  input.addEventListener("keydown", (event) => event.key === "Escape" && input.blur());
  followLimits(state, input);
  followAsk(state, form, input, failed);
  left.append(h("div.ss-left-ask", {}, form, failed, chips(state, input, ask), modelLine(state)));
}

function followLimits(state, input) {
  follow(state, ["boot"], () => setAttribute(input, "maxlength", state.get("boot")?.limits?.text));
}

function followAsk(state, form, input, failed) {
  let shown = "";
  follow(state, ["ask"], () => {
    const { status, text, sentence } = state.get("ask");
    form.dataset.status = status;
    if (text !== shown && document.activeElement !== input) input.value = text;
    shown = text;
    show(failed, status === "failed");
    setText(failed, status === "failed" ? (sentence ?? t("ask.failed")) : "");
  });
}

/** The arrow asks; while a run goes on it is a stop button. */
function goButton(state, actions) {
  const sign = icon("arrow-right");
  const element = h("button.ss-go", { type: "submit" }, sign);
  element.addEventListener("click", (event) => {
    if (state.get("ask").status !== "running") return;
    event.preventDefault();
    actions.cancel();
  });
  follow(state, ["ask"], () => {
    const running = state.get("ask").status === "running";
    setIcon(sign, running ? "square" : "arrow-right");
    setAttribute(element, "title", t(running ? "ask.stop" : "ask.go"));
    setAttribute(element, "aria-label", t(running ? "ask.stop" : "ask.go"));
    element.dataset.running = String(running);
  });
  return element;
}

function chips(state, input, ask) {
  const list = h("ul.ss-chips", { "aria-label": t("ask.examples") });
  const run = (text) => {
    input.value = text;
    ask(text);
  };
  // Only the first line is drawn; what is below it must not be reached by Tab either.
  const hideRest = () => {
    const top = list.firstChild?.offsetTop;
    for (const item of list.children) item.style.visibility = item.offsetTop > top ? "hidden" : "";
  };
  new ResizeObserver(hideRest).observe(list);
  follow(state, ["source"], () => {
    const examples = (state.get("source")?.examples ?? []).slice(0, 4);
    show(list, examples.length > 0);
    syncList(list, examples, {
      key: (text, at) => `${at}-${text}`,
      make: (text) => h("li", {}, button("ss-chip", { data: { chip: "" }, text, onClick: () => run(text) })),
    });
    hideRest();
  });
  return list;
}

function modelLine(state) {
  const names = h("span.ss-model-names.ss-cut");
  const cost = h("span.ss-caption.ss-figures");
  const line = h("div.ss-model", {}, names, cost);
  follow(state, ["boot", "run"], () => {
    const models = state.get("boot")?.models;
    show(line, Boolean(models));
    if (!models) return;
    setText(names, `${capital(models.reasoner)} + ${capital(models.segmenter)}`);
    setAttribute(line, "title", models.note);
    const took = state.get("run")?.seconds;
    setText(cost, [models.device, took ? seconds(took) : null, models.cost].filter(Boolean).join(" · "));
  });
  return line;
}
