"""Is the disease refractory to TACE: one function per published definition, never blended."""
