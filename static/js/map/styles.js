/** How each kind of object is drawn on the picture: the same in the light and the dark theme. */

const PROPOSAL = "#FF2BCB";
const LABEL = "#FFC83D";
const REJECTED = "#E8EAEE";

export const CASING = { color: "#14060F", opacity: 0.62, extra: 2.25 };

const LOOKS = {
  proposal: { color: PROPOSAL, dashArray: "7 5" },
  box: { color: PROPOSAL, dashArray: "7 5", hairline: true },
  label: { color: LABEL, dashArray: null },
  label_draft: { color: LABEL, dashArray: "9 6" },
  unsure: { color: LABEL, dashArray: "14 4 3 4" },
  rejected: { color: REJECTED, dashArray: "0.1 5", lineCap: "round" },
  frame: { color: "#FFFFFF", weight: 1, dashArray: null, casing: false, opacity: 0.9 },
};

/**
 * Path options of a look such as "proposal" or "label selected" or "proposal hovered".
 * @param {string} look
 */
export function pathOptions(look) {
  const [name, stress] = look.split(" ");
  const base = {
    ...{ interactive: false, stroke: true, weight: 2.25, opacity: 1, lineCap: "butt", lineJoin: "round", casing: true },
    ...{ hairline: false, fill: false, fillOpacity: 0, smoothFactor: 0.7, ...LOOKS[name] },
  };
  if (stress === "selected") {
    const dashArray = name === "proposal" || name === "box" ? "9 6" : base.dashArray;
    return { ...base, weight: 3, dashArray, fill: true, fillColor: base.color, fillOpacity: 0.13 };
  }
  if (stress === "hovered") return { ...base, weight: 3, fill: true, fillColor: base.color, fillOpacity: 0.08 };
  return base;
}
