/** Small helpers to build and update DOM. Text always goes in as text. */

/**
 * Makes an element.
 * @param {string} tag "div", or "div.ss-a.ss-b"
 * @param {Object} [props] attributes; `text` sets textContent, `data` the dataset, `on…` a listener; null and false
 *   are left out
 * @param {...(Node|string|null|false)} children strings become text nodes
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProp(element, key, value);
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

function setProp(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "text") element.textContent = value;
  else if (key === "data") Object.assign(element.dataset, value);
  else if (key.startsWith("on")) element.addEventListener(key.slice(2).toLowerCase(), value);
  else element.setAttribute(key, value === true ? "" : value);
}

/** A button that never submits a form. */
export function button(classes, props = {}, ...children) {
  return h(`button.${classes}`, { type: "button", ...props }, ...children);
}

/** Props of an element whose name is shown as its tooltip and read out. */
export function named(words) {
  return { title: words, "aria-label": words };
}

/** Sets text only where it differs, so that selections and screen readers are left alone. */
export function setText(element, text) {
  const words = text ?? "";
  if (element.textContent !== words) element.textContent = words;
}

/** Sets or (null, false) removes an attribute, only where it differs. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const words = value === true ? "" : String(value);
  if (element.getAttribute(name) !== words) element.setAttribute(name, words);
}

/** Shows or hides. */
export function show(element, visible) {
  if (element.hasAttribute("hidden") === visible) element.toggleAttribute("hidden", !visible);
}

/**
 * Keeps a list's rows in step with items: rows are made once per key, updated in place, moved or removed.
 * @param {HTMLElement} parent
 * @param {Array} items
 * @param {{key: function, make: function, update: function}} row make(item) -> element, update(element, item, position)
 */
export function syncList(parent, items, { key, make, update }) {
  const rows = new Map([...parent.children].map((element) => [element.rowKey, element]));
  items.forEach((item, position) => {
    const id = String(key(item, position));
    const row = rows.get(id) ?? Object.assign(make(item, position), { rowKey: id });
    rows.delete(id);
    update?.(row, item, position);
    if (parent.children[position] !== row) parent.insertBefore(row, parent.children[position] ?? null);
  });
  for (const row of rows.values()) row.remove();
}

/** Subscribes and runs once now. */
export function follow(state, keys, fn) {
  state.on(keys, fn);
  fn();
}

/** Arrow keys move the focus between the buttons of a list; Home and End go to its ends. */
export function arrowKeys(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step) return;
    const stops = [...list.querySelectorAll(selector)];
    const now = stops.indexOf(document.activeElement);
    if (now < 0) return;
    event.preventDefault();
    event.stopPropagation();
    stops[Math.max(0, Math.min(stops.length - 1, now + step))].focus();
  });
}
