"""Compliance summaries: figures, then pages."""
