"""The register from a sheet, and everything out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from crawler import families
from exchange import export
from exchange.register import ImportResult, import_agencies, template
from exchange.sheet import BadSheet
from exchange.words import words
from models import agencies, base, exports, sources
from models.agencies import Agency, Office
from models.sources import Source, SourceAgency
from reports.form import forms
from spreadsheet import safe
from tests.models.rows import NOW

HEAD = "name,level,kind,parent,portal,reports_url,in_scope_from,in_scope_to,deadline,aliases,office_email"


def sheet(path: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join((head, *lines)) + "\n", encoding=encoding)
    return path


def workbook(path: Path, rows: Iterable[Iterable[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    book.save(path)
    return path


def take(engine: Engine, path: Path, skip_bad: bool = False) -> ImportResult:
    with base.transaction(engine) as session:
        return import_agencies(session, path, skip_bad=skip_bad, now=NOW)


def names(engine: Engine) -> list[str]:
    with base.transaction(engine) as session:
        return list(session.scalars(sa.select(Agency.name).order_by(Agency.id)))


def faults(result: ImportResult) -> list[tuple[int, str]]:
    return [(bad.row, bad.column) for bad in result.bad]


# ------------------------------------------------------------------ in


def test_a_superior_that_is_not_in_the_register_is_warned_of_once_where_no_office_gets_the_mails(
    engine: Engine, tmp_path: Path
):
    path = sheet(
        tmp_path / "a.csv",
        "丁县统计局,county,department,丁县府,,,,,,,",
        "丁县民政局,county,department,丁县府,,,,,,,",
        "丁县人民政府,county,government,某市人民政府,,,,,,,a@ding.gov.cn",
        "丁县教育局,county,department,丁县人民政府,,,,,,,",
    )
    result = take(engine, path)
    (warning,) = result.warnings
    assert (warning.row, result.added, result.bad) == (2, 4, [])
    assert "'丁县府' of 2 bodies" in warning.message


def test_bodies_are_added_with_their_parents_even_where_those_stand_further_down(engine: Engine, tmp_path: Path):
    path = sheet(
        tmp_path / "a.csv",
        "甲县统计局,county,department,甲县人民政府,,http://www.jia.gov.cn/nb/,,,,县统计局、甲统,",
        "甲县人民政府,county,government,某市人民政府,,,2020-01-01,,,,a@jia.gov.cn；b@jia.gov.cn",
    )
    result = take(engine, path)
    assert (result.added, result.updated, result.bad) == (2, 0, [])
    with base.transaction(engine) as session:
        bureau, county = session.scalars(sa.select(Agency).order_by(Agency.id))
        assert bureau.parent is county
        assert (county.parent, county.parent_name) == (None, "某市人民政府")
        assert sorted(alias.name for alias in bureau.aliases) == ["县统计局", "甲统"]
        office = agencies.office_of(session, bureau.id)
        assert isinstance(office, Office)
        assert office.emails == ["a@jia.gov.cn", "b@jia.gov.cn"]
        (source,) = sources.due(session, NOW)
        assert (source.url, sources.agencies_of(session, source.id)) == ("http://www.jia.gov.cn/nb/", [bureau.id])


def test_a_parent_that_comes_in_a_later_sheet_is_linked_then(engine: Engine, tmp_path: Path):
    take(engine, sheet(tmp_path / "a.csv", "甲县统计局,county,department,甲县人民政府,,,,,,,"))
    take(engine, sheet(tmp_path / "b.csv", "甲县人民政府,county,government,,,,,,,,"))
    with base.transaction(engine) as session:
        bureau = session.scalars(sa.select(Agency).where(Agency.name == "甲县统计局")).one()
        assert bureau.parent is not None
        assert bureau.parent.name == "甲县人民政府"


def test_a_second_import_updates_by_name_and_leaves_what_the_sheet_does_not_say(engine: Engine, tmp_path: Path):
    take(engine, sheet(tmp_path / "a.csv", "甲县统计局,county,department,,http://www.jia.gov.cn/,,2020-01-01,,01-25,,"))
    take(engine, sheet(tmp_path / "a.csv", "乙县统计局,county,,,,,,,,,"))
    result = take(engine, sheet(tmp_path / "b.csv", "甲县统计局,county", head="name,level"))
    assert (result.added, result.updated) == (0, 1)
    result = take(engine, sheet(tmp_path / "b.csv", "甲县统计局,prefecture,02-10", head="name,level,deadline"))
    with base.transaction(engine) as session:
        agency = session.scalars(sa.select(Agency).where(Agency.name == "甲县统计局")).one()
        assert (agency.level, agency.portal, agency.deadline) == ("prefecture", "http://www.jia.gov.cn/", "02-10")
        assert agency.in_scope_from == date(2020, 1, 1)
    assert names(engine) == ["甲县统计局", "乙县统计局"]


def test_a_shared_column_becomes_one_source_that_serves_its_bodies(engine: Engine, tmp_path: Path):
    rows = [f"甲县第{n}局,county,,,,http://www.jia.gov.cn/nb/,,,,," for n in range(3)]
    take(engine, sheet(tmp_path / "a.csv", *rows))
    take(engine, sheet(tmp_path / "a.csv", *rows))
    with base.transaction(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Source)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(SourceAgency)) == 3


def test_a_new_address_takes_the_place_of_the_old_one_which_keeps_its_history(engine: Engine, tmp_path: Path):
    take(engine, sheet(tmp_path / "a.csv", "甲县统计局,county,,,,http://www.jia.gov.cn/old/ http://b.cn/,,,,,"))
    take(engine, sheet(tmp_path / "b.csv", "甲县统计局,county,,,,http://www.jia.gov.cn/new/ http://b.cn/,,,,,"))
    with base.transaction(engine) as session:
        assert {s.url for s in sources.due(session, NOW)} == {"http://www.jia.gov.cn/new/", "http://b.cn/"}
        assert session.scalar(sa.select(sa.func.count()).select_from(Source)) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_read_in_the_encodings_that_offices_save(sqlite_engine: Engine, tmp_path: Path, encoding: str):
    take(sqlite_engine, sheet(tmp_path / "a.csv", "甲县統計局𠮷,county,,,,,,,,,", encoding=encoding))
    assert names(sqlite_engine) == ["甲县統計局𠮷"]


def test_a_workbook_with_dates_and_numbers_as_cells_is_read_as_it_shows(sqlite_engine: Engine, tmp_path: Path):
    path = workbook(
        tmp_path / "a.xlsx",
        [["name", "level", "division_code", "in_scope_from"], [" 甲县统计局 ", "county", 640502, datetime(2021, 3, 1)]],  # noqa: DTZ001
    )
    take(sqlite_engine, path)
    with base.transaction(sqlite_engine) as session:
        agency = session.scalars(sa.select(Agency)).one()
        assert (agency.name, agency.division_code, agency.in_scope_from) == ("甲县统计局", "640502", date(2021, 3, 1))


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (",county,,,,,,,,,", "name", "must not be empty"),
        ("甲局,,,,,,,,,,", "level", "must not be empty"),
        ("甲局,洲,,,,,,,,,", "level", "'洲' is no level; use central, province, prefecture, county, township"),
        ("甲局,county,局,,,,,,,,", "kind", "'局' is no kind; use government, department"),
        ("甲局,county,,,www.jia.gov.cn,,,,,,", "portal", "'www.jia.gov.cn' cannot be visited"),
        ("甲局,county,,,,ftp://jia.gov.cn/,,,,,", "reports_url", "only http and https"),
        ("甲局,county,,,,http://a:b@jia.gov.cn/,,,,,", "reports_url", "user name"),
        ("甲局,county,,,,,1/2/2021,,,,", "in_scope_from", "'1/2/2021' is no date; write 2021-01-01"),
        ("甲局,county,,,,,2021-02-30,,,,", "in_scope_from", "is no date"),
        ("甲局,county,,,,,2021-02-01,2021-01-01,,,", "in_scope_to", "before it begins on 2021-02-01"),
        ("甲局,county,,,,,,,13-31,,", "deadline", "'13-31' is no day of the year; write month-day, 01-25"),
        ("甲局,county,,,,,,,02-29,,", "deadline", "is no day of the year"),
        ("甲局,county,,,,,,,,,office", "office_email", "'office' is no e-mail address"),
        ("甲局,county,,甲局,,,,,,,", "parent", "below itself: 甲局 < 甲局"),
        ("甲局,county,,,,,,,,,,12", "(no column)", "'12' stands under no column"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column_and_nothing_is_imported(
    sqlite_engine: Engine, tmp_path: Path, row: str, column: str, says: str
):
    path = sheet(tmp_path / "a.csv", "好局,county,,,,,,,,,", "", row)
    result = take(sqlite_engine, path)
    (bad,) = result.bad
    assert (bad.row, bad.column) == (4, column)
    assert says in bad.message
    assert names(sqlite_engine) == []
    result = take(sqlite_engine, path, skip_bad=True)
    assert (result.added, faults(result), names(sqlite_engine)) == (1, [(4, column)], ["好局"])


def test_every_bad_cell_of_a_sheet_is_named_at_once(sqlite_engine: Engine, tmp_path: Path):
    path = sheet(tmp_path / "a.csv", ",洲,,,,,,,,,", "甲局,county,,,,,,,,,", "甲局,county,,,,x,,,,,")
    assert faults(take(sqlite_engine, path)) == [(2, "name"), (2, "level"), (4, "name"), (4, "reports_url")]


def test_bodies_below_each_other_are_refused_even_across_sheets(sqlite_engine: Engine, tmp_path: Path):
    take(sqlite_engine, sheet(tmp_path / "a.csv", "甲府,county,government,乙府,,,,,,,"))
    result = take(sqlite_engine, sheet(tmp_path / "b.csv", "乙府,county,government,甲府,,,,,,,"))
    assert faults(result) == [(2, "parent")]
    assert result.bad[0].message.endswith("乙府 < 甲府 < 乙府")


def test_a_scope_that_ends_before_the_one_on_record_begins_is_refused(sqlite_engine: Engine, tmp_path: Path):
    take(sqlite_engine, sheet(tmp_path / "a.csv", "甲局,county,,,,,2022-01-01,,,,"))
    assert faults(take(sqlite_engine, sheet(tmp_path / "b.csv", "甲局,county,,,,,,2021-12-31,,,"))) == [
        (2, "in_scope_to")
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "lacks the column name"),
        (b"level\ncounty\n", "lacks the column name"),
        (b"name,level\n", "no rows below its head"),
        (b"name,level,name\n", "column name twice"),
        (b"name,level,colour\n", "'colour' is not known"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", "neither CSV nor XLSX"),
        (b"PK\x03\x04 cut off", "the XLSX is damaged"),
        (b"name,level\n\xff\xff\xff,county\n", "neither UTF-8 nor GB18030"),
        (b'name,level\n"abc,county\n', "the CSV is damaged"),
    ],
    ids=["empty", "no name", "no rows", "twice", "unknown column", "old Excel", "broken zip", "bytes", "open quote"],
)
def test_a_file_that_is_no_such_sheet_is_refused_in_one_line(
    sqlite_engine: Engine, tmp_path: Path, data: bytes, says: str
):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(BadSheet) as error:
        take(sqlite_engine, path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_refused(sqlite_engine: Engine, tmp_path: Path):
    with pytest.raises(BadSheet, match="No such file"):
        take(sqlite_engine, tmp_path / "none.csv")


def test_the_template_is_a_sheet_that_can_be_filled_in_and_imported(sqlite_engine: Engine, tmp_path: Path):
    path = tmp_path / "bodies.xlsx"
    template(path)
    with pytest.raises(BadSheet, match="no rows below its head"):
        take(sqlite_engine, path)
    book = openpyxl.load_workbook(path)
    rows = book.active
    assert rows is not None
    heads = [column.heads[0] for column in words().columns.values()]
    assert [str(cell.value).removesuffix("（必填）") for cell in rows[1]] == heads
    assert all(cell.value for cell in rows[2])
    rows["A3"], rows["C3"], rows["D3"] = "甲县统计局", "县级", "部门"
    book.save(path)
    assert take(sqlite_engine, path).added == 1


def test_a_row_may_name_the_software_of_its_portal_where_that_is_known(engine: Engine, tmp_path: Path):
    head = "name,level,reports_url,family"
    good = sheet(tmp_path / "a.csv", "甲县统计局,county,http://a.cn/1,kunming", head=head)
    bad = sheet(tmp_path / "b.csv", "甲县统计局,county,http://a.cn/1,trz", head=head)
    with base.transaction(engine) as session:
        assert import_agencies(session, good, False, NOW, families=families.BY_NAME).bad == []
        (fault,) = import_agencies(session, bad, False, NOW, families=families.BY_NAME).bad
        assert (fault.row, fault.column) == (2, "family")
        assert "'trz' is no known portal software" in fault.message
        assert "hanweb, hanweb-xxgk" in fault.message
        assert [row["family"] for row in exports.export_agencies(session)] == ["kunming"]
        session.scalars(sa.select(Source)).one().family = "static"  # as a crawl recognised it: no setting of a person
        assert [row["family"] for row in exports.export_agencies(session)] == ["kunming"]


def test_every_software_that_the_reference_register_names_is_known(shared: Path):
    path = shared / "data" / "agencies.csv"
    if not path.exists():
        pytest.skip("the reference register lies only beside the developers' clones")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert {row["family"] for row in csv.DictReader(file)} - {""} <= families.BY_NAME.keys()


def test_the_register_of_the_reference_material_is_imported_whole(engine: Engine, shared: Path, tmp_path: Path):
    path = shared / "data" / "agencies.csv"
    if not path.exists():
        pytest.skip("the reference register lies only beside the developers' clones")
    with path.open(encoding="utf-8-sig", newline="") as file:
        given_rows = list(csv.DictReader(file))
    first, second = take(engine, path), take(engine, path)
    assert (first.added, first.bad, second.added, second.updated) == (len(given_rows), [], 0, len(given_rows))
    with base.transaction(engine) as session:
        out = {row["name"]: row for row in exports.export_agencies(session)}
    for row in given_rows:
        for column in ("short_name", "level", "kind", "division_code", "parent", "portal", "reports_url", "note"):
            assert out[row["name"]][column] == row[column], (row["name"], column)
    with base.transaction(engine) as session:
        urls = {row["reports_url"] for row in given_rows} - {""}
        assert session.scalar(sa.select(sa.func.count()).select_from(Source)) == len(urls)


def test_the_exported_register_can_be_imported_again(engine: Engine, tmp_path: Path):
    path = sheet(
        tmp_path / "a.csv",
        "甲县人民政府,county,government,,http://www.jia.gov.cn/,,2020-01-01,2030-12-31,03-20,县政府、甲府,a@jia.gov.cn",
        "甲县统计局,county,department,甲县人民政府,,http://a.cn/1 http://a.cn/2,,,,,",
    )
    take(engine, path)
    with base.transaction(engine) as session:
        before = list(exports.export_agencies(session))
    for form in ("csv", "xlsx"):
        out = tmp_path / f"out.{form}"
        export.write(iter(before), "agencies", form, out)
        result = take(engine, out)
        assert (result.updated, result.bad) == (2, [])
        with base.transaction(engine) as session:
            assert list(exports.export_agencies(session)) == before


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (("单位全称", "层级", "类别", "上级单位"), ("甲县统计局", "县", "部门", "甲县人民政府")),
        (("全称*", "级别", "单位性质", "主管部门"), ("甲县统计局", "县级", "政府部门", "甲县人民政府")),
        (("单位全称（必填）", "层级 （必填）", "类别", "上级"), ("甲县统计局", "区县", "工作部门", "甲县人民政府")),
        (("name", "层级", "kind", "上级"), ("甲县统计局", "county", "部门", "甲县人民政府")),
    ],
)
def test_heads_and_words_are_known_in_chinese_as_by_their_keys(
    sqlite_engine: Engine, tmp_path: Path, heads: tuple[str, ...], row: tuple[str, ...]
):
    assert take(sqlite_engine, workbook(tmp_path / "a.xlsx", [heads, row])).bad == []
    with base.transaction(sqlite_engine) as session:
        agency = session.scalars(sa.select(Agency)).one()
        assert (agency.name, agency.level, agency.kind, agency.parent_name) == (row[0], "county", "department", row[3])


def test_a_title_above_the_head_and_a_column_that_counts_the_rows_are_no_columns(sqlite_engine: Engine, tmp_path: Path):
    title: list[list[Any]] = [["甲县政府信息公开单位名录"], ["（截至2026年12月）"], []]
    rows: list[list[Any]] = [
        ["序号", "单位　名称", "级　别"],
        [1, "甲县统计局", "县直"],
        [2, "甲县水利局", "ｃｏｕｎｔｙ"],
        [3, None, None],
    ]
    result = take(sqlite_engine, workbook(tmp_path / "a.xlsx", title + rows))
    assert (result.added, result.bad) == (2, [])
    bad = take(sqlite_engine, workbook(tmp_path / "b.xlsx", [*title, rows[0], [1, "乙县统计局", "洲"]]))
    assert [(one.row, one.column) for one in bad.bad] == [(5, "level")]


def test_a_sheet_without_a_head_is_refused_by_what_its_first_row_lacks(sqlite_engine: Engine, tmp_path: Path):
    with pytest.raises(BadSheet, match="row 1 lacks the column name"):
        take(sqlite_engine, workbook(tmp_path / "a.xlsx", [["名录"], ["甲县统计局", "县"]]))
    with pytest.raises(BadSheet, match="'撤销日期'、'截止日期'"):
        take(sqlite_engine, workbook(tmp_path / "b.xlsx", [["单位名称", "层级", "撤销日期", "截止日期"]]))


@pytest.mark.parametrize(("said", "day", "bad"), [
    ("是", None, []), ("√", None, []), ("否", "２０２６年１２月３１日", []), ("否", None, ["in_scope"]),
    ("也许", None, ["in_scope"]),
])  # fmt: skip
def test_who_owes_no_report_any_more_needs_the_day_of_its_end(
    sqlite_engine: Engine, tmp_path: Path, said: str, day: str | None, bad: list[str]
):
    path = workbook(
        tmp_path / "a.xlsx", [["单位名称", "层级", "是否纳入", "截止日期"], ["甲县统计局", "县", said, day]]
    )
    assert [one.column for one in take(sqlite_engine, path).bad] == bad


@pytest.mark.parametrize(
    "written", ["2021-03-01", "2021/3/1", "2021.3.1", "2021年3月1日", "44256", "2021-03-01 00:00:00", 44256, datetime(2021, 3, 1)]  # noqa: DTZ001
)  # fmt: skip
def test_a_day_is_read_as_people_and_spreadsheets_write_it(sqlite_engine: Engine, tmp_path: Path, written: Any):
    path = workbook(tmp_path / "a.xlsx", [["单位全称", "层级", "起始日期"], ["甲县统计局", "县级", written]])
    assert take(sqlite_engine, path).bad == []
    with base.transaction(sqlite_engine) as session:
        assert session.scalars(sa.select(Agency.in_scope_from)).one() == date(2021, 3, 1)


@pytest.mark.parametrize("written", ["01-25", "1-25", "1/25", "1月25日", datetime(2026, 1, 25), "2026/1/25"])  # noqa: DTZ001
def test_a_local_deadline_that_a_spreadsheet_made_a_date_of_is_the_day_it_was(
    sqlite_engine: Engine, tmp_path: Path, written: Any
):
    path = workbook(tmp_path / "a.xlsx", [["单位全称", "层级", "本地期限"], ["甲县统计局", "县级", written]])
    assert take(sqlite_engine, path).bad == []
    with base.transaction(sqlite_engine) as session:
        assert session.scalars(sa.select(Agency.deadline)).one() == "01-25"


def test_no_word_and_no_head_stands_for_two_things():
    heads = [head for column in words().columns.values() for head in column.heads]
    assert len(heads) == len(set(heads))
    for vocabulary, known in words().words.items():
        names = [name for listed in known.values() for name in listed]
        assert len(names) == len(set(names)), vocabulary
    assert set(words().words["level"]) == set(agencies.LEVELS)
    assert set(words().words["kind"]) == set(agencies.KINDS)


# ------------------------------------------------------------------ out

REPORT = {
    "agency": "甲县统计局",
    "year": 2026,
    "form": "2021",
    "published_on": date(2027, 1, 20),
    "first_seen": datetime(2027, 1, 21, 1, tzinfo=UTC),
    "on_time": True,
    "cells": dict.fromkeys(forms.keys("2021"), 0) | {"applications.new.total": 26, "proactive.fees.amount": 267.9503},
    "needs_review": False,
}
FINDING = {"agency": "甲县统计局", "cells": ["applications.new.total"], "expected": Decimal("1.5"), "actual": None}


def test_json_lines_keep_lists_cells_and_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export.write(iter([FINDING | {"id": 7}]), "findings", "jsonl", None) == 1
    line = json.loads(capsys.readouterr().out)
    assert line == {"agency": "甲县统计局", "cells": ["applications.new.total"], "expected": 1.5, "actual": None}
    export.write(iter([REPORT]), "reports", "jsonl", tmp_path / "a.jsonl")
    line = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    assert (line["cells"]["applications.new.total"], line["first_seen"]) == (26, "2027-01-21T01:00:00+00:00")


def test_a_table_of_reports_has_a_column_for_every_cell_of_both_forms(tmp_path: Path):
    for form in ("csv", "xlsx", "parquet"):
        export.write(iter([REPORT]), "reports", form, tmp_path / f"a.{form}", "en")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    head, values = openpyxl.load_workbook(tmp_path / "a.xlsx")["reports"].iter_rows(values_only=True)
    (parquet,) = pq.read_table(tmp_path / "a.parquet").to_pylist()
    wanted = {*REPORT, *forms.keys("2021"), *forms.keys("2019")} - {"cells"}
    assert set(row) == set(head) == set(parquet) == wanted
    sheet_row = dict(zip(head, values, strict=True))
    assert (row["applications.new.total"], sheet_row["applications.new.total"]) == ("26", 26)
    assert parquet["proactive.fees.amount"] == 267.9503
    only_2019 = next(key for key in forms.keys("2019") if key not in forms.keys("2021"))
    assert (row[only_2019], sheet_row[only_2019], parquet[only_2019]) == ("", None, None)


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://a")'])
def test_a_title_that_a_spreadsheet_would_run_is_text(tmp_path: Path, text: str):
    for form in ("csv", "xlsx"):
        export.write(iter([{"title": text}]), "documents", form, tmp_path / f"a.{form}")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == [f"'{text}"]
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["documents"]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


@pytest.mark.parametrize("before", ["", " ", "\u3000", "\u200b", "\ufeff", "\u00a0\u200b"])
def test_a_sign_behind_blanks_that_are_not_seen_is_no_formula_either(before: str):
    assert str(safe(f"{before}=1+1")).startswith("'")
    assert safe(f"{before}甲=1") == f"{before}甲=1"


def test_a_negative_figure_stays_a_figure():
    assert [safe(value) for value in ("-3", "+2.5", -3, None, "甲-乙")] == ["-3", "+2.5", -3, None, "甲-乙"]


def test_nothing_to_export_is_an_empty_file_of_its_kind(tmp_path: Path):
    for form in export.FORMATS:
        assert export.write(iter([]), "findings", form, tmp_path / f"a.{form}") == 0
        assert (tmp_path / f"a.{form}").exists()
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
    openpyxl.load_workbook(tmp_path / "a.xlsx")


@pytest.mark.parametrize("form", export.FORMATS)
def test_an_export_that_fails_leaves_the_old_file_as_it_was(tmp_path: Path, form: str):
    def rows() -> Iterable[dict[str, Any]]:
        yield FINDING
        raise ConnectionError

    path = tmp_path / "a"
    path.write_text("before")
    with pytest.raises(ConnectionError):
        export.write(rows(), "findings", form, path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_can_be_written_to_every_format(tmp_path: Path, text: str):
    for form in export.FORMATS:
        export.write(iter([{"title": text}]), "documents", form, tmp_path / f"a.{form}")
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["title"] == text
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"title": text}]
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] in ([[text]], [[f"'{text}"]])


def test_a_workbook_speaks_chinese_with_real_dates_numbers_links_and_filters(tmp_path: Path):
    row = REPORT | {"url": "http://jia.gov.cn/1.html", "agency": "甲县统计局"}
    export.write(iter([row]), "reports", "xlsx", tmp_path / "a.xlsx", zone=ZoneInfo("Asia/Shanghai"))
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert page is not None
    cells = {str(head.value): value for head, value in zip(*page.iter_rows(), strict=True)}
    assert cells["发布日期"].value == datetime(2027, 1, 20)  # noqa: DTZ001
    assert cells["首次发现时间"].value == datetime(2027, 1, 21, 9)  # noqa: DTZ001
    assert (cells["是否按时"].value, cells["待核"].value, cells["表格版本"].value) == ("是", "否", "2021年格式")
    assert getattr(cells["网址"].hyperlink, "target", None) == "http://jia.gov.cn/1.html"
    assert cells["表三 一、本年新收政府信息公开申请数量·总计"].value == 26
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref
    assert len(cells) == page.max_column  # no two columns have one head


def test_every_column_and_word_that_is_exported_has_a_chinese_name(engine: Engine, tmp_path: Path):
    take(engine, sheet(tmp_path / "a.csv", "甲县统计局,county,department,,,http://a.cn/1,,,,,"))
    for what in words().exports:
        with base.transaction(engine) as session:
            for row in getattr(exports, f"export_{what}")(session):
                unknown = set(row) - set(words().exports[what]) - {"id", "cells"}
                assert not unknown, (what, unknown)


def test_an_address_that_is_no_web_page_is_no_link(tmp_path: Path):
    export.write(iter([{"url": "javascript:alert(1)"}]), "documents", "xlsx", tmp_path / "a.xlsx")
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert page is not None
    assert page["A2"].hyperlink is None
