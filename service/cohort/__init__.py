"""Many patients at once: a Bulk Data export in, what the service would have said out, with a report."""
