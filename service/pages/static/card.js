// One card as an EHR shows it: indicator, summary, detail, suggestions, links, and what may be answered.
import { post, Refused } from "./api.js";
import { el, problem, tag } from "./dom.js";
import { rendered } from "./markdown.js";

const TOPICS = {
  "eligibility": "Eligibility", "refractoriness": "Refractoriness", "combination": "Combination", "summary": "Summary",
  "prior-authorization": "Prior authorization", "response-imaging": "Response imaging",
};

// feedback: address of the service's feedback route; onAccept(suggestion): what the record does; returns sentences
export function cardElement(card, { feedback, open, onAccept, onLink }) {
  const answer = el("div", { role: "status" });
  const send = sender(card, feedback, answer);
  const topic = card.extension?.["tace-cds.topic"] ?? "";
  const title = `card-${card.uuid ?? Math.random()}`;
  return el(
    "article", { class: `card ${card.indicator}`, "aria-labelledby": title },
    el("div", {}, tag(card.indicator), el("span", { class: "topic" }, TOPICS[topic] ?? topic)),
    el("h3", { id: title }, card.summary),
    card.detail && el("details", { open }, el("summary", {}, "Details"), el("div", { class: "markdown" }, rendered(card.detail))),
    suggestions(card, send, onAccept),
    links(card, onLink),
    answer,
    overriding(card, send),
    source(card.source),
  );
}

function suggestions(card, send, onAccept) {
  if (!card.suggestions?.length) return null;
  const one = card.selectionBehavior === "at-most-one";
  const row = el("div", { class: "row" });
  for (const suggestion of card.suggestions) {
    const button = el("button", { type: "button", title: (suggestion.actions ?? []).map((each) => each.description).join("; ") }, suggestion.label);
    button.addEventListener("click", async () => {
      const done = onAccept(suggestion);
      for (const each of one ? row.children : [button]) each.disabled = true;
      await send({ outcome: "accepted", acceptedSuggestions: [{ id: suggestion.uuid }] }, `Accepted: ${suggestion.label}.`, done);
    });
    row.append(button);
  }
  return row;
}

function links(card, onLink) {
  if (!card.links?.length) return null;
  return el("p", {}, card.links.flatMap((link, place) => {
    if (!/^https?:\/\//i.test(link.url ?? "")) return [];
    const made = el("a", { href: link.url, rel: "noopener" }, link.label);
    made.addEventListener("click", () => onLink?.(link));
    return [place ? " · " : "", made, link.type === "smart" ? el("span", { class: "quiet" }, " (SMART app)") : ""];
  }));
}

function overriding(card, send) {
  if (!card.overrideReasons?.length && !card.uuid) return null;
  const name = `reason-${card.uuid}`;
  const reasons = (card.overrideReasons ?? []).map((reason) => el("label", {}, el("input", { type: "radio", name, value: reason.code }), " ", reason.display ?? reason.code));
  const comment = el("input", { type: "text", maxlength: "500", id: `comment-${card.uuid}` });
  const button = el("button", { type: "button" }, "Override this card");
  const part = el(
    "details", { class: "override" }, el("summary", {}, "Override"),
    reasons.length ? el("fieldset", {}, el("legend", {}, "Reason"), reasons) : null,
    el("div", { class: "field" }, el("label", { for: comment.id }, "Comment (no patient data)"), comment),
    el("p", { class: "row" }, button),
  );
  button.addEventListener("click", async () => {
    const chosen = part.querySelector("input[type=radio]:checked")?.value;
    const reason = card.overrideReasons?.find((each) => each.code === chosen);
    const overrideReason = { ...(reason && { reason }), ...(comment.value.trim() && { userComment: comment.value.trim() }) };
    await send({ outcome: "overridden", ...(Object.keys(overrideReason).length && { overrideReason }) }, `Overridden${reason ? `: ${reason.display}` : ""}.`, []);
    part.open = false;
  });
  return part;
}

function sender(card, address, place) {
  return async (item, words, done) => {
    const said = el("div", { class: "done" }, el("p", {}, words), done.map((each) => el("p", {}, each)));
    place.replaceChildren(said);
    try {
      await post(address, { feedback: [{ card: card.uuid, ...item, outcomeTimestamp: new Date().toISOString() }] });
      said.append(el("p", {}, "Feedback stored."));
    } catch (fault) {
      if (!(fault instanceof Refused)) throw fault;
      place.append(problem(`The feedback was not stored. ${fault.message}`, fault.advice));
    }
  };
}

function source(given) {
  if (!given?.label) return null;
  const safe = /^https?:\/\//i.test(given.url ?? "");
  const name = safe ? el("a", { href: given.url, rel: "noopener noreferrer", target: "_blank" }, given.label) : given.label;
  return el("p", { class: "source" }, "Source: ", name);
}
