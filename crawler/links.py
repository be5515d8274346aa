"""One key for one document, however its address is written."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

# Parameters that change with the visit, not with the document.
NOISE = frozenset(
    {"ismobile", "ddtab", "from", "spm", "t", "_t", "timestamp", "random", "rnd", "sid", "jsessionid", "_"}
)
_SESSION = re.compile(r";(jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
_SCRIPT_CALL = re.compile(
    r"(?:openWin|window\.open|location(?:\.href)?\s*=|goto|openUrl|jump)\s*\(?\s*['\"]([^'\"]+)['\"]", re.IGNORECASE
)


def resolve(base: str, href: str) -> str | None:
    """The absolute http(s) address a browser would open; None for what cannot be told from the address alone."""
    href = href.strip().replace("\r", "").replace("\n", "").replace("\t", "")
    if not href or href.startswith("#"):
        return None
    if href.lower().startswith("javascript:"):
        call = _SCRIPT_CALL.search(href)
        if call is None:
            return None
        href = call.group(1)
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="=&%:@!$'()*+,;/?~-._")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def key(url: str) -> str:
    """The canonical form: no scheme, no ``www.``, no default port, no fragment, no session, no noise; ``//`` folded, the
    mobile twin (``_wap``) as its standard page. The case of the path is kept: servers tell ``ZWGK`` from ``zwgk``."""
    parts = urlsplit(_SESSION.sub("", url))
    host = (parts.hostname or "").lower().rstrip(".").removeprefix("www.")
    port = parts.port
    default = {"http": 80, "https": 443}.get(parts.scheme)
    where = host if port in {None, default} else f"{host}:{port}"
    path = re.sub(r"/{2,}", "/", parts.path or "/")
    path = re.sub(r"_wap(\.s?html?)$", r"\1", path)
    path = re.sub(r"/(index|default)\.s?html?$", "/", path)
    kept = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in NOISE)
    return where + path + (f"?{urlencode(kept)}" if kept else "")
