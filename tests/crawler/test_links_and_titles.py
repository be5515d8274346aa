"""One key for one document, and what a title is worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import net
from crawler import contents, links, record, titles
from crawler.families.articles import article
from crawler.pages import Page
from models.documents import Document


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./202301/t1.html", "http://a.gov.cn/zwgk/nb/202301/t1.html"),
        ("../x.html", "http://a.gov.cn/zwgk/x.html"),
        ("/y.html", "http://a.gov.cn/y.html"),
        ("//b.gov.cn/z.html", "http://b.gov.cn/z.html"),
        ("javascript:openWin('/a.html')", "http://a.gov.cn/a.html"),
        ("下载 1.pdf", "http://a.gov.cn/zwgk/nb/%E4%B8%8B%E8%BD%BD%201.pdf"),
        ("javascript:void(0)", None),
        ("mailto:x@a.gov.cn", None),
        ("#top", None),
    ],
)
def test_links_resolve_as_a_browser_would_or_not_at_all(href, url):
    assert links.resolve("http://a.gov.cn/zwgk/nb/index.html", href) == url


@pytest.mark.parametrize(
    "twin",
    [
        "https://www.a.gov.cn/nb/t1.html", "http://a.gov.cn//nb/t1.html", "http://a.gov.cn:80/nb/t1.html#x",
        "http://a.gov.cn/nb/t1_wap.html", "http://a.gov.cn/nb/t1.html?isMobile=true",
        "http://a.gov.cn/nb/t1.html;jsessionid=9A8",
    ],
)  # fmt: skip
def test_the_ways_to_write_an_address_have_one_key(twin):
    assert links.key(twin) == links.key("http://a.gov.cn/nb/t1.html")


def test_what_tells_documents_apart_is_kept():
    first = "http://a.gov.cn/xxgkAnnualReport.jsp?area=1137&fbtime=2023"
    assert links.key(first) != links.key(first.replace("2023", "2024"))
    assert links.key("http://a.gov.cn/ZWGK/1.html") != links.key("http://a.gov.cn/zwgk/1.html")


def test_a_shared_column_assigns_by_the_title_and_leaves_the_rest_unassigned():
    serves = {1: ["甲市应急管理局", "市应急局"], 2: ["甲市水利局", "市水利局"]}
    assert titles.assign("甲市水利局", serves) == 2
    assert titles.assign("市应急局", serves) == 1
    assert titles.assign("乙市教育局", serves) is None
    assert titles.assign(None, serves) is None
    assert titles.assign(None, {7: ["甲市水利局"]}) == 7


def test_other_publications_are_recorded_and_not_opened():
    assert titles.worth_opening("甲市水利局2023年政府信息公开工作年度报告")
    assert titles.worth_opening("市应急局")
    assert not titles.worth_opening("甲市2023年政府网站工作年度报表")
    assert not titles.worth_opening("关于做好2023年度政府信息公开工作年度报告编制工作的通知")


def test_the_dynamic_address_of_an_article_is_that_of_its_file():
    query = "urltype=news.NewsContentUrl&wbtreeid=5069&wbnewsid=1161616"
    assert links.key(f"http://a.gov.cn/xxgk/xxgk_content.jsp?{query}") == links.key(
        "https://a.gov.cn/info/5069/1161616.htm"
    )
    assert links.key("http://a.gov.cn/list.jsp?wbtreeid=5069") != links.key("http://a.gov.cn/list.jsp?wbtreeid=5070")


def test_a_report_whose_title_names_nobody_is_the_issuers_that_its_page_states():
    serves = {1: ["甲县水利局"], 2: ["甲县教育局"]}
    target = record.Target(1, 1, "http://a.gov.cn/", "", {}, serves, net.Guard(), 0)
    markup = "<h1>2024年政府信息公开工作年度报告</h1><p>发布机构：{} 发布日期：2025-01-20</p><p>一、总体情况</p>"
    for body, expected in (("甲县教育局", 2), ("乙县教育局", None)):
        document = Document(title="2024年政府信息公开工作年度报告", kind="annual_report", year=2024, days={})
        page = Page("http://a.gov.cn/1.html", f"<html><body>{markup.format(body)}</body></html>".encode())
        record._learn(document, article(page), target, datetime(2025, 2, 1, tzinfo=UTC))
        assert document.agency_id == expected


@pytest.mark.parametrize(
    ("named", "registered", "others"),
    [
        ("审计局", "甲县统计局", True),  # half of two names that end alike is another body's
        ("财政局", "甲县民政局", True),
        ("应急局", "甲县水务局", True),
        ("水利局", "甲县水务局", False),  # half where they begin alike may be a new name
        ("建设局", "甲县住房和城乡建设局", False),  # a part of the name may be the body
        ("市监局", "甲县市场监督管理局", False),  # 市 is no level here
        ("教育局", "甲县教育体育局", False),
        ("农业局", "甲县农业农村局", False),
    ],
)
def test_a_title_names_certainly_another_body_only_where_no_name_can_be_another_wording(named, registered, others):
    assert titles.is_of_others(named, {1: [registered]}) is others


def test_a_short_name_that_begins_with_a_word_like_a_level_finds_its_body():
    assert titles.assign("市监局", {1: ["甲县市场监督管理局"], 2: ["甲县统计局"]}, shared=True) == 1


def framed(side: str, text: str = "本机关2026年受理申请3件，办结3件。") -> Page:
    words = f"<h2>甲县统计局2026年政府信息公开工作年度报告</h2><p>{text * 6}</p>"
    bar = f"<div class='sidebar'><ul><li>{side}</li></ul></div><aside>{side}</aside>"
    return Page("http://a.example/t1.html", f"<html><body><div id='zoom'>{bar}{words}</div></body></html>".encode())


def test_what_changes_in_a_side_bar_is_no_change_of_the_article_and_was_one_before():
    one, other = article(framed("要闻一")), article(framed("要闻二"))
    assert contents.content_key("a", one, []) == contents.content_key("b", other, [])
    assert contents.former_key("a", one, []) != contents.former_key("b", other, [])
    changed = article(framed("要闻一", "本机关2026年受理申请4件，办结3件。"))
    assert contents.content_key("a", one, []) != contents.content_key("a", changed, [])
