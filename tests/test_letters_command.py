"""`nianbao letters` on a database with reports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner, Result

import config
from cli.app import Refused, app
from models import agencies, base
from tests.models.rows import body, column, fetched, listed, looked, read, report

TOP = "甲县人民政府"


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A county with an office and two departments, of which one published; all that it lists was read whole."""
    shutil.copyfile(sqlite_template, tmp_path / "nianbao.sqlite3")
    url = f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    engine = base.make_engine(url)
    with base.transaction(engine) as session:
        top = body(session, TOP, kind="government", short_name="甲县")
        session.add(agencies.Office(name="甲县人民政府办公室", agency_id=top.id, emails=["a@b.cn"]))
        one, two = body(session, "甲县水利局", parent=TOP), body(session, "甲县林业局", parent=TOP)
        source = column(session, top, one, two)
        looked(session, source, base.utcnow())  # the command tells the time by the clock
        version, _ = fetched(session, listed(session, source, one, year=2023, listed_on=date(2024, 1, 20)))
        read(session, version, report(agency="甲县水利局", year=2023))
    engine.dispose()
    monkeypatch.setenv("NIANBAO_DATABASE_URL", url)
    monkeypatch.setenv("NIANBAO_DATA_DIR", str(tmp_path))
    config.settings.cache_clear()
    yield tmp_path
    config.settings.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["letters", *arguments])


def test_a_letter_is_written_for_each_body_that_is_due_one_and_for_no_other(data: Path):
    answer = run("--under", "甲县", "--year", "2023", "--out", str(data / "letters"), "--json")
    assert answer.exit_code == 0, answer.output
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {(row["agency"], row["kind"]) for row in rows} == {("甲县林业局", "催报函")}
    text = "\n".join(p.text for p in docx.Document(str(data / "letters" / "催报函-甲县林业局.docx")).paragraphs)
    assert "甲县人民政府办公室" in text


def test_a_day_that_is_past_or_none_and_a_folder_that_cannot_be_made_are_refused_in_one_line(data: Path):
    for day in ("2024-02-03", "2月3日"):
        answer = run("--under", TOP, "--year", "2023", "--out", str(data / "x"), "--reply-by", day)
        assert isinstance(answer.exception, Refused)
    (data / "file").write_text("")
    answer = run("--under", TOP, "--year", "2023", "--out", str(data / "file" / "x"))
    assert isinstance(answer.exception, Refused)


def test_where_nobody_is_to_be_written_to_it_says_so(data: Path):
    answer = run("--under", "甲县水利局", "--year", "2023", "--out", str(data / "x"))
    assert answer.exit_code == 0, answer.output
    assert "没有需要发函的单位" in answer.stdout
