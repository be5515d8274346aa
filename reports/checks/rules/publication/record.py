"""Publication: the PUB rules, which look at the crawl record beside (or without) the report.

未发现 is said only where every source of the body was read whole after the deadline (``CrawlRecord.state`` is then
``missing``); a state of ``cannot_tell`` is *not judged*, with the crawl's own reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from reports.checks.catalogue import Rule
from reports.checks.evaluate import display
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, crawl_record_of, published_on, register_entry_of, year_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.duties import DEPARTMENT_DEADLINE, GOVERNMENT_DEADLINE, WITHDRAWN
from reports.text import squeeze


@implements("PUB-MISSING")
def missing(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """After the deadline, all sources read whole, no report found."""
    record = crawl_record_of(inputs)
    year_of(inputs)
    operands = [Operand("state", record.state, record.reason, "采集记录")]
    if record.state in {"published", "late"}:
        yield holds("已发现年度报告", operands)
    elif record.state == "due":
        yield not_judged("尚未到期")
    elif record.state != "missing":
        yield not_judged(record.reason or "来源未读全，无法判断")
    elif record.interpretation_url:
        yield not_judged("已发现解读，由“只有解读未见年度报告”提示")
    else:
        yield violation(
            inputs, rule, date=record.today, url=record.source_url or record.url or "登记的年报栏目", where="年报栏目"
        ).on(operands)


def _lateness(inputs: Inputs, rule: Rule, month_day: tuple[int, int]) -> Iterator[Evaluation]:
    record = crawl_record_of(inputs)
    year = year_of(inputs)
    deadline = record.deadline or date(year + 1, *month_day)
    stated, seen = published_on(inputs), record.first_seen
    operands = [
        Operand("deadline", deadline, where="法定期限"),
        Operand("published_on", stated, where="页面日期"),
        Operand("first_seen", seen, where="首次发现"),
    ]
    if record.state in {"missing", "due", "cannot_tell"} or (stated is None and seen is None):
        yield not_judged("尚未发现可判断发布日期的年度报告")
        return
    # Our own first sight is stronger than a printed date, which a move of the site resets.
    if (stated is not None and stated <= deadline) or (seen is not None and seen <= deadline):
        yield holds("按期发布", operands)
    elif record.state == "late" or (record.state == "" and stated is not None):
        yield violation(
            inputs,
            rule,
            expected=deadline,
            actual=stated or seen,
            date=stated or seen,
            deadline=deadline,
            where="发布日期",
        ).on(operands)
    else:
        yield not_judged("未注明发布日期，期限届满后首次发现，无法判断是否按时")


@implements("PUB-LATE")
def late(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Departments of governments from county level up: 31 January (article 49(1))."""
    entry = register_entry_of(inputs)
    if entry.kind not in {"department", "vertical", "authorised_body"}:
        yield not_judged("不属于县级以上人民政府部门，期限以主管部门通知为准")
        return
    yield from _lateness(inputs, rule, DEPARTMENT_DEADLINE)


@implements("PUB-LATE-GOV")
def late_government(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Governments from county level up: 31 March (article 49(2))."""
    entry = register_entry_of(inputs)
    if entry.kind != "government":
        yield not_judged("不是县级以上人民政府")
        return
    yield from _lateness(inputs, rule, GOVERNMENT_DEADLINE)


@implements("PUB-LOCAL-DEADLINE")
def local_deadline(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Past the office's own day, within the statutory term: noted, never called 逾期."""
    record = crawl_record_of(inputs)
    register_entry_of(inputs)
    year = year_of(inputs)
    wanted = inputs.params["local_deadlines"].get("publish")
    if not wanted:
        raise NotJudged("主管部门未规定本地时限")
    month, day = (int(part) for part in str(wanted).split("-"))
    local = date(year + 1, month, day)
    stated = published_on(inputs) or record.first_seen
    if stated is None or record.state in {"missing", "due", "cannot_tell"}:
        raise NotJudged("尚未发现可判断发布日期的年度报告")
    operands = [Operand("published_on", stated, where="发布日期"), Operand("params.local_deadlines.publish", local)]
    if stated <= local or (record.first_seen is not None and record.first_seen <= local):
        yield holds("在本地规定时限内发布", operands)
    elif record.statutory and record.deadline is not None and stated > record.deadline:
        yield not_judged("已超过法定期限，由逾期发布检查")
    elif published_on(inputs) is None:
        yield not_judged("未注明发布日期，无法判断")
    else:
        yield violation(inputs, rule, expected=local, actual=stated, date=stated, deadline=local, where="发布日期").on(
            operands
        )


EFFECTIVE = date(2008, 5, 1)  # the regulation's first day in force


@implements("PUB-DATE")
def publication_date(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A stated date, possible, and within a week of the one in the address."""
    record = crawl_record_of(inputs)
    if record.state in {"missing", "due", "cannot_tell"}:
        raise NotJudged("尚未发现年度报告")
    stated = published_on(inputs)
    if record.first_seen is None:
        raise NotJudged("没有首次发现日期")
    address = record.address_date
    operands = [
        Operand("published_on", stated, where="页面日期"),
        Operand("address_date", address, where="网址日期"),
        Operand("first_seen", record.first_seen, where="首次发现"),
    ]
    text = ""
    if stated is None:
        text = "未识别"
    elif stated < EFFECTIVE:
        text = display(stated)
    elif (address is not None and address < EFFECTIVE) or (address is not None and abs((address - stated).days) > 7):
        text = f"{display(stated)}（网址日期{display(address)}）"
    if text:
        yield violation(inputs, rule, actual=text, text=text, date=record.first_seen, where="发布日期").on(operands)
    else:
        yield holds("发布日期可靠", operands)


@implements("PUB-DEADLINK")
def dead_link(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """No answer with the report on three days, none since the first of them: less may be maintenance or a block."""
    record = crawl_record_of(inputs)
    if not record.failed_days:
        if record.answered_days:
            yield holds("链接可以打开")
        else:
            yield not_judged("没有复查链接的记录")
        return
    first = min(record.failed_days)
    if any(day >= first for day in record.answered_days):
        yield holds("链接其后可以打开")
    elif len(set(record.failed_days)) < 3:
        yield not_judged("无法打开不足三日")
    else:
        yield violation(inputs, rule, url=record.url, date=first, where="网址")


@implements("PUB-COLUMN")
def column(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The report column links the page; a copy elsewhere beside it is welcome."""
    record = crawl_record_of(inputs)
    if record.in_column is None:
        raise NotJudged("未核对所在栏目")
    if record.in_column:
        yield holds("已在年报栏目发布")
    else:
        yield violation(inputs, rule, where="栏目")


@implements("PUB-REMOVED")
def removed(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """A report seen before is no longer found in its column (and not under another address)."""
    record = crawl_record_of(inputs)
    entry = inputs.context.register_entry
    if record.removed_on is None:
        yield holds("已发现的报告仍在")
    elif entry is not None and entry.abolished is not None and entry.abolished <= record.removed_on:
        yield holds("单位已撤销，报告移交承继单位")
    elif record.state == "cannot_tell" and record.reason != WITHDRAWN:
        yield not_judged(record.reason or "来源未读全，无法判断")
    elif record.state in {"published", "late"}:
        yield holds("报告已移至其他网址")
    else:
        yield violation(inputs, rule, url=record.url, where="年报栏目")


_ENTRY_ZH = {
    "website_report": "政府网站工作年度报表",
    "notice": "通知公告",
    "other": "其他文件",
    "legacy_report": "旧式年度报告",
}


@implements("PUB-WRONG-DOC")
def wrong_document(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """An entry of the report column that claims the year and is another document."""
    record = crawl_record_of(inputs)
    year = year_of(inputs)
    if not record.entries:
        raise NotJudged("没有栏目条目的记录")
    wrong = [e for e in record.entries if e.year == year and e.kind in {"website_report", "notice", "other"}]
    if not wrong:
        yield holds("栏目内均为年度报告或解读")
        return
    first = wrong[0]
    more = f"（另有{len(wrong) - 1}条）" if len(wrong) > 1 else ""
    other = _ENTRY_ZH[first.kind or "other"]
    yield violation(inputs, rule, actual=first.title, text=first.title, other=other, where="年报栏目").stated(
        suffix=more
    )


def _host(url: str) -> str:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")


@implements("PUB-HOST")
def host(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The page stands on a portal registered for the body. A shared system of the same domain, and a bare IP address
    (often the same machine), settle nothing."""
    record = crawl_record_of(inputs)
    entry = register_entry_of(inputs)
    if not record.url or not entry.portals:
        raise NotJudged("没有网址或登记的门户")
    found = _host(record.url)
    if re.fullmatch(r"[\d.]+|.*:.*", found):
        raise NotJudged("网址为IP地址，无法比对")
    for registered in (_host(url) for url in entry.portals):
        if found == registered or found.endswith("." + registered) or registered.endswith("." + found):
            yield holds("发布在登记的门户")
            return
        # Sister sites of one government share everything but the first label: tjj.cq.gov.cn, www.cq.gov.cn.
        a, b = found.split("."), registered.split(".")
        if len(a) > 3 and a[1:] == b[-len(a[1:]) :]:
            yield holds("发布在同一门户域名下")
            return
    yield violation(inputs, rule, actual=found, url=record.url, where="网址")


_BODY = re.compile(r"[局委办厅院]|政府|乡|镇|街道|中心|管委会|部门|支队|公司|馆")


@implements("PUB-LIST-TITLE")
def list_title(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The list entry names body and year. A column's heading may give the year of all its entries, and no heading is on
    record: an entry that names the body alone settles nothing."""
    record = crawl_record_of(inputs)
    title = squeeze(record.list_title)
    if not title:
        raise NotJudged("没有列表标题的记录")
    year = year_of(inputs)
    dated = str(year) in title
    names = inputs.register_entry.names if inputs.register_entry is not None else (inputs.agency,)
    bodied = any(squeeze(n) in title for n in names) or _BODY.search(re.sub(r"政府信息公开", "", title)) is not None
    if dated and bodied:
        yield holds("列表标题写明单位和年度")
    elif bodied:
        yield not_judged("列表标题未写年度，栏目名称没有记录")
    else:
        yield violation(inputs, rule, actual=record.list_title, text=record.list_title, where="年报栏目")


@implements("PUB-GAPS")
def gaps(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The column holds every year since the regulation came into force or the body was founded."""
    record = crawl_record_of(inputs)
    entry = register_entry_of(inputs)
    year = year_of(inputs)
    if not record.column_complete:
        raise NotJudged("栏目未读全")
    first = max(2008, entry.founded.year if entry.founded else 2008)
    lacking = [y for y in range(first, year) if y not in record.years]
    if not record.years:
        raise NotJudged("栏目内没有可识别年度的报告")
    if lacking:
        text = "、".join(_spans(lacking))
        yield violation(inputs, rule, actual=text, text=text, where="年报栏目")
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
