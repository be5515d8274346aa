"""Which body stood directly above which at a moment past, as the register said it then; who supervised whom by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.agencies import Agency
from models.history import entries_at

Superiors = Mapping[int, int | None]  # body -> the body directly above it


def superiors_at(session: Session, at: datetime) -> Superiors:
    """The whole hierarchy at ``at``. A superior that the register names and does not have is none."""
    rows = session.execute(sa.select(Agency.id, Agency.name, Agency.parent_id)).all()
    by_name = {row.name: row.id for row in rows}
    then = entries_at(session, at)
    out: dict[int, int | None] = {}
    for id_, _, parent_id in rows:
        entry = then.get(id_)
        above = parent_id if entry is None else by_name.get(entry.superior)
        out[id_] = above if above != id_ else None
    return out


def below(superiors: Superiors, top: int) -> set[int]:
    """The body itself and all bodies below it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for id_, above in superiors.items():
        children[above].append(id_)
    found, rest = {top}, [top]
    while rest:
        fresh = [id_ for id_ in children[rest.pop()] if id_ not in found]
        found.update(fresh)
        rest += fresh
    return found


def offices(superiors: Superiors, own: Mapping[int, int]) -> dict[int, int]:
    """Body -> its nearest office: its own or that of the nearest body above that has one (``own``: body -> office)."""
    out: dict[int, int] = {}
    for agency_id in superiors:
        above: int | None = agency_id
        passed = set[int]()
        while above is not None and above not in passed:
            passed.add(above)
            if above in own:
                out[agency_id] = own[above]
                break
            above = superiors.get(above)
    return out
