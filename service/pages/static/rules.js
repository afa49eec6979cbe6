// Searching the rule book: every word has to stand somewhere in a rule.
import { byId } from "./dom.js";

const rules = [...document.querySelectorAll(".rule")].map((element) => ({ element, text: element.textContent.toLowerCase() }));

function filter() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { element, text } of rules) element.hidden = !words.every((word) => text.includes(word));
  for (const chapter of document.querySelectorAll(".chapter:has(.rule)")) chapter.hidden = !chapter.querySelector(".rule:not([hidden])");
  const shown = rules.filter(({ element }) => !element.hidden).length;
  byId("filter-count").textContent = `${shown} of ${rules.length} rules`;
}

byId("filter").addEventListener("input", filter);
filter();
