// Hook requests: from a fixture, a FHIR Bundle, an array, NDJSON or a pasted request; for another hook; and as a curl line.
import { postText, Refused } from "./api.js";

const KEYS = {
  Condition: "conditions", Observation: "observations", Procedure: "procedures", MedicationRequest: "medicationRequests",
  MedicationAdministration: "medicationAdministrations", MedicationStatement: "medicationStatements",
  BodyStructure: "bodyStructures", DiagnosticReport: "diagnosticReports", QuestionnaireResponse: "questionnaireResponses",
};
const ORDERS = new Set(["ServiceRequest", "MedicationRequest"]);
const bundle = (resources, type = "searchset") => ({ resourceType: "Bundle", type, entry: resources.map((resource) => ({ resource })) });

// JSON or NDJSON; where it is neither, says where it breaks off (browsers do not say it reliably, the service does).
export async function read(text, address) {
  if (!text.trim()) throw new Refused("There is nothing to send.", "Paste a FHIR Bundle or a CDS Hooks request, or choose an example patient.");
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.trim().split("\n");
    const resources = lines.length > 1 ? lines.map(parsedLine) : [null];
    if (resources.every((each) => each?.resourceType)) return resources;
    throw new Refused("This is not JSON.", await whereBroken(text, address));
  }
}

function parsedLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function whereBroken(text, address) {
  const told = await postText(address, text).then(() => "", (fault) => fault.advice ?? "");
  const at = /line (\d+), column (\d+)/.exec(told);
  if (!at) return "Check that the whole text was copied.";
  const lines = text.trimEnd().split("\n");
  const over = Number(at[1]) > lines.length || (Number(at[1]) === lines.length && Number(at[2]) > lines.at(-1).length);
  if (over) return "It ends before it is complete. Check that the whole text was copied, to its last bracket.";
  return `It breaks off at line ${at[1]}, column ${at[2]}. Check for a missing comma, quote or bracket there.`;
}

// Whatever was pasted, as a request for `hook`.
export function requestOf(value, hook) {
  if (value && typeof value === "object" && !Array.isArray(value) && "hook" in value && !value.resourceType) {
    if (!value.context) throw new Refused("This hook request has no context.", "Send context with patientId, and for an order hook draftOrders.");
    return value;
  }
  const resources = resourcesIn(value);
  if (!resources.length) throw new Refused("There is no FHIR resource in it.", "Send a FHIR R4 Bundle, an array of resources, NDJSON, or a CDS Hooks request.");
  const patients = resources.filter((each) => each.resourceType === "Patient");
  if (patients.length > 1) throw new Refused(`It holds ${patients.length} patients.`, "Send the resources of one patient.");
  const id = patients[0]?.id ?? subjectOf(resources);
  if (!id) throw new Refused("It does not say which patient it is about.", "Add the Patient resource, or a subject to the resources.");
  return forHook(assembled(id, patients[0], resources), hook);
}

export function resourcesIn(value) {
  if (Array.isArray(value)) return value.flatMap(resourcesIn);
  if (!value || typeof value !== "object") return [];
  if (value.resourceType === "Bundle" || (!value.resourceType && Array.isArray(value.entry))) return (value.entry ?? []).flatMap((entry) => resourcesIn(entry?.resource ?? null));
  return value.resourceType && !["OperationOutcome", "Parameters"].includes(value.resourceType) ? [value] : [];
}

function subjectOf(resources) {
  const reference = resources.map((each) => (each.subject ?? each.patient)?.reference).find((each) => typeof each === "string");
  return reference?.split("/").at(-1) ?? "";
}

function assembled(id, patient, resources) {
  const drafts = resources.filter((each) => ORDERS.has(each.resourceType) && each.status === "draft");
  const prefetch = { patient: patient ?? { resourceType: "Patient", id } };
  for (const [kind, key] of Object.entries(KEYS)) {
    prefetch[key] = bundle(resources.filter((each) => each.resourceType === kind && !drafts.includes(each)));
  }
  return {
    hook: "order-sign",
    hookInstance: crypto.randomUUID(),
    context: { userId: "Practitioner/example", patientId: id, draftOrders: bundle(drafts.length ? drafts : [considered(id)], "collection") },
    prefetch,
  };
}

// TACE as if it were ordered, for a record without a draft order
const considered = (id) => ({
  resourceType: "ServiceRequest", id: "considered-tace", status: "draft", intent: "order",
  code: { text: "Transarterial chemoembolization (TACE)" }, subject: { reference: `Patient/${id}` },
});

// The same patient asked about by another hook.
export function forHook(request, hook) {
  if (request.hook === hook) return request;
  const { draftOrders, selections, ...context } = request.context;
  const made = { ...request, hook, context };
  if (hook === "patient-view") return made;
  const orders = draftOrders ?? bundle([considered(context.patientId)], "collection");
  context.draftOrders = orders;
  if (hook === "order-select") context.selections = selections ?? referencesOf(orders);
  return made;
}

const referencesOf = (orders) => resourcesIn(orders).filter((each) => each.id).map((each) => `${each.resourceType}/${each.id}`);

// Without prefetch: the service reads the patient from the FHIR server itself.
export function fromServer(request, base) {
  const { prefetch, ...rest } = request;
  return { ...rest, fhirServer: base };
}

// What accepting a suggestion does to the record: here to the request's copy of it.
export function accepted(request, suggestion) {
  const changed = structuredClone(request);
  const said = [];
  for (const action of suggestion.actions ?? []) {
    const orders = changed.context.draftOrders;
    if (action.type === "delete" && orders) {
      orders.entry = (orders.entry ?? []).filter((entry) => `${entry.resource?.resourceType}/${entry.resource?.id}` !== action.resourceId);
      said.push(`${action.resourceId} removed from the draft orders`);
    } else if (action.type === "create" && action.resource) {
      if (action.resource.resourceType === "QuestionnaireResponse" && changed.extension) delete changed.extension["tace-cds.answers"];
      said.push(created(changed, action.resource));
    }
  }
  return { request: changed, said };
}

function created(request, resource) {
  const made = { ...resource, id: resource.id ?? `new-${crypto.randomUUID().slice(0, 8)}` };
  const key = KEYS[made.resourceType];
  if (key && made.resourceType !== "MedicationRequest") {
    const held = request.prefetch?.[key];
    request.prefetch = { ...request.prefetch, [key]: bundle([...resourcesIn(held), made]) };
    return `${made.resourceType} added to the record: the next call reads it`;
  }
  if (request.context.draftOrders) request.context.draftOrders.entry = [...(request.context.draftOrders.entry ?? []), { resource: made }];
  return `${made.code?.text ?? made.resourceType} added to the draft orders`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// A line to paste into a shell: the fixture's file where it is sent as it stands, else the whole body.
export function curl(url, request, file = "") {
  const body = file ? `@${file}` : quoted(JSON.stringify(request));
  return `curl -s -H 'Content-Type: application/json' -d ${body} ${url}`;
}
