"""A cookie is its host's alone, and nobody is asked whose it could be."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares import cookies
from scrapy.http import Response

from crawler.cookies import HostCookies

URL = "http://slj.jia.gov.cn/nb/"


@pytest.mark.parametrize("domain", ["", "; Domain=.jia.gov.cn", "; Domain=gov.cn", "; Domain=slj.jia.gov.cn"])
def test_a_cookie_goes_back_to_its_host_and_to_no_other(domain, monkeypatch):
    def asked(_: str) -> None:
        raise AssertionError("the list of public suffixes was asked for")

    monkeypatch.setattr(cookies, "_split_domain", asked)
    middleware = HostCookies()
    request = Request(URL)
    middleware.process_response(request, Response(URL, headers={"Set-Cookie": f"CT6T=1; Path=/{domain}"}))
    sent = {}
    for url in (URL, "http://jyj.jia.gov.cn/", "http://jia.gov.cn/", "http://gov.cn/"):
        following = Request(url)
        middleware.process_request(following)
        sent[url] = following.headers.get("Cookie")
    assert sent == {URL: b"CT6T=1", **dict.fromkeys(list(sent)[1:])}


def test_a_cookie_for_another_host_is_none():
    middleware = HostCookies()
    middleware.process_response(Request(URL), Response(URL, headers={"Set-Cookie": "a=1; Domain=yi.gov.cn"}))
    following = Request(URL)
    middleware.process_request(following)
    assert following.headers.get("Cookie") is None
