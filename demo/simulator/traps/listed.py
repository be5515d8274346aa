"""Traps of lists and articles."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from demo.simulator.content import Entry, interpretation
from demo.simulator.server import Answer
from demo.simulator.site import Column, Site
from demo.simulator.traps.base import DOUBT, WHOLE, each, instead, pdf, text_changed, trap

# ------------------------------------------------------------------ lists


@trap("T32-every-page-is-page-1", DOUBT | WHOLE, found=False)
def _page_one(site: Site, outside: str) -> None:
    # Where the list states its total, or a page without further rows, nobody can take it for whole.
    site.broken = lambda request: site.column_page(site.root, 1) if "index_" in request.path else None


@trap("T33-total-not-reached", DOUBT, found=False)
def _total(site: Site, outside: str) -> None:
    site.style = replace(site.style, states_total=True)
    site.broken = lambda request: Answer(site.shell("列表", ""), static=True) if "index_" in request.path else None


@trap("T34-stub-page", DOUBT, found=False)
def _stub(site: Site, outside: str) -> None:
    stub = b"<html><head></head><body></body></html>" + b" " * 300
    site.broken = lambda request: Answer(stub) if re.search(r"index_\d", request.path) else None


@trap("T35-pinned-and-unsorted")
def _unsorted(site: Site, outside: str) -> None:
    order = site.rng.random

    def listed(column: Column) -> list[Entry]:
        shown = [entry for entry in column.entries if entry.shown(site.today)]
        return sorted(shown, key=lambda entry: entry.number * 7919 % 1009)

    order()
    site.listed = listed  # type: ignore[method-assign]


@trap("T37-list-by-script-alone", DOUBT, found=False)
def _by_script(site: Site, outside: str) -> None:
    page = b"<html><head><title>x</title></head><body><div id='app'></div><script src='/js/app.9f.js'></script></body></html>"
    instead(site, lambda request: Answer(page))


@trap("T38-list-in-a-frame")
def _frame(site: Site, outside: str) -> None:
    root, inner = site.root, f"/{site.root.path}/frame.html"
    page = (
        f"<html><head><title>{root.name}</title></head><body><iframe src='/login/login.html'></iframe>"
        f"<iframe src='/count/tongji.html'></iframe><iframe src='{inner}'></iframe></body></html>"
    )
    site.style = replace(site.style, links="root")
    instead(site, lambda request: Answer(page.encode()))
    old = site.broken
    site.broken = lambda request: site.column_page(root, 1) if request.path == inner else old and old(request)


@trap("T46-interpretations-and-notices")
def _mixed(site: Site, outside: str) -> None:
    for column in site.root.walk():
        column.entries += [interpretation(e, e.number + 500_000) for e in column.entries if e.kind == "report"]


# ------------------------------------------------------------------ articles


@trap("T50-PubDate-is-when-the-page-was-made")
def _generated(site: Site, outside: str) -> None:
    text_changed(site, lambda text, request: re.sub(r'(name="PubDate" content=")[^"]*', r"\g<1>2025-02-28 03:12", text))


@trap("T51-address-later-than-the-page", family="trs")
def _republished(site: Site, outside: str) -> None:
    site.address_day = lambda entry: entry.day + timedelta(days=45)  # type: ignore[attr-defined]


@trap("T54-no-date-in-the-list")
def _undated(site: Site, outside: str) -> None:
    site.style = replace(site.style, dates="")


@trap("T62-interpretation-after-the-report")
def _later(site: Site, outside: str) -> None:
    for column in site.root.walk():
        column.entries += [
            replace(interpretation(e, e.number + 500_000), day=e.day + timedelta(days=3))
            for e in column.entries
            if e.kind == "report"
        ]


@trap("T64-report-as-a-file", family="trs")
def _files(site: Site, outside: str) -> None:
    def change(entry: Entry) -> Entry:
        name = f"{entry.title}.pdf"
        return (
            replace(entry, html="<p>详见附件。</p>", file=(name, pdf(entry.title))) if entry.kind == "report" else entry
        )

    each(site, change)


@trap("T65-report-in-a-viewer")
def _viewer(site: Site, outside: str) -> None:
    def change(entry: Entry) -> Entry:
        frame = f'<iframe src="/pdfjs/web/viewer.html?file=%2Ffiles%2F{entry.number}.pdf" width="100%"></iframe>'
        return replace(entry, html=frame) if entry.kind == "report" else entry

    each(site, change)
    site.broken = lambda request: (
        Answer(pdf(request.path), "application/pdf", static=True) if request.path.startswith("/files/") else None
    )


@trap("T68-file-under-a-wrong-type", family="trs")
def _wrong_type(site: Site, outside: str) -> None:
    _files(site, outside)
    site.after = lambda request, answer: (
        replace(answer, media_type="text/html") if answer.data[:4] == b"%PDF" else answer
    )
