"""Mails that came back, from a real mailbox: who is marked, who is told, and what is left alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

import config
from alerts import bounces, outbox
from models import base, mails, schedule, work
from tests.imap_server import imap
from tests.workers.test_tasks import all_of
from workers import tasks

HERE, THERE = "wang@a.example", "li@a.example"


def notification(message_id: str, *failures: tuple[str, str, str], headers: bool = False) -> bytes:
    """A delivery status notification as Postfix writes it: (address, action, status) of each recipient."""
    blocks = "".join(
        f"\nFinal-Recipient: rfc822; {who}\nOriginal-Recipient: rfc822;{who}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {status.replace('.', '')[:3] if status else 550} {status} <{who}>: said the server\n"
        for who, action, status in failures
    )
    returned = f"Message-ID: {message_id}\nSubject: x\n"
    kind, body = ("text/rfc822-headers", returned) if headers else ("message/rfc822", returned + "\nbody\n")
    return (
        "From: MAILER-DAEMON@a.example\nTo: nianbao@a.example\nSubject: Undelivered Mail Returned to Sender\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nThis is the mail system.\n\n"
        f"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.a.example\n{blocks}\n"
        f"--B\nContent-Type: {kind}\n\n{body}\n--B--\n"
    ).encode()


@pytest.fixture
def letters(tmp_path: Path, settings: config.Settings, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "inbox"
    folder.mkdir()
    with imap(folder) as url:
        monkeypatch.setenv("NIANBAO_IMAP_URL", url)
        monkeypatch.setenv("NIANBAO_OPS_MAIL", "ops@a.example")
        config.settings.cache_clear()
        yield folder


def sent(db: Engine, *recipients: str, ago: timedelta = timedelta(0)) -> mails.Mail:
    now = base.utcnow() - ago
    with base.transaction(db) as session:
        draft = mails.Draft(
            f"digest:{recipients}", "<digest@a.example>", "office", "digest", now.date(), recipients, "年报监测", "t",
            "h", ["matter"],
        )  # fmt: skip
        mail = mails.queue(session, draft, now)
        assert mail is not None
        mail.state, mail.sent_at = "sent", now
        mail.deliveries = {who: {"state": "delivered", "reason": ""} for who in recipients}
        session.flush()
        return mail


def test_a_wrong_address_is_marked_told_to_ops_once_and_gets_no_more_mails(
    db: Engine, settings: config.Settings, letters: Path
):
    sent(db, HERE, THERE)
    (letters / "1.eml").write_bytes(notification("<digest@a.example>", (HERE, "failed", "5.1.1")))
    for _ in range(2):
        tasks._bounces()
    assert (letters / "1.seen").exists()
    mail, notified = all_of(db, mails.Mail)
    assert mail.deliveries[HERE] == {"state": "returned", "reason": f"5.1.1 511 5.1.1 <{HERE}>: said the server"}
    assert (mail.state, mail.deliveries[THERE]["state"]) == ("sent", "delivered")
    assert (notified.event, notified.recipients) == ("refused", ["ops@a.example"])
    assert HERE in notified.text
    with base.transaction(db) as session:
        assert mails.usable(session, [HERE.upper(), THERE]) == (THERE,)
        office = config.settings().model_copy(update={"office_mail": [HERE, THERE]})
        assert outbox.recipients_of(session, office, None)[0] == (THERE,)
        assert mails.readmit(session, HERE)
        assert mails.usable(session, [HERE]) == (HERE,)


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1", ""])
def test_a_full_mailbox_or_a_server_that_was_away_is_told_and_the_address_stays(
    db: Engine, settings: config.Settings, letters: Path, status: str
):
    sent(db, HERE, THERE)
    (letters / "1.eml").write_bytes(notification("<digest@a.example>", (HERE, "failed", status), headers=True))
    tasks._bounces()
    mail, notified = all_of(db, mails.Mail)
    assert mail.deliveries[HERE]["state"] == "returned"
    assert HERE in notified.text
    with base.transaction(db) as session:
        assert mails.usable(session, [HERE]) == (HERE,)


def test_what_came_back_from_everybody_has_told_nothing(db: Engine, settings: config.Settings, letters: Path):
    sent(db, HERE, THERE)
    for number, who in enumerate((HERE, THERE)):
        (letters / f"{number}.eml").write_bytes(notification("<digest@a.example>", (who, "failed", "5.1.1")))
    tasks._bounces()
    with base.transaction(db) as session:
        assert mails.notified(session).keys() == {"ops"}
    assert all_of(db, mails.Mail)[0].state == "failed"


def test_what_is_only_late_and_what_people_wrote_changes_nothing_and_people_find_it_unread(
    db: Engine, settings: config.Settings, letters: Path
):
    sent(db, HERE)
    (letters / "1.eml").write_bytes(notification("<digest@a.example>", (HERE, "delayed", "4.4.1")))
    (letters / "2.eml").write_bytes(
        "From: 王 <wang@a.example>\nTo: nianbao@a.example\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n"
        "Action: failed\nStatus: 5.1.1\n".encode()
    )
    (letters / "3.eml").write_bytes(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\nbroken"
    )
    tasks._bounces()
    assert [mail.state for mail in all_of(db, mails.Mail)] == ["sent"]
    assert not (letters / "2.seen").exists()


def test_a_claim_on_a_mail_that_is_none_of_ours_or_long_ago_or_on_somebody_else_is_left_alone(
    db: Engine, settings: config.Settings, letters: Path
):
    sent(db, HERE, ago=timedelta(days=20))
    claims = [("<digest@a.example>", HERE), ("<other@a.example>", HERE), ("<digest@a.example>", "no@a.example")]
    for number, (message_id, who) in enumerate(claims):
        (letters / f"{number}.eml").write_bytes(notification(message_id, (who, "failed", "5.1.1")))
    tasks._bounces()
    (mail,) = all_of(db, mails.Mail)
    assert (mail.state, mail.deliveries[HERE]["state"]) == ("sent", "delivered")
    with base.transaction(db) as session:
        assert mails.refused(session) == []


def test_a_mailbox_that_cannot_be_read_is_a_job_that_failed_without_its_password(
    db: Engine, settings: config.Settings, letters: Path, monkeypatch: pytest.MonkeyPatch
):
    url = config.settings().imap_url
    assert "INBOX can be read" in bounces.probe(url)
    monkeypatch.setenv("NIANBAO_IMAP_URL", url.replace("geheim", "falsch"))
    config.settings.cache_clear()
    tasks._bounces()
    with base.transaction(db) as session:
        (row,) = schedule.failed(session)
    assert row.job == "mails that came back"
    assert "falsch" not in (row.error or "")
    assert not [piece for piece in all_of(db, work.Work) if piece.kind == "mail"]


@pytest.mark.parametrize("url", ["http://a", "imaps://mail.a.example", "imaps://"])
def test_a_wrong_address_of_a_mailbox_is_named(url: str):
    with pytest.raises(ValueError, match="IMAP_URL must look like"):
        bounces.Mailbox.parse(url)
