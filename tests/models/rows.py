"""Rows made by hand: bodies, sources, looks at them, documents, readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from models import agencies, documents, readings, sources
from reports.form import forms
from reports.report import Cell, Finding, Kind, Number, Report, Source

NOW = datetime(2027, 2, 3, 1, 0, tzinfo=UTC)  # 09:00 in China, three days after the departments' day
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
READER = "1"


def body(session: Session, name: str = "甲县统计局", **values: Any) -> agencies.Agency:
    """A body of the register, by default a county's department."""
    row = agencies.AgencyRow(name=name, **{"level": "county", "kind": "department", **values})
    agency, _ = agencies.upsert_agency(session, row)
    agencies.link_parents(session)
    return agency


def column(session: Session, *bodies: agencies.Agency, url: str = "http://www.jia.gov.cn/nb/") -> sources.Source:
    """A source that serves these bodies."""
    for agency in bodies:
        source = sources.upsert_source(session, url, agency.id, "static", NOW)
    return source


def looked(session: Session, source: sources.Source, at: datetime, status: str = "ok", **values: Any) -> None:
    """One look at the source that ended at ``at``."""
    run = sources.start_run(session, source.id, at - timedelta(minutes=1))
    figures: dict[str, Any] = {"requests": 3, "items": 1} | values
    interval = figures.pop("interval", DAY)
    sources.finish_run(session, run.id, sources.Outcome(status, **figures), at, interval)


def listed(
    session: Session, source: sources.Source, agency: agencies.Agency | None, number: int = 1, **values: Any
) -> documents.Document:
    """An entry of the source's list, by default the body's report for 2026."""
    url = f"http://www.jia.gov.cn/nb/{number}.html"
    given: dict[str, Any] = {
        "key": url, "url": url, "title": "2026年政府信息公开工作年度报告", "kind": "annual_report", "year": 2026,
        "agency_id": agency.id if agency else None,
    }  # fmt: skip
    given |= values
    now = given.pop("now", NOW)
    return documents.record_listing(session, documents.Item(source.id, **given), now)


def fetched(
    session: Session, document: documents.Document, content: str = "a", now: datetime = NOW
) -> tuple[documents.Version, int | None]:
    """A version of the document whose bytes are ``content``."""
    digest = sha256(content.encode()).hexdigest()
    return documents.record_version(
        session,
        document.id,
        documents.Content(
            sha256=digest,
            content_key=digest,
            name="a.html",
            media_type="text/html",
            size=len(content),
            url=document.url,
            headers={"etag": '"1"'},
            attachments=(),
        ),
        now,
    )


def report(
    figures: dict[str, Number] | None = None, kind: Kind = "annual_report", year: int | None = 2026, **values: Any
) -> Report:
    """A report as read: every figure 0 but the given ones."""
    cells = {key: Cell(0, "0") for key in forms.keys("2021")}
    cells |= {key: Cell(value, str(value)) for key, value in (figures or {}).items()}
    given: dict[str, Any] = {"agency": "甲县统计局", "form": "2021", "cells": cells}
    return Report(Source("a.html", "0" * 64, "text/html", 1, "html"), kind=kind, year=year, **(given | values))


def read(session: Session, version: documents.Version, said: Report | None = None, now: datetime = NOW) -> int | None:
    """A reading of the version is saved; the number of the check that follows."""
    return readings.save(session, readings.Result(version.id, said or report()), READER, now)


def published(
    session: Session, source: sources.Source, agency: agencies.Agency, on: date | None, number: int = 1, **values: Any
) -> documents.Document:
    """A report listed, fetched and read."""
    document = listed(session, source, agency, number, listed_on=on, **values)
    version, _ = fetched(session, document, f"content {number}", values.get("now", NOW))
    read(session, version, now=values.get("now", NOW))
    return document


def finding(rule: str = "APP-SUM-ROW", actual: int = 25, **values: Any) -> Finding:
    """A finding as a rule says it."""
    given: dict[str, Any] = {
        "severity": "error", "cells": ("applications.new.total",), "expected": 26,
        "message": "表三“本年新收政府信息公开申请数量”总计与各列之和不一致。",
    }  # fmt: skip
    return Finding(rule=rule, actual=actual, **(given | values))
