/** A listbox that opens at a button: arrow keys, Home, End, Enter, Esc, typing to find. One is open at a time. */

import { button, h, setText } from "./dom.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";

let serial = 0;

/**
 * @typedef {Object} Item
 * @property {string} id
 * @property {string} label
 * @property {string} [group] a heading is drawn where it changes
 * @property {string} [hint] quiet text at the right
 * @property {string} [icon]
 * @property {boolean} [apart] a line is drawn above it
 */

/**
 * Opens a menu; returns a function that closes it.
 * @param {HTMLElement} anchor
 * @param {{label: string, items: Item[], selected?: string, from?: string, filter?: string, empty?: string,
 *   onPick: (id: string) => void}} options `filter` is the placeholder of the search box, none without it;
 *   `from` is the item to scroll to where it is not the selected one
 */
export function openMenu(anchor, options) {
  const root = anchor.closest(".ss-root");
  root.querySelector(".ss-menu")?.dispatchEvent(new Event("ss-close"));
  const id = `ss-menu-${(serial += 1)}`;
  const stop = options.filter ? null : "0";
  const list = h("ul.ss-menu-list", { role: "listbox", id, "aria-label": options.label, tabindex: stop });
  const input = options.filter ? filterBox(options, id) : null;
  const panel = h("div.ss-menu", {}, input && h("div.ss-menu-filter", {}, icon("search"), input), list);
  const menu = { panel, list, input, options, anchor, active: null };
  draw(menu, "");
  const close = (refocus) => closeMenu(menu, outside, refocus);
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  panel.addEventListener("ss-close", () => close(false));
  panel.addEventListener("keydown", (event) => onKey(event, menu, close));
  list.addEventListener("click", (event) => pick(event.target.closest("[role=option]"), menu, close));
  list.addEventListener("pointermove", (event) => activate(menu, event.target.closest("[role=option]")));
  input?.addEventListener("input", () => draw(menu, input.value));
  document.addEventListener("pointerdown", outside, true);
  root.append(panel);
  anchor.setAttribute("aria-expanded", "true");
  place(panel, anchor);
  (input ?? list).focus({ preventScroll: true });
  menu.active?.scrollIntoView({ block: options.filter ? "start" : "nearest" });
  return () => close(false);
}

function filterBox(options, listId) {
  return h("input", {
    placeholder: options.filter, "aria-label": options.filter, role: "combobox", autocomplete: "off",
    spellcheck: "false", "aria-controls": listId, "aria-expanded": "true",
  });
}

function closeMenu(menu, outside, refocus) {
  document.removeEventListener("pointerdown", outside, true);
  menu.panel.remove();
  menu.anchor.setAttribute("aria-expanded", "false");
  if (refocus) menu.anchor.focus();
}

/** Items whose label, group or id holds every typed word, those that begin with it first. */
export function matching(items, typed) {
  const words = typed.trim().toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  if (!words.length) return items;
  const text = (item) => `${item.label} ${item.group ?? ""} ${item.id}`.toLocaleLowerCase();
  const found = items.filter((item) => words.every((word) => text(item).includes(word)));
  const begins = (item) => item.label.toLocaleLowerCase().startsWith(words[0]);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))];
}

function draw(menu, typed) {
  const { options, list } = menu;
  const items = matching(options.items, typed);
  const rows = [];
  items.forEach((item, at) => {
    if (item.group && item.group !== items[at - 1]?.group) {
      rows.push(h("li.ss-menu-group", { role: "presentation", text: item.group }));
    }
    if (item.apart) rows.push(h("li.ss-menu-line", { role: "presentation" }));
    rows.push(optionRow(item, options.selected, `${list.id}-${at}`));
  });
  if (!items.length) rows.push(h("li.ss-menu-empty", { text: options.empty ?? "" }));
  list.replaceChildren(...rows);
  const wanted = typed ? null : (options.from ?? options.selected);
  const all = [...list.querySelectorAll("[role=option]")];
  menu.active = null;
  activate(menu, all.find((row) => row.dataset.id === wanted) ?? all[0]);
}

function optionRow(item, selected, id) {
  const chosen = item.id === selected;
  const props = { role: "option", id, "aria-selected": String(chosen), data: { id: item.id } };
  return h(
    "li.ss-menu-item", props,
    item.icon && icon(item.icon),
    h("span.ss-cut", { text: item.label }),
    item.hint && h("span.ss-menu-hint", { text: item.hint }),
    chosen && icon("check", "ss-icon-small"),
  );
}

function activate(menu, row) {
  if (!row || row === menu.active) return;
  menu.active?.classList.remove("ss-active");
  row.classList.add("ss-active");
  menu.active = row;
  (menu.input ?? menu.list).setAttribute("aria-activedescendant", row.id);
}

function onKey(event, menu, close) {
  event.stopPropagation(); // the map's keys stay quiet while a menu is open
  const rows = [...menu.list.querySelectorAll("[role=option]")];
  const now = rows.indexOf(menu.active);
  const target = {
    ArrowDown: Math.min(rows.length - 1, now + 1), ArrowUp: Math.max(0, now - 1),
    Home: menu.input ? undefined : 0, End: menu.input ? undefined : rows.length - 1,
  }[event.key];
  if (target !== undefined) {
    activate(menu, rows[target]);
    menu.active?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" || (event.key === " " && !menu.input)) pick(menu.active, menu, close);
  else if (event.key === "Escape") close(true);
  else if (event.key === "Tab") return close(true);
  else return typeAhead(event, menu, rows);
  event.preventDefault();
}

function typeAhead(event, menu, rows) {
  if (menu.input || event.key.length !== 1) return;
  const letter = event.key.toLocaleLowerCase();
  activate(menu, rows.find((row) => row.textContent.trim().toLocaleLowerCase().startsWith(letter)));
}

function pick(row, menu, close) {
  if (!row) return;
  close(true);
  menu.options.onPick(row.dataset.id);
}

/** Below the anchor where there is room, else above; never outside the window. */
function place(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = window.innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const up = below < Math.min(size.height, 280) && above > below;
  panel.style.maxHeight = `${Math.min(380, up ? above : below)}px`;
  panel.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - size.width - 8))}px`;
  if (up) panel.style.bottom = `${window.innerHeight - at.top + 4}px`;
  else panel.style.top = `${at.bottom + 4}px`;
}

/**
 * A button that opens a menu made when it is opened.
 * @param {string} classes
 * @param {() => Object} options see openMenu
 * @returns {{element: HTMLButtonElement, setLabel: (text: string) => void}}
 */
export function menuButton(classes, options, { chevron = true } = {}) {
  const label = h("span.ss-cut");
  const arrow = chevron && icon("chevron-down", "ss-icon-small");
  const element = button(classes, { "aria-haspopup": "listbox", "aria-expanded": "false" }, label, arrow);
  element.addEventListener("click", () => {
    const open = element.getAttribute("aria-expanded") === "true";
    if (open) element.closest(".ss-root").querySelector(".ss-menu")?.dispatchEvent(new Event("ss-close"));
    else openMenu(element, options());
  });
  return { element, setLabel: (text) => setText(label, text) };
}
