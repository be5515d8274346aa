"""The one place that decides which addresses may be visited: asked before a request, for each hop, and at connect time."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# A name that a portal controls may point anywhere; none of these is ever a public portal.
REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network, RFC 791"),
        ("10.0.0.0/8", "private, RFC 1918"),
        ("100.64.0.0/10", "shared by a carrier, RFC 6598"),
        ("127.0.0.0/8", "loopback, RFC 1122"),
        # Public by its form, but inside a cloud it is the host's own service; it hands out secrets as 169.254 does.
        ("168.63.129.16/32", "the metadata and agent service of a cloud's host"),
        ("169.254.0.0/16", "link-local, with the metadata service of clouds, RFC 3927"),
        ("172.16.0.0/12", "private, RFC 1918"),
        ("192.0.0.0/24", "protocol assignments, RFC 6890"),
        ("192.0.2.0/24", "documentation, RFC 5737"),
        ("192.88.99.0/24", "6to4 relay, RFC 7526"),
        ("192.168.0.0/16", "private, RFC 1918"),
        ("198.18.0.0/15", "benchmarks, RFC 2544"),
        ("198.51.100.0/24", "documentation, RFC 5737"),
        ("203.0.113.0/24", "documentation, RFC 5737"),
        ("224.0.0.0/4", "multicast, RFC 5771"),
        ("240.0.0.0/4", "reserved, RFC 1112, and broadcast, RFC 919"),
        ("::1/128", "loopback, RFC 4291"),
        ("::/96", "unspecified, and IPv4 in its abandoned form, RFC 4291"),
        ("64:ff9b:1::/48", "local translation, RFC 8215"),
        ("100::/64", "discard, RFC 6666"),
        ("2001::/23", "protocol assignments, with Teredo tunnels, RFC 2928 and RFC 4380"),
        ("2001:db8::/32", "documentation, RFC 3849"),
        ("2002::/16", "6to4 tunnels, which may end at any IPv4 address, RFC 3056"),
        ("3fff::/20", "documentation, RFC 9637"),
        ("5f00::/16", "segment routing inside a network, RFC 9602"),
        ("fc00::/7", "unique local, with the metadata service of clouds, RFC 4193"),
        ("fe80::/10", "link-local, RFC 4291"),
        ("fec0::/10", "site-local, RFC 3879"),
        ("ff00::/8", "multicast, RFC 4291"),
    )
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class NotAllowed(Exception):
    """This address must not be contacted; the message says which and why."""


def host_of(url: str) -> tuple[str, int]:
    """Host (lower case, no brackets) and port of an http or https address. Raises NotAllowed for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("the address is malformed") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotAllowed(f"{parts.scheme or 'an address without a scheme'}: only http and https are visited")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("addresses with a user name are not visited")
    return _ascii(parts.hostname.rstrip(".").lower()), port or (443 if parts.scheme == "https" else 80)


def _ascii(host: str) -> str:
    """The host as it stands in the name system: 政府.中国 and xn--mxtq1m.xn--fiqs8s are one."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise NotAllowed("the host name is malformed") from None


def bare(host: str) -> str:
    """The host without a leading ``www.``: both are one site."""
    return host.removeprefix("www.")


def why_refused(address: Address) -> str | None:
    """The reason why an address is never a public portal, or None. IPv4 inside IPv6 is judged as IPv4."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped  # RFC 4291: the system connects to the IPv4 address
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return why_refused(inner)
    for network, reason in REFUSED:
        if address.version == network.version and address in network:
            return reason
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return "outside the global unicast space, RFC 4291"
    return None


@dataclass(frozen=True, slots=True)
class Guard:
    """What one crawl may contact: ``hosts`` (with their www. twins) at public addresses, and beyond that the private
    ``host``, ``host:port`` or network entries that the operator allows."""

    hosts: frozenset[str] = frozenset()
    private_hosts: frozenset[tuple[str, int | None]] = frozenset()
    private_networks: tuple[Network, ...] = field(default=())

    @classmethod
    def of(cls, urls: Iterable[str], private: Collection[str] = ()) -> Guard:
        """A guard for the hosts of these addresses. Raises ValueError for a malformed private entry."""
        hosts = frozenset(bare(host_of(url)[0]) for url in urls if url)
        named: set[tuple[str, int | None]] = set()
        networks: list[Network] = []
        for entry in private:
            if "/" in entry:
                try:
                    networks.append(ipaddress.ip_network(entry, strict=False))
                except ValueError:
                    raise ValueError(f"{entry!r} is neither a host, host:port nor a network like 10.1.0.0/16") from None
                continue
            host, port = _split(entry)
            named.add((host, port))
        return cls(hosts, frozenset(named), tuple(networks))

    def check_url(self, url: str) -> None:
        """Raises NotAllowed unless the host is one the register names."""
        host, _ = host_of(url)
        if bare(host) not in self.hosts:
            raise NotAllowed(f"{host} is not among the hosts that the register allows for this source")

    def check_address(self, host: str, port: int, address: str) -> None:
        """Raises NotAllowed if ``host`` turned out to stand at an address that must not be contacted. To be asked with
        the very address that the connection is then made to."""
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            raise NotAllowed(f"{host} stands at {address!r}, which is no address") from None
        reason = why_refused(parsed)
        if reason is None:
            return
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        name = _ascii(host.rstrip(".").lower())
        if any(h in {name, str(parsed)} and p in {None, port} for h, p in self.private_hosts):
            return
        if any(parsed.version == network.version and parsed in network for network in self.private_networks):
            return
        raise NotAllowed(f"{host} stands at {parsed} ({reason}); ALLOWED_PRIVATE_HOSTS does not name it")


def _split(entry: str) -> tuple[str, int | None]:
    host, port = entry, ""
    if entry.startswith("["):  # [::1]:8080
        host, _, rest = entry[1:].partition("]")
        port = rest.removeprefix(":")
    elif entry.count(":") == 1:
        host, _, port = entry.partition(":")
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise ValueError(f"{entry!r} is neither a host, host:port nor a network like 10.1.0.0/16")
    return _ascii(host.lower()), int(port) if port else None
