"""Which addresses may be visited."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import net
from net import Guard, NotAllowed

PORTAL = "http://www.jia.gov.cn/nb/"


def guard(*private: str) -> Guard:
    return Guard.of([PORTAL], private)


@pytest.mark.parametrize("network", [network for network, _ in net.REFUSED], ids=str)
def test_every_refused_range_is_refused_to_its_last_address_with_its_reason(network: net.Network):
    for address in (network[0], network[-1]):
        reason = net.why_refused(address)
        assert reason
        with pytest.raises(NotAllowed, match="ALLOWED_PRIVATE_HOSTS does not name it"):
            guard().check_address("www.jia.gov.cn", 80, str(address))


def test_every_reason_says_on_what_it_rests():
    assert [reason for _, reason in net.REFUSED if "RFC" not in reason] == [
        "the metadata and agent service of a cloud's host"
    ]


@given(st.ip_addresses())
@example(ipaddress.ip_address("100.100.100.200"))
@example(ipaddress.ip_address("::127.0.0.1"))
@example(ipaddress.ip_address("fd00:ec2::254"))
def test_no_address_that_is_not_globally_reachable_is_visited(address: net.Address):
    if not address.is_global or address.is_multicast:
        assert net.why_refused(address)


@pytest.mark.parametrize("address", ["61.128.101.1", "1.1.1.1", "2400:3200::1", "240e:1::8", "64:ff9b::3d80:6501"])
def test_public_addresses_are_visited(address: str):
    guard().check_address("www.jia.gov.cn", 443, address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_ipv6_is_judged_as_what_it_is(address: ipaddress.IPv4Address):
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert net.why_refused(ipaddress.ip_address(wrapped)) == net.why_refused(address)


@pytest.mark.parametrize(
    "address", ["2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1%eth0", "nonsense"]
)
def test_tunnels_zones_and_nonsense_are_refused(address: str):
    with pytest.raises(NotAllowed):
        guard().check_address("www.jia.gov.cn", 80, address)


def test_only_hosts_of_the_register_are_visited_with_or_without_www():
    for url in (PORTAL, "https://jia.gov.cn/a.html", "http://WWW.JIA.GOV.CN.:8080/"):
        guard().check_url(url)
    for url in ("http://yi.gov.cn/", "http://jia.gov.cn.example.com/", "http://www.www.jia.gov.cn/"):
        with pytest.raises(NotAllowed, match="not among the hosts"):
            guard().check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://www.jia.gov.cn/",
        "//www.jia.gov.cn/",
        "http://www.jia.gov.cn@yi.gov.cn/",
        "http://www.jia.gov.cn:99999/",
        "http://[::1/",
        "http:///nb/",
        "http://" + "。" * 3 + "/",
    ],
)
def test_addresses_of_other_kinds_or_shapes_are_refused(url: str):
    with pytest.raises(NotAllowed):
        guard().check_url(url)


def test_a_chinese_host_name_and_its_form_in_the_name_system_are_one():
    written, asked = net.host_of("http://www.甲县.中国/nb/")[0], net.host_of("http://甲县.中国/")[0]
    assert asked.startswith("xn--")
    assert asked.endswith(".xn--fiqs8s")
    Guard.of([f"http://{written}/"]).check_url("http://甲县.中国/a.html")
    Guard.of(["http://www.甲县.中国/nb/"]).check_url(f"http://{asked}/a.html")


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "allowed"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1", True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", 8081, "127.0.0.1", True),
        ("127.0.0.1:8080", "a.localhost", 8080, "127.0.0.1", True),
        ("portal.lan:80", "portal.lan", 80, "10.0.0.9", True),
        ("portal.lan:80", "other.lan", 80, "10.0.0.9", False),
        ("10.1.0.0/16", "other.lan", 80, "10.1.2.3", True),
        ("10.1.0.0/16", "other.lan", 80, "10.2.2.3", False),
        ("[::1]:8080", "localhost", 8080, "::1", True),
        ("::1", "localhost", 9, "::1", True),
        ("127.0.0.1", "localhost", 80, "::ffff:127.0.0.1", True),
        ("10.0.0.0/8", "meta.lan", 80, "169.254.169.254", False),
    ],
)
def test_private_addresses_are_visited_where_the_operator_names_them(
    entry: str, host: str, port: int, address: str, allowed: bool
):
    if allowed:
        guard(entry).check_address(host, port, address)
        return
    with pytest.raises(NotAllowed):
        guard(entry).check_address(host, port, address)


@pytest.mark.parametrize("entry", ["host:port", "host:0", "host:70000", "10.0.0.0/99", ":80", "[::1]:x"])
def test_a_malformed_entry_is_named(entry: str):
    with pytest.raises(ValueError, match="is neither a host, host:port nor a network") as error:
        guard(entry)
    assert repr(entry) in str(error.value)


def test_a_malformed_entry_does_not_open_anything():
    assert guard() == Guard(frozenset({"jia.gov.cn"}))
