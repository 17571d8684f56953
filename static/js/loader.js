/** Loads the map library and its editing tools as classic scripts: ours first, then the pinned public copies. */

const VENDOR = "/ss/static/vendor/node_modules/";
const LIST = "/ss/static/js/vendor.json";
const WAIT_MS = 20_000;

/** In the order they must run. */
const SCRIPTS = [
  { path: "leaflet/dist/leaflet.js", ready: () => Boolean(globalThis.L?.map) },
  { path: "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js", ready: () => Boolean(globalThis.L?.PM) },
];
const STYLES = ["leaflet/dist/leaflet.css", "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css"];

/** The libraries could not be loaded from anywhere. */
export class LoadError extends Error {}

/** @returns {Promise<any>} the map library */
export async function loadLibraries() {
  for (const script of SCRIPTS) {
    if (script.ready()) continue;
    if (!(await addScript(VENDOR + script.path)) || !script.ready()) await loadElsewhere(script);
  }
  return globalThis.L;
}

async function loadElsewhere(script) {
  const copies = await copiesOf(script.path);
  for (const { cdn, integrity } of copies) {
    if ((await addScript(cdn, integrity)) && script.ready()) {
      await addStyles();
      return;
    }
  }
  throw new LoadError(
    "The map could not be loaded: its library came neither from this server nor from the network. " +
      "Run “make setup” where the page is served, or allow cdn.jsdelivr.net, then reload the page.",
  );
}

async function copiesOf(path) {
  try {
    const response = await fetch(LIST, { signal: AbortSignal.timeout(WAIT_MS) });
    return response.ok ? (await response.json()).filter((entry) => entry.path.endsWith(path)) : [];
  } catch {
    return []; // no list, no copies: the sentence of LoadError says it
  }
}

/** The styles of libraries that did not come from this server. */
async function addStyles() {
  for (const path of STYLES) {
    for (const { cdn, integrity } of await copiesOf(path)) {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: cdn, integrity, crossOrigin: "anonymous" });
      if (!document.querySelector(`link[href="${cdn}"]`)) document.head.append(link);
    }
  }
}

/** @returns {Promise<boolean>} whether the script came and ran */
function addScript(src, integrity = null) {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    const timer = setTimeout(() => resolve(false), WAIT_MS);
    const done = (came) => () => {
      clearTimeout(timer);
      resolve(came);
    };
    script.src = src;
    if (integrity) Object.assign(script, { integrity, crossOrigin: "anonymous" });
    script.onload = done(true);
    script.onerror = done(false);
    document.head.append(script);
  });
}

/** Puts a sentence with one button where the map would be. */
export function showSentence(element, text, label, action) {
  const box = Object.assign(document.createElement("div"), { className: "ss-map-sentence" });
  box.setAttribute("role", "alert");
  const line = Object.assign(document.createElement("p"), { textContent: text });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", () => {
    box.remove();
    action();
  });
  box.append(line, button);
  element.append(box);
}
