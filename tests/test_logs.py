"""Log lines: one a record, with the ids of what is worked on, without passwords."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs

log = logging.getLogger("workers.tasks")


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)


def test_ids_stand_on_every_line_of_their_block_and_on_no_other(capsys: pytest.CaptureFixture[str]):
    logs.setup("text", "INFO")
    with logs.bound(source=17):
        with logs.bound(document=3):
            log.info("fetched")
        log.info("done")
    log.info("idle")
    first, second, third = capsys.readouterr().err.splitlines()
    assert first.endswith("workers.tasks source=17 document=3 fetched")
    assert second.endswith("workers.tasks source=17 done")
    assert third.endswith("workers.tasks idle")


def test_json_lines_hold_the_ids_as_fields_and_chinese_as_it_is(capsys: pytest.CaptureFixture[str]):
    logs.setup("json", "INFO")
    with logs.bound(mail=5):
        log.warning("未能发送 %s", "年报")
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["logger"], line["mail"], line["message"]) == (
        "warning",
        "workers.tasks",
        5,
        "未能发送 年报",
    )


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_password_in_an_address_reaches_no_log_not_even_in_a_traceback(
    style: str, capsys: pytest.CaptureFixture[str]
):
    logs.setup(style, "INFO")
    address = "postgresql+psycopg://nianbao:geheim@db/nianbao"
    try:
        raise ConnectionError(f"no answer from {address}")
    except ConnectionError:
        log.exception("failed on %s", address)
    said = capsys.readouterr().err
    assert "geheim" not in said
    assert "nianbao:***@db" in said


def test_a_text_from_a_portal_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]):
    logs.setup("text", "INFO")
    log.info("title: %s", "年报\n2027-02-03T00:00:00Z error forged")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_setting_up_twice_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]):
    logs.setup("text", "WARNING")
    logs.setup("text", "WARNING")
    log.warning("once")
    log.info("never")
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://nianbao:geheim@db:5432/nianbao",
        "redis://:geheim@b:6379/0",
        "smtp://user:ge/geheim@mail:587",
        "smtp://user:ge@geheim@mail:587",
        "postgresql://db/nianbao?user=a&password=geheim",
        "host=db user=a password='geheim word' dbname=n",
        "host=db password=geheim dbname=n",
        "s3://bucket/prefix?secret=geheim",
        "smtp://office@county.example:geheim@mail.county.example:465",
        "redis://:ge'geheim@b:6379/0",
        "host=db password='ge\\'geheim' dbname=n",
        "https://oapi.example/robot/send?access_token=geheim&x=1",
        "{'user': 'a', 'smtp_password': 'geheim'}",
        '{"api_key": "ge\\"geheim"}',
        "Authorization: Bearer geheim",
    ],
)
def test_a_secret_is_hidden_in_whatever_shape_it_is_written(address: str):
    shown = logs.without_secrets(f"cannot reach {address} now")
    assert "geheim" not in shown
    assert shown.endswith(" now")


SIGNS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Z", "Cc", "Cs"), exclude_characters="\x85"), max_size=5
)
SHAPES = (
    "postgresql+psycopg://{user}:{secret}@db:5432/n", "smtps://{user}@county.example:{secret}@mail:465?starttls=1",
    "redis://:{secret}@b:6379/0", "imaps://{user}:{secret}@mail/INBOX", "cloudevents+https://:{secret}@host/path",
    "s3://key:{secret}@bucket/prefix", "postgresql://db/n?user=a&password={parameter}",
    "https://h/x?access_token={parameter}&y=2", "host=db password={parameter} dbname=n", "host=db sslpassword='{quoted}'",
)  # fmt: skip


@given(SIGNS, SIGNS, SIGNS, st.sampled_from(SHAPES))
def test_no_sign_in_a_secret_lets_it_show(user: str, before: str, after: str, shape: str):
    secret = f"{before}geheim{after}"
    parts = {"parameter": secret.replace("&", ""), "quoted": secret.replace("\\", "\\\\").replace("'", "\\'")}
    shown = logs.without_secrets(f"cannot reach {shape.format(user=user.replace(':', ''), secret=secret, **parts)} now")
    assert "geheim" not in shown
    assert shown.startswith("cannot reach ")
    assert logs.without_secrets(shown) == shown


@pytest.mark.parametrize("part", ["a://b:", "a://", "token", "'\"", "password='", "x://y@"])
def test_a_long_line_is_looked_through_in_no_time(part: str):
    start = time.process_time()
    logs.without_secrets(part * (200_000 // len(part)))
    assert time.process_time() - start < 5


def test_what_is_no_secret_is_left_as_it_is():
    for text in ("http://a.gov.cn/list?page=2", "mail to a@b.cn", "http://a.gov.cn:80/x and c@d.cn", "12:30 a@b"):
        assert logs.without_secrets(text) == text
