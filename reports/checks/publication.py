"""Publication: the PUB and INT-ONLY rules, which look at the crawl record beside (or without) the report.

未发现 is said only where every source of the body was read whole after the deadline (``Portal.state`` is then
``missing``); a state of ``cannot_tell`` is *not judged*, with the crawl's own reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reports.checks.catalogue import Rule
from reports.checks.context import NEED_ZH, Portal, Register
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.evaluate import Case, Operand
from reports.checks.sheet import NotJudged
from reports.duties import DEPARTMENT_DEADLINE, GOVERNMENT_DEADLINE


def portal_of(case: Case) -> Portal:
    """The crawl record. Raises NotJudged."""
    if case.context.portal is None:
        raise NotJudged(NEED_ZH["portal"])
    return case.context.portal


def register_of(case: Case) -> Register:
    """The register entry. Raises NotJudged."""
    if case.register is None:
        raise NotJudged(NEED_ZH["registry"])
    return case.register


def year_of(case: Case) -> int:
    """The report year. Raises NotJudged."""
    if case.year is None:
        raise NotJudged("未能识别报告年度")
    return case.year


def published_on(case: Case) -> date | None:
    """The stated day of publication: the crawl record's, else the document's own."""
    portal = case.context.portal
    if portal is not None and portal.published_on is not None:
        return portal.published_on
    stated = case.report.published_on if case.report is not None else None
    return date.fromisoformat(stated) if stated else None


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


@rule("INT-ONLY")
def interpretation_only(case: Case, of: Rule) -> Iterator[Evaluation]:
    """An interpretation was found but, all sources read whole after the deadline, no report."""
    portal = portal_of(case)
    url = portal.interpretation_url
    if not url:
        raise NotJudged(NEED_ZH["interpretation"])
    if portal.state in {"published", "late"}:
        yield holds("解读与年度报告均已发现")
    elif portal.state == "missing":
        yield fault(case, of, url=url, where="年报栏目", operands=[Operand("interpretation", url, where="采集记录")])
    elif portal.state == "due":
        yield not_judged("尚未到期")
    else:
        yield not_judged(portal.reason or "来源未读全，无法判断")


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
