"""The CDS Hooks 2.0.1 wire: discovery, the service call, what came in prefetch and what has to be fetched."""
