/** Light and dark: one class on the page and on our root, so that both our tokens and Gradio's follow. */

/** What the address asks for (?__theme=dark), else what the system prefers. */
export function preferredTheme() {
  const asked = new URLSearchParams(window.location.search).get("__theme");
  if (asked === "dark" || asked === "light") return asked;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Keeps the classes in step with the state. */
export function mountTheme(root, state) {
  const apply = () => {
    const dark = state.get("theme") === "dark";
    for (const element of [document.documentElement, document.body, root]) element.classList.toggle("dark", dark);
  };
  state.on(["theme"], apply);
  apply();
}
