"""What bodies answered, and exceptions that were agreed on: they end by themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import base, findings, people, replies
from models.findings import Outcome
from models.ledger import ledger_of
from models.past import ledger_at
from models.people import Audit
from models.replies import Answer
from models.sightings import CHINA
from reports.subject import Subject
from summaries.figures import figures
from summaries.season import content
from tests.models.rows import DAY, NOW, body, column, finding, looked, published

UNTIL = date(2027, 2, 10)


def with_finding(session: Session) -> int:
    agency = body(session)
    source = column(session, agency)
    looked(session, source, NOW)
    document = published(session, source, agency, date(2027, 1, 20), now=NOW)
    (id_,) = findings.save(
        session,
        Outcome(Subject(agency.id, 2026), "report", [finding()], {"APP-SUM-ROW"}, findings.Origin(document.id)),
        NOW,
    )
    return id_


def test_an_answer_is_kept_and_decides_nothing_by_itself(engine: Engine):
    with base.transaction(engine) as session:
        id_ = with_finding(session)
        replies.record(session, id_, Answer("已核实，将更正", date(2027, 2, 4), "李明"), "王", NOW + DAY)
        ((reply, agency, _),) = replies.of(session, id_)
        assert (reply.text, reply.answered_by, agency) == ("已核实，将更正", "李明", "甲县统计局")
        assert len(ledger_of(session, 2026, (NOW + DAY).astimezone(CHINA)).findings) == 1
        assert [row.action for row in session.query(Audit)] == ["reply"]
        with pytest.raises(KeyError):
            replies.record(session, 99, Answer("?", date(2027, 2, 4)), "王", NOW)


def test_an_exception_is_a_waiver_with_reason_and_end_shown_in_summaries_and_ends_by_itself(engine: Engine):
    with base.transaction(engine) as session:
        id_ = with_finding(session)
        replies.record(session, id_, Answer("系统迁移", date(2027, 2, 4), until=UNTIL), "王", NOW + DAY)
        during, after = (NOW + timedelta(days=n) for n in (5, 9))
        ledger = ledger_of(session, 2026, during.astimezone(CHINA))
        assert ledger.findings == []
        assert [(w.agency, w.reason, w.until) for w in ledger.waivers] == [("甲县统计局", "系统迁移", UNTIL)]
        origin = next(s for s in content(figures(ledger)).sections if s.title == "经同意暂不处理的事项")
        assert "系统迁移" in str(origin)
        ended = ledger_of(session, 2026, after.astimezone(CHINA))
        assert [(f.id, f.state) for f in ended.findings] == [(id_, "open")]
        assert ended.waivers == []
        before = [[f.id for f in ledger_at(session, 2026, m.astimezone(CHINA)).findings] for m in (NOW, during, after)]
        assert findings.lapse(session, after.astimezone(CHINA).date(), after) == 1
        assert findings.lapse(session, after.astimezone(CHINA).date(), after) == 0
        again = [[f.id for f in ledger_at(session, 2026, m.astimezone(CHINA)).findings] for m in (NOW, during, after)]
        assert before == again == [[id_], [], [id_]]


def test_a_waiver_for_good_does_not_end(engine: Engine):
    with base.transaction(engine) as session:
        id_ = with_finding(session)
        findings.decide(session, id_, people.Act("王", "waive", NOW, "合并编制"))
        much_later = NOW + timedelta(days=900)
        assert findings.lapse(session, much_later.date(), much_later) == 0
        assert ledger_of(session, 2026, much_later.astimezone(CHINA)).findings == []
