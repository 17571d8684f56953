/** Card of the selected object: picture, name, class path, badges, facts. */

import { badgesOf } from "./badges.js";
import { button, follow, h, named, setAttribute, setText, show, syncList } from "./dom.js";
import { area, score, whole } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";
import { menuButton } from "./menu.js";
import { crop, showCrop } from "./crop.js";
import { nameField } from "./name.js";
import { subjectOf } from "./subject.js";
import { capital, className, findClass, functionName } from "./taxonomy.js";

export const SUBJECT_KEYS = ["selected", "proposals", "labels", "drafts", "boot"];

/** Appends the card to the left panel; returns the element the decision buttons go into. */
export function mountObject(left, state, actions) {
  const none = h("p.ss-object-none", {}, h("span"), h("kbd.ss-key", { text: "J" }));
  const picture = crop("ss-object-crop");
  const name = nameField(state, actions);
  const number = h("span.ss-object-score.ss-figures", { title: t("object.score") });
  const flag = flagButton(actions);
  const path = pathOf(state, actions, name);
  const badges = h("ul.ss-badges");
  const facts = h("dl.ss-facts");
  const head = h("div.ss-object-head", {}, name.title, flag, number);
  const words = h("div.ss-object-words", {}, head, path.element, badges);
  const card = h("div.ss-object-card", {}, h("div.ss-object-top", {}, picture, words), facts);
  const element = h("div.ss-object", {}, none, card);
  left.append(element);
  follow(state, SUBJECT_KEYS, () => {
    const subject = subjectOf(state);
    show(none, !subject);
    const any = (state.get("proposals") ?? []).length > 0;
    setText(none.firstChild, t(any ? "object.none" : "object.none_yet"));
    show(none.lastChild, any);
    show(card, Boolean(subject));
    if (!subject) return;
    const title = titleOf(state, subject);
    showCrop(picture, subject.crop_url, t("object.picture", { title }));
    name.update(subject, title);
    path.update(subject);
    show(flag, subject.label?.status !== "unsure" && !subject.rejected);
    setText(number, subject.score === null ? "" : score(subject.score));
    syncList(badges, badgesOf(state.get("boot"), subject), { key: (badge) => badge.words, make: badgeRow });
    syncList(facts, factsOf(subject), { key: (fact) => fact.id, make: factRow, update: updateFact });
  });
  return element;
}

function flagButton(actions) {
  const props = { ...named(t("do.flag_title")), "aria-keyshortcuts": "F", onClick: () => actions.flag() };
  return button("ss-flag", props, icon("flag", "ss-icon-small"));
}

/** Name where there is one, else the class, else that it is new. */
function titleOf(state, subject) {
  if (subject.name) return subject.name;
  return subject.class_id ? className(state.get("boot"), subject.class_id) : t("object.drawn");
}


function badgeRow(badge) {
  return h(`li.ss-tag.ss-${badge.tone}`, { title: badge.title }, icon(badge.icon), h("span", { text: badge.words }));
}

function factRow(fact) {
  return h("div", {}, h("dt", { text: t(`fact.${fact.id}`) }), h("dd.ss-figures"));
}

function updateFact(row, fact) {
  setText(row.lastChild, fact.says);
}

function factsOf(subject) {
  const { included, excluded, label } = subject;
  const signed = [included && `+${included}`, excluded && `−${excluded}`].filter(Boolean).join(" ");
  return [
    { id: "area", says: area(subject.area_m2) },
    { id: "holes", says: whole(subject.holes) },
    { id: "points", says: signed || t("fact.no_points") },
    { id: "label", says: labelSays(label) },
  ];
}

function labelSays(label) {
  if (!label) return t("fact.not_yet");
  return label.version ? t("fact.version", { n: label.version }) : t("fact.saving");
}

/** Function › class › name; the first two are menus over the whole taxonomy. */
function pathOf(state, actions, name) {
  const options = (part) => () => ({
    label: t("object.class_filter"),
    filter: t("object.class_filter"),
    empty: t("object.class_none"),
    items: classItems(state.get("boot")),
    selected: subjectOf(state)?.class_id,
    from: part === "function" ? firstOfFunction(state) : undefined,
    onPick: (id) => actions.setClass(id),
  });
  const group = menuButton("ss-path-part", options("function"), { chevron: false });
  const kind = menuButton("ss-path-part", options("class"), { chevron: false });
  const arrow = () => icon("chevron-right", "ss-icon-small");
  const lastArrow = arrow();
  const element = h("div.ss-path", {}, group.element, arrow(), kind.element, lastArrow, name.add);
  const update = (subject) => {
    const boot = state.get("boot");
    const found = findClass(boot, subject.class_id);
    const groupName = functionName(boot, found?.function.id ?? subject.function);
    const kindName = subject.class_id ? className(boot, subject.class_id) : t("object.class_unset");
    group.setLabel(groupName);
    kind.setLabel(kindName);
    show(group.element, Boolean(groupName));
    show(element.children[1], Boolean(groupName));
    setAttribute(group.element, "aria-label", t("object.function", { name: groupName }));
    setAttribute(kind.element, "aria-label", t("object.class", { name: kindName }));
    setAttribute(lastArrow, "hidden", name.add.hidden);
  };
  return { element, update };
}

function classItems(boot) {
  return (boot?.taxonomy.functions ?? []).flatMap((group) =>
    group.classes.map((one) => ({ id: one.id, label: capital(one.name), group: capital(group.name) })),
  );
}

function firstOfFunction(state) {
  const subject = subjectOf(state);
  const found = findClass(state.get("boot"), subject?.class_id);
  return found?.function.classes[0]?.id;
}
