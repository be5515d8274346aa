"""Measurements: ratios to a baseline in the same run, never absolute promises."""
