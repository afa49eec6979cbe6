"""Tumor burden and stage. HCC systems are applied to HCC only; the caller decides."""
