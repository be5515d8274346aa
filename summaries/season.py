"""The season's summary as content: which sections, tables and charts, in which words. Pure, from the figures.

The order is a circular's (通报, handbook): scope and date; numbers by kind and area; problems by type with named
examples; the bodies; requests and disputes with last year's beside; what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median_low

from reports.duties import SOURCE_REASON_ZH, UNREAD_ZH
from reports.report import SEVERITY_ZH
from summaries import charts
from summaries.content import Chart, Content, Head, Link, Section, StateWord, Table, Value
from summaries.figures import Changes, Figures, Group, Period, local_day

MOST_KINDS = 12  # problems in the chart; the table has all
MOST_BODIES = 30  # bodies of the heat map, those with most problems
MOST_COLUMNS = 8
WHOLE_ZH = {"season": "发布季", "year": "全年"}
BASIS = "《中华人民共和国政府信息公开条例》第四十九条、第五十条"


def content(figures: Figures) -> Content:
    """The summary of a season."""
    return Content(
        title=f"{figures.under}{figures.year}年度政府信息公开工作年度报告情况{_of_days(figures)}",
        circular=f"关于{figures.under}{figures.year}年度\n政府信息公开工作年度报告情况的通报",
        made=f"统计时间：{figures.made_on}　依据：{BASIS}",
        cards=(
            ("应发布", figures.due, False),
            ("按时发布", figures.in_time, False),
            ("逾期发布", figures.late, figures.late > 0),
            ("未发现", figures.missing, figures.missing > 0),
            ("无法判断", figures.cannot_tell, False),
            ("未见问题", figures.clean, False),
        ),
        sections=tuple(_sections(figures)),
        notes=_notes(figures),
        requirements=_requirements(figures),
    )


def _requirements(figures: Figures) -> tuple[str, ...]:
    """What a circular asks of the bodies that have something to do; nothing where none has."""
    texts = (
        (figures.missing, "未发现报告的单位，请核实是否已经公布；尚未公布的，请尽快公布，并反馈公布日期和网址。"),
        (
            figures.counts,
            "存在问题的单位，请对照原文逐项核实；确有差错的，请更正后在原栏目重新公布，并注明更正日期；核实无误的，请说明理由。",
        ),
    )
    return tuple(text for applies, text in texts if applies)


def _of_days(figures: Figures) -> str:
    """What a title says of the period in brackets, so that no two issues of a year are named alike."""
    over = figures.period
    return f"（{over.zh or WHOLE_ZH[over.name]}）" if over is not None else ""


def _sections(figures: Figures) -> Iterator[Section]:
    changed, over = figures.changes, figures.period
    if changed is not None and over is not None and over.zh:
        yield Section("本期情况", tuple(_changes(figures, changed, over)))
    yield Section("发布情况", tuple(_publication(figures)))
    yield Section("问题汇总", tuple(_problems(figures)))
    if changed is not None and over is not None and not over.zh:
        yield Section("更正情况", tuple(_corrections(figures, changed, over)))
    if figures.year_on_year:
        yield Section("申请和争议情况", tuple(_flows(figures)))
    if figures.doubts or figures.unread or figures.failing:
        yield Section("识读和数据来源情况", tuple(_own_failures(figures)))
    if figures.waivers:
        yield Section("经同意暂不处理的事项", tuple(_waivers(figures)))
    yield Section("各单位情况", (_bodies(figures),))


def _waivers(figures: Figures) -> Iterator[str | Table | Chart]:
    """What the office agreed not to pursue for now, with the reason and the last day: it counts as no problem meanwhile."""
    yield f"下列{len(figures.waivers)}项经主管部门同意暂不处理，未计入问题；期满仍未更正的，自动恢复。"
    yield Table(
        "暂不处理事项",
        (Head("单位", 14), Head("事项", 40), Head("理由", 30), Head("期限", 10, "date")),
        tuple((one.agency, one.message, one.reason, one.until or "长期") for one in figures.waivers),
    )


def _changes(figures: Figures, changes: Changes, over: Period) -> Iterator[str | Table | Chart]:
    bodies = len({finding.agency_id for finding in changes.found})
    yield (
        f"{over.zh}，首次见到{len(changes.published)}家单位的报告；"
        f"新发现问题{len(changes.found)}项，涉及{bodies}家单位；更正问题{len(changes.corrected)}项{_how_fast(changes)}。"
    )
    if changes.published:
        heads = (Head("单位", 34), Head("发布情况", 16), Head("发布日期", 16, "date"), Head("期限", 16, "date"))
        rows = [
            (Link(line.agency, line.url), StateWord(line.state_zh, line.state), line.published_on, line.deadline)
            for line in changes.published
        ]
        yield Table("本期发布", heads, tuple(rows))
    if changes.found:
        yield Table(
            "本期新发现",
            (Head("单位", 28), Head("程度", 9), Head("事项", 60)),
            tuple((f.agency, StateWord(SEVERITY_ZH[f.severity], f.severity), f.message) for f in changes.found),
        )
    yield from _corrected(figures, changes, "本期更正")


def _corrections(figures: Figures, changes: Changes, over: Period) -> Iterator[str | Table | Chart]:
    """Of a season: what was corrected in it and how fast, as a share of all problems, and since the issue before."""
    count = len(changes.corrected)
    if not count:
        yield f"{_day(over.first)}至{_day(over.last)}没有已发现的问题得到更正。"
        return
    open_ = sum(problem.findings for problem in figures.problems if problem.severity != "notice")
    share = f"{count / (count + open_):.0%}"
    sentence = f"{_day(over.first)}至{_day(over.last)}更正问题{count}项，占此间已更正与尚未解决问题合计的{share}"
    bodies = len({finding.agency_id for finding in changes.corrected})
    sentence += f"，涉及{bodies}家单位{_how_fast(changes)}。"
    if over.since is not None:
        sentence += f"其中{changes.lately}项为上次汇总以后（{_day(over.since)}起）更正。"
    yield sentence
    yield from _corrected(figures, changes, "已更正")


def _how_fast(changes: Changes) -> str:
    return f"（从发现到更正的中位数为{median_low(changes.days)}天）" if changes.days else ""


def _corrected(figures: Figures, changes: Changes, name: str) -> Iterator[Table]:
    if not changes.corrected:
        return
    heads = (
        Head("单位", 26), Head("程度", 9), Head("事项", 50), Head("发现日期", 16, "date"), Head("更正日期", 16, "date"),
        Head("天数", 9, "number"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for one in changes.corrected:
        found, mended = (local_day(moment, figures.zone) for moment in (one.first_seen, one.resolved_at))
        days = (mended - found).days if one.first_seen is not None else None
        rows.append(
            (one.agency, StateWord(SEVERITY_ZH[one.severity], one.severity), one.message,
             found if one.first_seen is not None else None, mended, days)
        )  # fmt: skip
    yield Table(name, heads, tuple(rows))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _publication(figures: Figures) -> Iterator[str | Table | Chart]:
    published = figures.in_time + figures.undated + figures.late
    clauses = [f"应发布{figures.due}家，已发布{published}家"]
    parts = [
        f"{name}{count}家"
        for name, count in (("按时", figures.in_time), ("逾期", figures.late), ("日期未注明", figures.undated))
        if count
    ]
    clauses[0] += f"（其中{'、'.join(parts)}）" if parts else ""
    clauses += [
        f"{name}{count}家"
        for name, count in (
            ("未发现", figures.missing),
            ("无法判断", figures.cannot_tell),
            ("尚未到期", figures.pending),
        )
        if count
    ]
    yield "，".join(clauses) + "。"
    yield from _chart("各类情况的单位数", charts.shares, figures.shares)
    if figures.deadlines:
        deadline = figures.deadlines.most_common(1)[0][0]
        caption = f"累计发布家数（按报告注明的发布日期，共{len(figures.published)}家）"
        yield from _chart(caption, charts.timeline, figures.published, deadline, figures.made_day, figures.due)
    yield _groups("按类别", "类别", figures.kinds)
    if len(figures.areas) > 1:
        yield _groups("按地区", "上级", figures.areas)


def _chart(caption: str, draw: Callable[..., str], *figures: object) -> Iterator[Chart]:
    """The drawing for a page and for a phone; nothing where there is nothing to draw."""
    across = draw(*figures)
    if across:
        yield Chart(across, draw(*figures, across=charts.NARROW), caption)


def _groups(name: str, head: str, groups: list[Group]) -> Table:
    words = ("应发布", "按时", "未注明日期", "逾期", "未发现", "无法判断", "未到期", "有问题")
    heads = (Head(head, 26), *(Head(word, max(10, 2 * len(word) + 3), "number") for word in words))
    rows = tuple(
        (g.name, g.due, g.in_time, g.undated, g.late, g.missing, g.cannot_tell, g.pending, g.with_problems)
        for g in groups
    )
    return Table(name, heads, rows)


def _problems(figures: Figures) -> Iterator[str | Table | Chart]:
    if not figures.problems:
        yield "已识读的报告中未发现问题。"
        return
    chief = sorted(figures.problems, key=lambda problem: -problem.bodies)[:MOST_KINDS]
    yield from _chart("主要问题涉及的单位数", charts.kinds, [(p.severity, p.title, p.bodies) for p in chief])
    heads = (
        Head("问题", 34), Head("程度", 10), Head("单位数", 10, "number"), Head("项数", 9, "number"),
        Head("涉及单位（至多列五家）", 46), Head("规则", 18, "code"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for problem in figures.problems:
        named = "、".join(problem.examples) + ("等" if problem.bodies > len(problem.examples) else "")
        mark = StateWord(problem.severity_zh, problem.severity)
        rows.append((problem.title, mark, problem.bodies, problem.findings, named, problem.rule))
    yield Table("问题汇总", heads, tuple(rows))
    yield from _heat(figures)


def _heat(figures: Figures) -> Iterator[Chart]:
    rules: Counter[str] = sum(figures.counts.values(), Counter())
    names = {problem.rule: problem.title for problem in figures.problems}
    columns = [rule for rule, _ in rules.most_common(MOST_COLUMNS)]
    ranked = sorted(figures.counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:MOST_BODIES]
    if len(ranked) > 1 and len(columns) > 1:
        fields = [[counts[rule] for rule in columns] for _, counts in ranked]
        caption = f"问题较多的{len(ranked)}家单位与主要问题（格内为项数）"
        heads = [names.get(rule, rule) for rule in columns]
        yield from _chart(caption, charts.heat, [name for name, _ in ranked], heads, fields)


def _flows(figures: Figures) -> Iterator[str | Table | Chart]:
    yield (
        f"以下为两个年度的报告均已识读且无待核数据的{figures.compared_bodies}家单位的合计；"
        f"其{figures.year}年度报告已识读的单位中，{figures.no_requests}家没有新收申请。"
    )
    rows = [(figure.name, figure.before, figure.now) for figure in figures.year_on_year]
    yield from _chart("申请和争议两年对比", charts.years, rows, f"{figures.year - 1}年度", f"{figures.year}年度")
    heads = (
        Head("事项", 30), Head(f"{figures.year - 1}年度", 14, "number"), Head(f"{figures.year}年度", 14, "number"),
        Head("增减", 14, "number"), Head("增减比例", 14, "number"),
    )  # fmt: skip
    table = [(n, b, c, c - b, f"{(c - b) / b:+.1%}" if b else "—") for n, b, c in rows]
    yield Table("申请和争议", heads, tuple(table))


def _own_failures(figures: Figures) -> Iterator[str | Table | Chart]:
    """What is no matter of a body: our doubts, what could not be read, where the crawl did not come to the end."""
    yield (
        f"识读存疑、有待人工核对的事项{figures.review}项，涉及{len(figures.doubts)}家单位，未计入以上问题；"
        f"未能识读的文件{max(figures.unreadable, len(figures.unread))}份；"
        f"登记的来源{figures.sources_total}个，其中{len(figures.failing)}个最近一次未能读全。"
    )
    if figures.doubts:
        rows = tuple(
            (body, found.total(), "、".join(f"{title}（{count}）" for title, count in found.most_common()))
            for body, found in sorted(figures.doubts.items())
        )
        yield Table(
            "待核事项",
            (Head("单位", 30), Head("项数", 9, "number"), Head("检查项目", 60)),
            rows,
            annex=True,
            inside=True,
        )
    if figures.unread:
        files = tuple(
            (one.agency, Link(one.title or one.url, one.url), UNREAD_ZH.get(one.state, one.state))
            for one in figures.unread
        )
        yield Table(
            "未能识读的文件", (Head("单位", 30), Head("文件", 50), Head("情况", 24)), files, annex=True, inside=True
        )
    if figures.failing:
        sources = tuple(
            (Link(one.url, one.url), SOURCE_REASON_ZH.get(one.status, one.status),
             local_day(one.checked_at, figures.zone) if one.checked_at else None,
             local_day(one.complete_at, figures.zone) if one.complete_at else None)
            for one in sorted(figures.failing, key=lambda one: one.url)
        )  # fmt: skip
        heads = (Head("来源", 50), Head("情况", 30), Head("最近查看", 16, "date"), Head("最近读全", 16, "date"))
        yield Table("未能读全的来源", heads, sources, annex=True, inside=True)


def _bodies(figures: Figures) -> Table:
    heads = (
        Head("单位", 30), Head("上级", 22), Head("发布情况", 16), Head("发布日期", 16, "date"), Head("期限", 16, "date"),
        *(Head(word, 9, "number") for word in SEVERITY_ZH.values()), Head("待核", 9, "number"),
        Head("说明", 32),
    )  # fmt: skip
    rows = tuple(
        (
            Link(line.agency, line.url), line.parent, StateWord(line.state_zh, line.state), line.published_on, line.deadline,
            line.errors, line.warnings, line.notices, line.review, line.note,
        )
        for line in figures.lines
    )  # fmt: skip
    return Table("各单位情况", heads, rows, annex=True)


def _notes(figures: Figures) -> tuple[str, ...]:
    return (
        "“未发现”指在登记的栏目全部读完后没有读到报告，不等于未报送；来源未能读全的单位列为“无法判断”，不计入未发现和逾期。",
        f"“待核”为识读本身存疑的事项，共{figures.review}项，未经人工核对不作为单位的问题；有{figures.unreadable}份文件未能识读。",
        f"共登记来源{figures.sources_total}个，其中{figures.sources_failing}个最近一次未能读全。",
    )
