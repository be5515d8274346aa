"""Pages that are made to be slow: whatever a pattern knows the beginning of, opened again and again and never closed, or
once and followed by what it takes in. The time to understand a page grows with its length and not with its square.

NIANBAO_HOSTILE=long tries each at full length (160 kB against 20 kB), which takes minutes."""

from __future__ import annotations

import os
import time

import pytest

from crawler import accept, families, health, leads, shells, wholeness
from crawler.families import articles, data
from crawler.families.base import Ask
from crawler.lists import take
from crawler.pages import Page
from reports.narrative.classify import classify

LONG = os.environ.get("NIANBAO_HOSTILE") == "long"
SMALL = 20_000 if LONG else 3_000
TIMES = 8  # as long is the longer page; a square would make it sixty-four times as dear
BASE = "http://a.gov.cn/zwgk/nb/"
ROWS = "".join(
    f'<li><a href="{year}.html">甲局{year}年政府信息公开工作年度报告</a>2025-01-09</li>' for year in (2022, 2023)
)
# Those that read what the others do not: settings in scripts, records, calls.
OF_THEIR_OWN = ("hanweb", "hanweb-xxgk", "jpaas", "truecms", "epoint", "ucap", "gkmlpt", "trs-search", "trs", "eportal")

# What is repeated; or what stands once, and what follows it.
OPENINGS: tuple[str | tuple[str, str], ...] = (
    "<script>", "<script ", "<style ", "<noscript ", "<textarea ", "<template>", "<!--", "<", "<!", "</",
    "<title>", "<title ", "<h1>", "<h3 ", "<meta ", "<meta http-equiv=refresh ", "<meta name='channelid", "<a ",
    "<a href='x", '<a href="x">', "<a href=x>报告</a>", "<a href='a.pdf'>附件</a>", "<a title='标题：", "<img ",
    "<img src=a href=", "<iframe src=a>", "<li>", "<ul><li>", "<table><tr><td>", "<p>字</p>", "<b>字</b>",
    "<em>2", "<div class=pagination count=9>", "<div id=zoom>", "<form><input name=page>", "<select><option>1",
    "<option value='a/'>2025", "<table data-url=a>", "<record>", "<record><![CDATA[", "<nextgroup>",
    "<datastore>", "<ucapcontent>", "id='initData'>", "ajaxParam:{", "siteInfo={", "TREE:[", "DETAIL:{",
    "window._CONFIG={SID:1,TREE:[", "totalRecord:", "'/was5/web/search?", "'_list.jsp?",
    "rest/a/getPageInfoListA?", "href=info/1/", "href=a.jhtml", "queryArticleByCondition(this,'",
    "createPageHTML(", "/t20250101_1", "channelid='", "2025-1-", "2025年", "2025 ", "第1页", "共 1", "索引号",
    "发布日期：", "附件", "总体情况", "2025年1月1日", "您的访问", "系统", "casino slots ",
    '<li onclick="f(\'1\')">2025年年度报告', '<a href="javascript:doRead(\'1\')">2025年报</a>',
    "<a href='a/'>2025年</a>", '<a href="javascript:__doPostBack(\'a\',\'2\')">2</a>',
    "<li><a href='a'>报告2025</a><span>2025-01-01</span>", "x", "_-", " ", "&nbsp;", "'", '"',
    ("<a href=", "href="), ("<a ", "href=a "), ("<meta http-equiv=", " "), ("<meta content='0;url=", " "),
    ("<title>", "字"), ("<li>2025-01-0", " "), ("<p>发布日期", " "), ("cb(", ")  "),
    ("'", "rest/a/getPageInfoListA?"), ("'", "/was5/web/search?"), ("href=", "info/1/"), ("<a onclick='", "f("),
    ('<a onclick="f(\'1\')', "a"), ("<a href='", "../"), ("<a title='2025年", "报告"),
    ("<div class='", "TRS_Editor-"), ("<nextgroup>", "href="), ("id='initData'", "x"), ("ajaxParam:{", "a:1,"),
)  # fmt: skip
IN_SCRIPT: tuple[str | tuple[str, str], ...] = (
    "function(){", "function f(a){location=a+", "location='a", "var location", "document.cookie=",
    "{children:[", "{name:'2025年',", '[{"title":"报告"},', '=[{"', "'a'+", "f('1');", '<a href=\\"x\\">',
    "<a href='x'", "ajaxParam:{", "siteInfo={", "channelid='", "createPageHTML(", "DataTable(", "laypage(",
    ".scroll(", "page:{", ("function f", "(a){"), ("siteInfo=", " "), ("n=", "a"), ("<a href='x'>", "字"),
    ("function ", "f "), ("var a=", "{"), ("{", "'a':1,"), "load", "pager", ".click(", "/*", "\t ", '\'"`',
    "$.get('/a?list',", ("pages", "x"),
)  # fmt: skip


def page_of(opening: str | tuple[str, str], length: int, script: bool) -> Page:
    first, more = opening if isinstance(opening, tuple) else ("", opening)
    hostile = (first + more * length)[:length]
    inner = f"<script>{hostile}</script>" if script else hostile
    return Page(BASE, f"<html><head><title>政府信息公开年报</title></head><body><ul>{ROWS}</ul>{inner}".encode())


def understand(page: Page) -> None:
    """All that a crawl and a discovery work out of an answer."""
    wholeness.why_cut(page.body, "text/html", [])
    health.of_answer(200, page, BASE)
    health.why_not_governments(page)
    shells.refresh_of(page)
    shells.location_of(page)
    shells.frames_of(page)
    shells.filled_by_script(page)
    leads.leads_of(page, leads.Lead(BASE, "甲局", 60), ["甲局"], {"a.gov.cn"})
    take(page, Ask(BASE), 0)
    accept.of_article(articles.article(page), classify("甲局2023年政府信息公开年度报告"))
    data.parsed(page)
    data.records(page.text)
    for family in (families.BY_NAME[name] for name in OF_THEIR_OWN):
        if family.claims(page):
            family.read(page, Ask(BASE))
        family.detail(page)


def cost(opening: str | tuple[str, str], length: int, script: bool) -> float:
    page = page_of(opening, length, script)
    began = time.process_time()
    understand(page)
    return time.process_time() - began


def named(opening: str | tuple[str, str]) -> str:
    return " then ".join(opening) if isinstance(opening, tuple) else opening


CASES = [(one, False) for one in OPENINGS] + [(one, True) for one in IN_SCRIPT]


@pytest.mark.parametrize(
    ("opening", "script"), CASES, ids=[f"{named(one)}{' in a script' if s else ''}" for one, s in CASES]
)
def test_what_is_opened_and_never_closed_is_read_in_time_that_grows_with_its_length(opening, script):
    longer = cost(opening, SMALL * TIMES, script)
    assert longer < 0.15 or longer < 3 * TIMES * min(cost(opening, SMALL, script) for _ in range(2))
