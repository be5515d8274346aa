"""Summaries as they are issued: written, mailed to the office once, with what a mail can hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

import config
from alerts import threads
from models import agencies, base, findings, mails, schedule, work
from summaries import render, season
from tests.mailbox import Mailbox
from tests.workers.test_tasks import all_of, inbox, last_year, row, run, waiting  # noqa: F401  a fixture
from workers import issues, tasks

UNDER = "甲县人民政府"
DAYS = (date(2027, 3, 1), date(2027, 3, 31))


@pytest.fixture
def office(db: Engine, settings: config.Settings) -> int:
    with base.transaction(db) as session:
        above = agencies.AgencyRow(name=UNDER, level="county", office_emails=["zf@example.invalid"])
        agency, _ = agencies.upsert_agency(session, above)
        for name in ("甲县水利局", "甲县财政局"):
            below = agencies.AgencyRow(name=name, level="county", kind="department", parent=UNDER)
            agencies.upsert_agency(session, below)
        agencies.link_parents(session)
        found = agencies.office_of(session, agency.id)
        assert found is not None
        return found.id


def wanted(
    period: str, office: int, under: str, year: int, days: tuple[date, date] = DAYS, mailed: bool = True
) -> schedule.Issue:
    return schedule.Issue(
        period=period, office=office, under=under, year=year, first=days[0], last=days[1], mailed=mailed,
        created_at=base.utcnow(),
    )  # fmt: skip


def issue(db: Engine, office: int, period: str = "month", mailed: bool = True, year: int = 2026) -> int:
    """An issue to be made; the number of its work."""
    with base.transaction(db) as session:
        under = UNDER if office else ""
        made = schedule.issue(session, wanted(period, office, under, year, mailed=mailed))
        return schedule.to_be_made(session, made, base.utcnow())


def test_the_summary_of_all_is_written_into_the_data_folder_and_mailed_to_nobody(
    db: Engine, settings: config.Settings, office: int
):
    number = issue(db, 0, "season", mailed=False)
    run(tasks.summary, number)
    assert row(db, number).state == "done"
    assert UNDER in (settings.data_dir / "summary" / "nianbao-2026.html").read_text(encoding="utf-8")
    assert not all_of(db, mails.Mail)


def test_an_office_gets_its_summary_once_with_its_files_however_often_it_is_made(
    db: Engine,
    settings: config.Settings,
    office: int,
    inbox: Mailbox,  # noqa: F811
):
    for _ in range(2):
        run(tasks.summary, issue(db, office))
    assert (settings.data_dir / "summary" / str(office) / "nianbao-2026-month-2027-03-31.pdf").is_file()
    (piece,) = waiting(db, "mail")
    run(tasks.mail, piece.id)
    assert inbox.recipients == [["zf@example.invalid"]]
    (mail,) = inbox.mails
    assert "2027年3月" in str(mail["Subject"])
    names = [str(file.get_filename()) for file in mail.iter_attachments()]
    assert [name.rpartition(".")[2] for name in names] == ["pdf", "xlsx"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "甲县人民政府政府信息公开工作主管部门：" in text.get_content()
    assert "应发布" in text.get_content()
    run(tasks.summary, issue(db, office))
    assert not waiting(db, "mail")


def test_files_beyond_the_size_of_a_mail_are_named_and_not_attached(db: Engine, settings: config.Settings, office: int):
    small = config.settings().model_copy(update={"mail_size_mb": 0.02})  # the PDF alone is larger
    with base.transaction(db) as session:
        made = schedule.issue(session, wanted("month", office, UNDER, 2026))
        now = base.utcnow().astimezone(settings.zone)
        found, _ = issues.figures_of(session, 2026, issues.days_of(session, made), UNDER, now)
        paths = render.write(found, settings.data_dir / "summary", "")
        issues.queue_mail(session, small, made, found, paths, now)
    (mail,) = all_of(db, mails.Mail)
    assert [one["name"].rpartition(".")[2] for one in mail.attachments] == ["xlsx"]
    assert "因邮件大小限制" in mail.text
    assert ".pdf" in mail.text.partition("未随附")[2]


def test_a_summary_that_waited_is_made_anew_before_it_leaves(
    db: Engine,
    settings: config.Settings,
    office: int,
    inbox: Mailbox,  # noqa: F811
):
    run(tasks.summary, issue(db, office))
    (piece,) = waiting(db, "mail")
    with base.transaction(db) as session:
        (old,) = session.scalars(sa.select(mails.Mail)).all()
        old.queued_at, old.text = base.utcnow() - timedelta(days=2), "不再属实"
    run(tasks.mail, piece.id)
    assert not inbox.mails
    (again,) = waiting(db, "summary")
    run(tasks.summary, again.id)
    (piece,) = waiting(db, "mail")
    run(tasks.mail, piece.id)
    (mail,) = inbox.mails
    text = mail.get_body(("plain",))
    assert text is not None
    assert "不再属实" not in text.get_content()


def test_a_season_says_what_was_corrected_how_fast_and_since_the_issue_before(
    db: Engine, settings: config.Settings, office: int
):
    today = base.utcnow().astimezone(settings.zone)
    year = last_year(settings)
    with base.transaction(db) as session:
        body = session.scalars(sa.select(agencies.Agency).where(agencies.Agency.name == "甲县水利局")).one()
        for number, (seen, mended) in enumerate(((20, 10), (20, 2)), 1):
            session.add(
                findings.Finding(
                    agency_id=body.id, year=year, rule=f"APP-SUM-{number}", severity="error", message="不符",
                    fingerprint=str(number), scope="report", cells=[], state="resolved", needs_review=False,
                    first_seen=today - timedelta(days=seen), resolved_at=today - timedelta(days=mended),
                    last_seen=today - timedelta(days=mended),
                )
            )  # fmt: skip
        began = today.date().replace(month=1, day=1)
        first = schedule.issue(session, wanted("season", office, UNDER, year, (began, today.date() - timedelta(5))))
        first.made_at = today - timedelta(days=5)
        days = (date(today.year, 1, 1), today.date())
        second = schedule.issue(session, wanted("season", office, UNDER, year, days))
        found, _ = issues.figures_of(session, year, issues.days_of(session, second), UNDER, today)
    assert found.changes is not None
    assert (sorted(found.changes.days), found.changes.lately) == ([10, 18], 1)
    said = " ".join(issues._paragraphs(season.content(found)))
    assert "更正问题2项，占此间已更正与尚未解决问题合计的100%" in said
    assert "中位数为10天" in said
    assert "其中1项为上次汇总以后" in said


def test_ops_hear_once_a_day_of_what_the_clock_could_not_do(
    db: Engine, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NIANBAO_OPS_MAIL", "ops@example.invalid")
    config.settings.cache_clear()
    now = base.utcnow()
    with base.transaction(db) as session:
        schedule.record(session, "decide alerts", 0, now, "ValueError: no such day")
        piece = work.add(session, "summary", 77, now)
        piece.state, piece.error, piece.error_kind = "failed", "KeyError: x", "defect"
    for _ in range(2):
        tasks._sweep()
    (mail,) = all_of(db, mails.Mail)
    assert mail.recipients == ["ops@example.invalid"]
    assert "2项定时任务未能完成" in mail.subject
    assert "no such day" in mail.text
    assert "KeyError" in mail.text
    tomorrow: datetime = now + timedelta(days=1)
    monkeypatch.setattr(base, "utcnow", lambda: tomorrow)
    tasks._sweep()
    assert len(all_of(db, mails.Mail)) == 2


def test_ops_are_not_told_late_of_a_job_that_has_been_made_up(
    db: Engine,
    settings: config.Settings,
    inbox: Mailbox,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("NIANBAO_OPS_MAIL", "ops@example.invalid")
    config.settings.cache_clear()
    now = base.utcnow()
    for name in ("decide alerts", "season's summary"):
        with base.transaction(db) as session:
            schedule.record(session, name, 0, now, "ValueError: no such day")
    tasks._sweep()
    with base.transaction(db) as session:
        session.scalars(sa.select(mails.Mail)).one().queued_at = now - timedelta(hours=5)
        schedule.record(session, "decide alerts", 0, now, None)
    (piece,) = waiting(db, "mail")
    run(tasks.mail, piece.id)
    assert not inbox.mails
    tasks._sweep()
    (piece,) = waiting(db, "mail")
    run(tasks.mail, piece.id)
    (text,) = [mail.text for mail in all_of(db, mails.Mail)]
    assert "写出汇总" in text
    assert "每日提醒" not in text


def test_a_summary_stands_in_the_thread_of_the_offices_digests_of_that_season(
    db: Engine, settings: config.Settings, office: int
):
    run(tasks.summary, issue(db, office))
    (summary,) = all_of(db, mails.Mail)
    assert summary.thread == threads.of_season("office", office, 2026)
