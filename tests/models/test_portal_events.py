"""What is told at once: a report withdrawn with none in its place, a column that lists nothing any more."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.orm import Session

import config
from alerts import portals, run, situation
from models import agencies, base, documents, sources, withdrawals
from models.mails import Mail
from models.sightings import CHINA
from tests.models.rows import DAY, NOW, body, column, looked, published
from workers import publication

WINTER = NOW.astimezone(CHINA)  # in season
SUMMER = WINTER.replace(month=7)


def settings() -> config.Settings:
    return config.Settings(
        data_dir=Path("var"), ops_mail=["ops@example.invalid"], office_mail=["office@example.invalid"], _env_file=None
    )


def notified(session: Session, source: sources.Source, now: datetime = WINTER) -> list[tuple[str, str]]:
    """Who was told what by the events of a crawl."""
    numbers = portals.queue_events(session, settings(), source.id, now)
    mails = session.scalars(sa.select(Mail).where(Mail.id.in_(numbers)).order_by(Mail.id))
    return [(mail.stage, mail.text) for mail in mails]


def scene(session: Session) -> tuple[agencies.Agency, sources.Source, documents.Document]:
    agency = body(session)
    source = column(session, agency)
    looked(session, source, NOW - DAY)
    document = published(session, source, agency, date(2027, 1, 18), 1)
    return agency, source, document


def test_a_withdrawal_is_told_to_ops_and_in_season_to_the_office_once(engine: Engine):
    with base.transaction(engine) as session:
        _, source, document = scene(session)
        withdrawals.withdraw(session, document.id, "gone", WINTER.date(), NOW)
        looked(session, source, NOW)
        first = notified(session, source)
        assert [side for side, _ in first] == ["ops", "office"]
        assert all(document.url in text and "请核实" in text for _, text in first)
        assert notified(session, source) == []
        assert notified(session, source, WINTER + DAY) == []


def test_what_the_office_heard_at_once_the_digest_recalls_and_does_not_tell_again(engine: Engine):
    with base.transaction(engine) as session:
        _, source, document = scene(session)
        withdrawals.withdraw(session, document.id, "gone", WINTER.date(), NOW)
        looked(session, source, NOW)
        publication.judge(lambda: nullcontext(session), 2026, WINTER)
        before = situation.known(session, settings(), WINTER, 2026).digests()
        (key,) = [n.key for digest in before for n in digest.notices if n.rule == "PUB-REMOVED"]
        notified(session, source)
        known = situation.known(session, settings(), WINTER + DAY, 2026)
        assert not [n for digest in known.digests() for n in digest.notices if n.rule == "PUB-REMOVED"]
        assert known.notified_at[key] == WINTER  # from then on the leader's days are counted


def test_a_withdrawal_that_was_told_at_once_is_told_as_corrected_when_the_report_is_back(engine: Engine):
    with base.transaction(engine) as session:
        agency, source, document = scene(session)
        late, later = (body(session, name) for name in ("甲县财政局", "甲县水利局"))
        column(session, late, later)
        published(session, source, late, date(2027, 2, 1), 3)
        withdrawals.withdraw(session, document.id, "gone", WINTER.date(), NOW)
        looked(session, source, NOW)
        publication.judge(lambda: nullcontext(session), 2026, WINTER)
        notified(session, source)
        assert run.decide_and_queue(session, settings(), WINTER, 2026)
        published(session, source, agency, date(2027, 2, 1), 2)
        published(session, source, later, date(2027, 2, 1), 4)
        looked(session, source, NOW + DAY)
        publication.judge(lambda: nullcontext(session), 2026, WINTER + DAY)
        known = situation.known(session, settings(), WINTER + DAY, 2026)
        assert "PUB-REMOVED" in {n.rule for digest in known.digests() for n in digest.corrected}


def test_an_office_is_told_in_its_hours_and_the_operators_at_any(engine: Engine):
    with base.transaction(engine) as session:
        agency, source, document = scene(session)
        agencies.upsert_agency(
            session,
            agencies.AgencyRow("甲县人民政府", "county", "government", office_emails=["office@example.invalid"]),
        )
        session.get_one(agencies.Agency, agency.id).parent_name = "甲县人民政府"
        agencies.link_parents(session)
        office = session.scalars(sa.select(agencies.Office)).one()
        office.wishes = {"quiet": "08:00-10:00"}
        withdrawals.withdraw(session, document.id, "gone", WINTER.date(), NOW)
        assert [side for side, _ in notified(session, source)] == ["ops"]  # nine in the morning
        assert [side for side, _ in notified(session, source, WINTER.replace(hour=11))] == ["office"]


def test_out_of_season_and_long_after_the_office_is_not_written_to_in_haste(engine: Engine):
    with base.transaction(engine) as session:
        _, source, document = scene(session)
        withdrawals.withdraw(session, document.id, "gone", SUMMER.date(), SUMMER)
        assert [side for side, _ in notified(session, source, SUMMER)] == ["ops"]
        other = published(session, source, body(session, "甲县民政局"), date(2027, 1, 18), 2)
        withdrawals.withdraw(session, other.id, "gone", SUMMER.date() - timedelta(days=9), SUMMER)
        assert notified(session, source, SUMMER) == []


def test_a_report_that_stands_at_another_address_is_no_withdrawal(engine: Engine):
    with base.transaction(engine) as session:
        agency, source, document = scene(session)
        published(session, source, agency, date(2027, 2, 2), 2, now=NOW)
        withdrawals.withdraw(session, document.id, "gone", WINTER.date(), NOW)
        assert notified(session, source) == []


def waited(session: Session, now: datetime) -> list[tuple[str, str, str]]:
    """What is told by the mails that waited until now, instead of what they told: audience, text, thread."""
    for mail in session.scalars(sa.select(Mail)).all():
        if sa.inspect(mail).persistent and mail.queued_at < now:
            portals.decide_again(session, settings(), mail, now)
    return [(mail.stage, mail.text, mail.thread) for mail in session.scalars(sa.select(Mail).order_by(Mail.id))]


def test_a_mail_about_a_withdrawal_that_waited_tells_what_is_still_away_and_nothing_is_lost(engine: Engine):
    later = WINTER + 5 * DAY
    with base.transaction(engine) as session:
        agency, source, document = scene(session)
        other = published(session, source, body(session, "甲县民政局"), date(2027, 1, 18), 2)
        for one in (document, other):
            withdrawals.withdraw(session, one.id, "gone", WINTER.date(), NOW)
            assert len(notified(session, source)) == 2
        published(session, source, agency, date(2027, 2, 4), 3, now=NOW + DAY)
        mails = waited(session, later)
        assert [side for side, _, _ in mails] == ["ops", "office"]
        assert all(other.url in text and document.url not in text for _, text, _ in mails)
        assert {thread for _, _, thread in mails} == {f"digest:{side}:0:2026:甲县民政局" for side in ("ops", "office")}
        published(session, source, body(session, "甲县民政局"), date(2027, 2, 4), 4, now=NOW + DAY)
        assert waited(session, later + DAY) == []


def test_a_mail_about_a_quiet_column_that_waited_is_not_sent_once_it_lists_again(engine: Engine):
    with base.transaction(engine) as session:
        _, source, _ = scene(session)
        looked(session, source, NOW, "quiet")
        notified(session, source)
        assert [side for side, _, _ in waited(session, WINTER + DAY)] == ["ops", "office"]
        looked(session, source, NOW + 2 * DAY)
        assert waited(session, WINTER + 2 * DAY) == []


def test_a_column_that_lists_nothing_any_more_is_told_once_each_time_that_it_happens(engine: Engine):
    with base.transaction(engine) as session:
        _, source, _ = scene(session)
        looked(session, source, NOW, "quiet", reason="the column listed 1 items before and lists none now")
        assert [side for side, text in notified(session, source) if source.url in text] == ["ops", "office"]
        looked(session, source, NOW + DAY, "quiet")
        assert notified(session, source, WINTER + DAY) == []
        looked(session, source, NOW + 2 * DAY)
        looked(session, source, NOW + 3 * DAY, "quiet")
        assert len(notified(session, source, WINTER + 3 * DAY)) == 2


def test_nothing_happened_nothing_is_told(engine: Engine):
    with base.transaction(engine) as session:
        _, source, _ = scene(session)
        looked(session, source, NOW)
        assert notified(session, source) == []
