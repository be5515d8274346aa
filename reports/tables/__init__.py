"""Geometry to cells: what a document's tables say in the terms of the form. Knows no container."""
