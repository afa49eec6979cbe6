// The worksheet of one patient: what was derived and from what, and a form for what is missing.
import { get, post, Refused } from "./api.js";
import { byId, day, el, problem, tag } from "./dom.js";
import { answersIn, cut, everyLink, render, says, withAnswer } from "./form.js";
import { handedOver, handOver } from "./handover.js";
import { resourcesIn } from "./request.js";
import * as smart from "./smart.js";
import { tiles } from "./scores.js";

let request = null;
let assessment = null;
let before = null; // the verdict of the record alone
let questionnaire = null;
let given = []; // items of the QuestionnaireResponse
let scope = "";
let client = null;

async function start() {
  byId("resource-close").addEventListener("click", () => byId("resource").close());
  byId("criteria-filter").addEventListener("change", showCriteria);
  byId("download").addEventListener("click", download);
  byId("to-cards").addEventListener("click", toCards);
  byId("write").addEventListener("click", write);
  try {
    client = await smart.ready();
    request = client ? await smart.record(client) : handedOver()?.request ?? null;
    if (!request) {
      byId("empty").hidden = false;
      return;
    }
    questionnaire = await get("fhir/Questionnaire/tace-worksheet");
    await recompute();
    byId("sheet").hidden = false;
    scope = choices()[0][0];
    await showForm();
    byId("write").hidden = !(client && smart.mayWrite(client));
  } catch (fault) {
    show(fault);
  }
}

function show(fault) {
  if (!(fault instanceof Refused)) throw fault;
  byId("problem").replaceChildren(problem(fault.message, fault.advice));
}

const DAY = /^\d{4}-\d{2}-\d{2}/;

// The answers so far as a completed QuestionnaireResponse of this patient, of the moment asked.
function response() {
  const stated = request.extension?.["tace-cds.as-of"];
  return {
    resourceType: "QuestionnaireResponse",
    questionnaire: `${questionnaire.url}|${questionnaire.version}`,
    status: "completed",
    subject: { reference: `Patient/${request.context.patientId}` },
    authored: stated ? DAY.exec(stated)[0] : new Date().toISOString(),
    item: given,
  };
}

// The request with the answers among the patient's questionnaire responses.
function answeredRequest() {
  if (!says(given)) return request;
  const held = resourcesIn(request.prefetch?.questionnaireResponses ?? null);
  const all = [...held, { ...response(), id: "worksheet-answers" }];
  const bundle = { resourceType: "Bundle", type: "searchset", entry: all.map((resource) => ({ resource })) };
  return { ...request, prefetch: { ...request.prefetch, questionnaireResponses: bundle } };
}

async function recompute() {
  const found = await post("assess?with=worksheet", answeredRequest());
  if (!found.length) throw new Refused("None of the orders is TACE, bland embolization, Y-90 or systemic therapy of a liver tumor.", "Choose another patient or another hook in the sandbox.");
  [assessment] = found;
  before ??= assessment.eligibility.verdict;
  byId("problem").replaceChildren();
  showVerdict();
  byId("scores").replaceChildren(...tiles(assessment));
  showTimeline();
  showCriteria();
  showValues();
  showOffers();
  showGaps();
}

// What could not be fetched or not be used is said, before anything that stands on the rest.
function showGaps() {
  const gaps = [...(assessment.gaps ?? []), ...(assessment.remarks ?? []), ...(assessment.unusable ?? []).map((each) => `${each.resource} is not used: ${each.because}`)];
  byId("gaps").replaceChildren(...(gaps.length ? [el("div", { class: "gaps" }, el("p", {}, el("strong", {}, "Not everything of the record could be used")), el("ul", {}, gaps.map((each) => el("li", {}, each))))] : []));
}

const person = () => {
  const patient = resourcesIn(request.prefetch?.patient ?? null)[0];
  const name = patient?.name?.[0];
  const shown = name ? [...(name.given ?? []), name.family ?? ""].join(" ") || name.text : `Patient ${request.context.patientId}`;
  return [shown, patient?.gender, patient?.birthDate && `born ${day(patient.birthDate)}`, `assessed as on ${day(assessment.asOf)}`].filter(Boolean);
};

function showVerdict() {
  const verdict = assessment.eligibility.verdict;
  const [name, ...rest] = person();
  byId("verdict").className = `verdict ${verdict}`;
  byId("verdict").replaceChildren(
    el("p", { class: "person" }, el("strong", {}, name), ...rest.map((each) => ` · ${each}`)),
    el("p", {}, tag(verdict)),
    el("p", { class: "words" }, assessment.summary || "No statement on TACE for this patient."),
    ...(says(given) ? [el("p", { class: "changed" }, verdict === before ? "With your answers, which are not in the record yet." : `With your answers, which are not in the record yet; without them ${before.replaceAll("-", " ")}.`)] : []),
  );
}

function picture(markup, kind) {
  const parsed = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
  const made = document.importNode(parsed, true);
  made.classList.add(kind);
  return made;
}

function showTimeline() {
  const { wide, narrow, rows } = assessment.timeline ?? {};
  byId("timeline-part").hidden = !wide;
  if (!wide) return;
  byId("timeline").replaceChildren(picture(wide, "wide"), picture(narrow, "narrow"));
  byId("timeline-rows").replaceChildren(...rows.map((row) => el("tr", {}, el("td", {}, day(row.when)), el("td", {}, row.what), el("td", {}, row.of), el("td", {}, row.found), el("td", {}, sources(row.evidence)))));
}

const spoken = (rule) => rule.replaceAll("_", " ");

function showCriteria() {
  const wanted = document.querySelector("input[name=criteria]:checked").value;
  const shown = (finding) => !wanted || (wanted === "open" ? finding.verdict !== "not-met" : finding.verdict === wanted);
  const all = [...assessment.eligibility.findings, ...assessment.refractoriness.findings, ...assessment.combination.findings, ...assessment.priorAuth.findings];
  const once = [...new Map(all.map((finding) => [`${finding.rule}|${finding.because}`, finding])).values()];
  const groups = Map.groupBy(once, (finding) => (finding.rule.startsWith("needed_") ? NEEDED : assessment.sources[finding.source] ?? finding.source));
  const parts = [...groups].sort(byWeight).map(([name, findings]) => part(name, findings, findings.filter(shown))).filter(Boolean);
  byId("criteria").replaceChildren(...(parts.length ? parts : [el("p", { class: "quiet" }, "None.")]));
}

// What is open about the facts themselves first, then sources with something met, then those with something unknown.
const NEEDED = "Facts that a verdict needs";
const has = (findings, verdict) => findings.some((finding) => finding.verdict === verdict);
const weight = ([name, findings]) => (name === NEEDED ? (has(findings, "unknown") ? 0 : 3) : has(findings, "met") ? 1 : 2);
const byWeight = (one, other) => weight(one) - weight(other);

function part(name, all, findings) {
  if (!findings.length) return null;
  const counts = ["met", "unknown", "not-met"].map((verdict) => [verdict, all.filter((each) => each.verdict === verdict).length]).filter(([, number]) => number);
  return el("details", { class: "criterion-source", open: (name === NEEDED ? has(all, "unknown") : has(all, "met")) || undefined },
    el("summary", {}, name, el("span", { class: "counts" }, counts.map(([verdict, number]) => tag(verdict, `${number} ${verdict}`)))),
    el("ul", { class: "criteria" }, findings.map(criterion)));
}

function criterion(finding) {
  return el("li", {}, tag(finding.verdict),
    el("div", {}, el("div", { class: "name" }, spoken(finding.rule)), el("div", { class: "because" }, finding.because),
      el("div", { class: "where" }, finding.locator, finding.evidence?.length ? [" · ", sources(finding.evidence)] : "")));
}

function sources(evidence) {
  return [...new Set(evidence ?? [])].flatMap((reference, place) => [place ? ", " : "", el("button", { type: "button", class: "link", onclick: () => open(reference) }, reference)]);
}

function showValues() {
  const sections = Map.groupBy(assessment.values, (value) => value.section);
  byId("values").replaceChildren(...[...sections].flatMap(([section, values]) => [
    el("tr", { class: "section" }, el("th", { scope: "colgroup", colspan: "4" }, section)), ...values.map(valueRow),
  ]));
}

function valueRow(value) {
  const known = value.status === "known";
  const notes = [value.converted && `converted from ${value.converted.from} to ${value.converted.to}`, value.preliminary && "preliminary", value.state && "a condition that is present", ...(value.notes ?? []).filter((each) => !each.startsWith("converted"))].filter(Boolean);
  return el("tr", { class: known ? "" : "absent" }, el("td", {}, value.label),
    el("td", {}, known ? value.shown : value.because, notes.map((note) => el("div", { class: "note" }, note))),
    el("td", {}, day(value.date)), el("td", {}, sources(value.evidence)));
}

// The resource behind a value: of the record, of the orders, or the answers an Observation was read from.
function open(reference) {
  const held = [...Object.values(answeredRequest().prefetch ?? {}), request.context.draftOrders].flatMap(resourcesIn);
  const parts = held.flatMap((each) => [each, ...(each.contained ?? [])]);
  const id = reference.split("/")[1] ?? "";
  const found = parts.find((each) => `${each.resourceType}/${each.id}` === reference) ?? parts.find((each) => each.id && id.startsWith(`${each.id}.`));
  byId("resource-title").textContent = reference;
  byId("resource-text").textContent = found ? JSON.stringify(found, null, 2) : "This resource did not come with the request.";
  byId("resource").showModal();
}

// The form

function choices() {
  const asked = new Set(everyLink(questionnaire.item));
  const missing = (assessment.questions ?? []).filter((each) => asked.has(each.linkId));
  const needed = missing.filter((each) => each.needed);
  return [["needed", "needed to decide", needed], ["missing", "all that is missing", missing]]
    .filter(([, , links]) => links.length)
    .map(([name, words, links]) => [name, `${words} (${links.length})`, new Set(links.map((each) => each.linkId))])
    .concat([["everything", "everything", asked]]);
}

async function showForm() {
  const all = choices();
  byId("scope").replaceChildren(...all.map(([name, words]) => el("label", {}, el("input", { type: "radio", name: "scope", value: name, checked: name === scope, onchange: rescope }), el("span", {}, words))));
  const links = new Set([...(all.find(([name]) => name === scope) ?? all[0])[2], ...everyLink(given)]);
  const asked = cut(questionnaire, links);
  if (asked) await render(byId("form"), asked, given.length ? response() : null);
  for (const event of ["change", "focusout", "click", "keyup"]) byId("form").addEventListener(event, later, true); // radios keep their clicks to themselves
}

async function rescope(event) {
  scope = event.target.value;
  given = answersIn(byId("form"));
  await showForm();
  document.querySelector(`input[name=scope][value=${scope}]`).focus();
}

let waiting = 0;
function later() {
  clearTimeout(waiting);
  waiting = setTimeout(changed, 250);
}

async function changed() {
  const items = answersIn(byId("form"));
  if (JSON.stringify(items) === JSON.stringify(given)) return;
  given = items;
  await refresh();
}

async function refresh() {
  byId("said").textContent = "Assessing again…";
  for (const id of ["download", "to-cards", "write"]) byId(id).disabled = !says(given);
  try {
    await recompute();
    byId("said").textContent = says(given) ? `Assessed with your answers: ${assessment.eligibility.verdict.replaceAll("-", " ")}.` : "";
  } catch (fault) {
    byId("said").textContent = "";
    show(fault);
  }
}

// What report text says: an offer with its sentence, an answer only once a person takes it.
function showOffers() {
  const open = (assessment.fromReports ?? []).filter((each) => !everyLink(given).includes(each.linkId));
  byId("offers").replaceChildren(...open.map((each) => el("div", { class: "offer" },
    el("p", {}, el("strong", {}, `${each.label}: ${each.shown}`), " in the words of a report, not used yet"),
    el("blockquote", {}, each.quote),
    el("p", { class: "quiet" }, `${day(each.date)} · `, sources([each.report])),
    el("button", { type: "button", onclick: () => take(each) }, "Confirm as answer"))));
}

async function take(offer) {
  const dates = { "imaging.date": offer.date, "tace-response.date": offer.date, "tace-session.date": offer.session };
  given = withAnswer(answersIn(byId("form")), questionnaire, offer.linkId, offer.answer, dates);
  await showForm();
  await refresh();
  byId("form-title").scrollIntoView({ block: "nearest" });
}

// Where the answers go

function download() {
  const url = URL.createObjectURL(new Blob([JSON.stringify(response(), null, 2)], { type: "application/fhir+json" }));
  el("a", { href: url, download: "questionnaire-response.json" }).click();
  URL.revokeObjectURL(url);
}

function toCards() {
  const extension = { ...request.extension, "tace-cds.answers": response() };
  if (handOver({ request: { ...request, extension }, fixture: "" })) location.assign("./");
}

async function write() {
  byId("write").disabled = true;
  try {
    const reference = await smart.write(client, response());
    byId("said").textContent = `Written to the record as ${reference}.`;
  } catch (fault) {
    byId("write").disabled = false;
    show(fault);
  }
}

start();
