// Elements from plain values: text stays text, nothing is ever parsed as HTML here.

export const byId = (id) => document.getElementById(id);

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const tag = (kind, words = kind) => el("span", { class: `tag ${kind}` }, words.replaceAll("-", " "));

export function problem(words, advice = "") {
  return el("div", { class: "problem" }, el("p", {}, el("strong", {}, words)), advice && el("p", {}, advice));
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// "22 Oct 2026" of a FHIR date
export function day(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(text ?? "");
  if (!found) return text ?? "";
  const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][found[2] - 1];
  return `${Number(found[3])} ${month} ${found[1]}`;
}
