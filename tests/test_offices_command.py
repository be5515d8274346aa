"""Supervising offices from the shell and from a sheet that officials filled in."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from exchange.words import words
from tests.calling import nianbao

BODIES = """单位全称,层级,上级单位,主管部门邮箱
甲县人民政府,县级,,old@jia.example
甲县统计局,县级,甲县人民政府,
乙县人民政府,县级,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bodies.csv").write_text(BODIES, encoding="utf-8")
    assert nianbao("agencies", "import", "bodies.csv", cwd=tmp_path).returncode == 0
    return tmp_path


def shown(folder: Path) -> dict[str, dict[str, object]]:
    lines = nianbao("offices", "list", "--json", cwd=folder).stdout.splitlines()
    return {row["government"]: row for row in map(json.loads, lines)}


def test_an_office_of_the_register_keeps_its_address_and_gets_roles_and_hours(folder: Path):
    assert shown(folder)["甲县人民政府"]["desk"] == ["old@jia.example"]
    said = nianbao(
        "offices", "set", "甲县人民政府", "--leader", "zr@jia.example,fzr@jia.example", "--quiet", "18:00-8:30",
        "--workdays-only", "--escalate-after", "0", "--by", "王芳", cwd=folder,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    row = shown(folder)["甲县人民政府"]
    assert (row["desk"], row["leader"]) == (["old@jia.example"], ["zr@jia.example", "fzr@jia.example"])
    assert (row["quiet"], row["workdays_only"], row["escalate_after"]) == ("18:00-08:30", True, None)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("甲县府",), "not in the register"),
        (("甲县人民政府", "--desk", "zwgk＠jia.example"), "half width"),
        (("甲县人民政府", "--quiet", "nachts"), "18:00-08:30"),
        (("甲县人民政府", "--digest-hour", "24"), "digest_hour"),
    ],
)
def test_what_cannot_be_taken_is_one_line_and_changes_nothing(folder: Path, arguments: tuple[str, ...], word: str):
    before = shown(folder)
    said = nianbao("offices", "set", *arguments, "--by", "王芳", cwd=folder)
    assert (said.returncode, len(said.stderr.strip().splitlines())) == (2, 1)
    assert word in said.stderr
    assert shown(folder) == before


def test_the_template_is_filled_in_and_imported_whole_or_not_at_all(folder: Path):
    assert nianbao("offices", "template", "offices.xlsx", cwd=folder).returncode == 0
    book = openpyxl.load_workbook(folder / "offices.xlsx")
    sheet = book.worksheets[0]
    columns = list(words().office_columns)

    def fill(row: int, **values: str) -> None:
        for name, value in values.items():
            sheet.cell(row, columns.index(name) + 1, value)

    fill(
        3, government="甲县人民政府", leader="zr@jia.example；fzr@jia.example", workdays_only="是", escalate_after="10"
    )
    fill(4, government="丙县人民政府", desk="a@bing.example")
    book.save(folder / "offices.xlsx")
    said = nianbao("offices", "import", "offices.xlsx", "--by", "王芳", cwd=folder)
    assert said.returncode == 2
    assert "row 4" in said.stderr
    assert shown(folder)["甲县人民政府"]["leader"] == []
    fill(4, government="乙县人民政府", office="乙县政务公开办")
    book.save(folder / "offices.xlsx")
    said = nianbao("offices", "import", "offices.xlsx", "--by", "王芳", cwd=folder)
    assert said.returncode == 0, said.stderr
    rows = shown(folder)
    assert rows["甲县人民政府"]["leader"] == ["zr@jia.example", "fzr@jia.example"]
    assert rows["甲县人民政府"]["desk"] == ["old@jia.example"]  # an empty cell leaves what is set
    assert rows["甲县人民政府"]["escalate_after"] == 10
    assert (rows["乙县人民政府"]["office"], rows["乙县人民政府"]["desk"]) == ("乙县政务公开办", ["a@bing.example"])
