/** All keys of the page: one table that the help pane lists, the buttons show and the keyboard is read by. */

/**
 * `keys`: what is pressed; `shown`: how it is written; `hold`: works while it is held; `act`: name in `perform`.
 * @type {{act: string, keys: string[], shown: string, group: string, says: string, hold?: boolean, repeats?: boolean}[]}
 */
export const KEYS = [
  { act: "ask", keys: ["/"], shown: "/", group: "Ask", says: "Write a question" },
  { act: "tool_select", keys: ["1"], shown: "1", group: "Tools", says: "Select" },
  { act: "tool_point", keys: ["2"], shown: "2", group: "Tools", says: "Point prompt: click includes, right-click or Alt+click excludes" },
  { act: "tool_box", keys: ["3"], shown: "3", group: "Tools", says: "Box prompt: drag a box around a place" },
  { act: "edit", keys: ["4"], shown: "4", group: "Tools", says: "Edit the outline: drag, add, right-click to delete vertices" },
  { act: "accept", keys: ["a"], shown: "A", group: "Decide", says: "Accept, go to the next (over a proposal: accept it without selecting)" },
  { act: "commit", keys: ["enter"], shown: "Enter", group: "Decide", says: "Keep what was changed" },
  { act: "reject", keys: ["d"], shown: "D", group: "Decide", says: "Reject, then 1 to 8 for the reason" },
  { act: "flag", keys: ["f"], shown: "F", group: "Decide", says: "Flag as unsure" },
  { act: "nothing", keys: ["n"], shown: "N", group: "Decide", says: "Nothing here, or scene complete" },
  { act: "next", keys: ["j"], shown: "J", group: "Look", says: "Next proposal", repeats: true },
  { act: "previous", keys: ["k"], shown: "K", group: "Look", says: "Previous proposal", repeats: true },
  { act: "hide", keys: ["h"], shown: "H", group: "Look", says: "Hide all outlines while held", hold: true },
  { act: "background", keys: ["b"], shown: "B", group: "Look", says: "Digital map over the picture, on or off" },
  { act: "take_back", keys: ["backspace"], shown: "Backspace", group: "Change", says: "Take the last prompt back" },
  { act: "escape", keys: ["escape"], shown: "Esc", group: "Change", says: "Cancel what is unfinished, then deselect" },
  { act: "undo", keys: ["ctrl+z"], shown: "Ctrl+Z", group: "Change", says: "Undo" },
  { act: "redo", keys: ["ctrl+shift+z", "ctrl+y"], shown: "Ctrl+Shift+Z", group: "Change", says: "Redo" },
  { act: "help", keys: ["?"], shown: "?", group: "Look", says: "All keys" },
];

/** How the key of an act is written, for tooltips. @param {string} act */
export const shownKey = (act) => KEYS.find((entry) => entry.act === act)?.shown ?? "";

/** The name of a pressed key; letters and digits also on keyboards that write another script. */
export function nameOfKey(event) {
  const latin = event.key.length === 1 && event.key.charCodeAt(0) > 127 ? event.code.replace(/^(Key|Digit)/, "") : event.key;
  const name = latin.toLowerCase();
  const control = event.ctrlKey || event.metaKey;
  const shift = event.shiftKey && control;
  return `${control ? "ctrl+" : ""}${shift ? "shift+" : ""}${name}`;
}

/** Whether what is focused takes text. @param {Element|null} target */
export function takesText(target) {
  if (!target?.matches) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !/^(button|checkbox|radio|range|color|file|submit|reset)$/.test(target.type);
}

/**
 * The act of a key event, or null. While the reasons are open, digits choose one.
 * @param {KeyboardEvent} event @param {{rejecting: boolean}} now
 * @returns {{act: string, index?: number}|null}
 */
export function actOfKey(event, { rejecting }) {
  if (event.isComposing || event.altKey || takesText(event.target)) return null;
  const name = nameOfKey(event);
  if (rejecting && /^[1-8]$/.test(name)) return event.repeat ? null : { act: "reason", index: Number(name) - 1 };
  const entry = KEYS.find((candidate) => candidate.keys.includes(name));
  if (!entry || (event.repeat && !entry.repeats)) return null;
  const ownKey = name === "enter" && event.target?.matches?.("button, a, summary, [role=button], [role=option], [role=tab]");
  return ownKey ? null : { act: entry.act };
}

/** Reads the keyboard. @param {Document} document @returns {() => void} stops it */
export function installKeys(document, state, actions) {
  const perform = {
    ask: () => document.querySelector("#ss-ask")?.select(),
    tool_select: () => actions.setTool("select"),
    tool_point: () => actions.setTool("point"),
    tool_box: () => actions.setTool("box"),
    edit: () => actions.edit(),
    accept: () => actions.accept(),
    commit: () => actions.commit(),
    reject: () => actions.startReject(),
    reason: (index) => actions.reject(state.get("boot")?.reject_reasons[index]?.id),
    flag: () => actions.flag(),
    nothing: () => actions.nothingHere(),
    next: () => actions.next(),
    previous: () => actions.previous(),
    hide: () => actions.hide(true),
    background: () => actions.toggleBackground(),
    take_back: () => actions.takeBackPrompt(),
    escape: () => actions.escape(),
    undo: () => actions.undo(),
    redo: () => actions.redo(),
    help: () => actions.openPane(state.get("panes").right === "help" ? null : "help"),
  };
  const down = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && takesText(event.target)) event.target.blur();
    const found = event.defaultPrevented ? null : actOfKey(event, { rejecting: state.get("rejecting") });
    if (!found) return;
    event.preventDefault();
    perform[found.act](found.index);
  };
  const up = (event) => {
    if (nameOfKey(event).endsWith("h")) actions.hide(false);
  };
  const away = () => actions.hide(false);
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  window.addEventListener("blur", away);
  return () => {
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
    window.removeEventListener("blur", away);
  };
}
