"""`nianbao aggregate` and `nianbao rules test` on a database with reports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

import config
from cli.app import Refused, app
from models import base
from reports.report import Cell
from tests.calling import nianbao
from tests.models.rows import NOW, body, column, fetched, listed, looked, read, report

TOP = "甲县人民政府"
WRONG = "applications.new.total"


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder: a county, two departments of which one published, with one wrong sum."""
    shutil.copyfile(sqlite_template, tmp_path / "nianbao.sqlite3")
    url = f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    engine = base.make_engine(url)
    with base.transaction(engine) as session:
        top = body(session, TOP, kind="government", short_name="甲县")
        one, two = body(session, "甲县水利局", parent=TOP), body(session, "甲县林业局", parent=TOP)
        source = column(session, top, one, two)
        looked(session, source, NOW)
        said = report(agency="甲县水利局", year=2025)
        said.cells = (said.cells or {}) | {WRONG: Cell(3, "3")}
        version, _ = fetched(session, listed(session, source, one, year=2025, listed_on=date(2026, 1, 20)))
        read(session, version, said)
    engine.dispose()
    monkeypatch.setenv("NIANBAO_DATABASE_URL", url)
    monkeypatch.setenv("NIANBAO_DATA_DIR", str(tmp_path))
    config.settings.cache_clear()
    yield tmp_path
    config.settings.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_sums_are_written_and_what_is_lacking_is_said(data: Path):
    out = data / "x.xlsx"
    answer = run("aggregate", "--under", "甲县", "--year", "2025", "--out", str(out))
    assert answer.exit_code == 0, answer.output
    assert "暂按已读取的 1/2 家计算，缺 甲县林业局。" in answer.stdout
    assert run("aggregate", "--under", TOP, "--year", "2025", "--out", str(out), "--strict").exit_code == 1
    book = openpyxl.load_workbook(out)
    assert str(book.worksheets[0]["A1"].value).startswith(f"{TOP} 2025 年度")
    assert "甲县林业局" in [cell.value for cell in book["缺漏与存疑"]["A"]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--under", "乙县", "--year", "2025", "--out", "x.xlsx"), "乙县"),
        (("--under", TOP, "--year", "2025", "--out", "x.csv"), ".xlsx"),
        (("--under", TOP, "--year", "2018", "--out", "x.xlsx"), "2019"),
        (("--under", TOP, "--year", "2025", "--out", "none/x.xlsx"), "none"),
    ],
)
def test_what_cannot_be_added_up_or_written_is_refused_in_one_line(
    arguments: tuple[str, ...], words: str, data: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(data)
    answer = run("aggregate", *arguments)
    assert isinstance(answer.exception, Refused)
    assert words in str(answer.exception)
    assert not list(data.glob("*.xlsx"))


def test_a_back_test_prints_each_change_and_a_last_line_of_counts(data: Path):
    answer = run("rules", "test", "APP-SUM-ROW", "--json")
    assert answer.exit_code == 0, answer.output
    change, counts = map(json.loads, answer.stdout.splitlines())
    assert (change["agency"], change["year"], change["outcome"]) == ("甲县水利局", 2025, "said")
    assert change["newly"][0]["rule"] == "APP-SUM-ROW"
    assert (counts["reports"], counts["newly"], counts["outcomes"]) == (1, 1, {"said": 1})
    table = run("rules", "test", "APP-SUM-ROW").stdout
    assert "新增" in table
    assert "1份" in table


def test_a_back_test_of_an_unknown_rule_or_an_empty_year_is_plain(data: Path):
    assert isinstance(run("rules", "test", "NO-SUCH").exception, Refused)
    (counts,) = map(json.loads, run("rules", "test", "APP-SUM-ROW", "--year", "2019", "--json").stdout.splitlines())
    assert counts["reports"] == 0


def test_the_command_refuses_with_status_2_and_without_a_traceback(tmp_path: Path):
    answer = nianbao("aggregate", "--under", "乙县人民政府", "--year", "2025", "--out", "x.xlsx", cwd=tmp_path)
    assert answer.returncode == 2
    assert "乙县人民政府" in answer.stderr
    assert "Traceback" not in answer.stderr
