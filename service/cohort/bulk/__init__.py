"""FHIR Bulk Data exports: NDJSON files of any size, brought together by patient in bounded memory."""
