"""The catalogue of checks, evaluated."""
