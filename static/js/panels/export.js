/** Export pane: three formats, one line each on what they hold. */

import { button, follow, h, setText } from "./dom.js";
import { whole } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../strings.js";

const FORMATS = ["geojson", "coco", "socioseg"];

/** Fills the pane. */
export function mountExport(pane, state, actions) {
  const counts = h("p.ss-export-counts");
  const rows = FORMATS.map((format) => formatRow(format, actions));
  pane.body.append(
    h("div.ss-group", {}, h("p", { text: t("export.intro") }), counts),
    h("ul.ss-formats", {}, ...rows.map((row) => row.element)),
  );
  follow(state, ["labels", "elsewhere"], () => {
    const here = state.get("labels").filter((label) => label.status !== "unsure").length;
    const labels = here + state.get("elsewhere");
    setText(counts, labels ? t("export.counts", { labels: whole(labels) }) : t("export.none"));
    for (const row of rows) row.enable(labels > 0);
  });
}

function formatRow(format, actions) {
  const id = `ss-export-${format}`;
  const act = button(
    "ss-button.ss-button-small",
    { data: { export: format }, "aria-describedby": id, onClick: () => actions.exportLabels(format) },
    icon("download"), h("span", { text: t("export.download") }),
  );
  const says = h("p.ss-caption", { id, text: t(`export.${format}_says`) });
  const element = h("li.ss-format", {}, h("div", {}, h("h2", { text: t(`export.${format}`) }), says), act);
  const enable = (possible) => {
    act.disabled = !possible;
    act.title = possible ? "" : t("export.none");
  };
  return { element, enable };
}
