"""A government's tables two to four, added up from the reports of the bodies below it: pure, data in, sums out.

What is added and what is not (条例第四十九条; handbook: the series of a government are kept apart): every body below
counts once. A government that has registered bodies below it publishes an aggregate, which repeats them: of its reports
only its office's own (or its own level's, 本级) is added. A government without registered bodies stands for its area.
What was not read is named, never taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Literal

from reports.checks.context import Context, RegisterEntry
from reports.checks.coverage import covers_area
from reports.checks.inputs import Inputs
from reports.duties import UNREAD_ZH, Standing
from reports.form import forms
from reports.report import Cell, Form, Number, Report
from reports.subject import series_of
from reports.tables.reconcile import SURE, Identity, identities

FIRST_YEAR = 2019  # the first report year of a uniform form: 国办公开办函〔2019〕60号
NAMED = 10  # how many bodies a sentence names

CellState = Literal["blank", "token", "doubtful", "illegible"]
Kind = Literal[
    "missing", "due", "cannot_tell", "unreadable", "other_form",
    "doubtful", "blank", "unbalanced", "several", "own", "scope", "excluded",
]  # fmt: skip
KIND_ZH: dict[Kind, str] = {
    "missing": "未发现",
    "due": "尚未到期",
    "cannot_tell": "无法判断",
    "unreadable": "无法识读",
    "other_form": "表格版本不同",
    "doubtful": "识读存疑",
    "blank": "留空或非数字",
    "unbalanced": "自身勾稽不平",
    "several": "有多份报告",
    "own": "缺本机关数据",
    "scope": "口径待核",
    "excluded": "不重复计入",
}
LACKING: frozenset[Kind] = frozenset({"missing", "due", "cannot_tell", "unreadable", "other_form"})


@dataclass(frozen=True, slots=True)
class Found:
    """A report of a body and year as read last, and where it stands."""

    report: Report
    url: str


@dataclass(frozen=True, slots=True)
class Member:
    """A body that owes the report of the year, as the register and the crawl record have it.

    ``reports`` are its reports that were read, first the one that counts for the duty. ``heads`` says that bodies which
    owe a report stand below it; ``parent`` is the body above, empty for the one asked for; ``why`` says more of a document
    that could not be read."""

    standing: Standing
    reports: tuple[Found, ...] = ()
    heads: bool = False
    parent: str = ""
    why: str = ""

    @property
    def name(self) -> str:
        """The body's name."""
        return self.standing.duty.agency

    @property
    def is_government(self) -> bool:
        """A people's government of county level or above: its report covers the area (article 49(2))."""
        duty = self.standing.duty
        return RegisterEntry(duty.agency, kind=duty.kind, level=duty.level).kind == "government"


@dataclass(frozen=True, slots=True)
class Part:
    """What one body contributes. ``values`` has every cell of the form, None where it gives no figure; ``marks`` says
    which are not a figure printed and read for sure. ``note`` says in Chinese what the report is, where that matters."""

    name: str
    parent: str
    url: str
    values: Mapping[str, Number | None]
    marks: Mapping[str, CellState]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to know about a body: ``kind`` among ``LACKING`` means that its figures are not in the sums."""

    name: str
    parent: str
    kind: Kind
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one cell: None where no body gives a figure. ``blank`` and ``doubtful`` name the bodies that printed
    none (empty, or a token such as ``/``), or one that was not read for sure."""

    value: Number | None
    blank: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


@dataclass(slots=True)
class Aggregate:
    """The tables of ``under``, the parts they are made of, and what is lacking. Money is in 万元, as printed."""

    under: str
    year: int
    form: Form
    now: datetime
    parts: list[Part] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    totals: dict[str, Total] = field(default_factory=dict)

    @property
    def lacking(self) -> list[Remark]:
        """The bodies that owe the report and are not in the sums."""
        return [remark for remark in self.remarks if remark.kind in LACKING]

    @property
    def expected(self) -> int:
        """How many bodies' figures the sums should hold."""
        return len(self.parts) + len(self.lacking)

    @property
    def complete(self) -> bool:
        """Whether every body's figures are in the sums."""
        return bool(self.parts) and not self.lacking

    def headline(self) -> str:
        """One or two Chinese sentences: over how many bodies the sums are, who is lacking, how many are in doubt."""
        if not self.expected:
            return "名录中没有应当发布该年度报告的单位，未作计算。"
        if self.complete:
            text = f"已读取全部{self.expected}家，按{self.expected}家计算。"
        else:
            names = _named([remark.name for remark in self.lacking])
            text = f"暂按已读取的 {len(self.parts)}/{self.expected} 家计算，缺 {names}。"
        without = [remark.name for remark in self.remarks if remark.kind == "own"]
        if without:
            text += f"不含{_named(without)}本机关（办公室）的数据：未登记为单独的单位，也未读到。"
        doubtful = sum(any(mark in _DOUBT for mark in part.marks.values()) for part in self.parts)
        blank = sum(any(mark not in _DOUBT for mark in part.marks.values()) for part in self.parts)
        if doubtful:
            text += f"有{doubtful}家的部分数字识读存疑，请先核对。"
        if blank:
            text += f"有{blank}家留有空白，空白未计入合计。"
        return text


_DOUBT: frozenset[CellState] = frozenset({"doubtful", "illegible"})


def form_of_year(year: int) -> Form:
    """The form in force for a report year. Raises ValueError before the first uniform form."""
    form = forms.in_force(year)
    if form is None:
        raise ValueError(f"there is no uniform form before the report year {FIRST_YEAR}")
    return form


def aggregate(under: str, year: int, members: Iterable[Member], now: datetime) -> Aggregate:
    """Add up the members' reports of ``year``; ``under`` is the name of the body at the top (itself a member if it owes
    a report). Each member is reduced to its figures at once, so that ``members`` may be a stream. Raises ValueError for
    a year without a uniform form."""
    out = Aggregate(under, year, form_of_year(year), now)
    heads: list[Member] = []
    offices: set[str] = set()  # governments whose office stands in the register as a body of its own
    names: set[str] = set()
    for member in members:
        names.add(member.name)
        if member.is_government and member.heads:
            heads.append(member)
            continue
        if is_office(member.name):
            offices.add(member.parent)
        _plain_body(out, member)
    for member in heads:
        _head(out, member, member.name in offices, names)
    out.parts.sort(key=lambda part: (part.parent, part.name) if part.name != under else ("", ""))
    order = list(KIND_ZH)
    out.remarks.sort(key=lambda remark: (order.index(remark.kind), remark.parent, remark.name))
    out.totals = totals(out.form, out.parts)
    return out


def totals(form: Form, parts: Iterable[Part]) -> dict[str, Total]:
    """The sum of every cell of the form over the parts, exact."""
    known = list(parts)
    return {key: _total(key, known) for key in forms.keys(form)}


def _total(key: str, parts: list[Part]) -> Total:
    figures = [value for part in parts if (value := part.values[key]) is not None]
    marks = [(part.name, part.marks[key]) for part in parts if key in part.marks]
    return Total(
        _sum(figures) if figures else None,
        tuple(name for name, mark in marks if mark not in _DOUBT),
        tuple(name for name, mark in marks if mark in _DOUBT),
    )


def _sum(figures: Iterable[Number]) -> Number:
    with localcontext() as context:
        context.prec = 100  # exact whatever the figures are
        total: Number = sum(figures, 0)
        if isinstance(total, Decimal):
            total = int(total) if total == total.to_integral_value() else total.normalize()
    return total


def is_office(name: str) -> bool:
    """The office of a government, by its name (县政府办公室, 市人民政府办公厅)."""
    return "政府办" in name and name.endswith(("政府办", "办公室", "办公厅"))


def _plain_body(out: Aggregate, member: Member) -> None:
    """A body whose report is added as it is."""
    if member.standing.state not in {"published", "late"} or not member.reports:
        out.remarks.append(_lack(member))
        return
    # A government without registered bodies stands for its area: the report that covers it comes first.
    choice = (
        _first(member, lambda found: not any(series_of(found.report))) if member.is_government else member.reports[0]
    )
    note = ""
    if member.is_government and any(series_of(choice.report)):
        note = "仅为本级或办公室的报告，未含其所属单位"
        _say(out, member, "scope", f"{note}；名录中也没有登记其所属单位", choice.url)
    elif member.heads and not member.is_government and covers_area(Inputs(choice.report, Context())):
        note = "报告称包含所属单位数据"
        _say(out, member, "scope", "报告称包含所属单位数据，可能与名录中其所属单位的报告重复计算，请核对", choice.url)
    _add(out, member, choice, note)


def _head(out: Aggregate, member: Member, has_office: bool, names: set[str]) -> None:
    """A government whose bodies are added one by one: of its own reports only the office's or the level's counts."""
    office = [f for f in member.reports if series_of(f.report)[0] and (f.report.agency or "") not in names]
    level = [f for f in member.reports if series_of(f.report) == (False, True)]
    own = office or ([] if has_office else level)
    for found in member.reports:
        if found not in own:
            aside = any(series_of(found.report))
            why = (
                "本级或办公室的报告，已另行计入同一机关的数据"
                if aside
                else "汇总报告，所属单位已逐家计算，为免重复不再计入"
            )
            _say(out, member, "excluded", why, found.url)
    if own:
        note = "办公室本机关报告" if office else "本级报告"
        _add(out, member, own[0], note, own)
    elif not has_office:
        _say(
            out,
            member,
            "own",
            "政府本机关（办公室）没有登记为单独的单位，也没有读到其本机关报告，合计中不含其数据",
            member.standing.source_url,
        )


def _first(member: Member, wanted: Callable[[Found], bool]) -> Found:
    return next((found for found in member.reports if wanted(found)), member.reports[0])


def _say(out: Aggregate, member: Member, kind: Kind, reason: str, url: str) -> None:
    out.remarks.append(Remark(member.name, member.parent, kind, reason, url))


def _lack(member: Member) -> Remark:
    standing = member.standing
    seen = standing.sighting or standing.interpretation
    url = seen.url if seen else standing.source_url
    kind: Kind
    if standing.state == "missing":
        kind, reason = "missing", "来源已读全，未发现该年度报告"
    elif standing.state == "due":
        kind, reason = "due", f"期限为{standing.duty.deadline.isoformat()}，尚未发现"
    elif standing.sighting is not None and standing.sighting.state in {"unreadable", "failed"}:
        kind, reason = "unreadable", standing.reason or UNREAD_ZH[standing.sighting.state]
    else:
        kind, reason = "cannot_tell", standing.reason or "未存有识读结果"
    if member.why:
        reason += f"（{member.why}）"
    if standing.interpretation is not None and standing.sighting is None:
        reason += "；只见到年报解读"
    return Remark(member.name, member.parent, kind, reason, url)


def _add(out: Aggregate, member: Member, found: Found, note: str = "", same: list[Found] | None = None) -> None:
    """Add a report of a body, or say why its figures cannot be added."""
    report = found.report
    cells = report.cells or {}
    if report.form != out.form:
        why = f"用了{report.form}年版表格，本年度应为{out.form}年版，不能相加" if report.form else "未能识别表格版本"
        _say(out, member, "other_form" if report.form else "unreadable", why, found.url)
        return
    values, marks = _figures(out.form, cells)
    if all(mark == "illegible" for mark in marks.values()) and len(marks) == len(values):
        _say(out, member, "unreadable", "三张表均未能识读", found.url)
        return
    out.parts.append(Part(member.name, member.parent, found.url, values, marks, note))
    _doubts(out, member, found.url, values, marks)
    others = [f for f in (same if same is not None else member.reports) if f is not found]
    if note == "" and member.is_government:
        others = [f for f in others if not any(series_of(f.report))]
    differing = [
        f for f in others if f.report.form != out.form or _figures(out.form, f.report.cells or {})[0] != values
    ]
    if differing:
        urls = "、".join(dict.fromkeys(f.url for f in differing))
        _say(
            out, member, "several", f"另有{len(differing)}份该年度报告，数字不同（{urls}），按首次发布的计入", found.url
        )


def _figures(form: Form, cells: Mapping[str, Cell]) -> tuple[dict[str, Number | None], dict[str, CellState]]:
    values: dict[str, Number | None] = {}
    marks: dict[str, CellState] = {}
    for key in forms.keys(form):
        cell = cells.get(key)
        values[key] = cell.value if cell is not None else None
        mark = _state_of(cell)
        if mark is not None:
            marks[key] = mark
    return values, marks


def _state_of(cell: Cell | None) -> CellState | None:
    if cell is None or (cell.value is None and cell.confidence < SURE):
        return "illegible"
    if cell.value is None:
        return "blank" if cell.blank else "token"
    return "doubtful" if cell.confidence < SURE else None


def _doubts(
    out: Aggregate, member: Member, url: str, values: Mapping[str, Number | None], marks: Mapping[str, CellState]
) -> None:
    doubtful = [key for key in values if marks.get(key) in _DOUBT]
    if doubtful:
        _say(out, member, "doubtful", f"{len(doubtful)}个单元格识读存疑：{_places(doubtful)}", url)
    blank = [key for key in values if key in marks and marks[key] not in _DOUBT]
    if blank:
        _say(out, member, "blank", f"{len(blank)}个单元格没有填写数字：{_places(blank)}", url)
    broken = [
        identity
        for identity in identities(out.form)
        if not any(marks.get(key) in _DOUBT for key in identity.members()) and not _holds(identity, values)
    ]
    if broken:
        places = _places([identity.right[0] for identity in broken])
        _say(out, member, "unbalanced", f"该报告自身有{len(broken)}处勾稽不平，合计因此也可能不平：{places}", url)


def _holds(identity: Identity, values: Mapping[str, Number | None]) -> bool:
    left, right = ([values[key] or 0 for key in side] for side in (identity.left, identity.right))
    return _sum(left) == _sum(right)


def _places(keys: list[str]) -> str:
    display = "；".join(forms.place(key) for key in keys[:5])
    return display + (f"；等{len(keys)}处" if len(keys) > 5 else "")


def _named(names: list[str]) -> str:
    return "、".join(names[:NAMED]) + (f"等{len(names)}家" if len(names) > NAMED else "")
