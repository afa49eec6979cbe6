// Scores and stage as tiles: one number, or the range it can still have and what would settle it.
import { el } from "./dom.js";

const NAMES = {
  bilirubin: "bilirubin", albumin: "albumin", inr: "INR", ecog: "ECOG", ast: "AST", afp: "AFP", sex: "sex",
};
const named = (missing) => missing.map((name) => NAMES[name] ?? name.replaceAll("_", " ")).join(", ");

export function tiles(assessment) {
  const { scores, stage, burden } = assessment;
  return [
    tile("Child-Pugh", childPugh(scores.childPugh), scores.childPugh, [5, 15]),
    tile("ALBI", scores.albi.score === undefined ? "" : scores.albi.score.toFixed(2), albi(scores.albi)),
    stage.bclc && tile("BCLC 2022", (stage.bclc.candidates ?? []).join(" or "), stage.bclc),
    tile("ECOG", scores.ecog.score === undefined ? "" : String(scores.ecog.score), scores.ecog),
    tile("MELD 3.0", ranged(scores.meld3), scores.meld3, [6, 40]),
    tile("Nodules", nodules(burden), {}),
    burden.milan && tile("Milan", burden.milan, {}),
    burden.upToSeven && tile("Up to seven", burden.upToSeven, {}),
  ].filter(Boolean);
}

const albi = (score) => ({ ...score, notes: [...(score.modifiedGrade ? [`modified grade ${score.modifiedGrade}`] : []), ...(score.notes ?? [])] });

function childPugh(score) {
  if (score.status === "unknown") return "";
  return `${ranged(score)} (${score.classes.join(" or ")})`;
}

const ranged = (score) => (score.low === undefined || score.status === "unknown" ? "" : score.low === score.high ? String(score.low) : `${score.low}–${score.high}`);

function nodules({ count, largestCm }) {
  const number = count?.high === undefined ? (count?.low ? `≥ ${count.low}` : "") : count.low === count.high ? String(count.low) : `${count.low}–${count.high}`;
  const size = largestCm?.high === undefined ? (largestCm?.low ? `≥ ${largestCm.low} cm` : "") : `${largestCm.high} cm`;
  return [number, size && `largest ${size}`].filter(Boolean).join(", ");
}

function tile(name, value, score, ends = null) {
  const open = score.status === "bounded" || score.status === "unknown" || !value || value === "unknown";
  const missing = score.missing?.length ? `missing: ${named(score.missing)}` : "";
  return el("dl", { class: "tile" }, el("dt", {}, name),
    el("dd", { class: `number${open ? " open" : ""}` }, value || "unknown"),
    ends && value && score.low !== undefined && score.high !== undefined ? el("dd", {}, range(score, ends, open)) : null,
    missing && el("dd", { class: "words" }, missing),
    (score.notes ?? []).slice(0, 1).map((note) => el("dd", { class: "words" }, note)));
}

function range({ low, high }, [first, last], open) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const at = (value) => ((Math.min(value, last) - first) / (last - first)) * 100;
  for (const [key, value] of Object.entries({ viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(key, value);
  const width = Math.max(at(high) - at(low), 4);
  for (const [key, value] of Object.entries({ x: Math.min(at(low), 100 - width), width, y: 0, height: 6, rx: 3 })) bar.setAttribute(key, value);
  svg.append(bar);
  const words = low === high ? `${low} on a scale from ${first} to ${last}` : `between ${low} and ${high} on a scale from ${first} to ${last}`;
  const made = el("div", { class: `range${open ? " open" : ""}`, role: "img", "aria-label": words });
  made.append(svg);
  return made;
}
