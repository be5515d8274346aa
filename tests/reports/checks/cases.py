"""Cases for the rules as data (``tests/data/rules/*.yaml``): what a report and its context are made of.

A case is a mapping: ``form``, ``year``, ``agency``, ``base`` (zeros, 003, 000, c001, blank), ``cells``, ``sections``,
``titles``, ``claims`` ([cell, value, note, text]), ``prose`` (a text under 依申请公开 or a heading of its own, read for
claims in place of them), fields of the reading's details, and ``context``. ``expect`` is
*fires*, *holds*, *quiet* (no finding, whatever the reason), *unjudged*, *review* (fires, but a person looks first) or
a severity (fires with it and without review).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from reports.checks import checking
from reports.checks.context import Body, ColumnEntry, Context, CrawlRecord, RegisterEntry
from reports.claims import claims as read_claims
from reports.report import Cell, Claim, Heading, Period, Report, Row, Source, YearMention
from tests.reports.checks import figures

DATA = Path(__file__).parents[2] / "data" / "rules"
FILLER = (
    "本单位坚持以公开为常态、不公开为例外，围绕群众关心的事项逐月梳理目录，指定专人负责信息的收集、审核和发布，并对发布内容的准确性负责。"
    "在门户网站的专栏中按栏目归集机构职能、办事指南和财政信息，做到内容完整、链接有效、更新及时。对收到的意见建议逐条登记，"
    "按职责分送相关科室办理，并在规定时间内答复当事人。同时把公开工作纳入年度任务，与业务工作一同布置、一同落实、一同检查，"
    "对发现的不足列出清单限期补正，保证各项要求落到实处，使公众能够方便地查到所需的内容，也让工作人员清楚每一步的要求和责任。"
    "此外还整理了历年文件，逐份核对效力并标注状态，便于查询。"
)


def _yaml(path: Path) -> Any:
    """What such a file holds; the parser in C takes a tenth of the time, where there is one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def load() -> dict[str, dict[str, Any]]:
    """All rules' cases."""
    out: dict[str, dict[str, Any]] = {}
    edges = _yaml(DATA / "edges.yaml")
    for path in sorted(set(DATA.glob("*.yaml")) - {DATA / "edges.yaml"}):
        for rule, cases in _yaml(path).items():
            assert rule not in out, f"{rule} stands in two files"
            out[rule] = cases | {"edges": edges.pop(rule, [])}
    assert not edges, f"edges of unknown rules {sorted(edges)}"
    return out


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        number = value.get("value")
        number = Decimal(str(number)) if isinstance(number, float) else number
        return Cell(number, str(value.get("raw", "")), value.get("confidence", 1.0))
    return Decimal(str(value)) if isinstance(value, float) else value


def _base(name: str) -> tuple[dict[str, Any], bool]:
    bases: dict[str, tuple[Any, bool]] = {
        "zeros": ({}, False),
        "003": (figures.seed_003_cells(), False),
        "000": (figures.seed_000_cells(), False),
        "c001": (figures.published_2019_table(), True),
        "blank": ({}, True),
        "003blank": (figures.seed_003_cells(), True),
    }
    return bases[name]


def build(spec: dict[str, Any] | None) -> Report:
    """The report of a case."""
    spec = dict(spec or {})
    spec.pop("expect", None)
    for name in ("context", "says", "trap"):
        spec.pop(name, None)
    form = spec.pop("form", "2021")
    year = spec.pop("year", {"2021": 2021, "2019": 2020}[form])
    agency = spec.pop("agency", "甲县统计局")
    base, blank = _base(spec.pop("base", "zeros"))
    cells = {**base, **{key: _cell(value) for key, value in (spec.pop("cells", None) or {}).items()}}
    changed = spec.pop("sections", None)
    sections = None
    if changed is not None:
        sections = {n: text.replace("2021年", f"{year}年") for n, text in figures.BODY.items()}
        for number, text in changed.items():
            sections.pop(number, None) if text is None else sections.__setitem__(number, text.replace("FILLER", FILLER))
    order = spec.pop("order", None)
    if order:
        sections = {n: (sections or figures.BODY)[n] for n in order}
    details: dict[str, Any] = {}
    if "rows" in spec:
        details["rows"] = [
            Row(r["table"], r.get("key"), r.get("label", ""), tuple(map(str, r.get("raws", ()))), foreign=r.get("foreign"),
                short=r.get("short", False))
            for r in spec.pop("rows")
        ]  # fmt: skip
    if "labels" in spec:
        details["labels"] = [tuple(item) for item in spec.pop("labels")]
    if "years" in spec:
        details["years"] = [YearMention(where, y, text) for where, y, text in spec.pop("years")]
    if "period" in spec:
        period = spec.pop("period")
        details["period"] = Period(*period) if period else None
    if "headings" in spec:
        details["headings"] = [
            Heading(n, numeral, title, i) for i, (n, numeral, title) in enumerate(spec.pop("headings"))
        ]
    if "tables" in spec:
        details["tables"] = {"proactive": "read", "applications": "read", "disputes": "read"} | spec.pop("tables")
    titles = spec.pop("titles", None)
    claims, prose = spec.pop("claims", None), spec.pop("prose", None)
    if prose is not None:
        sections = {n: text.replace("2021年", f"{year}年") for n, text in figures.BODY.items()} | {1: prose}
    kind, reader = spec.pop("kind", "annual_report"), spec.pop("reader", "html")
    published = spec.pop("published_on", None)
    no_form = spec.pop("no_form", False)
    for name in ("title", "preface", "body", "signature", "pictures", "ocr"):
        if name in spec:
            details[name] = spec.pop(name)
    assert not spec, f"unknown fields {sorted(spec)}"
    doc = figures.report(
        form, cells, year=year, agency=agency, sections=sections, titles=titles, blank=blank, **details
    )
    if "body" not in details:
        doc.details.body = "\n".join([doc.details.preface, doc.details.body])
    if claims is not None:
        doc.claims = [
            Claim(c[0], _cell(c[1]), c[3] if len(c) > 3 else f"共{c[1]}件", 1, c[2] if len(c) > 2 else "")
            for c in claims
        ]
    if prose is not None:
        doc.claims = read_claims(prose, 1, form, year)
    doc.kind, doc.published_on = kind, published
    doc.source = Source("report.html", "0" * 64, "text/html", 1000, reader)
    if no_form or kind != "annual_report":
        doc.form, doc.cells = None, {}
    return doc


def _dates(spec: dict[str, Any], *names: str) -> None:
    for name in names:
        if isinstance(spec.get(name), list):
            spec[name] = tuple(date.fromisoformat(str(day)) for day in spec[name])
        elif spec.get(name) is not None:
            spec[name] = date.fromisoformat(str(spec[name]))


def context(spec: dict[str, Any] | None, doc: Report) -> Context:
    """The context of a case."""
    spec = dict(spec or {})
    out: dict[str, Any] = {"agency": doc.agency, "year": doc.year, "params": spec.pop("params", {})}
    if "register" in spec:
        entry = {"name": doc.agency, "kind": "department", "level": "county"} | spec.pop("register")
        _dates(entry, "founded", "abolished")
        for name in ("aliases", "predecessors", "portals"):
            entry[name] = tuple(entry.get(name, ()))
        out["register_entry"] = RegisterEntry(**entry)
    if "portal" in spec:
        record = {"today": "2022-05-01", "state": "published"} | spec.pop("portal")
        _dates(
            record,
            "today",
            "deadline",
            "published_on",
            "first_seen",
            "address_date",
            "failed_days",
            "answered_days",
        )
        _dates(record, "previous_seen", "removed_on")
        record["entries"] = tuple(ColumnEntry(title, kind, year) for title, kind, year in record.get("entries", ()))
        record["copies"] = tuple(build(copy) for copy in record.get("copies", ()))
        record["years"] = tuple(record.get("years", ()))
        record["attachments_failed"] = tuple(record.get("attachments_failed", ()))
        if "previous" in record:
            record["previous"] = build(record["previous"])
        out["crawl_record"] = CrawlRecord(**record)
    for name in ("history", "own", "interpretation"):
        if name in spec:
            other = dict(spec.pop(name) or {})
            other.setdefault("year", (doc.year or 2021) - (name == "history"))
            out[name] = build(other)
    for name in ("siblings", "below"):
        if name in spec:
            bodies = []
            for body in spec.pop(name):
                report = build(body["report"]) if body.get("report") is not None else None
                day = date.fromisoformat(str(body["published_on"])) if body.get("published_on") else None
                bodies.append(Body(body["name"], report, day, state=body.get("state", "")))
            out[name] = bodies
    for name in ("attachments", "predecessors"):
        if name in spec:
            out[name] = [build(other) for other in spec.pop(name)]
    if "enforcement" in spec:
        out["enforcement"] = spec.pop("enforcement")
    assert not spec, f"unknown fields {sorted(spec)}"
    return Context(**out)


def outcome(rule: str, spec: dict[str, Any]) -> checking.Result:
    """One rule run on one case; ``report: none`` means that nothing was found."""
    if spec.get("report") == "none":
        doc = build({k: v for k, v in spec.items() if k != "report"})
        return checking.run(None, context(spec.get("context"), doc), [rule])
    doc = build(spec)
    return checking.run(doc, context(spec.get("context"), doc), [rule])
