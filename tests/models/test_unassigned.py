"""Documents of which nobody can be told whose they are: what a person says of them, and how long it holds."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import base
from models.documents import Document
from models.ledger import source_states
from models.past import ledger_at
from models.people import Act, Audit
from models.sightings import DISMISS
from models.unassigned import NotThere, dismiss, unassigned
from tests.models import rows
from tests.models.rows import DAY, NOW

YEAR = 2026


def said(at: datetime, why: str) -> Act:
    return Act("王芳", DISMISS, at, why)


def of_nobody(session: Session) -> Document:
    """A report in a body's column whose body is not known."""
    agency = rows.body(session)
    column = rows.column(session, agency)
    document = rows.published(session, column, agency, None)
    document.agency_id, document.year, document.kind = None, YEAR, "annual_report"
    session.flush()
    return document


def blocking(session: Session) -> int:
    (state,) = source_states(session, YEAR).values()
    return state.unassigned


def test_what_a_person_dismissed_is_shown_no_more_and_keeps_nobody_from_being_missing(engine: Engine):
    with base.transaction(engine) as session:
        document = of_nobody(session)
        assert ([row["id"] for row in unassigned(session)], blocking(session)) == ([document.id], 1)
        dismiss(session, document.id, said(NOW + DAY, "邻县的年报，转载"))
        assert (list(unassigned(session)), blocking(session)) == ([], 0)
        trail = session.scalars(sa.select(Audit).where(Audit.action == "dismiss")).one()
        assert (trail.row_id, trail.by, trail.note) == (document.id, "王芳", "邻县的年报，转载")


def test_as_of_a_moment_before_it_the_document_was_asked_about(engine: Engine):
    with base.transaction(engine) as session:
        dismiss(session, of_nobody(session).id, said(NOW + 2 * DAY, "转载"))
        past = [ledger_at(session, YEAR, NOW + days * DAY).sources[0].unassigned for days in (1, 3)]
    assert past == [1, 0]


def test_a_new_version_is_asked_about_anew(engine: Engine):
    with base.transaction(engine) as session:
        document = of_nobody(session)
        dismiss(session, document.id, said(NOW + DAY, "转载"))
        rows.fetched(session, document, "another text", NOW + 2 * DAY)
        assert ([row["id"] for row in unassigned(session)], blocking(session)) == ([document.id], 1)


def test_only_a_document_that_is_there_and_nobodys_can_be_dismissed(engine: Engine):
    with base.transaction(engine) as session:
        agency = rows.body(session)
        owned = rows.published(session, rows.column(session, agency), agency, None)
        for number, why in ((owned.id, "already"), (99, "no document")):
            with pytest.raises(NotThere, match=why):
                dismiss(session, number, said(NOW, "转载"))
