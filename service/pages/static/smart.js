// The worksheet as a SMART app: the record read in the browser with the user's own token, and answers written with it.
import { get, Refused } from "./api.js";

// The client after a launch; null where this page was not launched.
export async function ready() {
  const launched = new URLSearchParams(location.search).has("state") || sessionStorage.getItem("SMART_KEY");
  if (!window.FHIR || !launched) return null;
  try {
    return await window.FHIR.oauth2.ready();
  } catch {
    sessionStorage.removeItem("SMART_KEY");
    throw new Refused("The EHR did not let this page read the record.", "Open the worksheet again from the EHR.");
  }
}

// What the service's prefetch templates ask for, as a request that the service assesses.
export async function record(client) {
  const patientId = client.patient.id;
  if (!patientId) throw new Refused("The EHR did not say which patient is open.", "Open a patient there, then the worksheet.");
  const { queries } = await get("worksheet/config");
  const entries = Object.entries(queries).map(async ([key, template]) => [key, await fetched(client, template.replaceAll("{{context.patientId}}", encodeURIComponent(patientId)))]);
  return { hook: "patient-view", hookInstance: crypto.randomUUID(), context: { userId: client.user.fhirUser ?? "Practitioner/unknown", patientId }, prefetch: Object.fromEntries(await Promise.all(entries)) };
}

// A part that cannot be read is a gap that the service states, not the end.
async function fetched(client, query) {
  try {
    if (!query.includes("?")) return await client.request(query);
    const resources = await client.request(query, { pageLimit: 10, flat: true });
    return { resourceType: "Bundle", type: "searchset", entry: resources.map((resource) => ({ resource })) };
  } catch {
    return { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "processing" }] };
  }
}

export function mayWrite(client) {
  const scopes = (client.state.tokenResponse?.scope ?? "").split(/\s+/);
  return scopes.some((each) => /^(patient|user)\/(QuestionnaireResponse|\*)\.(write|\*|c\w*)$/.test(each));
}

export async function write(client, response) {
  try {
    const created = await client.create(response);
    return `QuestionnaireResponse/${created.id}`;
  } catch {
    throw new Refused("The EHR did not take the answers.", "Download them, and record them there.");
  }
}
