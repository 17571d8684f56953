/** Name of the selected object: a title that turns into a field, and "add name" where there is none. */

import { button, h, setAttribute, setText, show } from "./dom.js";
import { t } from "../strings.js";

/**
 * @returns {{title: HTMLElement, add: HTMLElement, update: (subject: Object, title: string) => void}}
 *   `title` and `add` stand in different places of the card; both open the same field in the title's place
 */
export function nameField(state, actions) {
  const words = button("ss-object-title.ss-cut", { title: t("object.rename") });
  const field = h("input.ss-name-field", {
    "aria-label": t("object.name"), autocomplete: "off", spellcheck: "false", maxlength: "200",
  });
  const title = h("div.ss-object-name", {}, words, field);
  const add = button("ss-add-name", { text: t("object.add_name") });
  const now = { subject: null, open: false };
  field.hidden = true;

  const open = () => {
    now.open = true;
    field.value = now.subject?.name ?? "";
    show(field, true);
    show(words, false);
    field.focus();
    field.select();
  };
  const close = (keep) => {
    if (!now.open) return;
    now.open = false;
    const typed = field.value.trim();
    show(field, false);
    show(words, true);
    if (keep && typed !== (now.subject?.name ?? "")) actions.setName(typed);
  };
  words.addEventListener("click", open);
  add.addEventListener("click", open);
  field.addEventListener("blur", () => close(true));
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // Enter and Esc belong to the field here, not to the draft
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    close(event.key === "Enter");
    words.focus();
  });

  const update = (subject, text) => {
    if (now.open && now.subject && now.subject.key !== subject.key) close(false);
    now.subject = subject;
    setText(words, text);
    setAttribute(words, "aria-label", `${text}. ${t("object.rename")}`);
    show(add, !subject.name);
  };
  return { title, add, update };
}
