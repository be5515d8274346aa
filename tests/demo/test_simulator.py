"""The simulator itself: real answers over HTTP, the same bytes from the same seed, and a truth that its pages bear out."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any
from urllib.error import HTTPError

import pytest

from demo.simulator import fleet
from demo.simulator.families.aspnet import AspNet
from demo.simulator.families.epoint import Epoint
from demo.simulator.families.gkmlpt import Gkmlpt
from demo.simulator.families.hanweb import Hanweb, HanwebDisclosure
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.plain import Regional, UnknownJs, regional
from demo.simulator.families.trs import Trs
from demo.simulator.families.truecms import TrueCms
from demo.simulator.families.ucap import Ucap
from demo.simulator.families.vsb import Vsb
from demo.simulator.families.years import YearPages
from demo.simulator.server import Network, Request
from demo.simulator.shapes import SHAPES
from demo.simulator.site import Site

SEED = 7


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


def asked(url: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def text(url: str) -> str:
    status, data = asked(url)
    assert status == 200, (status, url)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("gb18030")


@pytest.mark.parametrize("family", [f for f in fleet.FAMILIES if f is not UnknownJs], ids=lambda f: f.family)
def test_every_report_that_is_true_is_answered_at_its_address_and_speaks_of_its_body_and_year(network, family):
    site = fleet.site(family, "shared" if not family.shapes else family.shapes[0], SEED)
    network.add(site)
    truth = site.truth()
    assert len(truth) >= 10
    for report in truth[::5]:
        page = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found.group(1), 16)), text(report.url))
        assert report.title in page
        assert f"{report.agency}{report.year}年政府信息公开工作年度报告" in page


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", fleet.FAMILIES, ids=lambda f: f.family)
def test_the_same_seed_gives_the_same_bytes_and_its_columns_answer(family, shape):
    one, other = fleet.site(family, shape, SEED), fleet.site(family, shape, SEED)
    assert one.duties() == other.duties()
    for duty in one.duties():
        request = Request("GET", duty.url.partition("#")[0], {})
        answer = one.answer(request)
        assert answer.status == 200
        assert answer.data == other.answer(request).data


def test_portals_of_one_family_differ_by_their_seed():
    pages = set()
    for seed in range(20):
        site = fleet.site(Site, "own", seed)
        markup = site.answer(Request("GET", site.duties()[0].url, {})).data
        pages.add(re.sub(rb"[^<>/a-z_-]", b"", b"".join(re.findall(rb"<[^>]*>", markup))))
    assert len(pages) >= 18


def test_the_day_decides_what_is_listed_and_a_column_of_a_year_appears_with_its_first_report():
    site = fleet.site(Site, "years", SEED)
    site.today = date(2024, 12, 31)
    before = {report.year for report in site.truth()}
    columns = len(site.columns())
    site.today = date(2025, 3, 1)
    assert before == set(range(2019, 2024))
    assert {report.year for report in site.truth()} == before | {2024}
    assert len(site.columns()) == columns + 1


def test_static_pages_answer_304_to_their_validator_whoever_came_in_between(network):
    site = fleet.site(Trs, "own", SEED)
    network.add(site)
    url = site.duties()[0].url
    with urllib.request.urlopen(url, timeout=10) as answer:
        tag = answer.headers["ETag"]
    assert asked(url, If_None_Match=tag)[0] == 304
    assert sum(site.traffic.conditional.values()) == 1


def of_dialect(family: Any, dialect: str) -> Any:
    return next(site for seed in range(99) if (site := fleet.site(family, "own", seed)).dialect == dialect)  # type: ignore[attr-defined]


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match
    return match.group(1)


@pytest.mark.parametrize("dialect", ["records", "page", "group"])
def test_jpage_shows_its_first_group_in_cdata_and_hands_out_the_rest_by_its_dialect(network, dialect):
    site = of_dialect(Hanweb, dialect)
    site.method = ""
    network.add(site)
    page = text(site.duties()[0].url)
    total = int(found(r"totalRecord:(\d+)", page))
    assert page.count("<record><![CDATA[") == min(total, site.per_page * site.group) <= total
    parameters = dict(re.findall(r"(\w+):'?([^',}]*)'?", found(r"ajaxParam:\{(.*?)\}", page)))
    body = "&".join(f"{k}={v}" for k, v in parameters.items() if v.isascii()).encode()
    answer = asked(f"{site.base}{site.proxy}?startrecord=1&endrecord={total}&perpage=999", body)[1].decode()
    assert f"<totalrecord>{total}</totalrecord>" in answer
    given = answer.count("<record>")
    assert given == {"records": total, "page": site.per_page, "group": site.per_page * site.group}[dialect]


def test_jpage_encrypted_answers_nothing():
    site = of_dialect(Hanweb, "encrypted")
    site.method = ""
    assert len(site.answer(Request("GET", f"{site.proxy}?page=2&columnid=x", {})).data) == 54
    assert not all(report.reachable for report in site.truth())


def test_the_disclosure_search_answers_a_fragment_to_a_post_alone(network):
    site = fleet.site(HanwebDisclosure, "own", SEED)
    network.add(site)
    page = text(site.duties()[0].url)
    node = found(r"infotypeId='(\w+)'", page)
    url = f"{site.base}/module/xxgk/search.jsp"
    first = asked(url, f"infotypeId={node}&currpage=1".encode())[1].decode()
    assert "共2页" in first or "共3页" in first
    assert first.count("tr_main_value_") == site.per_page
    assert "tr_main_value_" not in asked(url)[1].decode()


def test_a_unit_query_gives_page_two_by_paramjson_alone(network):
    site = of_dialect(Jpaas, "right")
    network.add(site)
    page = text(site.duties()[0].url)
    given = json.loads(unescape(found(r'queryData="([^"]*)"', page)).replace("'", '"'))

    def unit(**more: str) -> Any:
        query = urllib.parse.urlencode(given | more)
        return json.loads(asked(f"{site.base}/api-gateway/jpaas-publish-server/front/page/build/unit?{query}")[1])[
            "data"
        ]["html"]

    first = unit()
    assert unit(pageNo="2") == first
    assert unit(paramJson='{"pageNo":2,"pageSize":15}') != first


def test_truecms_answers_nobody_without_a_referer_and_nothing_for_too_large_a_page(network):
    sites: Any = (fleet.site(TrueCms, "own", number) for number in range(99))
    site = next(site for site in sites if site.dialect == "call" and site.wants_referer)
    network.add(site)
    column = found(r"columnId:'([^']*)'", text(site.duties()[0].url))
    url = f"{site.base}{site.path}?columnId={column}&startrecord=1&endrecord=10&callback=cb"
    assert asked(f"{url}&perpage=5")[0] == 404
    assert asked(f"{url}&perpage=5", Referer=site.base)[1].decode().count("<record>") == 10
    assert "<record>" not in asked(f"{url}&perpage=100", Referer=site.base)[1].decode()


@pytest.mark.parametrize("dialect", ["searchList", "common/search", "tax"])
def test_ucap_hands_out_protocol_relative_addresses_and_milliseconds(network, dialect):
    site = of_dialect(Ucap, dialect)
    network.add(site)
    channel = site._hex(site.root.number)
    if dialect == "tax":
        answer = asked(f"{site.base}/getFileListByCodeId", f"channelId={channel}&page=1&size=5".encode())[1]
        data = json.loads(answer)["results"]["data"]
    else:
        data = json.loads(asked(f"{site.base}/{dialect}/{channel}?_isJson=true&_pageSize=5&page=1")[1])["data"]
    assert len(data["results"]) == 5 < data["total"]
    assert data["results"][0]["url"].startswith("//127.0.0.1:")
    assert data["results"][0]["publishedTime"] > 10**12


def test_vsb_counts_its_pages_backwards_and_they_shift_when_one_is_added(network):
    site = fleet.site(Vsb, "own", SEED)
    network.add(site)
    column, pages = site.root, len(site.paged(site.root))
    assert site.page_path(column, 2) == f"/{column.path}/{pages - 1}.htm"
    assert site.page_path(column, pages) == f"/{column.path}/1.htm"
    assert f"/{column.slug.rpartition('/')[2]}/{pages - 1}.htm" in text(site.duties()[0].url)


def test_gkmlpt_lists_fewer_than_its_tree_counts_and_answers_404_beyond(network):
    site: Any = fleet.site(Gkmlpt, "own", SEED)
    network.add(site)
    url = f"{site.base}/gkmlpt/api/all/{site.root.number}"
    data = json.loads(asked(f"{url}?page=1&sid={site.sid}")[1])
    assert 0 < data["total"] < data["classify"]["post_count"]
    assert asked(f"{url}?page=99&sid={site.sid}")[0] == 404
    assert asked(f"{url}?page=1")[0] == 404


def test_epoint_lists_by_a_post_of_json_that_names_the_site(network):
    sites: Any = (fleet.site(Epoint, "own", seed) for seed in range(99))
    site = next(site for site in sites if not site.by_code)
    network.add(site)
    guid = found(r'"siteGuid":"(\w+)"', text(f"{site.base}/js/webBuilderCommon.js"))
    wanted = {"categorynum": site.root.number, "siteGuid": guid, "pageIndex": 0 if site.enveloped else 1, "pageSize": 5}
    body = json.dumps({"params": wanted} if site.enveloped else wanted).encode()
    assert len(json.loads(asked(site.base + site.path, body)[1])["custom"]["data"]) == 5
    assert "data" not in json.loads(asked(site.base + site.path, b"{}")[1])["custom"]


def test_a_post_back_with_a_stale_field_is_refused(network):
    site = of_dialect(AspNet, "post-back")
    network.add(site)
    url = site.duties()[0].url
    stale = found(r'name="__VIEWSTATE" value="(\w+)"', text(url))
    fresh = found(r'name="__VIEWSTATE" value="(\w+)"', text(url))
    assert asked(url, f"__VIEWSTATE={stale}&__EVENTTARGET=AspNetPager1&__EVENTARGUMENT=2".encode())[0] == 500
    status, data = asked(url, f"__VIEWSTATE={fresh}&__EVENTTARGET=AspNetPager1&__EVENTARGUMENT=2".encode())
    assert (status, "第2页".encode() in data or "第2页".encode("gb18030") in data) == (200, True)


def test_every_regional_platform_has_pages_and_articles_at_addresses_of_their_own():
    for number in range(len(regional())):
        site: Any = fleet.site(Regional, "own", number)
        column = site.root
        paths = [site.page_path(column, n) for n in range(1, len(site.paged(column)) + 1)]
        paths += [site.article_path(column, entry) for entry in site.listed(column)]
        assert len(set(paths)) == len(paths), site.pattern["name"]
        assert set(paths) <= set(site.paths()), site.pattern["name"]


@pytest.mark.parametrize("missing", ["shell", "nothing", "newest"])
def test_a_year_without_a_report_is_answered_in_three_ways(missing):
    site: Any = next(s for n in range(99) if (s := fleet.site(YearPages, "own", n)).missing == missing)  # type: ignore[attr-defined]
    answer = site._of_year(site.root, "2031").data
    text = answer.decode("gb18030" if site.style.charset == "gb2312" else "utf-8")
    assert ("暂无" in text, "2024年政府信息公开" in text) == {
        "shell": (False, False), "nothing": (True, False), "newest": (False, True)
    }[missing]  # fmt: skip
