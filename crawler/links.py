"""Addresses: what a browser would open, and one key for one document however its address is written."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from reports import suffixes

# Parameters that change with the visit, not with the document. What names a body, a year or a node (area, fbtime,
# nbYear, deptcode, wbtreeid, wbnewsid …) is kept by not standing here.
NOISE = frozenset(
    {"ismobile", "ddtab", "from", "spm", "t", "_t", "timestamp", "random", "rnd", "sid", "jsessionid", "phpsessid", "_"}
)
# Parameters that keep a browser from its cache: behind a file's name they name no other document.
STAMPS = frozenset({"v", "ver", "version", "r", "rand", "tm", "time", "date", "dt", "ts", "stamp", "cache", "nocache"})
_STATIC = suffixes.ending_in(suffixes.ALL)
_FRONT = re.compile(r"/index\.(php|jsp|aspx)/", re.IGNORECASE)  # a front controller that comes and goes
_SESSION = re.compile(r";(jsessionid|phpsessid)=[^/?#]*", re.IGNORECASE)
# Calls whose first or only text argument is an address; what any other call opens, only its own script knows.
_SCRIPT_CALL = re.compile(
    r"(?:openWin\w*|window\.open|location(?:\.href)?\s*=|location\.(?:assign|replace)|goto\w*|openUrl|jump\w*)"
    r"\s*\(?\s*['\"]([^'\"]+)['\"]",
    re.IGNORECASE,
)
_LOOKS_LIKE_ADDRESS = re.compile(r"[/.]")
_LONGEST = 8192  # characters of an address: no server takes more
_SAFE = "/%:@!$&'()*+,;=~-._"
_TWIN = re.compile(r"_wap(\.s?html?)$", re.IGNORECASE)
_MOBILE_POST = re.compile(r"/mpost_(\d+\.html?)$")
_PAGE_PARAMETER = re.compile(
    r"^(page|pageno|pagenum|pagenumber|pageindex|curpage|currpage|currentpage|cur_page|current_page|pn|pg|paged|p|start|"
    r"offset|startrecord)$",
    re.IGNORECASE,
)
_YEAR_PARAMETER = re.compile(r"^(fbtime|nbyear|nb_year|year|nd|nf|niandu|report_?year|bgnd)$", re.IGNORECASE)
_LISTS = re.compile(r"index|list|default|more", re.IGNORECASE)
_INDEX = re.compile(r"/(index|default)\.([sj]?html?|jsp|aspx|php)$", re.IGNORECASE)


@lru_cache(maxsize=2048)  # a page's links are looked at by several questions
def resolve(base: str, href: str, charset: str = "utf-8") -> str | None:
    """The absolute http(s) address a browser would open; None for what cannot be told from the address alone.

    ``charset`` is the page's: browsers send the query in it, and the path in UTF-8 always."""
    href = re.sub(r"[\r\n\t]", "", href).strip()
    if not href or href.startswith("#") or len(href) > _LONGEST:
        return None
    if href.lower().startswith("javascript:"):
        call = _SCRIPT_CALL.search(href)
        if call is None or not _LOOKS_LIKE_ADDRESS.search(call.group(1)):
            return None
        href = call.group(1).strip()
    if not re.match(r"[a-z][a-z0-9+.-]*:", href, re.IGNORECASE) or re.match(r"https?:", href, re.IGNORECASE):
        path, mark, rest = href.partition("?")
        href = path.replace("\\", "/") + mark + rest  # as browsers do
    try:
        parts = urlsplit(urljoin(base, href))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.netloc
    except (ValueError, UnicodeError):
        return None
    if not parts.hostname.isascii() and parts.port:
        host = f"{host}:{parts.port}"
    path = quote(parts.path, safe=_SAFE) or "/"
    query = quote(parts.query, safe=_SAFE + "?", encoding=charset, errors="xmlcharrefreplace")
    return urlunsplit((parts.scheme, host, path, query, ""))


@lru_cache(maxsize=2048)
def key(url: str) -> str:
    """The canonical form: no scheme, no ``www.``, no default port, no fragment, no session, no noise; ``//`` folded,
    mobile twins (``_wap``, ``mpost_``) as their standard page. The case of the path is kept: servers tell ``ZWGK`` from
    ``zwgk``. Escaped bytes are compared as bytes, for a query may be in the page's own charset."""
    parts = urlsplit(_SESSION.sub("", url))
    host = (parts.hostname or "").lower().rstrip(".").removeprefix("www.")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    where = host if parts.port in {None, default} else f"{host}:{parts.port}"
    path = _plain(re.sub(r"/{2,}", "/", parts.path or "/"))
    path = _MOBILE_POST.sub(r"/post_\1", _TWIN.sub(r"\1", path))
    path = _INDEX.sub("/", _FRONT.sub("/", path))
    noise = NOISE | STAMPS if _STATIC.search(path) else NOISE
    kept = sorted(
        _plain(pair) for pair in parts.query.split("&") if pair and pair.partition("=")[0].lower() not in noise
    )
    return where + (_written_out(path, kept) or path + ("?" + "&".join(kept) if kept else ""))


def _written_out(path: str, query: list[str]) -> str:
    """The file of an article of Visual SiteBuilder for its dynamic address: both name its column and its number."""
    ids = dict(pair.partition("=")[::2] for pair in query)
    tree, news = ids.get("wbtreeid", ""), ids.get("wbnewsid", "")
    return f"/info/{tree}/{news}.htm" if path.endswith("content.jsp") and tree.isdigit() and news.isdigit() else ""


def _plain(text: str) -> str:
    """Escapes in one form: those of unreserved characters undone, the others in upper case, other bytes escaped."""

    def one(found: re.Match[str]) -> str:
        char = chr(int(found.group(1), 16))
        return char if re.fullmatch(r"[A-Za-z0-9._~-]", char) else found.group(0).upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", one, quote(text, safe=_SAFE + "?"))


def folder(url: str) -> str:
    """Host and path up to the last slash, as in ``key``: what lies beneath it belongs to the column."""
    parts = urlsplit(url)
    where = key(urlunsplit((parts.scheme, parts.netloc, "/", "", ""))).rstrip("/")
    return where + _plain(re.sub(r"/{2,}", "/", parts.path or "/")).rpartition("/")[0] + "/"


def is_twin(url: str) -> bool:
    """Whether the address is a page's mobile twin: the standard page is preferred."""
    path = urlsplit(url).path
    return bool(_TWIN.search(path) or _MOBILE_POST.search(path))


def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def page_number(url: str, page_url: str) -> int | None:
    """The page's number where two addresses are pages of one list: they differ by a page parameter, or by a number at
    the end of the file's name. None where they are not."""
    one, two = urlsplit(url), urlsplit(page_url)
    if (one.hostname or "") != (two.hostname or ""):
        return None
    mine, others = dict(parse_qsl(one.query)), dict(parse_qsl(two.query))
    if key(url.partition("?")[0]) == key(page_url.partition("?")[0]):
        changed = {name for name in mine.keys() | others.keys() if mine.get(name) != others.get(name)}
        paged = [name for name in changed if _PAGE_PARAMETER.match(name)]
        if len(changed) == 1 and paged and mine.get(paged[0], "").isdigit():
            return int(mine[paged[0]])
        return None
    if one.query != two.query:
        return None
    folder, _, name = one.path.rpartition("/")
    here, _, known = two.path.rpartition("/")
    if folder == here:
        found = re.fullmatch(r"((?:index|list|default|more)?[\w-]*?)[_-]?(\d{1,4})(\.[a-z]{3,6})", name, re.IGNORECASE)
        stem = re.sub(r"[_-]?\d{0,4}\.[a-z]{3,6}$", "", known, flags=re.IGNORECASE)
        listed = found is not None and (
            found.group(1) == stem or (not stem and re.match(r"index|list|default", found.group(1), re.I))
        )
        if found is not None and listed and (stem or found.group(1)):
            return int(found.group(2))
    return None


def report_year(url: str) -> int | None:
    """The report year that an address asks for in its query (``fbtime``, ``nbYear``): one page a body and year."""
    for name, value in parse_qsl(urlsplit(url).query):
        if _YEAR_PARAMETER.match(name) and re.fullmatch(r"20\d\d", value):
            return int(value)
    return None


def of_report_year(url: str, year: int) -> str:
    """The same address, asking for another report year."""
    parts = urlsplit(url)
    asked = [
        f"{name}={year}" if _YEAR_PARAMETER.match(name) and re.fullmatch(r"20\d\d", value) else pair
        for pair in parts.query.split("&")
        for name, _, value in [pair.partition("=")]
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(asked), ""))
