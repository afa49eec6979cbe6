"""The FHIR side: the network client, bundles, FHIR → facts (read) and assessment → FHIR (write)."""
