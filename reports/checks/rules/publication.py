"""Publication: the PUB rules, which look at the crawl record beside (or without) the report.

未发现 is said only where every source of the body was read whole after the deadline (``Portal.state`` is then
``missing``); a state of ``cannot_tell`` is *not judged*, with the crawl's own reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from reports.checks.case import Case, Operand, portal_of, published_on, register_of, year_of
from reports.checks.catalogue import Rule
from reports.checks.engine import Evaluation, covers_area, fault, holds, not_judged, rule
from reports.checks.evaluate import shown
from reports.checks.sheet import NotJudged
from reports.duties import DEPARTMENT_DEADLINE, GOVERNMENT_DEADLINE
from reports.form import forms
from reports.report import TABLES, Report
from reports.text import NUMERALS, bare_title, squeeze

# These look into the report: they are judged with it, whenever it changes; the others with the crawl, every day.
OF_THE_REPORT = frozenset({"PUB-CHANGED", "PUB-DUP", "PUB-IMAGE", "PUB-ATTACH-DIFF"})


@rule("PUB-MISSING")
def missing(case: Case, of: Rule) -> Iterator[Evaluation]:
    """After the deadline, all sources read whole, no report found."""
    portal = portal_of(case)
    year_of(case)
    operands = [Operand("state", portal.state, portal.reason, "采集记录")]
    if portal.state in {"published", "late"}:
        yield holds("已发现年度报告", operands)
    elif portal.state == "due":
        yield not_judged("尚未到期")
    elif portal.state != "missing":
        yield not_judged(portal.reason or "来源未读全，无法判断")
    elif portal.removed_on is not None:
        yield not_judged("曾发现其后不在，由“年度报告被撤下”提示")
    elif portal.interpretation_url:
        yield not_judged("已发现解读，由“只有解读未见年度报告”提示")
    else:
        yield fault(
            case,
            of,
            date=portal.today,
            url=portal.source_url or portal.url or "登记的年报栏目",
            where="年报栏目",
            operands=operands,
        )


def _lateness(case: Case, of: Rule, month_day: tuple[int, int]) -> Iterator[Evaluation]:
    portal = portal_of(case)
    year = year_of(case)
    deadline = portal.deadline or date(year + 1, *month_day)
    stated, seen = published_on(case), portal.first_seen
    operands = [
        Operand("deadline", deadline, where="法定期限"),
        Operand("published_on", stated, where="页面日期"),
        Operand("first_seen", seen, where="首次发现"),
    ]
    if portal.state in {"missing", "due", "cannot_tell"} or (stated is None and seen is None):
        yield not_judged("尚未发现可判断发布日期的年度报告")
        return
    # Our own first sight is stronger than a printed date, which a move of the site resets.
    if (stated is not None and stated <= deadline) or (seen is not None and seen <= deadline):
        yield holds("按期发布", operands)
    elif portal.state == "late" or (portal.state == "" and stated is not None):
        yield fault(
            case,
            of,
            expected=deadline,
            actual=stated or seen,
            date=stated or seen,
            deadline=deadline,
            where="发布日期",
            operands=operands,
        )
    else:
        yield not_judged("未注明发布日期，期限届满后首次发现，无法判断是否按时")


@rule("PUB-LATE")
def late(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Departments of governments from county level up: 31 January (article 49(1))."""
    register = register_of(case)
    if register.role not in {"department", "vertical", "authorised_body"}:
        yield not_judged("不属于县级以上人民政府部门，期限以主管部门通知为准")
        return
    yield from _lateness(case, of, DEPARTMENT_DEADLINE)


@rule("PUB-LATE-GOV")
def late_government(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Governments from county level up: 31 March (article 49(2))."""
    register = register_of(case)
    if register.role != "government":
        yield not_judged("不是县级以上人民政府")
        return
    yield from _lateness(case, of, GOVERNMENT_DEADLINE)


@rule("PUB-LOCAL-DEADLINE")
def local_deadline(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Past the office's own day, within the statutory term: noted, never called 逾期."""
    portal = portal_of(case)
    register_of(case)
    year = year_of(case)
    wanted = case.params["local_deadlines"].get("publish")
    if not wanted:
        raise NotJudged("主管部门未规定本地时限")
    month, day = (int(part) for part in str(wanted).split("-"))
    local = date(year + 1, month, day)
    stated = published_on(case) or portal.first_seen
    if stated is None or portal.state in {"missing", "due", "cannot_tell"}:
        raise NotJudged("尚未发现可判断发布日期的年度报告")
    operands = [Operand("published_on", stated, where="发布日期"), Operand("params.local_deadlines.publish", local)]
    if stated <= local or (portal.first_seen is not None and portal.first_seen <= local):
        yield holds("在本地规定时限内发布", operands)
    elif portal.statutory and portal.deadline is not None and stated > portal.deadline:
        yield not_judged("已超过法定期限，由逾期发布检查")
    elif published_on(case) is None:
        yield not_judged("未注明发布日期，无法判断")
    else:
        yield fault(
            case, of, expected=local, actual=stated, date=stated, deadline=local, where="发布日期", operands=operands
        )


EFFECTIVE = date(2008, 5, 1)  # the regulation's first day in force


@rule("PUB-DATE")
def publication_date(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A stated date, possible, and within a week of the one in the address."""
    portal = portal_of(case)
    if portal.state in {"missing", "due", "cannot_tell"}:
        raise NotJudged("尚未发现年度报告")
    stated = published_on(case)
    if portal.first_seen is None:
        raise NotJudged("没有首次发现日期")
    address = portal.address_date
    operands = [
        Operand("published_on", stated, where="页面日期"),
        Operand("address_date", address, where="网址日期"),
        Operand("first_seen", portal.first_seen, where="首次发现"),
    ]
    text = ""
    if stated is None:
        text = "未识别"
    elif stated < EFFECTIVE:
        text = shown(stated)
    elif (address is not None and address < EFFECTIVE) or (address is not None and abs((address - stated).days) > 7):
        text = f"{shown(stated)}（网址日期{shown(address)}）"
    if text:
        yield fault(case, of, actual=text, text=text, date=portal.first_seen, where="发布日期", operands=operands)
    else:
        yield holds("发布日期可靠", operands)


@rule("PUB-DEADLINK")
def dead_link(case: Case, of: Rule) -> Iterator[Evaluation]:
    """No answer with the report on three days, none since the first of them: less may be maintenance or a block."""
    portal = portal_of(case)
    if not portal.failed_days:
        if portal.answered_days:
            yield holds("链接可以打开")
        else:
            yield not_judged("没有复查链接的记录")
        return
    first = min(portal.failed_days)
    if any(day >= first for day in portal.answered_days):
        yield holds("链接其后可以打开")
    elif len(set(portal.failed_days)) < 3:
        yield not_judged("无法打开不足三日")
    else:
        yield fault(case, of, url=portal.url, date=first, where="网址")


@rule("PUB-COLUMN")
def column(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The report column links the page; a copy elsewhere beside it is welcome."""
    portal = portal_of(case)
    if portal.in_column is None:
        raise NotJudged("未核对所在栏目")
    if portal.in_column:
        yield holds("已在年报栏目发布")
    else:
        yield fault(case, of, where="栏目")


def differences(case: Case, other: Report) -> list[str]:
    """The cells that two readings of one report print differently, where both are surely read."""
    a, b = case.sheet, case.other(other)
    if a is None or a.form is None or b.form != a.form:
        return []
    sure = {"printed", "blank", "token"}
    return [
        key
        for key in a.keys
        if a.state(key) in sure and b.state(key) in sure and (a.value(key) or 0) != (b.value(key) or 0)
    ]


def _changed_text(case: Case, other: Report) -> list[int]:
    out = []
    for section in case.doc.sections:
        before = other.section(section.number)
        if before is not None and bare_title(before.text) != bare_title(section.text):
            out.append(section.number)
    return out


@rule("PUB-CHANGED")
def changed(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Cells or text differ from the version before. A warning where a figure changed without a word of correction."""
    portal = portal_of(case)
    before = portal.previous
    if before is None or before.error is not None:
        raise NotJudged("没有更早的版本")
    if portal.previous_seen is None:
        raise NotJudged("没有上一版本的采集日期")
    keys = differences(case, before)
    sections = _changed_text(case, before)
    if not keys and not sections:
        yield holds("内容没有改动")
        return
    parts = []
    if keys:
        old = case.other(before).value(keys[0])
        new = case.tables.value(keys[0])
        more = f"等{len(keys)}项数据" if len(keys) > 1 else ""
        parts.append(f"“{forms.label(keys[0])}”由{shown(old) or '空'}改为{shown(new) or '空'}{more}")
    if sections:
        parts.append(f"第{'、'.join(NUMERALS[n - 1] for n in sections)}部分文字有改动")
    marked = re.search(r"更正|修订|勘误|更新说明", case.doc.details.title + case.doc.details.body) is not None
    yield fault(
        case,
        of,
        cells=keys,
        text="；".join(parts),
        date=portal.previous_seen,
        severity="warning" if keys and not marked else None,
        needs_review=case.ocr or before.details.ocr,
        where="全文",
    )


@rule("PUB-REMOVED")
def removed(case: Case, of: Rule) -> Iterator[Evaluation]:
    """A report seen before is no longer found in its column (and not under another address)."""
    portal = portal_of(case)
    register = case.context.register
    if portal.removed_on is None:
        yield holds("已发现的报告仍在")
    elif register is not None and register.abolished is not None and register.abolished <= portal.removed_on:
        yield holds("单位已撤销，报告移交承继单位")
    elif portal.state == "cannot_tell":
        yield not_judged(portal.reason or "来源未读全，无法判断")
    elif portal.state in {"published", "late"}:
        yield holds("报告已移至其他网址")
    else:
        yield fault(case, of, url=portal.url, where="年报栏目")


@rule("PUB-DUP")
def duplicates(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Copies of one body's report of one year hold the same cells. The area's aggregate is no copy of the office's."""
    portal = portal_of(case)
    report = case.doc
    copies = [
        copy
        for copy in portal.copies
        if copy.error is None
        and copy.kind == "annual_report"
        and copy.year == report.year
        and squeeze(copy.agency or "") == squeeze(report.agency or "")
        and covers_area(Case(copy, case.context)) == covers_area(case)
    ]
    if not copies:
        yield holds("只有一个版本")
        return
    found = [(copy, differences(case, copy)) for copy in copies]
    keys = list(dict.fromkeys(key for _, differing in found for key in differing))
    if not keys:
        yield holds("各版本数据一致")
        return
    text = "、".join(forms.label(key) for key in keys[:3]) + (f"等{len(keys)}项" if len(keys) > 3 else "")
    yield fault(
        case,
        of,
        cells=keys,
        count=len(copies) + 1,
        text=text,
        needs_review=case.ocr or any(copy.details.ocr for copy in copies),
    )


@rule("PUB-IMAGE")
def image(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Text or tables as pictures only, and no attachment that can be copied from."""
    report = case.doc
    if report.kind != "annual_report":
        raise NotJudged("不是年度报告")
    pictured = [table for table, how in report.details.tables.items() if how == "picture"]
    scanned = report.details.ocr or report.source.reader.endswith("ocr")
    readable = [other for other in case.context.attachments if other.error is None and other.cells]
    if any(not other.details.ocr for other in readable):
        yield holds("附件可以检索和复制")
    elif scanned:
        partly = report.source.reader in {"html", "docx", "doc", "ofd", "pdf-text"}
        text = "统计表" if partly else "全文"
        yield fault(case, of, actual=report.source.reader, text=text, where=text)
    elif pictured:
        text = "、".join(forms.TABLE_ZH[table] for table in TABLES if table in pictured)
        yield fault(case, of, actual=text, text=text, where=text)
    else:
        yield holds("正文和统计表可以检索和复制")


@rule("PUB-ATTACH")
def attachment(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Announced files that could not be fetched or read; formats that need a reader of their own are looked at first."""
    portal = portal_of(case)
    failed = portal.attachments_failed
    if not failed:
        yield holds("附件均可打开")
        return
    special = all(re.search(r"\.(?:ofd|wps|et|dps|zip|rar|7z)$", name, re.IGNORECASE) for name in failed)
    names = "、".join(failed)
    yield fault(case, of, actual=names, text="”“".join(failed), needs_review=special, where="附件")


@rule("PUB-ATTACH-DIFF")
def attachment_differs(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The page's cells are the attachment's; whether it is this year's file is asked first."""
    report = case.doc
    others = [
        other
        for other in case.context.attachments
        if other.error is None and other.kind == "annual_report" and other.cells and other.form is not None
    ]
    if not others:
        raise NotJudged("没有可比对的附件")
    for other in others:
        if other.year is not None and report.year is not None and other.year != report.year:
            yield fault(
                case,
                of,
                expected=other.year,
                actual=report.year,
                cell="报告年度",
                needs_review=case.ocr or other.details.ocr,
                where="附件",
            )
            continue
        keys = differences(case, other)
        if not keys:
            yield holds("附件与网页数据一致")
            continue
        more = f"（另有{len(keys) - 1}项不一致）" if len(keys) > 1 else ""
        yield fault(
            case,
            of,
            cells=keys,
            expected=case.other(other).value(keys[0]) or 0,
            actual=case.tables.value(keys[0]) or 0,
            cell=forms.label(keys[0]),
            needs_review=case.ocr or other.details.ocr,
            suffix=more,
        )


_ENTRY_ZH = {
    "website_report": "政府网站工作年度报表",
    "notice": "通知公告",
    "other": "其他文件",
    "legacy_report": "旧式年度报告",
}


@rule("PUB-WRONG-DOC")
def wrong_document(case: Case, of: Rule) -> Iterator[Evaluation]:
    """An entry of the report column that claims the year and is another document."""
    portal = portal_of(case)
    year = year_of(case)
    if not portal.entries:
        raise NotJudged("没有栏目条目的记录")
    wrong = [e for e in portal.entries if e.year == year and e.kind in {"website_report", "notice", "other"}]
    if not wrong:
        yield holds("栏目内均为年度报告或解读")
        return
    first = wrong[0]
    more = f"（另有{len(wrong) - 1}条）" if len(wrong) > 1 else ""
    other = _ENTRY_ZH[first.kind or "other"]
    yield fault(case, of, actual=first.title, text=first.title, other=other, where="年报栏目", suffix=more)


def _host(url: str) -> str:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")


@rule("PUB-HOST")
def host(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The page stands on a portal registered for the body. A shared system of the same domain, and a bare IP address
    (often the same machine), settle nothing."""
    portal = portal_of(case)
    register = register_of(case)
    if not portal.url or not register.portals:
        raise NotJudged("没有网址或登记的门户")
    found = _host(portal.url)
    if re.fullmatch(r"[\d.]+|.*:.*", found):
        raise NotJudged("网址为IP地址，无法比对")
    for registered in (_host(url) for url in register.portals):
        if found == registered or found.endswith("." + registered) or registered.endswith("." + found):
            yield holds("发布在登记的门户")
            return
        # Sister sites of one government share everything but the first label: tjj.cq.gov.cn, www.cq.gov.cn.
        a, b = found.split("."), registered.split(".")
        if len(a) > 3 and a[1:] == b[-len(a[1:]) :]:
            yield holds("发布在同一门户域名下")
            return
    yield fault(case, of, actual=found, url=portal.url, where="网址")


_BODY = re.compile(r"[局委办厅院]|政府|乡|镇|街道|中心|管委会|部门|支队|公司|馆")


@rule("PUB-LIST-TITLE")
def list_title(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The list entry names body and year. A column's heading may give the year of all its entries, and no heading is on
    record: an entry that names the body alone settles nothing."""
    portal = portal_of(case)
    title = squeeze(portal.list_title)
    if not title:
        raise NotJudged("没有列表标题的记录")
    year = year_of(case)
    dated = str(year) in title
    names = case.register.names if case.register is not None else (case.agency,)
    bodied = any(squeeze(n) in title for n in names) or _BODY.search(re.sub(r"政府信息公开", "", title)) is not None
    if dated and bodied:
        yield holds("列表标题写明单位和年度")
    elif bodied:
        yield not_judged("列表标题未写年度，栏目名称没有记录")
    else:
        yield fault(case, of, actual=portal.list_title, text=portal.list_title, where="年报栏目")


@rule("PUB-GAPS")
def gaps(case: Case, of: Rule) -> Iterator[Evaluation]:
    """The column holds every year since the regulation came into force or the body was founded."""
    portal = portal_of(case)
    register = register_of(case)
    year = year_of(case)
    if not portal.column_complete:
        raise NotJudged("栏目未读全")
    first = max(2008, register.founded.year if register.founded else 2008)
    lacking = [y for y in range(first, year) if y not in portal.years]
    if not portal.years:
        raise NotJudged("栏目内没有可识别年度的报告")
    if lacking:
        text = "、".join(_spans(lacking))
        yield fault(case, of, actual=text, text=text, where="年报栏目")
    else:
        yield holds("往年报告齐全")


def _spans(years: list[int]) -> list[str]:
    """2008至2012、2015: runs of years."""
    out: list[list[int]] = []
    for value in years:
        if out and value == out[-1][-1] + 1:
            out[-1].append(value)
        else:
            out.append([value])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}至{run[-1]}" for run in out]
