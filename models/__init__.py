"""Tables, and the only SQL."""

from models import agencies, base, documents, findings, hosts, locks, mails, people, readings, schedule, sources, work

__all__ = [
    "agencies",
    "base",
    "documents",
    "findings",
    "hosts",
    "locks",
    "mails",
    "people",
    "readings",
    "schedule",
    "sources",
    "work",
]
