"""Chats and programs that get what goes by mail: over real HTTP, once each, signed, and never a stale word."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from sqlalchemy import Engine

import config
from alerts import channels, copies
from alerts.send import SendFailed
from models import base, mails, work
from tests.listener import Listener, listener
from tests.mailbox import Mailbox, free_port
from tests.workers.test_tasks import all_of, decided, inbox, last_year, row, run, waiting  # noqa: F401  a fixture
from workers import tasks

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
NOW = datetime(2027, 2, 3, 1, 0, tzinfo=UTC)


@pytest.fixture
def heard() -> Iterator[Listener]:
    with listener() as made:
        yield made


@pytest.fixture
def two(settings: config.Settings, heard: Listener, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """A chat (Apprise's plain JSON, which needs no account) and a webhook for what offices get."""
    urls = f"json://{heard.host}/chat cloudevents+http://:{SECRET}@{heard.host}/hook"
    monkeypatch.setenv("NIANBAO_OFFICE_CHANNELS", urls)
    config.settings.cache_clear()
    return heard


def send_all(db: Engine) -> None:
    for piece in waiting(db, "mail"):
        run(tasks.mail, piece.id)


def test_what_goes_to_the_office_goes_to_its_channels_once(
    db: Engine,
    settings: config.Settings,
    inbox: Mailbox,  # noqa: F811
    two: Listener,
):
    with pytest.raises(ValueError, match="too many values"):
        decided(db, settings)  # it expects the mail alone
    for _ in range(2):
        send_all(db)
        with base.transaction(db) as session:
            number = work.add(session, "decide", last_year(settings), base.utcnow()).id
        run(tasks.decide, number)
    assert len(inbox.mails) == 1
    assert sorted(path for path, _, _ in two.came) == ["/chat", "/hook"]
    sent = {path: json.loads(body) for path, _, body in two.came}
    assert sent["/chat"]["title"] == inbox.mails[0]["Subject"]
    assert "（全文和附件见邮件）" in sent["/chat"]["message"]
    assert {mail.state for mail in all_of(db, mails.Mail)} == {"sent"}
    (first, *_) = sent["/hook"]["data"]["items"]
    assert first["agency"] == "甲县财政局"


def test_an_event_is_one_by_the_standard_and_its_signature_that_of_the_receiver(
    db: Engine, settings: config.Settings, heard: Listener
):
    name, url = next(iter(channels.channels(f"cloudevents+http://:{SECRET}@{heard.host}/hook").items()))
    assert SECRET not in name
    text = channels.event("digest:office:5:2026:2027-02-03+x", "digest", "年报监测", {"day": "2027-02-03"}, NOW)
    for _ in range(2):
        channels.post(url, "", text, NOW)
    (path, headers, body), (_, again, _) = heard.came
    assert path == "/hook"
    event = from_http_event(HTTPMessage(headers={k.lower(): v for k, v in headers.items()}, body=body))
    assert (event.get_type(), event.get_source(), event.get_subject()) == (
        "cn.nianbao.digest",
        "urn:nianbao",
        "年报监测",
    )
    assert event.get_data() == {"day": "2027-02-03"}
    assert headers["webhook-id"] == again["webhook-id"] == event.get_id()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(b"k" * 24, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    assert "Authorization" not in headers


def test_the_signature_is_that_of_the_standards_own_example():
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = channels.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("answer", "kind", "perhaps"),
    [(500, "retry", False), (429, "retry", False), (404, "person", False), (0, "retry", False)],
)
def test_a_webhook_that_is_busy_is_tried_again_and_one_that_refuses_waits_for_a_person(
    heard: Listener, answer: int, kind: str, perhaps: bool
):
    heard.answers = [answer]
    with pytest.raises(SendFailed) as failed:
        channels.post(
            f"cloudevents+http://:{SECRET}@{heard.host}/hook", "", channels.event("k", "x", "s", {}, NOW), NOW
        )
    assert (failed.value.kind, failed.value.perhaps_sent) == (kind, perhaps)


@pytest.mark.parametrize(
    ("answer", "kind", "perhaps"), [(503, "retry", False), (401, "person", False), (0, "person", True)]
)
def test_a_chat_that_may_have_the_message_is_not_told_twice(heard: Listener, answer: int, kind: str, perhaps: bool):
    heard.answers = [answer]
    with pytest.raises(SendFailed) as failed:
        channels.post(f"json://{heard.host}/", "s", "t", NOW)
    assert (failed.value.kind, failed.value.perhaps_sent) == (kind, perhaps)


def test_a_chat_that_is_not_there_is_tried_again():
    with pytest.raises(SendFailed) as failed:
        channels.post(f"json://127.0.0.1:{free_port()}/", "s", "t", NOW)
    assert (failed.value.kind, failed.value.perhaps_sent) == ("retry", False)


def test_a_copy_that_waited_is_made_anew_with_its_mail_or_not_sent(
    db: Engine, settings: config.Settings, two: Listener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NIANBAO_OFFICE_MAIL", "office@example.invalid")  # and no mail server: the mail waits
    config.settings.cache_clear()
    with pytest.raises(ValueError, match="too many values"):
        decided(db, settings)
    with base.transaction(db) as session:
        for each in session.scalars(sa.select(mails.Mail)):
            each.queued_at, each.text = base.utcnow() - timedelta(days=1), "不再属实"
    for piece in waiting(db, "mail"):
        run(tasks.mail, piece.id)
    send_all(db)
    assert len(two.came) == 2
    assert all("不再属实".encode() not in body for _, _, body in two.came)


@pytest.mark.parametrize(
    "url",
    ["wecombot://00000000-0000-0000-0000-000000000000", "dingtalk://abcdef123456", "feishu://abcdef12-3456-7890-abcd"],
)
def test_the_chats_of_offices_are_known(url: str):
    (name,) = channels.channels(url)
    assert "abcdef" not in name
    assert (
        url.split("://")[1]
        not in config.Settings(office_channels=url, _env_file=None).displayed()["NIANBAO_OFFICE_CHANNELS"]
    )


@pytest.mark.parametrize("url", ["nothing://x", "cloudevents+https://host/path", "cloudevents+ftp://:s@host", "geheim"])
def test_an_address_that_is_no_channel_is_refused_without_its_secrets(url: str):
    with pytest.raises(channels.BadChannel) as failed:
        channels.channels(url)
    assert "geheim://x" not in str(failed.value)


def test_a_channel_that_is_configured_no_more_waits_for_a_person(settings: config.Settings):
    with pytest.raises(SendFailed) as failed:
        copies.send(settings, "json-00000000", "s", "t", NOW)
    assert failed.value.kind == "person"


def test_what_goes_to_a_leader_alone_goes_to_no_chat(db: Engine, settings: config.Settings, two: Listener):
    with base.transaction(db) as session:
        draft = mails.Draft("k", "<k@x>", "leader", "overdue", NOW.date(), ["a@x.example"], "s", "t", "h", ["k"])
        mail = mails.queue(session, draft, NOW)
        assert mail is not None
        copies.queue(session, config.settings().model_copy(update={"ops_channels": "json://a.example"}), mail, NOW)
    assert len(all_of(db, mails.Mail)) == 1
