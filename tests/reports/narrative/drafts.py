"""A sound report with every table at zero, written as page, text or Word file: what the tests of the text change a piece of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import MappingProxyType
from xml.sax.saxutils import escape

from reports.checks import checking
from reports.form import layout
from reports.form.titles import parts
from reports.reader import read
from reports.report import Finding, Report, Table
from reports.text import NUMERALS
from tests.makers.small import WORD, zipped

TITLE = "青柳市水务局2024年政府信息公开工作年度报告"
PREFACE = (
    "根据《中华人民共和国政府信息公开条例》和《中华人民共和国政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）要求，"
    "编制本报告。本报告所列数据的统计期限为2024年1月1日至2024年12月31日。"
)
SECTIONS: dict[int, tuple[str, ...]] = {
    1: (
        "（一）主动公开。2024年，我局通过政府网站公开信息71条。",
        "（二）依申请公开。全年收到政府信息公开申请0件。",
        "（三）政府信息管理。严格执行“三审三校”制度。",
        "（四）政府信息公开平台建设。优化网站栏目。",
        "（五）监督保障。开展培训2次，未发生责任追究情况。",
    ),
    2: (),
    3: (),
    4: (),
    5: (
        "目前工作中还存在主动公开内容不够全面、解读形式不够丰富、工作人员业务能力有待提高等问题。下一步，我们将加强业务培训，"
        "丰富公开形式，完善审核制度，针对上年度提出的更新不及时问题已按月开展自查并整改到位。",
    ),
    6: ("本年度未收取信息处理费。无其他需要报告的事项。",),
}
TABLES: dict[int, Table] = {2: "proactive", 3: "applications", 4: "disputes"}
TABLES_OF: dict[str, Table] = {which: which for which in TABLES.values()}


@dataclass
class Draft:
    """What the report says; ``head`` are the lines between title and preface, ``titles`` the headings that differ."""

    title: str = TITLE
    above: Sequence[str] = ()
    head: Sequence[str] = ()
    preface: str = PREFACE
    sections: dict[int, tuple[str, ...]] = field(default_factory=lambda: dict(SECTIONS))
    titles: dict[int, str] = field(default_factory=dict)
    foot: Sequence[str] = ()
    cells: Mapping[str, int | str] = field(default_factory=dict)
    page_title: str | None = None

    def lines(self) -> Iterator[str | Table]:
        """Paragraphs and tables in order."""
        yield from (line for line in (*self.above, self.title, *self.head, self.preface) if line)
        for number, texts in self.sections.items():
            yield f"{NUMERALS[number - 1]}、{self.titles.get(number, parts()[number - 1].zh)}"
            yield from texts
            if number in TABLES:
                yield TABLES[number]
        yield from self.foot

    def text(self) -> bytes:
        """Plain text, cells parted by bars."""
        out: list[str] = []
        for line in self.lines():
            out += [" | ".join(row) + " |" for row in rows_of(line, self.cells)] if line in TABLES.values() else [line]
        return "\n".join(out).encode()

    def html(self) -> bytes:
        """A page."""
        body = "".join(
            table(TABLES_OF[line], self.cells) if line in TABLES_OF else f"<p>{line}</p>" for line in self.lines()
        )
        title = self.title if self.page_title is None else self.page_title
        return (
            f"<html><head><title>{title}</title></head><body><div class='content'>{body}</div></body></html>".encode()
        )

    def docx(self) -> bytes:
        """A Word file."""

        def paragraph(text: str) -> str:
            return f"<w:p><w:r><w:t xml:space='preserve'>{escape(text)}</w:t></w:r></w:p>"

        body = "".join(
            "<w:tbl>"
            + "".join(
                "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
                for row in rows_of(line, self.cells)
            )
            + "</w:tbl>"
            if line in TABLES.values()
            else paragraph(line)
            for line in self.lines()
        )
        return zipped(
            {"word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()}
        )

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes in each format."""
        yield from (("a.html", self.html()), ("a.txt", self.text()), ("a.docx", self.docx()))

    def reports(self) -> Iterator[Report]:
        """As read from each format."""
        yield from (read(data, name) for name, data in self.all())


def rows_of(which: object, cells: Mapping[str, int | str] = MappingProxyType({})) -> list[list[str]]:
    """The rows of a table, every figure zero but for those given."""
    slots = layout.table(which, "2021")  # type: ignore[arg-type]
    return [
        [str(cells.get(slot.key, 0)) if slot.key else slot.text for slot in row]
        for _, row in groupby(sorted(slots, key=lambda slot: (slot.row, slot.column)), key=lambda slot: slot.row)
    ]


def table(which: Table, cells: Mapping[str, int | str] = MappingProxyType({})) -> str:
    """A table as markup."""
    rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows_of(which, cells))
    return "<table border='1'>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def said(report: Report, *families: str) -> dict[str, Finding]:
    """The findings by rule, of these families or ids only if any are given."""
    found = {finding.rule: finding for finding in checking.run(report).findings}
    return {rule: finding for rule, finding in found.items() if not families or rule.startswith(families)}
