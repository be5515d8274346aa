"""Settings: one typed object, documented whole, secrets hidden."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import BadSettings, Settings, mail_address, settings, utcnow

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_every_setting_is_documented_in_the_example_with_its_default():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    documented = dict(line.split("=", 1) for line in lines if line.startswith("NIANBAO_"))
    assert set(documented) == {f"NIANBAO_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = ",".join(field.default) if isinstance(field.default, list) else str(field.default)
        assert documented[f"NIANBAO_{name.upper()}"].strip('"').lower() == default.lower(), name


def test_a_wrong_setting_is_named_in_one_line(monkeypatch):
    monkeypatch.setenv("NIANBAO_CRAWL_DELAY", "fast")
    with pytest.raises(BadSettings, match="NIANBAO_CRAWL_DELAY"):
        settings()


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "smtp"
    secret.write_text("smtp://u:p@mail:25\n")
    monkeypatch.setenv("NIANBAO_SMTP_URL_FILE", str(secret))
    assert settings().smtp_url == "smtp://u:p@mail:25"


def test_a_secret_file_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("NIANBAO_SMTP_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(BadSettings, match="none"):
        settings()


def test_passwords_are_never_shown(monkeypatch):
    monkeypatch.setenv("NIANBAO_DATABASE_URL", "postgresql+psycopg://nianbao:geheim@db:5432/nianbao")
    assert "geheim" not in str(settings().displayed())


def test_a_settings_file_in_another_encoding_is_named_in_one_line(tmp_path):
    (tmp_path / ".env").write_bytes("NIANBAO_MAIL_FROM=年报 <a@b.cn>\n".encode("gbk"))
    with pytest.raises(BadSettings, match="not UTF-8"):
        settings()


@pytest.mark.parametrize("wrong", ["office", "a@", "@b.cn", "a b@c.cn", "ａ@b.cn", "a＠b.cn", "a@b..cn", "甲 <a@b.cn>"])
def test_a_wrong_mail_address_is_found_when_it_is_entered(monkeypatch, wrong):
    monkeypatch.setenv("NIANBAO_OFFICE_MAIL", f"office@a.gov.cn,{wrong}")
    with pytest.raises(BadSettings, match="NIANBAO_OFFICE_MAIL"):
        settings()


def test_an_address_with_a_chinese_name_is_an_address():
    assert mail_address("张三@a.gov.cn") == "张三@a.gov.cn"
    assert mail_address("office@localhost") == "office@localhost"


def test_a_rehearsal_has_a_clock_of_its_own_that_goes_on_from_what_its_file_says(monkeypatch, tmp_path):
    moment = tmp_path / "clock"
    moment.write_text("2027-01-29T09:00:00+08:00\n")
    monkeypatch.setenv("NIANBAO_CLOCK", str(moment))
    first, second = utcnow(), utcnow()
    assert datetime(2027, 1, 29, 1, tzinfo=UTC) <= first < second < datetime(2027, 1, 29, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "", "2027-01-29T09:00:00"])
def test_a_clock_that_tells_no_moment_is_named_and_not_guessed(monkeypatch, tmp_path, text):
    moment = tmp_path / "clock"
    moment.write_text(text)
    monkeypatch.setenv("NIANBAO_CLOCK", str(moment))
    with pytest.raises(BadSettings, match="NIANBAO_CLOCK"):
        utcnow()
