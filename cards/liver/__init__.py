"""Liver function: one score a module."""
