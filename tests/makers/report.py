"""Made-up reports with known truth: figures, own-worded narrative, claims, and what is wrong on purpose.

``make(seed)`` gives a ``Truth``; every maker beside this file prints one in its format. ``judge`` compares what was
read. Everything is drawn from the seed. No agency and no figure is real.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reports.form import forms
from reports.report import Form, Number, Report

PLACES = ("澄江市", "云岭县", "北屏区", "松桥市", "柳溪县", "石滩区", "东汀县", "望川市", "青禾区", "南浦县")
BODIES = (
    "统计局",
    "水务局",
    "教育局",
    "民政局",
    "自然资源局",
    "司法局",
    "林业局",
    "审计局",
    "医疗保障局",
    "交通运输局",
)
TOWNS = ("丰田镇人民政府", "河湾乡人民政府", "东关街道办事处", "白沙镇人民政府")

SECTIONS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
NUMERALS = "一二三四五六"
TABLE_OF = {2: "proactive", 3: "applications", 4: "disputes"}
GROUPS = {
    "denied": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "rejected": "（五）不予处理",
    "other": "（六）其他处理",
}
ARTICLE = {
    "regulations": "第二十条第（一）项",
    "licensing": "第二十条第（五）项",
    "penalties": "第二十条第（六）项",
    "fees": "第二十条第（八）项",
    "procurement": "第二十条第（九）项",
}
TOPMOST = ("new", "carried_in", "carried_out")
KINDS = ("row_sum", "column_sum", "balance", "dispute_total", "narrative_mismatch", "wrong_form", "missing_section",
         "wrong_year", "bad_value", "placeholder")  # fmt: skip


@dataclass(slots=True)
class Truth:
    """A report. ``printed`` is what each cell prints, ``allowed`` what it may be read as (None: no figure).

    ``claims`` are (cell, value) pairs that the narrative states; ``wrong`` the errors put in, each (kind, cells)."""

    agency: str
    year: int
    form: Form
    published_on: str
    cells: dict[str, Number]
    printed: dict[str, str] = field(default_factory=dict)
    allowed: dict[str, frozenset[Number | None]] = field(default_factory=dict)
    title: str = ""
    preface: str = ""
    sections: list[tuple[int, str, list[str]]] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    claims: list[tuple[str, Number]] = field(default_factory=list)
    wrong: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a table as the template has it."""

    text: str
    columns: int = 1
    rows: int = 1
    key: str | None = None


Table = list[list[Slot]]
# Widths of the columns of the three tables, in shares of the text's width.
WIDTHS = {
    "proactive": (0.34, 0.22, 0.22, 0.22),
    "applications": (0.07, 0.11, 0.28, *(0.54 / 7,) * 7),
    "disputes": (1 / 15,) * 15,
}


# ------------------------------------------------------------------------------------------------------------ figures


def figures(rng: random.Random, form: Form, size: int | None = None) -> dict[str, Number]:
    """Figures that satisfy every identity; ``size`` bounds a usual count."""
    top = size if size is not None else rng.choice((0, 2, 9, 40, 300, 9000))
    out: dict[str, Number] = {}
    for spec in forms.rows("proactive", form):
        for key in spec.cells():
            if key.endswith("amount"):
                out[key] = rng.choice((0, Decimal("12.5"), Decimal(rng.randint(1, 10**8)).scaleb(-4).normalize()))
                if out[key] == int(out[key]):
                    out[key] = int(out[key])
            elif key.endswith("change"):
                out[key] = rng.choice((0, 0, rng.randint(-20, 20)))
            else:
                out[key] = rng.choice((0, 0, rng.randint(0, top), rng.randint(0, 50 * top)))
    columns = forms.rows("applications", form)[0].columns
    rows = [spec.key for spec in forms.rows("applications", form)]
    results = [row for row in rows if row not in (*TOPMOST, "handled")]
    table: dict[tuple[str, str], int] = {}
    for column in columns[:-1]:
        busy = column == "natural_person" or rng.random() < 0.4
        for row in results:
            table[row, column] = rng.randint(1, top) if top and busy and rng.random() < 0.4 else 0
        handled = sum(table[row, column] for row in results)
        carried_out = rng.randint(0, max(top // 4, 1)) if busy and top else 0
        carried_in = rng.randint(0, handled + carried_out) if rng.random() < 0.4 else 0
        table["handled", column], table["carried_out", column] = handled, carried_out
        table["carried_in", column] = carried_in
        table["new", column] = handled + carried_out - carried_in
    for row in rows:
        table[row, columns[-1]] = sum(table[row, column] for column in columns[:-1])
        out.update({f"applications.{row}.{column}": table[row, column] for column in columns})
    for spec in forms.rows("disputes", form):
        parts = [rng.randint(0, max(top // 10, 1)) if top and rng.random() < 0.5 else 0 for _ in range(4)]
        out.update(zip(spec.cells(), (*parts, sum(parts)), strict=True))
    return {key: out[key] for key in forms.keys(form)}


def _spoil(truth: Truth, kind: str, rng: random.Random) -> None:
    """One error of a kind into a sound report; what is printed is then what is true."""
    cells = truth.cells
    columns = forms.rows("applications", truth.form)[0].columns
    rows = [spec.key for spec in forms.rows("applications", truth.form)]
    touched: tuple[str, ...] = ()
    if kind == "row_sum":
        key = f"applications.{rng.choice(rows)}.total"
        touched = (key,)
        cells[key] += rng.randint(1, 3)
    elif kind == "column_sum":
        key = f"applications.handled.{rng.choice(columns)}"
        touched = (key,)
        cells[key] += rng.randint(1, 3)
    elif kind == "balance":
        key = f"applications.{rng.choice(('new', 'carried_in', 'carried_out'))}.{rng.choice(columns[:-1])}"
        touched = (key,)
        cells[key] += rng.randint(1, 3)
    elif kind == "dispute_total":
        key = f"disputes.{rng.choice(('reconsideration', 'litigation_direct'))}.total"
        touched = (key,)
        cells[key] += rng.randint(1, 3)
    elif kind == "bad_value":
        key = rng.choice([k for k in cells if k.startswith("proactive") and "amount" not in k and "change" not in k])
        touched = (key,)
        cells[key] = -rng.randint(1, 30)
    truth.wrong.append((kind, touched))


# ------------------------------------------------------------------------------------------------------------- making


def make(seed: int, form: Form | None = None, wrong: Sequence[str] | None = None, plain: bool = False) -> Truth:
    """A report from a seed. ``wrong`` are kinds of error to put in (by default now and then one); ``plain`` prints
    every figure as bare digits."""
    rng = random.Random(seed)
    year = rng.choice((2019, 2020, 2021, 2022, 2023, 2024, 2025))
    if form is not None:
        year = rng.choice((2019, 2020) if form == "2019" else (2021, 2022, 2023, 2024, 2025))
    right: Form = "2019" if year <= 2020 else "2021"
    if wrong is None:
        wrong = rng.sample(KINDS, 1) if rng.random() < 0.3 else ()
    chosen = form or right
    if "wrong_form" in wrong and form is None:
        chosen = "2021" if right == "2019" else "2019"
    town = rng.random() < 0.3
    agency = rng.choice(PLACES) + rng.choice(TOWNS if town else BODIES)
    published = f"{year + 1}-{rng.choice(('01', '01', '02', '03'))}-{rng.randint(4, 28):02d}"
    truth = Truth(agency, year, chosen, published, figures(rng, chosen))
    for kind in wrong:
        _spoil(truth, kind, rng)
    truth.title = f"{agency}{year}年政府信息公开工作年度报告"
    _write(truth, rng, set(wrong))
    _print(truth, rng, plain)
    return truth


def pair(seed: int, broken: bool) -> tuple[Truth, Truth]:
    """Two years of one agency; the later carries in what the earlier carried out, unless ``broken``."""
    rng = random.Random(seed)
    first = make(seed, form="2021", wrong=())
    second = replace(make(seed + 1, form="2021", wrong=()), agency=first.agency, year=first.year + 1)
    columns = forms.rows("applications", "2021")[0].columns
    for column in columns[:-1]:
        key = f"applications.carried_in.{column}"
        due = int(first.cells[f"applications.carried_out.{column}"]) + (1 if broken and column == columns[0] else 0)
        shift = due - int(second.cells[key])
        second.cells[key] = due
        granted, handled = f"applications.granted.{column}", f"applications.handled.{column}"
        for other in (granted, handled) if shift > 0 else (f"applications.new.{column}",):
            second.cells[other] += shift if shift > 0 else -shift
    for spec in forms.rows("applications", "2021"):
        keys = spec.cells()
        second.cells[keys[-1]] = sum(second.cells[key] for key in keys[:-1])
    if broken:
        second.wrong.append(("carry_chain", (f"applications.carried_in.{columns[0]}",)))
    second.title = f"{second.agency}{second.year}年政府信息公开工作年度报告"
    second.published_on = f"{second.year + 1}-01-20"
    second.claims = []
    _write(second, rng, set())
    _print(second, rng, True)
    return first, second


def _print(truth: Truth, rng: random.Random, plain: bool) -> None:
    blank = not plain and rng.random() < 0.12
    dashes = not plain and not blank and rng.random() < 0.1
    grouped = not plain and rng.random() < 0.2
    units = not plain and rng.random() < 0.1
    full = not plain and rng.random() < 0.1
    for key, value in truth.cells.items():
        text, allowed = f"{value:f}" if isinstance(value, Decimal) else str(value), frozenset[Number | None]({value})
        if value == 0 and blank:
            text, allowed = "", frozenset({None})
        elif value == 0 and dashes and rng.random() < 0.5:
            text, allowed = rng.choice("—-／/"), frozenset({None})
        else:
            if grouped and isinstance(value, int) and abs(value) >= 1000:
                text = f"{value:,}"
            if units and rng.random() < 0.4 and not key.startswith("disputes"):
                text += "万元" if key.endswith("amount") else "件"
            if full:
                text = text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,-"})
        truth.printed[key], truth.allowed[key] = text, allowed


def _write(truth: Truth, rng: random.Random, wrong: set[str]) -> None:
    """The narrative in words of our own, and what it claims."""
    cells, year = truth.cells, truth.year
    stated = year - 1 if "wrong_year" in wrong else year
    truth.preface = rng.choice(
        (
            f"按照政府信息公开条例的规定，{truth.agency}编制了本报告，所列数据的统计期限自{stated}年1月1日起至{stated}年12月31日止。",
            f"本报告由{truth.agency}依照条例要求编写，统计期限为{stated}年1月1日至{stated}年12月31日，全文在门户网站公开。",
        )
    )

    def claim(key: str) -> Number:
        truth.claims.append((key, cells[key]))
        return cells[key]

    new, total = "applications.new.total", "applications.handled.total"
    first = [f"（一）主动公开。全年在门户网站发布信息{rng.randint(60, 4000)}条，更新专栏{rng.randint(2, 9)}个。"]
    if truth.form == "2021" and rng.random() < 0.7:
        first.append(
            f"全年制发行政规范性文件{claim('proactive.normative_documents.issued')}件，"
            f"废止{claim('proactive.normative_documents.repealed')}件，"
            f"现行有效{claim('proactive.normative_documents.in_force')}件。"
        )
    if "narrative_mismatch" in wrong:
        said = int(cells[new]) + rng.randint(1, 4)
        truth.claims.append((new, said))
        for n, (kind, _) in enumerate(truth.wrong):
            if kind == "narrative_mismatch":
                truth.wrong[n] = (kind, (new,))
        first.append(f"（二）依申请公开。{year}年共收到政府信息公开申请{said}件。")
    elif cells[new] == 0:
        claim(new)
        first.append(
            "（二）依申请公开。" + rng.choice((f"{year}年未收到政府信息公开申请。", "全年没有收到政府信息公开申请。"))
        )
    else:
        text = f"（二）依申请公开。{year}年共收到政府信息公开申请{claim(new)}件"
        if rng.random() < 0.5:
            text += f"，上年结转{claim('applications.carried_in.total')}件"
        if rng.random() < 0.5:
            text += f"，全年办结{claim(total)}件，结转下年度继续办理{claim('applications.carried_out.total')}件"
        first.append(text + "。")
    first.append(f"（三）平台建设。运行维护政务新媒体账号{rng.randint(1, 4)}个，处理网民留言{rng.randint(5, 90)}条。")
    first.append(f"（四）监督保障。组织培训{rng.randint(1, 5)}次，参训{rng.randint(20, 200)}人次。")
    if "placeholder" in wrong:
        first.append("（五）其他。全年召开专题会议XX次，制定制度××项。")
    fifth = ["本机关信息发布的及时性仍有不足，个别栏目内容偏少。今后将健全审核流程，充实栏目内容，提高解读质量。"]
    sixth = [
        rng.choice(
            ("本年度没有收取信息处理费。", "按照规定，本年度未收取信息处理费。除上述内容外，无其他需要报告的事项。")
        )
    ]
    texts = {1: first, 2: [], 3: [], 4: [], 5: fifth, 6: sixth}
    numbers = [n for n in range(1, 7) if not ("missing_section" in wrong and n == 5)]
    truth.sections = [(n, SECTIONS[n - 1], texts[n]) for n in numbers]
    y, m, d = truth.published_on.split("-")
    truth.signature = [truth.agency, f"{int(y)}年{int(m)}月{int(d)}日"]


# ------------------------------------------------------------------------------------------------------------- tables


def tables(truth: Truth) -> dict[str, Table]:
    """The three tables as the form has them, with spans."""

    def values(spec: forms.RowSpec) -> list[Slot]:
        return [Slot(truth.printed[key], key=key) for key in spec.cells()]

    proactive: Table = []
    for spec in forms.rows("proactive", truth.form):
        count = len(spec.columns)
        spans = [*(1,) * (count - 1), 4 - count]
        if spec.key in ARTICLE:
            proactive.append([Slot(ARTICLE[spec.key], 4)])
            heads = [Slot(text, span) for text, span in zip(spec.headers, spans, strict=True)]
            proactive.append([Slot("信息内容"), *heads])
        row = [replace(slot, columns=span) for slot, span in zip(values(spec), spans, strict=True)]
        proactive.append([Slot(spec.label), *row])
    specs = forms.rows("applications", truth.form)
    applications: Table = [
        [Slot("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), Slot("申请人情况", 7)],
        [Slot("自然人", 1, 2), Slot("法人或其他组织", 5), Slot("总计", 1, 2)],
        [Slot(text) for text in specs[0].headers[1:-1]],
    ]
    inner = [spec for spec in specs if spec.key not in TOPMOST]
    seen: set[str] = set()
    for spec in specs:
        row = []
        if spec.key in TOPMOST:
            row.append(Slot(spec.label, 3))
        else:
            if spec is inner[0]:
                row.append(Slot("三、本年度办理结果", 1, len(inner)))
            group, _, rest = spec.key.partition(".")
            if rest and group not in seen:
                seen.add(group)
                row.append(Slot(GROUPS[group], 1, sum(s.key.startswith(group + ".") for s in inner)))
            row.append(Slot(spec.label, 1 if rest else 2))
        applications.append([*row, *values(spec)])
    outcomes = forms.rows("disputes", truth.form)[0].headers
    disputes: Table = [
        [Slot("行政复议", 5), Slot("行政诉讼", 10)],
        [*(Slot(text, 1, 2) for text in outcomes), Slot("未经复议直接起诉", 5), Slot("复议后起诉", 5)],
        [Slot(text) for text in (*outcomes, *outcomes)],
        [slot for spec in forms.rows("disputes", truth.form) for slot in values(spec)],
    ]
    return {"proactive": proactive, "applications": applications, "disputes": disputes}


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot with its place among the table's elementary rows and columns."""

    slot: Slot
    row: int
    column: int


def placed(table: Table) -> list[list[Placed]]:
    """The slots of each row with their columns, merged cells counted."""
    taken: set[tuple[int, int]] = set()
    out: list[list[Placed]] = []
    for r, row in enumerate(table):
        column = 0
        line = []
        for slot in row:
            while (r, column) in taken:
                column += 1
            line.append(Placed(slot, r, column))
            taken.update((r + i, column + j) for i in range(slot.rows) for j in range(slot.columns))
            column += slot.columns
        out.append(line)
    return out


def story(truth: Truth) -> Iterable[tuple[str, str]]:
    """The document in order: ("title" | "heading" | "text" | "signature", text) and ("table", name)."""
    yield "title", truth.title
    yield "text", truth.preface
    for number, title, paragraphs in truth.sections:
        yield "heading", f"{NUMERALS[number - 1]}、{title}"
        for text in paragraphs:
            yield "text", text
        if number in TABLE_OF:
            yield "table", TABLE_OF[number]
    for text in truth.signature:
        yield "signature", text


# -------------------------------------------------------------------------------------------------------------- judging


@dataclass(slots=True)
class Verdict:
    """How a reading compares: keys read right, flagged (below 0.9), and silently wrong, the one that must be empty."""

    right: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)
    silent: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def exact(self) -> float:
        count = len(self.right) + len(self.flagged) + len(self.silent)
        return len(self.right) / count if count else 0.0


def judge(truth: Truth, report: Report) -> Verdict:
    """Every cell of the truth, right, flagged or silently wrong; cells of the other form count as silent."""
    out = Verdict()
    cells = report.cells or {}
    for key, allowed in truth.allowed.items():
        cell = cells.get(key)
        if cell is None:
            out.flagged.append(key)
        elif cell.value in allowed and (cell.value is not None or not truth.printed[key] or cell.raw or cell.blank):
            out.right.append(key)
        elif cell.confidence < 0.9:
            out.flagged.append(key)
        else:
            out.silent.append((key, truth.printed[key], f"{cell.value} {cell.raw!r} {cell.confidence}"))
    out.silent.extend(
        (key, "not in this form", str(cell.value)) for key, cell in cells.items() if key not in truth.cells
    )
    return out
