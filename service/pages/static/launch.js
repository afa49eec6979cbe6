// The SMART launch: only for the EHRs on the operator's list.
import { get, Refused } from "./api.js";
import { byId, problem } from "./dom.js";

async function launch() {
  const { clientId, scope, issuers } = await get("../worksheet/config");
  const issuer = new URLSearchParams(location.search).get("iss") ?? "";
  const trimmed = issuer.replace(/\/$/, "");
  if (!issuers.some((each) => each.replace(/\/$/, "") === trimmed)) {
    throw new Refused("This EHR is not on the list of those that may open the worksheet.", "The operator of this service adds its FHIR address to TACE_CDS_SMART_ISSUERS.");
  }
  await window.FHIR.oauth2.authorize({ clientId, scope, redirectUri: "../worksheet", pkceMode: "ifSupported" });
}

launch().catch((fault) => {
  const known = fault instanceof Refused;
  byId("problem").replaceChildren(problem(known ? fault.message : "The EHR does not answer as a SMART server.", known ? fault.advice : "Check its address, and that it allows this page to read it."));
});
