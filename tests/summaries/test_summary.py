"""A season's summary: one content in four formats, with the figures that the ledger gives and nothing that it does not."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

import docx
import openpyxl
import pypdfium2
import pytest
from lxml import etree, html

from reports.duties import Ledger, OpenFinding
from summaries import charts, formats, official, render, season
from summaries.content import Content, Link, Table
from summaries.figures import PERIODS, Figures, add_changes, figures, period
from tests.summaries import worlds

HOSTILE = "=cmd|'/C calc'!A0<script>alert(1)</script>&#9;\u202e"


@pytest.fixture(scope="module")
def told() -> Figures:
    return figures(worlds.season(), "乙市", {2025: worlds.rows(2025, factor=3), 2024: worlds.rows(2024, factor=2)})


@pytest.fixture(scope="module")
def content(told: Figures) -> Content:
    return season.content(told)


def tables(content: Content) -> dict[str, Table]:
    return {block.name: block for section in content.sections for block in section.blocks if isinstance(block, Table)}


def pdf_text(data: bytes) -> str:
    book = pypdfium2.PdfDocument(data)
    text = "".join(page.get_textpage().get_text_bounded() for page in book)
    book.close()
    return re.sub(r"\s", "", text)


def hostile() -> Ledger:
    """A ledger whose names, reasons, addresses and rules are written to break what prints them."""
    ledger = worlds.season(4)
    out = Ledger(2025, worlds.NOW, sources=ledger.sources)
    for one in ledger.standings:
        duty = type(one.duty)(9, HOSTILE, "部门<b>", "county", 2025, date(2026, 1, 31), parent=HOSTILE)
        out.standings.append(type(one)(duty, "missing", HOSTILE, source_url="javascript:alert(1)"))
    out.findings = [OpenFinding(1, 9, HOSTILE, 2025, HOSTILE, "error", HOSTILE)]
    return out


def test_the_states_of_kinds_and_of_areas_add_up_to_the_whole(told: Figures):
    for groups in (told.kinds, told.areas):
        for name in ("due", "in_time", "undated", "late", "missing", "pending", "cannot_tell"):
            assert sum(getattr(group, name) for group in groups) == getattr(told, name), name
    assert sum(count for _, _, count in told.shares) == told.due == 24


def test_what_awaits_a_look_counts_as_nobodys_problem(told: Figures):
    doubtful = {f.agency for f in worlds.season().findings if f.needs_review}
    assert doubtful
    assert not doubtful & set(told.counts)
    assert told.review == sum(f.needs_review for f in worlds.season().findings)


def test_requests_are_compared_over_bodies_read_without_doubt_in_both_years(told: Figures):
    assert told.compared_bodies == 23  # one of 24 awaits a person
    assert [(f.name, f.before, f.now) for f in told.year_on_year][:3] == [
        ("新收申请", 460, 690),
        ("上年结转", 0, 0),
        ("予以公开", 276, 414),
    ]
    assert {f.name: f.now for f in told.year_on_year}["不予公开"] == 46
    only_now = figures(worlds.season(), "", {2025: worlds.rows(2025)})
    assert (only_now.year_on_year, only_now.compared_bodies) == ([], 0)


def test_every_table_is_in_every_format_with_the_same_values(content: Content, tmp_path):
    page = html.fromstring(formats.as_html(content))
    book = openpyxl.load_workbook(io.BytesIO(formats.as_xlsx(content)))
    printed = pdf_text(formats.as_pdf(content))
    paper = docx.Document(io.BytesIO(formats.as_docx(content, "乙市人民政府办公室", "2026年3月9日")))
    in_html = [len(list(table.iter("tr"))) - 1 for table in page.iter("table")]
    assert in_html == [len(table.rows) for table in tables(content).values()]
    assert book.sheetnames == ["概况", *tables(content)]
    assert len(paper.tables) == sum(not table.inside for table in tables(content).values())
    for name, table in tables(content).items():
        sheet = book[name]
        assert [cell.value for cell in sheet[1]] == [head.text for head in table.heads]
        assert sheet.max_row == len(table.rows) + 1
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
    for line in tables(content)["各单位情况"].rows:
        link = line[0]
        assert isinstance(link, Link)
        assert link.text in printed
    assert "第1页，共" in printed


def test_the_workbook_has_real_dates_numbers_and_links(content: Content):
    sheet = openpyxl.load_workbook(io.BytesIO(formats.as_xlsx(content)))["各单位情况"]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    dated = [row for row in rows if row["发布日期"].value]
    assert dated
    assert all(isinstance(row["发布日期"].value, datetime) for row in dated)
    assert all(isinstance(row["错误"].value, int) for row in rows)
    assert all(str(getattr(row["单位"].hyperlink, "target", "")).startswith("http://a") for row in rows)


def test_the_same_content_gives_the_same_printed_bytes(content: Content):
    assert formats.as_pdf(content) == formats.as_pdf(content)


def test_hostile_text_stays_text_in_every_format():
    made = season.content(figures(hostile(), HOSTILE))
    page = html.fromstring(formats.as_html(made))
    assert not page.xpath("//script")
    assert not page.xpath("//a[starts-with(@href, 'javascript')]")
    assert HOSTILE in page.findtext(".//h1", "")
    book = openpyxl.load_workbook(io.BytesIO(formats.as_xlsx(made)))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formats.as_pdf(made).startswith(b"%PDF-")
    paper = formats.as_docx(made, HOSTILE, "2026年3月9日")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(paper)).paragraphs)
    assert "<script>alert(1)</script>" in text
    xml = zipfile.ZipFile(io.BytesIO(paper)).read("word/document.xml")
    assert b"<script" not in xml


ACROSS = pytest.mark.parametrize("across", [charts.WIDTH, charts.NARROW])


def edges(piece: etree._Element) -> tuple[float, float]:
    """The left and right edge of a line of type."""
    x, width = float(piece.get("x") or 0), charts.length(str(piece.text)) * float(piece.get("font-size") or 0)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[str(piece.get("text-anchor"))]
    return left, left + width


@ACROSS
def test_drawings_are_sound_keep_within_their_edges_and_carry_names_as_text(across):
    long, several = "县人民政府办公室以及其下属的各个单位" * 3, [f"问题{n}说得很长很长的一个名称" for n in range(8)]
    drawings = [
        charts.shares([("in_time", "按时<发布>", 3), ("missing", "未发现", 1)], across),
        charts.timeline([date(2026, 1, 5), date(2026, 2, 3)], date(2026, 1, 31), date(2026, 3, 1), 3, across),
        charts.kinds([("error", HOSTILE, 3), ("notice", long, 1)], across),
        charts.years([(long, 0, 1_234_567)], "2024年度", "2025年度", across),
        charts.heat([HOSTILE, long], several, [[1, 9, 0, 0, 0, 0, 0, 12], [0, 2, 0, 0, 0, 0, 0, 1]], across),
    ]
    for drawing in drawings:
        assert etree.fromstring(drawing).tag.endswith("svg")
        assert etree.fromstring(drawing).get("width") == str(across)
        assert not list(etree.fromstring(drawing).iter("{*}script"))
        for piece in etree.fromstring(drawing).iter("{*}rect"):
            x, width = float(piece.get("x") or -1), float(piece.get("width") or -1)
            assert 0 <= x <= across
            assert x + width <= across + 0.01
        for piece in etree.fromstring(drawing).iter("{*}text"):
            left, right = edges(piece)
            assert left >= -0.01, piece.text
            assert right <= across + 0.01, piece.text


def test_a_page_has_each_drawing_for_a_wide_and_for_a_narrow_screen(content: Content):
    figures = re.findall(r"<figure.*?</figure>", formats.as_html(content), re.DOTALL)
    widths = [re.findall(r'<svg [^>]*?width="(\d+)"', figure) for figure in figures]
    assert widths == [[str(charts.WIDTH), str(charts.NARROW)]] * 5


def test_nothing_is_drawn_of_nothing():
    assert charts.shares([("in_time", "按时", 0)]) == ""
    assert charts.timeline([], date(2026, 1, 31), date(2026, 3, 1), 0) == ""
    assert charts.kinds([]) == charts.heat([], [], []) == charts.years([("a", 0, 0)], "", "") == ""
    empty = season.content(figures(Ledger(2025, worlds.NOW)))
    assert "未发现问题。" in formats.as_html(empty)
    assert formats.as_pdf(empty).startswith(b"%PDF-")
    assert formats.as_xlsx(empty)[:2] == formats.as_docx(empty, "", "")[:2] == b"PK"
    assert empty.requirements == ()


def test_a_stack_of_shares_is_as_wide_as_the_drawing():
    drawing = etree.fromstring(charts.shares([("in_time", "按时", 7), ("late", "逾期", 2), ("missing", "未发现", 4)]))
    bars = [piece for piece in drawing.iter("{*}rect") if piece.get("height") == "30.00"]
    assert sum(float(bar.get("width") or 0) for bar in bars) == pytest.approx(charts.WIDTH, abs=0.05)


def test_the_files_are_written_whole_beside_each_other(told: Figures, tmp_path):
    paths = render.write(told, tmp_path / "new" / "folder", "乙市人民政府办公室", date(2026, 3, 24))
    assert [path.name for path in paths] == [f"nianbao-2025.{suffix}" for suffix in ("html", "pdf", "xlsx", "docx")]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(path.name for path in paths)
    text = "\n".join(p.text for p in docx.Document(str(paths[-1])).paragraphs)
    assert text.startswith("关于乙市2025年度\n政府信息公开工作年度报告情况的通报")
    assert "附件：各单位情况" in text
    asked = text[text.index("、工作要求") : text.index("、说明")]
    assert all(
        words in asked for words in ("未发现报告的单位", "存在问题的单位", "请有关单位于2026年3月24日前反馈处理情况")
    )
    assert "乙市人民政府办公室\n2026年3月9日" in text


def test_a_circular_of_many_bodies_names_how_many_stand_in_the_workbook():
    made = season.content(figures(worlds.season(260)))
    paper = docx.Document(io.BytesIO(formats.as_docx(made, "办", "2026年3月9日")))
    last = paper.tables[-1]
    assert len(last.rows) == formats.MOST_ROWS + 2
    assert last.rows[-1].cells[0].text == "其余60行见电子表格"


def test_a_print_of_many_bodies_is_cut_where_its_setting_would_take_the_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formats, "MOST_PRINTED", 40)
    printed = pdf_text(formats.as_pdf(season.content(figures(worlds.season(60)))))
    assert "其余20行见电子表格" in re.sub(r"\s", "", printed)


def test_a_page_of_many_bodies_is_cut_where_a_print_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formats, "MOST_PRINTED", 40)
    page = html.fromstring(formats.as_html(season.content(figures(worlds.season(60)))))
    *_, bodies = page.iter("table")
    rows = [str(row.xpath("string(td)")) for row in bodies.iter("tr")]
    assert len(rows) == 1 + 41
    assert rows[-1].startswith("其余20行见电子表格")


def test_printable_leaves_all_chinese_and_takes_what_xml_cannot_hold():
    assert official.printable("甲\x00\x0b乙\ud800丙𠮷\t") == "甲乙丙𠮷\t"


@pytest.mark.parametrize(
    ("name", "today", "first", "last", "zh"),
    [
        ("day", (2026, 3, 1), (2026, 2, 28), (2026, 2, 28), "2026年2月28日"),
        ("week", (2026, 3, 2), (2026, 2, 23), (2026, 3, 1), "2026年2月23日至3月1日"),
        ("week", (2026, 3, 8), (2026, 2, 23), (2026, 3, 1), "2026年2月23日至3月1日"),
        ("week", (2026, 1, 7), (2025, 12, 29), (2026, 1, 4), "2025年12月29日至2026年1月4日"),
        ("month", (2026, 1, 15), (2025, 12, 1), (2025, 12, 31), "2025年12月"),
        ("season", (2026, 3, 9), (2026, 1, 1), (2026, 3, 9), ""),
    ],
)
def test_a_period_is_the_last_whole_one_before_today(name, today, first, last, zh):
    over = period(name, date(*today))
    assert (over.first, over.last, over.zh) == (date(*first), date(*last), zh)


def test_a_weeks_summary_begins_with_what_happened_in_it_and_with_nothing_doubtful():
    ledger, zone = worlds.season(), worlds.NOW.tzinfo
    over = period("week", date(2026, 3, 9))
    inside, before = datetime(2026, 3, 8, 23, 59, tzinfo=zone), datetime(2026, 3, 1, 23, 59, tzinfo=zone)
    for place, one in enumerate(ledger.standings):
        if one.sighting is not None:
            seen = replace(one.sighting, first_seen=inside if place == 0 else before)
            ledger.standings[place] = replace(one, sighting=seen)
    sure = next(f for f in ledger.findings if f.severity == "error" and not f.needs_review)
    ledger.findings = [
        replace(sure, first_seen=inside),
        replace(sure, id=90, first_seen=before),
        replace(sure, id=91, first_seen=inside, needs_review=True),
        replace(sure, id=92, first_seen=inside, severity="notice"),
    ]
    corrected = [
        replace(sure, id=93, first_seen=before, resolved_at=inside, message="已更正的一项"),
        replace(sure, id=94, first_seen=before, resolved_at=before),
        replace(sure, id=95, agency_id=999, first_seen=before, resolved_at=inside),
    ]
    found = figures(ledger)
    add_changes(found, ledger, corrected, over)
    assert found.changes is not None
    assert [line.agency for line in found.changes.published] == [ledger.standings[0].duty.agency]
    assert ([f.id for f in found.changes.found], [f.id for f in found.changes.corrected]) == ([sure.id], [93])
    made = season.content(found)
    page = formats.as_html(made)
    assert "一、本期情况" in page
    assert (
        "2026年3月2日至3月8日，首次见到1家单位的报告；新发现问题1项，涉及1家单位；更正问题1项（从发现到更正的中位数为7天）。"
        in page
    )
    assert "已更正的一项" in page
    assert formats.as_pdf(made).startswith(b"%PDF-")


def test_a_periods_files_stand_beside_the_seasons(tmp_path):
    ledger = worlds.season(4)
    found = figures(ledger)
    add_changes(found, ledger, [], period("week", date(2026, 3, 9)))
    assert render.write(found, tmp_path)[0].name == "nianbao-2025-week-2026-03-08.html"


def test_no_two_periods_of_a_day_have_one_title_or_one_file(tmp_path):
    titles, names = set(), set()
    for name in PERIODS:
        found = figures(worlds.season(4), "乙市")
        add_changes(found, worlds.season(4), [], period(name, date(2026, 3, 9)))
        titles.add(season.content(found).title)
        names.add(render.write(found, tmp_path)[0].name)
    assert len(titles) == len(names) == len(PERIODS)
    assert "乙市2025年度政府信息公开工作年度报告情况（全年）" in titles


@pytest.mark.parametrize("seen", [date(2026, 3, 9), date(2031, 3, 9)])
@pytest.mark.parametrize("late", [date(2026, 2, 3), date(2028, 12, 1)])
@ACROSS
def test_the_words_below_a_timeline_do_not_run_into_each_other_however_long_ago_the_season_was(seen, late, across):
    drawing = etree.fromstring(charts.timeline([date(2026, 1, 5), late], date(2026, 1, 31), seen, 3, across))
    words = [piece for piece in drawing.iter("{*}text") if "月" in str(piece.text)]
    for piece in words:
        left, right = edges(piece)
        assert left >= 0
        assert right <= across
    below = [piece for piece in words if piece.get("text-anchor") == "middle"]
    places = [float(piece.get("x") or 0) for piece in below]
    widest = max(charts.length(str(piece.text)) * 11 for piece in below)
    assert all(after - before > widest for before, after in pairwise(places))
