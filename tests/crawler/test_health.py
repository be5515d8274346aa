"""How a crawl ended."""

from __future__ import annotations

import pytest

from crawler.health import of_answer, of_crawl
from crawler.pages import Page

URL = "http://a.gov.cn/zwgk/nb/"


@pytest.mark.parametrize(
    ("code", "text", "answered", "status"),
    [
        (521, "<script>var __jsl_clearance</script>", URL, "challenged"),
        (412, "", URL, "challenged"),
        (202, "<script>$_ts=1</script>", URL, "challenged"),
        (200, "<html>您的访问被拦截：网站防火墙</html>", URL, "challenged"),
        (200, '<script>document.cookie="C3VK=1; max-age=300";location.reload()</script>', URL, "challenged"),
        (404, "", URL, "gone"),
        (200, "<html>您访问的页面不存在</html>", URL, "gone"),
        (200, "<html>首页</html>", "http://a.gov.cn/", "moved"),
        (503, "", URL, "unreachable"),
        (200, "<html>网站正在维护中</html>", URL, "unreachable"),
    ],
)
def test_what_is_no_list_is_told_by_its_kind(code, text, answered, status):
    found = of_answer(code, Page(answered, text.encode()), URL)
    assert found is not None
    assert found.status == status


def test_an_ordinary_list_page_is_read():
    assert of_answer(200, Page(URL, "<html><ul><li>甲局2022年年报</li></ul></html>".encode()), URL) is None


def test_a_look_is_ok_only_if_nothing_was_missing():
    assert of_crawl(5, 5, "", changed=True).status == "ok"
    assert of_crawl(5, 5, "", changed=False).status == "unchanged"
    assert of_crawl(5, 5, "an attachment failed", changed=True).status == "incomplete"
    assert of_crawl(0, 5, "", changed=False).status == "quiet"
