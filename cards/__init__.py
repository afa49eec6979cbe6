"""The core: typed facts in, findings, an assessment and cards out. Standard library only; no clock, no network, no FHIR."""
