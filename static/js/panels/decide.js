/** Buttons that decide on the selected object, and the reasons for rejecting, which open in their place. */

import { button, follow, h, setAttribute, setText, show, syncList } from "./dom.js";
import { t } from "../strings.js";
import { SUBJECT_KEYS } from "./object.js";
import { subjectOf } from "./subject.js";

/** Appends the buttons to the object card. */
export function mountDecide(element, state, actions) {
  const quiet = quietRow(state, actions);
  const main = mainRow(state, actions);
  const reasons = reasonList(state, actions);
  const box = h("div.ss-decide", {}, quiet.element, main.element);
  element.append(box, reasons.element);
  follow(state, [...SUBJECT_KEYS, "rejecting", "editing"], () => {
    const subject = subjectOf(state);
    const rejecting = Boolean(state.get("rejecting") && subject);
    element.dataset.rejecting = String(rejecting);
    show(box, Boolean(subject) && !rejecting);
    reasons.update(rejecting);
    if (!subject) return;
    quiet.update(subject);
    main.update(subject);
  });
}

function decision(id, classes, key, run) {
  const word = h("span");
  const cap = key && h("kbd.ss-key", { text: key });
  const element = button(`ss-button.${classes}`, { id, "aria-keyshortcuts": key, onClick: run }, word, cap);
  const update = (words, title) => {
    setText(word, words);
    setAttribute(element, "title", title);
  };
  return { element, update };
}

/** Accept or save; edit; reject, retire or discard: what fits what is selected. */
function mainRow(state, actions) {
  const accept = decision("ss-accept", "ss-button-primary", "A", () => actions.accept());
  const edit = decision("ss-edit", "ss-button-plain", "4", () => actions.edit());
  const reject = decision("ss-reject", "ss-button-bad", "D", () => actions.startReject());
  const retire = decision("ss-retire", "ss-button-bad", null, () => actions.retire());
  const discard = decision("ss-discard", "ss-button-bad", "Esc", () => actions.escape());
  const element = h("div.ss-actions", {}, ...[accept, edit, reject, retire, discard].map((one) => one.element));
  edit.update(t("do.edit"), t("do.edit_title"));
  reject.update(t("do.reject"), t("do.reject_title"));
  retire.update(t("do.retire"), t("do.retire_title"));
  discard.update(t("do.discard"), t("do.discard_title"));
  const update = (subject) => {
    const isLabel = subject.kind === "label";
    const saves = isLabel || subject.kind === "draft";
    accept.update(t(saves ? "do.save" : "do.accept"), t(saves ? "do.save_title" : "do.accept_title"));
    show(accept.element, !isLabel || subject.changed);
    show(reject.element, subject.kind === "proposal");
    show(retire.element, isLabel && !subject.changed);
    show(discard.element, saves && subject.changed);
    setAttribute(edit.element, "aria-pressed", String(Boolean(state.get("editing"))));
  };
  return { element, update };
}

/** Acts that are rarer than a decision; each stands there only where it does something. */
function quietRow(state, actions) {
  const outline = quietButton("do.map_outline", () => actions.adoptMapOutline());
  const back = quietButton("do.take_back", () => actions.takeBackPrompt());
  const element = h("div.ss-quiet-row", {}, outline, back);
  const update = (subject) => {
    const adopted = subject.draft?.prompts?.at(-1)?.kind === "outline";
    show(outline, Boolean(subject.map_outline) && !adopted && !subject.rejected);
    show(back, Boolean(subject.draft?.prompts?.length));
    show(element, !outline.hidden || !back.hidden);
  };
  return { element, update };
}

function quietButton(id, run) {
  return button("ss-quiet", { title: t(`${id}_title`), text: t(id), onClick: () => run() });
}

function reasonList(state, actions) {
  const list = h("ul.ss-reason-list");
  const back = button("ss-quiet", { text: t("reject.back"), title: "Esc", onClick: () => actions.escape() });
  const title = h("h2", { id: "ss-reason-title", text: t("reject.title") });
  const element = h(
    "div.ss-reasons-box", { role: "group", "aria-labelledby": "ss-reason-title", tabindex: "-1" },
    h("div.ss-reasons-head", {}, title, back), list,
  );
  let open = false;
  const update = (rejecting) => {
    show(element, rejecting);
    if (rejecting === open) return;
    open = rejecting;
    if (!rejecting) return;
    syncList(list, state.get("boot")?.reject_reasons ?? [], { key: (reason) => reason.id, make: reasonRow(actions) });
    element.focus({ preventScroll: true });
  };
  return { element, update };
}

function reasonRow(actions) {
  return (reason, at) =>
    h("li", {}, button(
      "ss-reason",
      { data: { reason: reason.id }, "aria-keyshortcuts": String(at + 1), onClick: () => actions.reject(reason.id) },
      h("kbd.ss-key", { text: String(at + 1) }), h("span", { text: reason.name }),
    ));
}
