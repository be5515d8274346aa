"""What mail servers do, over real SMTP: who has the mail afterwards, who does not, and who perhaps."""

from __future__ import annotations

import socket
from contextlib import closing
from threading import Thread

import pytest

from alerts import send
from alerts.send import SendFailed, deliver
from tests.alerts.test_compose_and_send import outgoing
from tests.mailbox import Mailbox, mailbox

SENDER = "nianbao@a.gov.cn"
THREE = ("a@a.gov.cn", "b@a.gov.cn", "c@a.gov.cn")


@pytest.fixture
def box():
    with mailbox() as made:
        yield made


def ids(box: Mailbox) -> set[str]:
    return {str(mail["Message-ID"]) for mail in box.mails}


def test_who_is_put_off_by_a_greylist_has_it_on_the_second_try(box):
    box.greylists = True
    with pytest.raises(SendFailed) as failed:
        deliver(outgoing(recipients=THREE), box.url, SENDER)
    assert (failed.value.kind, failed.value.perhaps_sent, failed.value.refused) == ("retry", False, {})
    assert deliver(outgoing(recipients=THREE), box.url, SENDER).delivered == list(THREE)
    assert box.recipients == [list(THREE)]


def test_a_server_that_takes_one_recipient_at_a_time_gets_the_mail_once_for_each(box):
    box.most = 1
    delivery = deliver(outgoing(recipients=("nobody@a.gov.cn", *THREE)), box.url, SENDER)
    assert (delivery.delivered, list(delivery.refused), delivery.deferred) == (list(THREE), ["nobody@a.gov.cn"], {})
    assert box.recipients == [[one] for one in THREE]
    assert len(ids(box)) == 1
    assert {str(mail["To"]) for mail in box.mails} == {"nobody@a.gov.cn, a@a.gov.cn, b@a.gov.cn, c@a.gov.cn"}


def test_a_mailbox_that_is_busy_is_no_full_transaction(box):
    box.busy = {"b@a.gov.cn"}
    box.most = 0
    delivery = deliver(outgoing(recipients=THREE), box.url, SENDER)
    assert (delivery.delivered, list(delivery.deferred)) == (["a@a.gov.cn", "c@a.gov.cn"], ["b@a.gov.cn"])


def test_an_answer_lost_for_the_second_group_leaves_the_first_with_the_mail_and_the_second_unsure(box):
    box.most = 1
    box.breaks_off_after = 1
    delivery = deliver(outgoing(recipients=THREE), box.url, SENDER)
    assert delivery.delivered == ["a@a.gov.cn"]
    assert list(delivery.unsure) == ["b@a.gov.cn", "c@a.gov.cn"]
    assert (delivery.deferred, delivery.refused) == ({}, {})


def test_a_slow_server_is_waited_for_and_gets_the_mail_once(box, monkeypatch):
    monkeypatch.setattr(send, "TIMEOUT", 3.0)
    box.slow = 1.0
    assert deliver(outgoing(recipients=THREE), box.url, SENDER).delivered == list(THREE)
    assert len(box.mails) == 1


def test_the_answer_to_the_text_is_waited_for_longer_than_any_other(box, monkeypatch):
    monkeypatch.setattr(send, "TIMEOUT", 1.0)
    box.slow = 1.5
    with pytest.raises(SendFailed) as failed:
        deliver(outgoing(recipients=THREE), box.url, SENDER)
    assert (failed.value.kind, failed.value.perhaps_sent) == ("retry", False)
    assert box.mails == []

    box.slow = 0.0

    def slower() -> None:
        box.slow = 1.5  # only the text's answer takes so long

    assert deliver(outgoing(recipients=THREE), box.url, SENDER, slower).delivered == list(THREE)
    assert len(box.mails) == 1


@pytest.mark.parametrize("answer", ["552 mailbox full", "421 closing"])
def test_what_is_refused_after_the_text_has_reached_nobody(box, answer):
    box.answer = answer
    with pytest.raises(SendFailed) as failed:
        deliver(outgoing(recipients=THREE), box.url, SENDER)
    assert (failed.value.kind, failed.value.perhaps_sent) == ("person" if answer[0] == "5" else "retry", False)
    assert box.mails == []


def test_a_login_that_cannot_be_checked_now_is_tried_again_and_a_wrong_one_needs_a_person():
    for code, kind in ((454, "retry"), (535, "person")):
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            Thread(target=turns_logins_away, args=(server, code), daemon=True).start()
            with pytest.raises(SendFailed) as failed:
                deliver(outgoing(), f"smtp://nianbao:secret@127.0.0.1:{server.getsockname()[1]}", SENDER)
        assert (failed.value.kind, failed.value.perhaps_sent) == (kind, False)
        assert "secret" not in str(failed.value)


def turns_logins_away(server: socket.socket, code: int) -> None:
    """A server that answers each login so."""
    client, _ = server.accept()
    with client, client.makefile("rb") as lines:
        client.sendall(b"220 mx.example ESMTP\r\n")
        for line in lines:
            word = line[:4].upper()
            answer = b"250-mx.example\r\n250 AUTH PLAIN" if word == b"EHLO" else b"%d not now" % code
            client.sendall((b"221 bye" if word == b"QUIT" else answer) + b"\r\n")
