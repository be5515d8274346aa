"""The catalogue of checks: its rules, what they know beside the report, and how they are evaluated (``checking``)."""
