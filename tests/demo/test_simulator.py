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
from demo.simulator.families.hanweb import Hanweb, HanwebDisclosure
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.trs import Trs
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


@pytest.mark.parametrize("family", fleet.FAMILIES, ids=lambda f: f.family)
def test_every_report_that_is_true_is_answered_at_its_address_and_speaks_of_its_body_and_year(network, family):
    site = fleet.site(family, "shared", SEED)
    network.add(site)
    truth = site.truth()
    assert len(truth) == 18
    for report in truth[::5]:
        page = text(report.url)
        assert report.title in page
        assert f"{report.agency}{report.year}年政府信息公开工作年度报告" in page


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", fleet.FAMILIES, ids=lambda f: f.family)
def test_the_same_seed_gives_the_same_bytes_and_its_columns_answer(family, shape):
    one, other = fleet.site(family, shape, SEED), fleet.site(family, shape, SEED)
    assert one.duties() == other.duties()
    for duty in one.duties():
        request = Request("GET", duty.url, {})
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
