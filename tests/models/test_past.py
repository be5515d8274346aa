"""The ledger of a past moment is the one that stood at that moment."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import base, documents, findings, people, withdrawals
from models.findings import Origin, Outcome
from models.ledger import ledger_of
from models.past import ledger_at
from models.sightings import CHINA
from reports.report import Finding as FindingValue
from reports.subject import Subject
from tests.models.rows import DAY, HOUR, NOW, body, column, fetched, finding, listed, looked, published, read
from workers import publication


class Played:
    """A season in which what the ledger said was written down after each step."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.at = NOW - timedelta(days=20)
        self.said: list[tuple[datetime, object]] = []

    def wrote(self) -> None:
        """An hour passes, the ledger is written down, another hour passes."""
        self.session.flush()
        self.at += HOUR
        self.said.append((self.at, pages(ledger_of(self.session, 2026, self.at.astimezone(CHINA)))))
        self.at += DAY

    def judge(self) -> None:
        publication.judge(lambda: nullcontext(self.session), 2026, self.at.astimezone(CHINA))

    def found(self, document: documents.Document, *said: FindingValue) -> None:
        assert document.agency_id is not None
        subject = Subject(document.agency_id, 2026)
        outcome = Outcome(subject, "report", said, {"APP-SUM-ROW"}, Origin(document.id))
        findings.save(self.session, outcome, self.at)


def pages(ledger: object) -> object:
    standings = [
        (s.duty.agency, s.state, s.on_time, s.reason, s.sighting.document_id if s.sighting else None)
        for s in ledger.standings  # type: ignore[attr-defined]
    ]
    found = [(f.id, f.rule, f.state, f.expected, f.actual) for f in ledger.findings]  # type: ignore[attr-defined]
    sources = [(s.url, s.status, s.complete_at, s.unassigned) for s in ledger.sources]  # type: ignore[attr-defined]
    return standings, sorted(found), sources


def play(session: Session) -> Played:
    season = Played(session)
    first, second, third = (body(session, f"甲县{name}局") for name in ("统计", "审计", "教育"))
    columns = [column(session, a, url=f"http://www.jia.gov.cn/{n}/") for n, a in enumerate((first, second, third))]
    season.wrote()  # nothing was looked at yet
    for one, status in zip(columns, ("ok", "ok", "unreachable"), strict=True):
        looked(session, one, season.at, status)
    report = published(session, columns[0], first, date(2027, 1, 16), 1, now=season.at)
    season.wrote()
    season.found(report, finding(actual=20))
    season.wrote()
    season.found(report, finding())  # another figure
    season.wrote()
    findings.decide(session, 1, people.Act("王", "waive", season.at, "已核对"))
    season.wrote()
    waiting = listed(session, columns[2], third, 3, now=season.at)
    version, _ = fetched(session, waiting, "third", season.at)
    looked(session, columns[2], season.at)
    season.wrote()  # found, not read yet
    read(session, version, now=season.at)
    season.wrote()
    season.at = NOW + DAY  # past the day
    for one in columns:
        looked(session, one, season.at)
    season.judge()
    season.wrote()  # the second is missing
    published(session, columns[1], second, date(2027, 2, 4), 2, now=season.at)
    season.judge()
    season.wrote()  # late
    withdrawals.withdraw(session, report.id, "gone", season.at.astimezone(CHINA).date(), season.at)
    looked(session, columns[0], season.at)
    season.judge()
    season.wrote()
    return season


@pytest.fixture
def season(engine: Engine) -> list[tuple[datetime, object, object]]:
    with base.transaction(engine) as session:
        played = play(session)
        return [(at, said, pages(ledger_at(session, 2026, at.astimezone(CHINA)))) for at, said in played.said]


def test_the_ledger_of_every_moment_of_a_season_is_what_was_said_then(season: list[tuple[datetime, object, object]]):
    assert len(season) == 10
    for at, said, again in season:
        assert again == said, at


def test_the_season_went_through_every_state(season: list[tuple[datetime, object, object]]):
    states = {standing[1] for _, said, _ in season for standing in said[0]}  # type: ignore[index]
    assert states == {"due", "published", "cannot_tell", "missing", "late"}
