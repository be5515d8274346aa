"""Reports made by hand for the checks: the figures of real reports, prose of our own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from reports.checks.catalogue import catalogue
from reports.form import forms
from reports.form.titles import parts
from reports.report import Cell, Claim, Details, Form, Heading, Number, Period, Report, Section, Source, YearMention

TITLES = [part.zh for part in parts()]

BODY = {
    1: "2021年，我局依法做好政府信息公开工作。\n（一）主动公开情况。全年主动公开信息100条。\n"
    "（二）依申请公开情况。依法办理政府信息公开申请。\n（三）政府信息管理情况。严格审核公文公开属性。\n"
    "（四）平台建设情况。及时更新网站专栏。\n（五）监督保障情况。开展业务培训和工作考核。",
    2: "",
    3: "",
    4: "",
    5: "存在的主要问题是公开不够及时，业务培训不足。下一步将加强培训，按月核对目录，逐项改进，并请群众评议，"
    "确保各栏目及时更新、内容准确，努力提高公开质量和实效。",
    6: "本年度未收取信息处理费。",
}


def cell(value: Number | str | None, confidence: float = 1.0) -> Cell:
    """A figure as printed; None is a blank; a text is a token."""
    if value is None:
        return Cell(None, "", confidence)
    if isinstance(value, str):
        return Cell(None, value, confidence)
    return Cell(value, str(value), confidence)


def zeros(form: Form) -> dict[str, Cell]:
    return {key: cell(0) for key in forms.keys(form)}


def report(
    form: Form = "2021",
    cells: Mapping[str, Number | str | Cell | None] | None = None,
    *,
    year: int | None = 2021,
    agency: str = "甲县统计局",
    sections: dict[int, str] | None = None,
    titles: dict[int, str] | None = None,
    blank: bool = False,
    **details: object,
) -> Report:
    """A whole report that no rule objects to, with the changes asked for."""
    base = {key: cell(None) for key in forms.keys(form)} if blank else zeros(form)
    for key, value in (cells or {}).items():
        assert key in base, key
        base[key] = value if isinstance(value, Cell) else cell(value)
    texts = BODY if sections is None else sections
    if sections is None and year is not None:
        texts = {number: text.replace("2021年", f"{year}年") for number, text in texts.items()}
    parts = [Section(n, (titles or {}).get(n, TITLES[n - 1]), text) for n, text in texts.items()]
    given = {
        "title": f"{agency}{year}年政府信息公开工作年度报告",
        "body": "\n".join(f"{s.title}\n{s.text}" for s in parts),
        "period": Period(f"{year}-01-01", f"{year}-12-31", f"{year}年1月1日至{year}年12月31日"),
        "years": [YearMention("title", year, f"{year}年")] if year else [],
        "headings": [Heading(s.number, "一二三四五六"[s.number - 1], s.title, i) for i, s in enumerate(parts)],
        "tables": dict.fromkeys(("proactive", "applications", "disputes"), "read"),
    } | details
    received = base["applications.new.total"].value or 0
    said = f"全年收到政府信息公开申请{received}件"
    return Report(
        claims=[Claim("applications.new.total", received, said, 1)],
        source=Source("report.html", "0" * 64, "text/html", 1000, "html"),
        kind="annual_report",
        agency=agency,
        year=year,
        form=form,
        sections=parts,
        cells=base,
        details=Details(**given),  # type: ignore[arg-type]
    )


def seed_003_cells() -> dict[str, Number]:
    """重庆市统计局, report year 2021."""
    out: dict[str, Number] = {
        "proactive.normative_documents.issued": 2,
        "proactive.normative_documents.repealed": 1,
        "proactive.normative_documents.in_force": 5,
        "proactive.licensing.decisions": 11,
        "proactive.penalties.decisions": 129,
        "proactive.fees.amount": Decimal("9.7356"),
    }
    rows = {"new": 26, "granted": 5, "partial": 9, "denied.internal_affairs": 1, "unavailable.not_held": 11}
    for row, figure in (rows | {"handled": 26}).items():
        out[f"applications.{row}.natural_person"] = out[f"applications.{row}.total"] = figure
    return out


def seed_000_cells() -> dict[str, Number]:
    """兵团统计局, report year 2021 on the 2019 form."""
    return {
        "proactive.normative_documents.made": 1,
        "proactive.normative_documents.disclosed": 1,
        "proactive.normative_documents.disclosed_total": 1,
        "proactive.licensing.prior_items": 3,
        "proactive.licensing.change": 3,
        "proactive.licensing.decisions": 3,
        "proactive.penalties.prior_items": 17,
        "proactive.penalties.change": 12,
        "proactive.penalties.decisions": 29,
        "proactive.procurement.items": 7,
        "proactive.procurement.amount": 140140,
    }


C001_ROWS = {
    "new": (821, 35, None, None, 2, 1, 859),
    "carried_in": (18, None, None, None, None, None, 18),
    "granted": (258, 12, None, None, 1, 1, None),
    "partial": (3,),
    "denied.state_secret": (14,),
    "denied.internal_affairs": (5,),
    "denied.process_information": (3, 1),
    "denied.administrative_query": (10, 2),
    "unavailable.not_held": (252, 12, None, None, 1),
    "unavailable.must_be_created": (44, 3),
    "unavailable.still_unclear": (25,),
    "rejected.petition": (148, 1),
    "rejected.duplicate": (5, 4),
    "handled": (767, 35, None, None, 2, 1, 805),
    "carried_out": (72, None, None, None, None, None, 72),
}


def published_2019_table() -> dict[str, Number | None]:
    """上海市人民政府办公厅, report year 2019: zeros blank, and the total column blank in every result row."""
    out: dict[str, Number | None] = {}
    for row, values in C001_ROWS.items():
        for column, value in zip(catalogue().vars["col"], values, strict=False):
            out[f"applications.{row}.{column}"] = value
    for group, outcomes in {
        "reconsideration": (5, None, None, 2, 7),
        "litigation_direct": (8, None, None, 1, 9),
    }.items():
        for column, value in zip(("upheld", "corrected", "other", "pending", "total"), outcomes, strict=True):
            out[f"disputes.{group}.{column}"] = value
    return out


def rules_found(result: object) -> list[str]:
    """The ids of the findings, each once, sorted."""
    return sorted({finding.rule for finding in result.findings})  # type: ignore[attr-defined]
