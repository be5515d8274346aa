"""Archives: the report inside, and bombs that stay packed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from reports import reader
from reports.blocks import Unreadable
from reports.checks import checking
from reports.formats import archive
from tests.makers.small import zipped
from tests.reports.narrative.drafts import SECTIONS, TABLES, Draft, rows_of

PDF = (Path(__file__).parents[3] / "demo" / "data" / "tjj-spt.pdf").read_bytes()


def packed(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name.replace("_", "."), content)
    return data.getvalue()


def test_the_report_inside_an_archive_is_read():
    report = reader.read(packed(readme_txt="说明".encode(), report_pdf=PDF), "a.zip")
    assert (report.error, report.agency, report.year) == (None, "沙坡头区统计局", 2020)
    assert len(report.cells or {}) == 198


def test_a_name_in_gbk_is_read_as_such():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        info = zipfile.ZipInfo("x")
        info.filename = "年报.pdf".encode("gb18030").decode("cp437")
        out.writestr(info, b"1")
    raw = data.getvalue()
    assert archive.members(raw)[0][0] in {"年报.pdf", info.filename}


def test_a_bomb_stays_packed_and_names_its_limit():
    with pytest.raises(Unreadable, match="unpacks to") as refused:
        archive.members(packed(a_txt=b"0" * 60_000_000))
    assert refused.value.limit == "inflated"
    with pytest.raises(Unreadable, match="files") as refused:
        archive.members(packed(**{f"f{n}_txt": b"1" for n in range(10_050)}))
    assert refused.value.limit == "files"


def test_archives_within_archives_end():
    inner = packed(a_pdf=PDF)
    for _ in range(4):
        inner = packed(a_zip=inner)
    assert reader.read(inner, "a.zip").error


def test_a_damaged_archive_is_one_clear_line():
    assert "damaged" in (reader.read(packed(report_pdf=PDF)[:3000], "a.zip").error or "")


def _halves() -> tuple[Draft, dict[str, bytes]]:
    """A report, and its text and each of its tables as files."""
    draft = Draft()
    lines = list(draft.lines())
    words = "".join(f"<p>{line}</p>" for line in lines if line not in TABLES.values())
    files = {"01 文字.html": f"<html><body>{words}</body></html>".encode()}
    for number, table in enumerate(("proactive", "applications", "disputes"), 2):
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows_of(table))
        files[f"0{number} 表.html"] = f"<html><body><table>{rows}</table></body></html>".encode()
    return draft, files


def test_a_report_whose_text_and_tables_are_files_of_one_archive_is_one_report():
    draft, files = _halves()
    whole = reader.read(draft.html(), "a.html")
    for names in (sorted(files), sorted(files, reverse=True)):
        found = reader.read(zipped({name: files[name] for name in names}), "a.zip")
        assert found.details.tables == whole.details.tables
        assert [section.number for section in found.sections] == [1, 2, 3, 4, 5, 6]
        assert (found.agency, found.year, found.kind) == (whole.agency, whole.year, whole.kind)
        assert {k: c.value for k, c in (found.cells or {}).items()} == {
            k: c.value for k, c in (whole.cells or {}).items()
        }
        assert [finding.rule for finding in checking.run(found).findings] == []


def test_all_tables_in_one_workbook_beside_the_text_are_one_report():
    _, files = _halves()
    book = Workbook()
    for table in ("proactive", "applications", "disputes"):
        sheet = book.create_sheet(table)
        for row in rows_of(table):
            sheet.append([int(cell) if cell == "0" else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    found = reader.read(zipped({"附表.xlsx": out.getvalue(), "报告.html": files["01 文字.html"]}), "a.zip")
    assert set(found.details.tables.values()) == {"read"}
    assert len(found.sections) == 6


@pytest.mark.parametrize("names", [("a.html", "b.html"), ("b.html", "a.html")])
def test_of_the_reports_of_two_years_in_one_archive_the_later_is_read_and_the_other_named(names):
    later = Draft().html()
    earlier = later.decode().replace("2024", "2023").replace(">0<", ">7<").encode()
    found = reader.read(zipped(dict(zip(names, (later, earlier), strict=True))), "a.zip")
    assert found.year == 2024
    assert {cell.value for cell in (found.cells or {}).values()} == {0}
    assert any("holds 2 reports" in warning for warning in found.warnings)


def test_a_report_that_stands_in_an_archive_twice_is_in_doubt_where_its_figures_differ():
    key = "proactive.regulations.issued"
    copies = {"a.html": Draft().html(), "b.docx": Draft(cells={key: 7}).docx()}
    found = reader.read(zipped(copies), "a.zip")
    assert {name for name, cell in (found.cells or {}).items() if cell.confidence < 0.9} == {key}


def test_the_reports_of_two_bodies_in_one_archive_are_not_mixed():
    one = Draft(sections={n: t for n, t in SECTIONS.items() if n != 4}).html()
    other = (
        Draft(title="白杨县财政局2024年政府信息公开工作年度报告")
        .html()
        .replace("我局".encode(), "白杨县财政局".encode())
    )
    found = reader.read(zipped({"a.html": one, "b.html": other}), "a.zip")
    assert found.agency == "白杨县财政局"
