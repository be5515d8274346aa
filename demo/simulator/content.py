"""What made-up bodies publish: reports of every title form, and what stands beside them in a column."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from demo import pages
from reports.report import Form

Kind = Literal["report", "interpretation", "website_report", "notice", "other"]
LAST_YEAR_OF_2019 = 2020  # later years are reported on the form of 2021
REGIONS = (
    "青岩", "白渡", "云溪", "松陵", "南浦", "龙泉", "石桥", "雁荡", "北塘", "望江", "金沙", "双河", "清流", "桐岭",
    "沙埠", "柏林", "凤台", "枫溪", "梅岭", "兰陵", "竹山", "鹿泉", "马鞍", "丹霞", "银川口", "铜陵口",
    "锦屏", "玉屏", "翠屏", "紫阳",
)  # fmt: skip
ENDS = ("县", "区", "市")
OFFICES = (
    "教育局", "民政局", "财政局", "水利局", "统计局", "审计局", "司法局", "林业局", "交通运输局", "农业农村局", "应急管理局",
    "卫生健康局", "医疗保障局", "市场监督管理局", "文化和旅游局", "自然资源局", "退役军人事务局", "住房和城乡建设局",
)  # fmt: skip
# Title forms of the note on portals, section 4; {b} the body, {y} the report year.
TITLES = (
    "{b}{y}年政府信息公开工作年度报告",
    "{b}{y}年度政府信息公开工作年度报告",
    "{y}年{b}政府信息公开工作年度报告",
    "{b}{y}年政府信息公开年报",
    "{b}{y}年政府信息公开工作报告",
    "{b}{y}年信息公开工作年度报告",
    "{b}关于{y}年政府信息公开工作情况的年度报告",
)
DECOYS: tuple[tuple[Kind, str], ...] = (
    ("website_report", "{y}年政府网站工作年度报表"),
    ("other", "{b}{y}年法治政府建设年度报告"),
    ("notice", "关于做好{y}年度政府信息公开工作年度报告编制工作的通知"),
    ("other", "{b}{y}年工作总结"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a column. ``since`` is the first day on which it is listed, ``until`` the last; ``revisions`` are the
    days from which its text reads otherwise; a ``file`` (name, bytes) hangs on the article, or, without ``html``, is what
    the row leads to; ``outside`` leads to another host."""

    number: int
    title: str
    day: date
    kind: Kind
    agency: str
    year: int
    html: str = ""
    since: date | None = None
    until: date | None = None
    revisions: tuple[tuple[date, str], ...] = ()
    file: tuple[str, bytes] | None = None
    outside: str = ""

    def shown(self, today: date) -> bool:
        """Whether it is listed on that day."""
        return (self.since or self.day) <= today and (self.until is None or today <= self.until)

    def text(self, today: date) -> str:
        """Its article on that day."""
        return next((html for day, html in reversed(self.revisions) if day <= today), self.html)


@dataclass(slots=True)
class Publisher:
    """Makes the entries of one portal from a seed; numbers grow as a portal's ids do."""

    seed: int
    first_year: int = 2019
    last_year: int = 2024
    rng: random.Random = field(init=False)
    _number: int = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._number = self.rng.randrange(1_000_000, 3_000_000)

    def region(self) -> str:
        """The place whose portal it is: another one for each of ninety seeds in a row."""
        return REGIONS[self.seed % len(REGIONS)] + ENDS[self.seed // len(REGIONS) % len(ENDS)]

    def bodies(self, region: str, count: int) -> list[str]:
        """Departments of a place, each by its full name."""
        return [region + office for office in self.rng.sample(OFFICES, count)]

    def number(self) -> int:
        """The next id."""
        self._number += self.rng.randrange(1, 40)
        return self._number

    def report(self, agency: str, year: int, title: str = "", day: date | None = None) -> Entry:
        """The report of a body; published in January as most are."""
        day = day or date(year + 1, 1, 4) + timedelta(days=self.rng.randrange(0, 24))
        title = title or self.rng.choice(TITLES).format(b=agency, y=year)
        return Entry(self.number(), title, day, "report", agency, year, report_html(agency, year, day))

    def decoy(self, agency: str, year: int, which: int | None = None) -> Entry:
        """What stands beside reports and is not one."""
        kind, form = self.rng.choice(DECOYS) if which is None else DECOYS[which % len(DECOYS)]
        day = date(year + 1, 1, 2) + timedelta(days=self.rng.randrange(0, 50))
        return Entry(self.number(), form.format(b=agency, y=year), day, kind, agency, year, _other(agency, year))

    def column(self, agencies: list[str], decoys: bool = True) -> list[Entry]:
        """All that some bodies have published over the years."""
        out = []
        for year in range(self.first_year, self.last_year + 1):
            out += [self.report(agency, year) for agency in agencies]
            if decoys and self.rng.random() < 0.5:
                out.append(self.decoy(self.rng.choice(agencies), year))
        return out


def interpretation(entry: Entry, number: int) -> Entry:
    """The 文字解读 of a report."""
    said = "年政府信息公开工作年度报告已经发布，现就主要内容解读如下。"
    html = f"<p>{entry.agency}{entry.year}{said}</p><p>一是数量，二是结构。</p>"
    return Entry(number, f"{entry.title}（文字解读）", entry.day, "interpretation", entry.agency, entry.year, html)


def report_html(agency: str, year: int, day: date, received: int | None = None) -> str:
    """The article of a report on the form of its year: six sections, three tables; all its figures follow from ``received``."""
    received = (year * 7 + len(agency) * 13) % 23 if received is None else received
    return _report_html(agency, year, day, received)


@lru_cache(maxsize=4096)
def _report_html(agency: str, year: int, day: date, received: int) -> str:
    titles = (
        "总体情况", "主动公开政府信息情况", "收到和处理政府信息公开申请情况", "政府信息公开行政复议、行政诉讼情况",
        "存在的主要问题及改进情况", "其他需要报告的事项",
    )  # fmt: skip
    said = {
        0: f"本年度收到政府信息公开申请{received}件，均在法定期限内答复。机关负责人按季度听取工作汇报，栏目由专人维护。",
        4: "主要问题是更新不够及时。改进措施是按月检查各栏目，并组织业务培训。",
        5: "本年度没有收取信息处理费，没有其他需要报告的事项。",
    }
    form: Form = "2019" if year <= LAST_YEAR_OF_2019 else "2021"
    figures: dict[str, int | float | None] = {
        f"applications.{row}.{column}": received
        for row in ("new", "granted", "handled")
        for column in ("natural_person", "total")
    }
    body = pages.Body(
        slug="", agency=agency, short_name=agency, level="county", kind="department", family="", year=year, form=form,
        publish_as="page",
        preface=f"根据《中华人民共和国政府信息公开条例》的规定，现公布{agency}{year}年政府信息公开工作年度报告。",
        sections=[{"title": title, "text": [said[i]] if i in said else []} for i, title in enumerate(titles)],
        signature=[agency, f"{day.year}年{day.month}月{day.day}日"],
        figures=figures,
    )  # fmt: skip
    return pages.content(body)


def _other(agency: str, year: int) -> str:
    return f"<p>{agency}{year}年的其他工作情况，详见附件。</p><p>各股室、各直属单位，请按照要求做好相关工作，并按时报送材料。</p>"
