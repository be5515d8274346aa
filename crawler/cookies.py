"""Cookies go back to the host that set them and to no other.

Scrapy lets a cookie go to a whole domain, and asks a list of public suffixes on the net where one begins: a host that no
register names."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached


class HostCookies(CookiesMiddleware):
    """Scrapy's, with each cookie bound to its host."""

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        host = (urlparse_cached(request).hostname or "").lower()
        for cookie in cookies:
            if host and not host.endswith(cookie.domain.removeprefix(".").lower()):
                continue  # another host's
            cookie.domain, cookie.domain_specified, cookie.domain_initial_dot = host, False, False
            jar.set_cookie_if_ok(cookie, request)
