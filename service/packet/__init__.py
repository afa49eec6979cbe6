"""The prior-authorization packet: a FHIR document and a page to print for the payer, and the coordinator's checklist apart."""
