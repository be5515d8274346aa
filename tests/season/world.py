"""The world that a season is played in: bodies, what stands on their portals on which day, as ``world.yaml`` says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from demo.pages import Body as Printed
from demo.pages import content
from demo.simulator.server import Answer
from tests.crawler.given import Item, Portal

HERE = Path(__file__).parent
A_DAY = timedelta(days=1)
TITLES = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
CHALLENGE = Answer(
    "<html><body><script>eval('x')</script>请开启JavaScript并刷新该页</body></html>".encode(), status=412
)


@dataclass(frozen=True, slots=True)
class Told:
    """A report as it stands on a portal from ``since`` to ``until``: what is ``wrong`` in it, until ``mended`` or since
    ``spoilt``."""

    day: date
    since: date
    until: date | None = None
    hour: int = 0  # of the first day, at which it is put up
    wrong: str = ""
    mended: date | None = None
    spoilt: date | None = None

    def fault(self, on: date) -> str:
        """What is wrong in it on that day; empty for a sound one."""
        if self.spoilt is not None:
            return "granted" if on >= self.spoilt else ""
        return "" if self.mended is not None and on >= self.mended else self.wrong

    def stands(self, at: datetime) -> bool:
        """Whether it is on the portal at that moment."""
        there = self.since < at.date() or (self.since == at.date() and at.hour >= self.hour)
        return there and (self.until is None or at.date() <= self.until)


@dataclass(slots=True)
class Member:
    """One body: its office, its name, what it publishes."""

    office: str
    name: str
    kind: str
    level: str
    number: int  # of requests, other for each body
    reports: list[Told] = field(default_factory=list)
    portal: Any = None
    merged: bool = False
    renamed: dict[str, Any] | None = None
    extended: dict[str, Any] | None = None
    answered: dict[str, Any] | None = None

    def name_on(self, day: date) -> str:
        """What it is called on that day."""
        return self.office + self.renamed["to"] if self.renamed and day >= self.renamed["since"] else self.name

    @property
    def deadline(self) -> date:
        """The day of the law."""
        return date(2026, 3, 31) if self.kind == "government" else date(2026, 1, 31)


class World:
    """All of it."""

    def __init__(self) -> None:
        data = yaml.safe_load((HERE / "world.yaml").read_text(encoding="utf-8"))
        self.year: int = data["year"]
        self.first: date = data["first"]
        self.last: date = data["last"]
        self.down: tuple[date, date] = tuple(data["mail_server_down"])
        self.offices: dict[str, dict[str, Any]] = data["offices"]
        self.members: list[Member] = []
        self._pages: dict[tuple[str, Told, str], str] = {}
        for office, given in self.offices.items():
            self._add(office, "人民政府", given["government"], "government", given["level"])
            for name, what in given["bodies"].items():
                self._add(office, name, what, "department", given["level"])

    def _add(self, office: str, name: str, what: Any, kind: str, level: str) -> None:
        given = what if isinstance(what, dict) else {}
        reports = [{"day": what}] if isinstance(what, date) else given.get("reports", [])
        self.members.append(
            Member(
                office,
                office + name,
                kind,
                level,
                3 + len(self.members),
                [Told(**{"since": one["day"], **one}) for one in reports],
                given.get("portal"),
                what == "merged",
                given.get("renamed"),
                given.get("extended"),
                given.get("answered"),
            )
        )

    def member(self, name: str) -> Member:
        """The body of that name, its former or its present one."""
        return next(one for one in self.members if name in {one.name, one.name_on(self.last)})

    def changes(self) -> set[date]:
        """The days on which something happens that is no sound report in time; a report taken down is looked for twice."""
        out = {self.first, self.down[0], self.down[1], self.down[1] + A_DAY}
        for one in self.members:
            given = one.portal if isinstance(one.portal, dict) else {}
            out |= {day + A_DAY * n for n, day in enumerate(given.get("challenged", ()))}
            out |= {what["since"] for what in (one.renamed, one.extended, one.answered) if what}
            out |= {one.answered["until"] + A_DAY} if one.answered else set()
            for told in one.reports:
                out |= {day for day in (told.mended, told.spoilt) if day}
                out |= {told.since} if told.wrong or told.since != told.day or told.day > one.deadline else set()
                out |= {told.until + A_DAY, told.until + A_DAY * 2} if told.until else set()
        return out

    # -------------------------------------------------------------- portals

    def portals(self) -> dict[str, Portal]:
        """By host: a common column for each office, and an own portal where a body has one."""
        out: dict[str, Portal] = {}
        start = datetime.combine(self.first, time(0))
        for number, office in enumerate(self.offices, 1):
            common = [one for one in self.members if one.office == office and one.portal is None]
            out[f"127.0.0.1:{9000 + number}"] = Portal(f"{office}人民政府", self._items(common, start), per_page=50)
        for number, one in enumerate((one for one in self.members if one.portal is not None), 1):
            out[f"127.0.0.1:{9100 + number}"] = Portal(one.name, self._items([one], start))
        for host, portal in out.items():
            portal.base = f"http://{host}"
        return out

    def at(self, portals: dict[str, Portal], moment: datetime) -> None:
        """Let it be that moment on every portal."""
        day = moment.date()
        owners = [
            [one for one in self.members if one.office == office and one.portal is None] for office in self.offices
        ]
        owners += [[one] for one in self.members if one.portal is not None]
        for portal, members in zip(portals.values(), owners, strict=True):
            portal.today, portal.items = day, self._items(members, moment)
            given = members[0].portal if isinstance(members[0].portal, dict) else {}
            begin, end = given.get("challenged", (date.max, date.max))
            portal.broken = CHALLENGE if begin <= day <= end else None

    def column(self, portals: dict[str, Portal], one: Member) -> str:
        """The address of the column in which the body publishes."""
        own = [member for member in self.members if member.portal is not None]
        number = 3 + own.index(one) if one.portal is not None else list(self.offices).index(one.office)
        return list(portals.values())[number].column

    def _items(self, members: list[Member], moment: datetime) -> list[Item]:
        return [
            Item(
                f"{one.name_on(told.day)}{self.year}年政府信息公开工作年度报告",
                told.day,
                body=self._page(one, told, told.fault(moment.date())),
                since=told.since if told.since != moment.date() or told.stands(moment) else date.max,
                until=told.until,
            )
            for one in members
            for told in one.reports
        ]

    # -------------------------------------------------------------- reports

    def _page(self, one: Member, told: Told, fault: str) -> str:
        key = (one.name, told, fault)
        if key not in self._pages:
            self._pages[key] = content(self.printed(one, told, fault))
        return self._pages[key]

    def printed(self, one: Member, told: Told, fault: str) -> Printed:
        """A report with that fault."""
        name, number = one.name_on(told.day), one.number
        figures = {
            "proactive.normative_documents.issued": number % 3,
            "proactive.normative_documents.in_force": 4 + number % 5,
            "proactive.licensing.decisions": 50 + 7 * number,
            "proactive.penalties.decisions": number,
            "proactive.fees.amount": 0,
        }
        granted, held = number // 2, number - number // 2
        rows = {"new": number, "granted": granted, "unavailable.not_held": held, "handled": number}
        for row, value in rows.items():
            figures |= {f"applications.{row}.natural_person": value, f"applications.{row}.total": value}
        if fault == "new_total":
            figures["applications.new.total"] = number + 3
        elif fault == "handled":
            figures |= {"applications.handled.natural_person": number - 1, "applications.handled.total": number - 1}
        elif fault == "granted":
            figures["applications.granted.total"] = granted + 1
        said = number + 2 if fault == "prose" else number
        sections = [
            {"title": title, "text": _text(index, name, self.year, said, number)} for index, title in enumerate(TITLES)
        ]
        return Printed(
            slug=name,
            agency=name,
            short_name=name,
            level=one.level,
            kind=one.kind,
            family="static",
            year=self.year,
            form="2021",
            publish_as="page",
            title=f"{name}{self.year}年政府信息公开工作年度报告",
            published_on=told.day,
            preface=f"根据《中华人民共和国政府信息公开条例》和《国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作"
            f"年度报告格式〉的通知》（国办公开办函〔2021〕30号）要求，{name}编制本报告。本报告所列数据的统计期限为{self.year}年1月1日至"
            f"{self.year}年12月31日。",
            sections=sections,
            signature=[name, f"{told.day.year}年{told.day.month}月{told.day.day}日"],
            figures=dict(figures),
        )


def _text(index: int, name: str, year: int, said: int, number: int) -> list[str]:
    if index == 0:
        return [
            f"（一）主动公开。{year}年，{name}通过门户网站主动公开政府信息{100 + number}条。",
            f"（二）依申请公开。{year}年，{name}共收到政府信息公开申请{said}件，上年结转0件，均已按期办结。"
            "全年无因政府信息公开引起的行政复议、行政诉讼。",
            "（三）政府信息管理。完善信息发布审核制度，定期清理规范性文件。",
            "（四）政府信息公开平台建设。对门户网站信息公开栏目进行优化。",
            "（五）监督保障。开展政府信息公开工作考核和社会评议，全年未发生责任追究情况。",
        ]
    if index == 4:
        return [
            "存在的主要问题：一是公开内容还不够全面，部分栏目更新不够及时；二是解读形式还不够丰富，群众参与度有待提高。",
            "改进情况：一是加强业务培训，建立信息更新台账，定期检查通报；二是丰富解读形式，运用图表、视频等方式提升公开实效，畅通互动渠道。",
        ]
    if index == 5:
        return [f"{year}年，{name}未收取信息处理费。没有其他需要报告的事项。"]
    return []
