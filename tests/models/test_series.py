"""Two series of a government's reports are two subjects: findings and decisions of one say nothing of the other."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from alerts.decide import decide
from models import base, contexts, documents, findings, mails, people
from models.findings import Finding, Origin, Outcome
from models.ledger import ledger_of
from models.mails import MailNotice
from reports.report import Finding as FindingValue
from reports.subject import Subject, subject_of
from tests.models.rows import NOW, body, column, fetched, finding, listed, read, report

AREA = "甲市2026年政府信息公开工作年度报告"
LEVEL = "甲市本级2026年政府信息公开工作年度报告"


def put(session: Session, number: int, title: str, issuer: str = "甲市人民政府") -> documents.Document:
    top = body(session, "甲市人民政府", kind="government", level="prefecture")
    document = listed(session, column(session, top), top, number, listed_on=date(2027, 3, number))
    version, _ = fetched(session, document, f"content {number}")
    said = report(agency=issuer)
    said.details.title = title
    read(session, version, said)
    return document


def subject(session: Session, document: documents.Document) -> Subject:
    found = contexts.report_with_context(session, document.id, NOW)
    assert found is not None
    assert found.subject is not None
    return found.subject


def check(session: Session, document: documents.Document, *said: FindingValue) -> list[int]:
    outcome = Outcome(subject(session, document), "report", said, {"APP-SUM-ROW"}, Origin(document.id))
    return findings.save(session, outcome, NOW)


def states(session: Session) -> dict[str, str]:
    return {row.series: row.state for row in session.scalars(sa.select(Finding))}


def test_each_series_has_findings_and_decisions_of_its_own(engine: Engine):
    with base.transaction(engine) as session:
        area, level = put(session, 1, AREA), put(session, 2, LEVEL)
        check(session, area, finding())
        (own,) = check(session, level, finding())
        findings.decide(session, own, people.Act("王", "waive", NOW, "已核对"))
        check(session, area, finding(actual=24))  # other figures in the other report
        assert states(session) == {"": "open", "level": "waived"}
        check(session, area)
        assert states(session) == {"": "resolved", "level": "waived"}
        check(session, level)
        check(session, level, finding())
        assert states(session) == {"": "resolved", "level": "waived"}


def test_a_document_read_anew_as_another_series_takes_its_findings_along(engine: Engine):
    with base.transaction(engine) as session:
        document = put(session, 1, AREA)
        check(session, document, finding())
        version, _ = fetched(session, document, "corrected")
        said = report(agency="甲市人民政府")
        said.details.title = LEVEL
        read(session, version, said)
        check(session, document, finding())
        assert states(session) == {"": "resolved", "level": "open"}


@pytest.mark.parametrize(
    ("name", "issuer", "title", "series"),
    [
        ("甲市人民政府", "甲市人民政府", AREA, ""),
        ("甲市人民政府", "甲市人民政府", LEVEL, "level"),
        ("甲市人民政府", "甲市人民政府办公室", AREA, "office"),
        ("甲市人民政府办公室", "甲市人民政府办公室", AREA, ""),
        ("甲县统计局", "甲县统计局", "甲县统计局2026年度报告", ""),
    ],
)
def test_the_series_follows_from_who_issues_and_what_the_title_says(name: str, issuer: str, title: str, series: str):
    said = report(agency=issuer)
    said.details.title = title
    assert subject_of(said, 1, name, 2026).series == series


def test_the_order_of_cells_makes_no_other_matter():
    one = Subject(1, 2026)
    assert one.key("R", ("a", "b")) == one.key("R", ("b", "a"))
    assert (
        len({one.key("R", ("a",)), Subject(1, 2026, "level").key("R", ("a",)), Subject(1, 2025).key("R", ("a",))}) == 3
    )


def test_findings_and_what_was_told_of_them_move_to_their_series_and_back(database_url: str):
    engine = base.make_engine(database_url)
    now = NOW.astimezone()
    try:
        with base.transaction(engine) as session:
            for number, title in ((1, AREA), (2, LEVEL)):
                check(session, put(session, number, title), finding())
            findings.decide(session, 2, people.Act("王", "waive", NOW, "已核对"))
            notices = [
                key
                for digest in decide(ledger_of(session, 2026, now), {}, now)
                for n in digest.notices
                for key in n.keys
            ]
            day = NOW.date()
            draft = mails.Draft("k", "<k@a>", "office", "digest", day, ["a@example.cn"], "s", "t", "h", notices)
            mails.queue(session, draft, NOW)
            before = _rows(session)
        base.downgrade(database_url, "0009")
        with engine.connect() as connection:  # one matter of two series is kept once, and nothing is of a series
            found = connection.exec_driver_sql("SELECT series, state FROM findings").all()
            assert found == [("", "open")]
        base.upgrade(database_url)
        with base.transaction(engine) as session:
            assert _rows(session)[0] == before[0][:1]
            assert set(_rows(session)[1]) == set(before[1])
    finally:
        engine.dispose()


def test_a_finding_from_before_the_series_is_found_again_by_the_next_check(database_url: str):
    engine = base.make_engine(database_url)
    try:
        with base.transaction(engine) as session:
            document = put(session, 2, LEVEL)
            (number,) = check(session, document, finding())
            findings.decide(session, number, people.Act("王", "waive", NOW, "已核对"))
        base.downgrade(database_url, "0009")
        base.upgrade(database_url)
        with base.transaction(engine) as session:
            assert check(session, session.get_one(documents.Document, document.id), finding()) == [number]
            assert states(session) == {"level": "waived"}
    finally:
        engine.dispose()


def _rows(session: Session) -> tuple[list[tuple[str, str]], list[str]]:
    rows = session.execute(sa.select(Finding.fingerprint, Finding.series).order_by(Finding.id)).all()
    return [(a, b) for a, b in rows], list(session.scalars(sa.select(MailNotice.notice_key)))
