"""Findings: opened, kept, changed, resolved and opened again, and what people decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import base, findings, mails, people
from models.findings import Finding, FindingEvent, Origin, Outcome
from models.mails import Mail, MailNotice
from models.people import Audit
from models.work import Work
from reports.report import Finding as FindingValue
from reports.subject import Subject
from tests.models.crowd import Crowd
from tests.models.rows import DAY, NOW, body, column, fetched, finding, listed, published, read, report


@pytest.fixture
def agency_id(engine: Engine) -> int:
    with base.transaction(engine) as session:
        return body(session).id


def save(
    engine: Engine,
    agency_id: int,
    said: Sequence[FindingValue],
    now: datetime = NOW,
    judged: Sequence[str] = ("APP-SUM-ROW",),
    document_id: int | None = None,
    series: str = "",
) -> list[int]:
    with base.transaction(engine) as session:
        outcome = Outcome(Subject(agency_id, 2026, series), "report", said, judged, Origin(document_id))
        return findings.save(session, outcome, now)


def stored(engine: Engine) -> list[Finding]:
    with base.transaction(engine) as session:
        return list(session.scalars(sa.select(Finding).order_by(Finding.id)))


def events(engine: Engine) -> list[str]:
    with base.transaction(engine) as session:
        return list(session.scalars(sa.select(FindingEvent.event).order_by(FindingEvent.id)))


def decide(engine: Engine, action: str, **values) -> None:
    with base.transaction(engine) as session:
        findings.decide(session, stored_id(session), people.Act("王", action, NOW, "核对过原件"), **values)


def stored_id(session: Session) -> int:
    return session.scalars(sa.select(Finding.id)).one()


def test_the_same_matter_found_again_is_one_row(engine: Engine, agency_id: int):
    assert save(engine, agency_id, [finding()]) == save(engine, agency_id, [finding()], NOW + DAY)
    (row,) = stored(engine)
    assert (row.state, row.expected, row.actual) == ("open", "26", "25")
    assert (row.first_seen, row.last_seen) == (NOW, NOW + DAY)
    assert events(engine) == ["opened"]


def test_a_matter_that_is_gone_is_resolved_and_opened_again_when_it_returns(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    save(engine, agency_id, [], NOW + DAY)
    (row,) = stored(engine)
    assert (row.state, row.resolved_at) == ("resolved", NOW + DAY)
    save(engine, agency_id, [finding()], NOW + 2 * DAY)
    (row,) = stored(engine)
    assert (row.state, row.resolved_at) == ("open", None)
    assert events(engine) == ["opened", "resolved", "reopened"]


def test_a_rule_that_was_not_judged_resolves_nothing(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    save(engine, agency_id, [], judged=())
    assert stored(engine)[0].state == "open"


@pytest.mark.parametrize(("action", "state"), [("confirm", "confirmed"), ("waive", "waived")])
def test_a_decision_stands_while_the_figures_are_the_same(engine: Engine, agency_id: int, action: str, state: str):
    save(engine, agency_id, [finding()])
    decide(engine, action)
    save(engine, agency_id, [finding(message="同一件事的另一种说法。")], NOW + DAY)
    assert stored(engine)[0].state == state
    save(engine, agency_id, [finding(actual=24)], NOW + DAY)
    assert stored(engine)[0].state == "open"


def test_a_decision_outlives_a_version_that_did_not_show_the_matter(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    decide(engine, "waive")
    save(engine, agency_id, [], NOW + DAY)
    save(engine, agency_id, [finding()], NOW + 2 * DAY)
    assert stored(engine)[0].state == "waived"
    save(engine, agency_id, [], NOW + 3 * DAY)
    save(engine, agency_id, [finding(actual=24)], NOW + 4 * DAY)
    assert stored(engine)[0].state == "open"


def test_a_waiver_for_a_time_lapses(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    decide(engine, "waive", until=date(2027, 2, 28))
    save(engine, agency_id, [finding()], NOW + DAY)
    assert stored(engine)[0].state == "waived"
    save(engine, agency_id, [finding()], NOW + 60 * DAY)
    assert stored(engine)[0].state == "open"


def test_every_decision_leaves_a_line_in_the_audit_with_who_and_why(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    decide(engine, "confirm")
    with base.transaction(engine) as session:
        (line,) = session.scalars(sa.select(Audit)).all()
        assert (line.by, line.action, line.note) == ("王", "confirm", "核对过原件")
        assert (line.before or {})["state"] == "open"
        assert (line.after or {})["state"] == "confirmed"


def test_what_is_resolved_or_unknown_cannot_be_decided(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    save(engine, agency_id, [])
    with pytest.raises(ValueError, match="is resolved"):
        decide(engine, "confirm")
    with pytest.raises(KeyError), base.transaction(engine) as session:
        findings.decide(session, 99, people.Act("王", "confirm", NOW, ""))


def test_two_matters_of_one_rule_without_cells_are_two_rows(engine: Engine, agency_id: int):
    said = [finding("STR-TITLE", cells=(), actual=1), finding("STR-TITLE", cells=(), actual=2)]
    assert len(set(save(engine, agency_id, said))) == 2
    assert len(set(save(engine, agency_id, said))) == 2
    assert len(stored(engine)) == 2


def test_one_document_does_not_resolve_what_stands_in_another_that_is_still_online(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        first = published(session, source, agency, date(2027, 1, 20), 1)
        second = published(session, source, agency, date(2027, 1, 25), 2)
    save(engine, agency.id, [finding()], document_id=first.id)
    save(engine, agency.id, [], document_id=second.id)
    assert stored(engine)[0].state == "open"
    with base.transaction(engine) as session:
        session.merge(first).state = "gone"
    save(engine, agency.id, [], document_id=second.id)
    assert stored(engine)[0].state == "resolved"


def test_findings_of_a_document_that_is_read_as_another_year_or_kind_no_longer_stand(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        version, _ = fetched(session, document)
        read(session, version)
    save(engine, agency.id, [finding()], document_id=document.id)
    with base.transaction(engine) as session:
        read(session, version, report())
        assert session.scalar(sa.select(Finding.state)) == "open"
        read(session, version, report(kind="notice"))
        assert session.scalar(sa.select(Finding.state)) == "resolved"


def test_the_database_refuses_a_resolved_finding_without_a_time(engine: Engine, agency_id: int):
    save(engine, agency_id, [finding()])
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(Finding).values(state="resolved"))


def test_processes_that_check_the_same_body_at_once_make_every_finding_once(
    engine: Engine, database_url: str, crowd: Crowd
):
    with base.transaction(engine) as session:
        ids = [body(session, f"甲县第{number}局").id for number in range(12)]
    got = crowd.run(database_url, "find", ids)
    assert got == [got[0]] * len(got)
    assert len(stored(engine)) == 24


# ------------------------------------------------------------------ the outbox


def queue(engine: Engine, key: str = "digest:office:5:2027-02-03", notices: Sequence[str] = ("a",)) -> int | None:
    with base.transaction(engine) as session:
        draft = mails.Draft(
            key, f"<{key}@example.cn>", "office", "digest", NOW.date(), ["xian@example.cn"], "年报情况", "正文",
            "<p>正文</p>", notices,
        )  # fmt: skip
        mail = mails.queue(session, draft, NOW)
        return mail.id if mail is not None else None


def test_a_mail_is_queued_once_with_the_work_to_send_it(engine: Engine):
    mail_id = queue(engine)
    assert queue(engine) is None
    with base.transaction(engine) as session:
        assert [(w.kind, w.subject) for w in session.scalars(sa.select(Work))] == [("mail", mail_id)]
        assert mails.notified(session) == {"office": {"a"}}


def test_a_matter_told_in_another_mail_is_not_told_again(engine: Engine):
    queue(engine)
    assert queue(engine, "digest:office:5:2027-02-04", ["b", "a"]) is None
    with base.transaction(engine) as session:
        assert mails.notified(session) == {"office": {"a"}}
        assert session.scalar(sa.select(sa.func.count()).select_from(Mail)) == 1


def test_a_mail_is_sent_by_one(engine: Engine):
    mail_id = queue(engine)
    assert mail_id is not None
    with base.transaction(engine) as session:
        assert mails.take(session, mail_id) is not None
        assert mails.take(session, mail_id) is None
        mails.mark(session, mail_id, "queued", "451 later", NOW)
        taken = mails.take(session, mail_id)
        assert taken is not None
        assert taken.tries == 2
        mails.mark(session, mail_id, "sent", None, NOW)
        mails.mark(session, mail_id, "failed", "too late", NOW)  # only what is being sent can end
        assert session.get_one(Mail, mail_id, populate_existing=True).state == "sent"


def test_a_sender_that_died_leaves_a_mail_that_was_perhaps_sent_and_is_not_repeated(engine: Engine):
    mail_id = queue(engine)
    assert mail_id is not None
    with base.transaction(engine) as session:
        mails.take(session, mail_id)
    with base.transaction(engine) as session:
        assert mails.interrupted(session, mail_id)
        assert not mails.interrupted(session, mail_id)
        assert mails.take(session, mail_id) is None


def test_processes_that_decide_and_send_at_once_queue_and_send_every_mail_once(
    engine: Engine, database_url: str, crowd: Crowd
):
    got = sorted(number for mine in crowd.run(database_url, "mail", list(range(1, 13))) for number in mine)
    assert len([n for n in got if n > 0]) == 12
    assert len({n for n in got if n < 0}) == len([n for n in got if n < 0])
    with base.transaction(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(MailNotice)) == 13
        assert set(session.scalars(sa.select(Mail.tries))) <= {0, 1}
