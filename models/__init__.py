"""Tables, and the only SQL."""

from models import (
    agencies,
    base,
    documents,
    findings,
    history,
    hosts,
    locks,
    mails,
    people,
    readings,
    replies,
    schedule,
    sources,
    work,
)

__all__ = [
    "agencies",
    "base",
    "documents",
    "findings",
    "history",
    "hosts",
    "locks",
    "mails",
    "people",
    "readings",
    "replies",
    "schedule",
    "sources",
    "work",
]
