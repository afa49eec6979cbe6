"""The shell: HTTP, CDS Hooks, FHIR, the network. It turns requests into facts for `cards`, and cards into answers."""
