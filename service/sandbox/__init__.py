"""The example patients for trying out: as requests, as a read-only FHIR server, as bundles for other servers."""
