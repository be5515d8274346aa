"""Which mails stand together in a mail program: what is told of one body's report with what was told of it before, the
day's digests and the summaries of one office with those of its season."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alerts.digest import Digest


def of_season(audience: str, office_id: int | None, year: int) -> str:
    """What goes to one audience of one office about one season as a whole."""
    return f"digest:{audience}:{office_id or 0}:{year}"


def of_body(audience: str, office_id: int | None, year: int, body: str) -> str:
    """What goes to one audience of one office about one body's report of one year."""
    return f"{of_season(audience, office_id, year)}:{body}"


def of_digest(digest: Digest) -> str:
    """A day's digest is of many bodies, also where it happens to tell of one; the other kinds are not."""
    bodies = {notice.agency for notice in digest.notices}
    if digest.kind == "digest" or len(bodies) != 1:
        return of_season(digest.audience, digest.office_id, digest.year)
    return of_body(digest.audience, digest.office_id, digest.year, bodies.pop())
