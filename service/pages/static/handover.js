// The patient on the way from the sandbox to the worksheet: kept in this tab's session only, never in an address.

const KEY = "tace-cds.request";

export function handOver(request) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(request));
    return true;
  } catch {
    return false; // private mode, or larger than the browser keeps
  }
}

export function handedOver() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}
