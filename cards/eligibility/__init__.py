"""Is this patient a candidate for TACE: one function per published criterion, and the verdict over them."""
