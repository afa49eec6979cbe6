// Calls to this service; a failure becomes words that a person can act on.

export class Refused extends Error {
  constructor(words, advice = "", status = 0) {
    super(words);
    this.advice = advice;
    this.status = status;
  }
}

const ADVICE = {
  404: "This service does not offer that. It may be switched off here.",
  412: "Send the data along (prefetch), or allow this FHIR server with TACE_CDS_FHIR_SERVERS.",
  413: "Send fewer resources: those that the prefetch templates of /cds-services name are enough.",
  503: "Wait a moment and ask again.",
};

export const post = (path, body) => postText(path, JSON.stringify(body));

export async function postText(path, body) {
  return answered(path, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

export async function get(path) {
  return answered(path, { headers: { Accept: "application/json" } });
}

async function answered(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refused("The service does not answer.", "Check that it is still running, then try again.");
  }
  const text = await response.text();
  const body = parsed(text);
  if (response.ok) return body;
  const issue = body?.issue?.[0];
  const words = issue?.details?.text ?? `The service answered HTTP ${response.status}.`;
  throw new Refused(words, [issue?.diagnostics, ADVICE[response.status]].filter(Boolean).join(" "), response.status);
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
