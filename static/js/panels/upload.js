/** Own pictures and map files: chosen by hand or dropped anywhere on the page. */

import { areaOf } from "./layout.js";
import { button, follow, h, setText, show } from "./dom.js";
import { bytes } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";

const IMAGES = [".tif", ".tiff"];
const MAPS = [".geojson", ".json"];

/** Adds the form to the pane and makes the whole page take dropped files. */
export function mountUpload(body, root, state, actions) {
  const form = { files: { image: null, map: null }, busy: false };
  const failed = h("p.ss-upload-failed", { role: "alert", hidden: true });
  const [ring, sending] = [h("span.ss-ring"), h("span", { text: t("upload.sending") })];
  const busy = h("p.ss-upload-busy", { role: "status", hidden: true }, ring, sending);
  const hint = h("p.ss-caption");
  const name = h("input.ss-field", {
    maxlength: "120", autocomplete: "off", "aria-label": t("upload.name"), placeholder: t("upload.name"),
  });
  const words = h("span");
  const send = button("ss-button.ss-button-primary.ss-button-small", { onClick: () => submit() }, words);
  const pickers = { image: picker("image", IMAGES), map: picker("map", MAPS) };
  const chosen = h("div.ss-upload-chosen", {}, name, send);
  const title = h("h2", { text: t("upload.title") });
  body.append(h("div.ss-group", {}, title, pickers.image, pickers.map, chosen, busy, failed, hint));
  follow(state, ["boot"], () => setText(hint, t("upload.drop", { mb: limitOf(state) })));

  function update(sentence = null) {
    const { image, map } = form.files;
    pickers.image.setFile(image);
    pickers.map.setFile(map);
    show(chosen, Boolean(image || map) && !form.busy);
    show(name, Boolean(image));
    setText(words, t(image ? "upload.open" : "upload.add_map"));
    show(busy, form.busy);
    show(failed, Boolean(sentence));
    setText(failed, sentence);
  }

  function take(files) {
    for (const file of files) {
      const kind = kindOf(file);
      const problem = problemOf(file, kind, limitOf(state));
      if (problem) {
        form.files = { image: null, map: null };
        return update(problem);
      }
      form.files[kind] = file;
      if (kind === "image" && !name.value) name.value = file.name.replace(/\.[^.]+$/u, "");
    }
    update();
  }

  async function submit() {
    const { image, map } = form.files;
    if (form.busy || !(image || map)) return;
    form.busy = true;
    update();
    const source = await actions.upload({ image, map, name: image ? name.value.trim() : null });
    form.busy = false;
    if (source) {
      form.files = { image: null, map: null };
      name.value = "";
    }
    update(source ? null : (state.get("notice")?.text ?? t("upload.failed")));
  }

  for (const kind of ["image", "map"]) pickers[kind].onFiles(take);
  dropTarget(root, (files) => {
    actions.openPane("layers");
    take(files);
  });
  update();
}

function limitOf(state) {
  return state.get("boot")?.limits?.upload_mb ?? 200;
}

/** "image", "map", or null by the file's ending; the server looks inside. */
export function kindOf(file) {
  const ends = (endings) => endings.some((ending) => file.name.toLowerCase().endsWith(ending));
  if (ends(IMAGES)) return "image";
  return ends(MAPS) ? "map" : null;
}

function problemOf(file, kind, mb) {
  if (!kind) return t("upload.unknown", { name: file.name });
  if (file.size > mb * 1_048_576) return t("upload.too_big", { name: file.name, size: bytes(file.size), mb });
  return null;
}

/** A line with a file input under it; shows the chosen file's name and size. */
function picker(kind, endings) {
  const input = h("input.ss-file", {
    type: "file", accept: endings.join(","), "aria-label": t(`upload.${kind}`), data: { upload: kind },
  });
  const words = h("span.ss-cut");
  const element = h("label.ss-picker", {}, icon(kind === "image" ? "image" : "map"), words, input);
  return Object.assign(element, {
    setFile: (file) => {
      setText(words, file ? `${file.name} · ${bytes(file.size)}` : t(`upload.${kind}`));
      element.classList.toggle("ss-filled", Boolean(file));
      if (!file) input.value = "";
    },
    onFiles: (take) => input.addEventListener("change", () => take(input.files)),
  });
}

function dropTarget(root, take) {
  const card = h("div.ss-drop-card", {}, icon("upload"), h("span", { text: t("upload.drop_here") }));
  const curtain = h("div.ss-drop", { hidden: true }, card);
  areaOf(root, "stage").append(curtain);
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  const enter = (by) => {
    depth = Math.max(0, depth + by);
    show(curtain, depth > 0);
  };
  root.addEventListener("dragenter", (event) => holdsFiles(event) && enter(1));
  root.addEventListener("dragleave", (event) => holdsFiles(event) && enter(-1));
  root.addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  root.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(curtain, false);
    take(event.dataTransfer.files);
  });
}
