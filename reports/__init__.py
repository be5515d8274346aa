"""The core: bytes to a report, a report to findings. No network, no database, no clock, no settings."""
