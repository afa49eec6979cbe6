"""TACE together with systemic therapy."""
