// The page of the sandbox: a patient and a hook, the request, the cards, and what is done with them.
import { get, post, Refused } from "./api.js";
import { cardElement } from "./card.js";
import { byId, copied, day, el, problem, tag } from "./dom.js";
import { handedOver, handOver } from "./handover.js";
import { accepted, curl, forHook, fromServer, read, requestOf } from "./request.js";

const FIRST = "third-tace-segment-8-jsh-refractory";
const VERDICTS = ["contraindicated", "not-recommended", "indeterminate", "caution", "candidate", "not-applicable"];
const base = byId("sandbox").dataset.fhir;

let gallery = [];
let fixture = null; // the line of the gallery that is sent as it stands; null for one's own data
let request = null;

const hook = () => document.querySelector("input[name=hook]:checked");
const overServer = () => document.querySelector("input[name=data]:checked").value === "server";
const service = () => hook().dataset.service;
const here = () => location.href.replace(/[#?].*$/, "").replace(/\/$/, "");

async function start() {
  listen();
  try {
    gallery = (await get("sandbox/fixtures")).map((line) => ({ shows: "", verdicts: [], ...line }));
  } catch (fault) {
    show(fault);
    return;
  }
  byId("fixture").replaceChildren(el("option", { value: "" }, "your own data"), ...grouped());
  showGallery();
  const kept = handedOver();
  const named = gallery.find((each) => each.name === FIRST) ?? gallery[0];
  if (kept?.request?.context) {
    fixture = gallery.find((each) => each.name === kept.fixture) ?? null;
    use(kept.request);
    await fire();
  } else if (named) {
    await choose(named);
  } else {
    show(new Refused("There is no fixture in this folder.", "Each fixture is a folder with a request.json; name the folder with --fixtures DIR."));
  }
}

function listen() {
  byId("fixture").addEventListener("change", () => choose(gallery.find((each) => each.name === byId("fixture").value)));
  byId("hooks").addEventListener("change", () => request && guarded(() => use(forHook(request, hook().value), true)));
  for (const each of document.querySelectorAll("input[name=data]")) each.addEventListener("change", () => request && guarded(() => {}));
  byId("fire").addEventListener("click", fire);
  byId("to-worksheet").addEventListener("click", openWorksheet);
  byId("copy-curl").addEventListener("click", copyCurl);
  byId("use-text").addEventListener("click", () => take(byId("request").value));
  byId("request").addEventListener("paste", () => setTimeout(() => take(byId("request").value)));
  byId("file").addEventListener("change", async () => byId("file").files[0] && take(await byId("file").files[0].text()));
  byId("filter").addEventListener("input", showGallery);
  document.addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const file = event.dataTransfer.files[0];
    take(file ? await file.text() : event.dataTransfer.getData("text"));
  });
}

const first = (line) => VERDICTS.find((each) => line.verdicts.includes(each)) ?? "no card";
const title = (name) => name.replaceAll("-", " ");

function grouped() {
  return [...VERDICTS, "no card"].flatMap((verdict) => {
    const lines = gallery.filter((each) => first(each) === verdict);
    return lines.length ? [el("optgroup", { label: verdict.replaceAll("-", " ") }, lines.map((each) => el("option", { value: each.name }, title(each.name))))] : [];
  });
}

async function choose(line) {
  if (!line) return;
  try {
    const body = await get(`sandbox/fixtures/${encodeURIComponent(line.name)}`);
    fixture = line;
    use(body);
  } catch (fault) {
    show(fault);
    return;
  }
  await fire();
}

// A text of one's own: pasted, dropped, edited or from a file.
async function take(text) {
  byId("request-part").open = true;
  byId("request").value = text;
  try {
    const made = requestOf(await read(text, `cds-services/${service()}`), hook()?.value ?? "order-sign");
    if (!document.querySelector(`input[name=hook][value="${CSS.escape(made.hook)}"]`)) {
      throw new Refused(`There is no service for the hook “${made.hook}” here.`, "Send patient-view, order-select or order-sign.");
    }
    if (JSON.stringify(made) !== JSON.stringify(request)) fixture = null;
    use(made);
  } catch (fault) {
    show(fault);
    return;
  }
  await fire();
}

function use(made, changed = false) {
  if (changed) fixture = null;
  request = made;
  const radio = document.querySelector(`input[name=hook][value="${CSS.escape(made.hook)}"]`);
  if (radio) radio.checked = true;
  byId("fixture").value = fixture?.name ?? "";
  byId("shows").textContent = fixture?.shows ?? "";
  const text = JSON.stringify(made, null, 2);
  byId("request").value = text;
  byId("request-size").textContent = `${(text.length / 1024).toFixed(0)} kB`;
  handOver({ request: made, fixture: fixture?.name ?? "" });
  for (const row of byId("gallery").rows) row.toggleAttribute("aria-current", row.dataset.name === fixture?.name);
}

async function guarded(change) {
  try {
    change();
  } catch (fault) {
    show(fault);
    return;
  }
  await fire();
}

const sent = () => (overServer() ? fromServer(request, base) : request);

async function fire() {
  if (!request) return;
  byId("fire").disabled = true;
  byId("said").textContent = "Asking…";
  const begun = performance.now();
  try {
    const body = await post(`cds-services/${service()}`, sent());
    show(null, body);
    byId("said").textContent = `${counted(body.cards.length)} from ${service()} in ${Math.round(performance.now() - begun)} ms`;
  } catch (fault) {
    show(fault);
    byId("said").textContent = "";
  } finally {
    byId("fire").disabled = false;
  }
}

const counted = (number) => `${number || "No"} card${number === 1 ? "" : "s"}`;

function show(fault, body = null) {
  if (fault && !(fault instanceof Refused)) throw fault;
  byId("problem").replaceChildren(...(fault ? [problem(fault.message, fault.advice)] : []));
  byId("patient").replaceChildren(...(request && !fault ? [person()] : []));
  byId("cards").replaceChildren(...(body ? elements(body.cards ?? []) : []));
  byId("response-part").hidden = !body;
  byId("response").textContent = body ? JSON.stringify(body, null, 2) : "";
}

function elements(cards) {
  if (!cards.length) return [el("p", { class: "empty" }, "No card: nothing to say for this patient at this moment, or the order is not ours.")];
  return cards.map((card) => cardElement(card, {
    feedback: `cds-services/${service()}/feedback`,
    open: cards.length === 1,
    onAccept: (suggestion) => {
      const made = accepted(request, suggestion);
      if (made.said.length) use(made.request, true);
      return made.said;
    },
    onLink: () => handOver({ request, fixture: fixture?.name ?? "" }),
  }));
}

function person() {
  const patient = request.prefetch?.patient;
  const name = patient?.name?.[0];
  const shown = name ? [...(name.given ?? []), name.family ?? ""].join(" ") || name.text : `Patient ${request.context.patientId}`;
  const asked = request.extension?.["tace-cds.as-of"];
  const rest = [patient?.gender, patient?.birthDate && `born ${day(patient.birthDate)}`, asked && `asked as on ${day(asked)}`, overServer() && "read from the FHIR server"];
  return el("p", { class: "person" }, el("strong", {}, shown), ...rest.filter(Boolean).map((each) => ` · ${each}`));
}

async function copyCurl() {
  const file = fixture && !overServer() ? / -d @(\S+)/.exec(fixture.curl)?.[1] : "";
  const line = curl(`${here()}/cds-services/${service()}`, sent(), file);
  byId("said").textContent = (await copied(line)) ? "The curl line is in the clipboard." : line;
}

function openWorksheet() {
  if (!request) return;
  if (handOver({ request, fixture: fixture?.name ?? "" })) location.assign("worksheet");
  else show(new Refused("This browser keeps nothing for the worksheet.", "Allow session storage for this page, or send a smaller record."));
}

function showGallery() {
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (each) => `${each.name} ${each.shows} ${each.hook} ${each.verdicts.join(" ")} ${each.cards.map((card) => `${card.topic} ${card.indicator} ${card.summary}`).join(" ")}`.toLowerCase();
  const lines = gallery.filter((each) => words.every((word) => text(each).includes(word)));
  byId("filter-count").textContent = `${lines.length} of ${gallery.length}`;
  byId("gallery").replaceChildren(...lines.map(row));
}

function row(line) {
  const button = el("button", { class: "link", type: "button", onclick: async () => {
    await choose(line);
    byId("ask-title").scrollIntoView({ block: "start" });
    byId("fixture").focus({ preventScroll: true });
  } }, title(line.name));
  const verdicts = [...new Set(line.verdicts)].map((each) => tag(each));
  const cards = line.cards.map((card) => el("span", { class: `tag ${card.indicator}`, title: card.summary }, card.topic.replaceAll("-", " ")));
  return el("tr", { "data-name": line.name, "aria-current": line.name === fixture?.name ? "true" : undefined },
    el("td", {}, button, el("div", { class: "hint" }, line.hook)), el("td", {}, line.shows),
    el("td", {}, verdicts.length ? verdicts : el("span", { class: "quiet" }, "not asked")),
    el("td", {}, cards.length ? el("div", { class: "dots" }, cards) : el("span", { class: "quiet" }, "none")));
}

start();
