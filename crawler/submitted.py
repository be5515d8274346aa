"""What a person saved of a portal: which of the files is the report, which belong to it, where it was found, and why it is
not the report that it is said to be. Pure: bytes in, data out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import net
from crawler import links, titles
from crawler.contents import Fetched
from crawler.families import articles
from crawler.pages import Page
from reports.report import Report

# What browsers write into a page that they save: Chrome, Edge and others; SingleFile; a web archive's head.
_SAVED_FROM = (
    re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE),
    re.compile(r"Page saved with SingleFile\s+url:\s*(\S+)", re.IGNORECASE),
    re.compile(r"^Snapshot-Content-Location:\s*(\S+)", re.IGNORECASE | re.MULTILINE),
)
_HEAD = 8192  # bytes of a page in which its browser says where it was saved
_PACKED_ON = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes

_REPORTS = frozenset({"annual_report", "legacy_report"})
_KIND_EN = {
    "interpretation": "an interpretation of a report (解读)",
    "notice": "a notice",
    "website_report": "the yearly report of a website",
    "other": "no annual report",
}


@dataclass(frozen=True, slots=True)
class Saved:
    """The file that is read, the files that belong to it, and the address at which it was found (empty: not known)."""

    main: Fetched
    files: tuple[Fetched, ...] = ()
    url: str = ""


def put_together(given: Sequence[tuple[str, bytes]], url: str = "") -> Saved:
    """The report in the files of a person, (name, bytes) each: a page with its files and pictures, a single document, or
    several documents that are one report (packed into one archive, which the reader reads together)."""
    pages = [one for one in given if Page("", one[1]).is_markup]
    if pages:
        name, data = pages[0]
        found = url or saved_from(data)
        page = Page(found or "http://localhost/", data)
        others = [one for one in given if one is not pages[0]]
        return Saved(Fetched(found, "", name, data), tuple(_attached(page, others)), found)
    if len(given) == 1:
        name, data = given[0]
        return Saved(Fetched("", "", name, data), url=url or saved_from(data))
    found = url or next((where for _, data in given if (where := saved_from(data))), "")
    return Saved(Fetched("", "", "submitted.zip", _packed(given)), url=found)


def saved_from(data: bytes) -> str:
    """The address that a browser noted in a page when it saved it; empty where there is none that could be a portal's."""
    head = data[:_HEAD].decode("utf-8", "replace")
    for pattern in _SAVED_FROM:
        found = pattern.search(head)
        if found is None:
            continue
        try:
            net.host_of(found.group(1))
        except net.NotAllowed:
            return ""
        return found.group(1)
    return ""


def _attached(page: Page, files: Sequence[tuple[str, bytes]]) -> list[Fetched]:
    """The files beside a page, each under the address by which the page names it: a saved copy bears its last part."""
    detail = articles.article(page)
    by_name: dict[str, list[str]] = {}
    for link in [*detail.files, *detail.pictures]:
        for name in (_last(link.href), _last(link.url), link.name):
            by_name.setdefault(name.lower(), []).append(link.href)
    out = []
    for name, data in files:
        own = name.replace("\\", "/").rpartition("/")[2]
        href = next(iter(by_name.get(own.lower(), ())), name)
        url = links.resolve(page.url, href, page.charset) if href != name else None
        out.append(Fetched(url or f"submitted:{name}", href, own, data))
    return out


def _last(address: str) -> str:
    return unquote(urlsplit(address).path.replace("\\", "/")).rpartition("/")[2]


def _packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, _PACKED_ON), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def why_not(report: Report, names: Mapping[int, Sequence[str]], year: int) -> str:
    """Why a text is not the report of that year of the one body that bears these names; empty where nothing says so.
    A file that cannot be read, or that names neither body nor year, is taken on the witness's word."""
    if report.error is not None:
        return ""
    if report.kind not in _REPORTS:
        return f"the text is {_KIND_EN.get(report.kind, report.kind)}"
    if report.year is not None and report.year != year:
        return f"the text is the report for {report.year}, not for {year}"
    if report.agency and titles.assign(report.agency, names, shared=True) is None:
        own = next(iter(names.values()))[0]
        return f"the text names {report.agency}, not {own}; if both are one, add the name to the register as an alias"
    return ""


def doubts(report: Report) -> list[str]:
    """What the witness alone vouches for, one line each."""
    if report.error is not None:
        return [f"it cannot be read, and the body is not called missing by it nor checked: {report.error}"]
    out = []
    if not report.agency:
        out.append("the text names no body: it counts for this one on your word")
    if report.year is None:
        out.append("the text names no year: it counts for this one on your word")
    return out
