// Searching the rule book, and in the sandbox the example patients that exercise each rule.
import { get, Refused } from "./api.js";
import { byId, el, problem, tag } from "./dom.js";
import { handOver } from "./handover.js";

const WORTH_LISTING = 12; // the rule says the same of many more: their number is enough

const rules = [...document.querySelectorAll(".rule")].map((element) => ({ element, text: element.textContent.toLowerCase() }));

// Every word has to stand somewhere in a rule.
function filter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { element, text } of rules) element.hidden = !words.every((word) => text.includes(word));
  for (const chapter of document.querySelectorAll(".chapter:has(.rule)")) chapter.hidden = !chapter.querySelector(".rule:not([hidden])");
  const shown = rules.filter(({ element }) => !element.hidden).length;
  byId("filter-count").textContent = `${shown} of ${rules.length} rules`;
}

async function showExercised(address) {
  const found = await get(address);
  for (const { element } of rules) {
    const said = Object.entries(found[element.id] ?? {}).sort(([one], [other]) => rank(one) - rank(other));
    if (said.length) element.append(part(said, address));
  }
}

const rank = (word) => ["met", "known", "within", "concurrent", "bounded", "unknown"].indexOf(word) + 1 || 9;

function part(said, address) {
  return el("details", { class: "exercised" },
    el("summary", {}, "Example patients", said.map(([word, names]) => [" ", tag(word, `${names.length} ${word}`)])),
    said.map(([word, names]) => el("div", {}, el("h4", {}, word.replaceAll("-", " ")),
      el("ul", {}, names.slice(0, WORTH_LISTING).map((name) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => openFixture(name, address) }, name.replaceAll("-", " "))))),
      names.length > WORTH_LISTING && el("p", { class: "quiet" }, `and ${names.length - WORTH_LISTING} more`))));
}

async function openFixture(name, address) {
  const request = await get(`${address.replace(/exercised$/, "fixtures")}/${encodeURIComponent(name)}`);
  if (handOver({ request, fixture: name })) location.assign(address.replace(/sandbox\/exercised$/, ""));
}

byId("filter").addEventListener("input", filter);
filter();
const { exercised } = byId("search").dataset;
if (exercised) {
  showExercised(exercised).catch((fault) => {
    if (!(fault instanceof Refused)) throw fault;
    byId("search").after(problem("The example patients could not be assessed.", fault.message));
  });
}
