"""Whose checks look at a report, and are to be made again when it comes or changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import check_inputs
from models.agencies import Succession
from models.base import chunks
from models.contexts import KIND, Checkable
from models.findings import Finding


def all_compared_with(session: Session, found: Sequence[Checkable]) -> dict[int, int]:
    """The documents whose checks look at one of these and are to be made again, each with that one: the body's report of
    the year after, its report where this is an interpretation, other copies, the government's report above, reports of
    like text. None of these themselves."""
    wanted: dict[tuple[int, int], int] = {}
    for one in found:
        if one.subject is not None and one.report.kind in {KIND, "interpretation"}:
            wanted.setdefault((one.subject.agency_id, one.subject.year), one.document_id)
    reports = [one for one in found if one.subject is not None and one.report.kind == KIND]
    successors: dict[int, list[int]] = defaultdict(list)
    for ids in chunks(one.subject.agency_id for one in reports if one.subject is not None):
        after = sa.select(Succession.predecessor_id, Succession.successor_id)
        for before, successor in session.execute(after.where(Succession.predecessor_id.in_(ids))):
            successors[before].append(successor)
    found_alike = _found_alike(
        session, {(id_, one.subject.year) for one in reports if one.subject for id_ in one.alike}
    )
    for one in reports:
        assert one.subject is not None
        assert one.agency is not None
        agency_id, year = one.subject.agency_id, one.subject.year
        near = {(id_, year + 1) for id_ in (agency_id, *successors[agency_id])}
        if one.agency.parent_id is not None:
            near.add((one.agency.parent_id, year))
            near |= {(id_, year) for id_ in one.alike} - found_alike
        for key in near:
            wanted.setdefault(key, one.document_id)
    own = {one.document_id for one in found}
    rows = check_inputs.documents_of(session, wanted)
    return {id_: wanted[agency_id, year] for id_, agency_id, year in rows if id_ not in own}


def _found_alike(session: Session, bodies: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these bodies and years of which it stands that their report is like another's: of a hundred with one
    template each is told once, not once for every other."""
    out: set[tuple[int, int]] = set()
    for year in {year for _, year in bodies}:
        for ids in chunks(agency_id for agency_id, of in bodies if of == year):
            out |= {
                (agency_id, year)
                for agency_id in session.scalars(
                    sa.select(Finding.agency_id).where(
                        Finding.agency_id.in_(ids),
                        Finding.year == year,
                        Finding.rule == "SIM-SIBLING",
                        Finding.state != "resolved",
                    )
                )
            }
    return out
