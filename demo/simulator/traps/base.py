"""What every trap is, and what its laying needs: the registry, ways to change a portal's answers and entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from demo.simulator.content import Entry
from demo.simulator.server import Answer, Request
from demo.simulator.site import Site

WHOLE = frozenset({"ok", "unchanged"})
CHALLENGED = frozenset({"challenged"})
DOUBT = frozenset({"challenged", "unreachable", "incomplete", "moved", "gone", "unknown-js", "not-allowed", "quiet"})
Lay = Callable[[Site, str], None]


@dataclass(frozen=True, slots=True)
class Trap:
    """``lay`` sets it on a portal, given an address that nobody may contact."""

    name: str
    lay: Lay
    statuses: frozenset[str]
    found: bool
    family: str = "static"


TRAPS: dict[str, Trap] = {}


def trap(
    name: str, statuses: frozenset[str] = WHOLE, found: bool = True, family: str = "static"
) -> Callable[[Lay], Lay]:
    """Register a trap under its name."""

    def kept(lay: Lay) -> Lay:
        TRAPS[name] = Trap(name, lay, statuses, found, family)
        return lay

    return kept


def is_column(site: Site, request: Request) -> bool:
    """Whether a request asks for one of the columns that the register names."""
    paths = {urlsplit(duty.url).path for duty in site.duties()}
    return request.path in paths


def instead(site: Site, answer: Callable[[Request], Answer | None]) -> None:
    """Answer the column with something else."""
    site.broken = lambda request: answer(request) if is_column(site, request) else None


def text_changed(site: Site, change: Callable[[str, Request], str]) -> None:
    """Change every page's markup."""
    codec = "gb18030" if site.style.charset == "gb2312" else "utf-8"

    def after(request: Request, answer: Answer) -> Answer:
        if "html" not in answer.media_type:
            return answer
        return replace(answer, data=change(answer.data.decode(codec), request).encode(codec, "replace"))

    site.after = after


def each(site: Site, change: Callable[[Entry], Entry]) -> None:
    """Change every entry."""
    for column in site.root.walk():
        column.entries = [change(entry) for entry in column.entries]


def pdf(text: str) -> bytes:
    """A file of one empty page; ``text`` makes it differ."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n% "
        + escape(text).encode("ascii", "backslashreplace")
        + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )
