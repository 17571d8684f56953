/** The browser's own store, with a prefix; in memory where the browser keeps none. */

const PREFIX = "ss-";

/**
 * @param {Storage|null} [store]
 * @returns {{read: (key: string) => any, write: (key: string, value: any) => boolean, remove: (key: string) => void,
 *   keys: (start: string) => string[], lasting: boolean}}
 */
export function createStorage(store = browserStore("localStorage")) {
  const memory = new Map();
  const lasting = store !== null;
  const names = () => (lasting ? Array.from({ length: store.length }, (_, at) => store.key(at)) : [...memory.keys()]);
  return {
    lasting,
    read(key) {
      const text = memory.get(PREFIX + key) ?? (lasting ? store.getItem(PREFIX + key) : null);
      return text ? parse(text) : null;
    },
    /** Returns whether the value outlives the page. */
    write(key, value) {
      const text = JSON.stringify(value);
      memory.delete(PREFIX + key);
      if (lasting) {
        try {
          store.setItem(PREFIX + key, text);
          return true;
        } catch (error) {
          if (!(error instanceof DOMException)) throw error;
        }
      }
      memory.set(PREFIX + key, text);
      return false;
    },
    remove(key) {
      memory.delete(PREFIX + key);
      if (lasting) store.removeItem(PREFIX + key);
    },
    keys(start) {
      const all = new Set([...names(), ...memory.keys()]);
      return [...all]
        .filter((name) => name.startsWith(PREFIX + start))
        .map((name) => name.slice(PREFIX.length))
        .sort();
    },
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** A store of the browser, or null where it is switched off. @param {"localStorage"|"sessionStorage"} name */
export function browserStore(name) {
  try {
    return globalThis[name] ?? null;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}
