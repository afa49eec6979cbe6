// Markdown of a card → elements. No HTML of the text itself survives: markdown-it leaves it as text, DOMPurify checks.
import MarkdownIt from "./vendor/markdown-it/markdown-it.esm.min.js";
import DOMPurify from "./vendor/dompurify/purify.es.js";

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false }).disable("image");

const ALLOWED = {
  ALLOWED_TAGS: ["a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"],
  ALLOWED_ATTR: ["href"],
  ALLOWED_URI_REGEXP: /^https?:\/\//i,
  RETURN_DOM_FRAGMENT: true,
};

export function rendered(text) {
  const fragment = DOMPurify.sanitize(markdown.render(String(text ?? "")), ALLOWED);
  for (const link of fragment.querySelectorAll("a")) {
    link.rel = "noopener noreferrer";
    link.target = "_blank";
  }
  for (const table of fragment.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "scroll";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "Table");
    table.replaceWith(frame);
    frame.append(table);
    for (const head of table.querySelectorAll("th")) head.scope = "col";
  }
  return fragment;
}
