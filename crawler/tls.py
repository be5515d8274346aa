"""TLS as portals have it: old protocols, weak ciphers and keys, broken renegotiation; certificates that have run out or are
another name's. What can be read is read, and what was wrong with it is said: none of it makes a report missing."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory  # the public name warns of its end
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from twisted.internet.ssl import TLSVersion
from twisted.web._newclient import ResponseNeverReceived
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

WEAK_CIPHERS = b"ALL:@SECLEVEL=0"
# What OpenSSL 3 refuses unless asked for: servers without secure renegotiation, and those that renegotiate without it.
LEGACY = 0x4 | 0x40000  # SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION

_weak: set[tuple[str, int]] = set()  # hosts that answer weak settings alone, of this process: others never see them


def allow_weak(url: str) -> bool:
    """Meet the host of this address with weak settings from now on. False where that changes nothing."""
    place = _place(url)
    if urlsplit(url).scheme != "https" or place in _weak:
        return False
    _weak.add(place)
    return True


def disallow_weak(url: str) -> None:
    """They did not help: the host is met as all others are."""
    _weak.discard(_place(url))


def is_weak(url: str) -> bool:
    """Whether the host of this address is met with weak settings."""
    return urlsplit(url).scheme == "https" and _place(url) in _weak


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return (parts.hostname or "", parts.port or 443)


class _WeakFactory(_ScrapyClientContextFactory):
    """Contexts that old servers accept."""

    def _get_cert_options_kwargs(self) -> dict[str, Any]:
        given = super()._get_cert_options_kwargs()
        given.pop("method", None)
        return {**given, "insecurelyLowerMinimumTo": TLSVersion.TLSv1_0}

    def _get_cert_options(self) -> Any:
        options = super()._get_cert_options()
        context = options.getContext()  # made once, and used for each connection of these options
        context.set_cipher_list(WEAK_CIPHERS)
        context.set_options(LEGACY)
        return options


@implementer(IPolicyForHTTPS)
class ContextFactory:
    """The standard settings for every host but those that were found to answer weak ones alone."""

    def __init__(self, standard: Any, weak: Any) -> None:
        self._standard, self._weak = standard, weak

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **named: Any) -> Self:
        """With the crawl's settings."""
        return cls(
            _ScrapyClientContextFactory.from_crawler(crawler, *args, **named),
            _WeakFactory.from_crawler(crawler, *args, **named),
        )

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  Twisted's name
        """What makes a connection to that host."""
        weak = (hostname.decode("ascii"), port) in _weak
        return (self._weak if weak else self._standard).creatorForNetloc(hostname, port)


class Handler(HTTP11DownloadHandler):
    """Scrapy's, with these contexts."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._contextFactory: Any = ContextFactory.from_crawler(crawler)


def certificate_errors(pem: bytes, host: str, now: datetime) -> list[str]:
    """What is wrong with a server's certificate: pure. Its chain is not followed: portals leave parts of it out."""
    try:
        found = x509.load_pem_x509_certificate(pem)
        wrong = []
        if found.not_valid_after_utc < now:
            wrong.append(f"it ran out on {found.not_valid_after_utc.date()}")
        if found.not_valid_before_utc > now:
            wrong.append(f"it is valid from {found.not_valid_before_utc.date()} on")
        if found.issuer == found.subject:
            wrong.append("it is signed by itself")
        names = _names(found)
        if not any(_covers(name, host) for name in names):
            wrong.append(f"it is of {', '.join(names[:3]) or 'nobody'}")
    except ValueError:
        return ["it cannot be read"]
    return wrong


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        value = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return [str(one.value) for one in common]
    return [*value.get_values_for_type(x509.DNSName), *map(str, value.get_values_for_type(x509.IPAddress))]


def _covers(name: str, host: str) -> bool:
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(host)
    except ValueError:
        pass
    first, _, rest = host.partition(".")
    return name == host or (name.startswith("*.") and bool(first) and name[2:] == rest)


# ------------------------------------------------------------------ the second try

KEPT_FOR = timedelta(days=7)  # so long a host is met as it was found to answer, then once more as all others
_TRIED = "nianbao_tls_tried"
_NO_CONNECTION = (DownloadConnectionRefusedError, DownloadTimeoutError)

_other: dict[
    tuple[str, int | None], str
] = {}  # host and named port -> the scheme that it answers, not the one asked for
_neither: set[tuple[str, int | None]] = set()  # answered none of them: not tried again by this process


def is_handshake_error(error: BaseException | None) -> bool:
    """Whether an exception comes from the handshake: it stands among the reasons that Twisted wraps."""
    for _ in range(5):
        if error is None or isinstance(error, SSL.Error):
            break
        reasons = getattr(error, "reasons", None) or []
        if any(isinstance(getattr(reason, "value", None), SSL.Error) for reason in reasons):
            return True
        error = error.__cause__ or error.__context__
    return isinstance(error, SSL.Error)


def may_be_handshake_error(url: str, error: Exception) -> bool:
    """Whether a connection that ended before an answer began may have ended in the handshake: many servers just close."""
    closed = isinstance(error.__cause__, ResponseNeverReceived)
    return is_handshake_error(error) or (urlsplit(url).scheme == "https" and closed)


class TlsMiddleware:
    """A host whose handshake fails is met once more with weak settings, and one that does not answer the scheme that was
    asked for once with the other one; what helped is remembered, what did not is forgotten."""

    def process_request(self, request: Request) -> Request | None:
        """Turns to the scheme that the host is known to answer."""
        scheme = _other.get(_netloc(request.url))
        if scheme is None or urlsplit(request.url).scheme == scheme:
            return None
        return request.replace(url=_with(request.url, scheme), dont_filter=True)

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The second try, and the third."""
        tried = str(request.meta.get(_TRIED, ""))
        handshake = may_be_handshake_error(request.url, exception)
        if isinstance(exception, IgnoreRequest) or not (handshake or isinstance(exception, _NO_CONNECTION)):
            return None
        if handshake and not tried and allow_weak(request.url):
            return request.replace(meta={**request.meta, _TRIED: "weak"}, dont_filter=True)
        if tried == "weak":
            disallow_weak(request.url)
        place = _netloc(request.url)
        if tried == "scheme":
            _neither.add(place)
        elif place not in _other and place not in _neither:
            scheme = "http" if urlsplit(request.url).scheme == "https" else "https"
            url = _with(request.url, scheme)
            return request.replace(url=url, meta={**request.meta, _TRIED: "scheme"}, dont_filter=True)
        return None

    def process_response(self, request: Request, response: Response) -> Response:
        """Remembers which scheme helped."""
        if request.meta.get(_TRIED) == "scheme":
            _other[_netloc(request.url)] = urlsplit(request.url).scheme
        return response


def _netloc(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    return (parts.hostname or "", parts.port)


def _with(url: str, scheme: str) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme=scheme))


def recall(url: str, known: Mapping[str, str], now: datetime) -> None:
    """What an earlier crawl learnt of the host of this address, if that is not long ago."""
    if not known or now - datetime.fromisoformat(known["at"]) > KEPT_FOR:
        return
    if known.get("scheme"):
        _other[_netloc(url)] = known["scheme"]
    if known.get("weak"):
        allow_weak(url)


def learnt(url: str, known: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What is known of that host now; since when is kept."""
    found = {"scheme": _other.get(_netloc(url), ""), "weak": "1" if is_weak(url) else ""}
    if not any(found.values()):
        return {}
    same = all(known.get(name, "") == value for name, value in found.items())
    return found | {"at": known["at"] if same and "at" in known else now.isoformat()}


def note(found: Mapping[str, str], certificate: Sequence[str]) -> str:
    """What people should know of how a source was reached; empty where all is as it should be."""
    notes = []
    if found.get("weak"):
        notes.append("read with weak TLS settings: the server takes no others")
    if found.get("scheme"):
        notes.append(f"the server answers {found['scheme']} alone")
    if certificate:
        notes.append(f"the certificate: {'; '.join(certificate)}")
    return ", ".join(notes)
