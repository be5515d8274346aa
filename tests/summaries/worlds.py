"""A made-up season for the summaries' tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.duties import Duty, Ledger, OpenFinding, Sighting, SourceState, Standing

NOW = datetime(2026, 3, 9, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
RULES = ("APP-SUM-ROW", "APP-BALANCE", "STR-SECTIONS", "NAR-NEW", "PUB-LATE", "YR-CARRY")
NAMES = (
    "统计局",
    "教育体育和科学技术局",
    "水利局",
    "林业局",
    "财政局",
    "司法局",
    "民政局",
    "公安局",
    "卫生健康委员会",
    "医疗保障局",
)


def season(bodies: int = 24) -> Ledger:
    """Two counties of departments: most published, some late, missing, not to be told; findings of every severity."""
    out = Ledger(2025, NOW, unreadable=2)
    for number in range(1, bodies + 1):
        parent = "甲县人民政府" if number % 2 else "乙县人民政府"
        name = parent[:2] + NAMES[number % len(NAMES)] + (f"第{number // 10}分局" if number >= 10 else "")
        government = number % 12 == 0
        duty = Duty(
            number, name, "government" if government else "department", "county", 2025,
            date(2026, 3, 31) if government else date(2026, 1, 31), parent=parent, office_id=7,
        )  # fmt: skip
        out.standings.append(_standing(duty, number))
        for place in range(number % 4 if out.standings[-1].state in {"published", "late"} else 0):
            rule = RULES[(number + place) % len(RULES)]
            severity = ("error", "warning", "notice")[(number + place) % 3]
            out.findings.append(
                OpenFinding(
                    len(out.findings), number, name, 2025, rule, severity, f"{rule}的一项", needs_review=number % 7 == 0
                )
            )
    out.sources = [SourceState(1, "http://a.gov.cn/", "ok"), SourceState(2, "http://b.gov.cn/", "unreachable")]
    return out


def _standing(duty: Duty, number: int) -> Standing:
    address = f"http://a{number}.gov.cn/nb/"
    if duty.kind == "government":
        return Standing(duty, "due", source_url=address)
    if number % 11 == 0:
        return Standing(duty, "cannot_tell", "网站要求安全验证", source_url=address)
    if number % 9 == 0:
        return Standing(duty, "missing", source_url=address)
    day = date(2026, 1, 10) + timedelta(days=number % 20) if number % 8 else date(2026, 2, 6)
    seen = Sighting(number, "年报", f"{address}1.html", "annual_report", "read", NOW, None if number % 13 == 0 else day)
    late = day > duty.deadline
    return Standing(
        duty, "late" if late else "published", "", None if number % 13 == 0 else not late, seen, None, address
    )


def rows(year: int, bodies: int = 24, factor: int = 1) -> list[dict[str, Any]]:
    """Export rows of a year: tables three and four of those bodies."""
    ledger = season(bodies)
    return [
        {
            "agency": standing.duty.agency, "year": year, "needs_review": standing.duty.agency_id == 5,
            "cells": {
                "applications.new.total": 10 * factor, "applications.handled.total": 9 * factor,
                "applications.carried_in.total": 0, "applications.carried_out.total": factor,
                "applications.granted.total": 6 * factor, "applications.partial.total": 1,
                "applications.denied.state_secret.total": 1, "applications.denied.third_party.total": 1,
                "disputes.reconsideration.total": 2, "disputes.litigation_direct.total": None,
            },
        }
        for standing in ledger.standings
    ]  # fmt: skip
