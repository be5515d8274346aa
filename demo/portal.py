"""Portals on loopback, served over HTTP, each a host (address and port) of its own: for the demonstration and the tests.

The day is set by the caller, not by a clock; the same content gives the same bytes. Every portal counts its requests.
"""

from __future__ import annotations

import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a column: its title in the list, its day, and what stands behind it.

    ``body`` is the HTML of an article; ``file`` (name, bytes) makes the entry lead straight to a file, or, with a body,
    hangs it to the article. ``until`` is the last day on which the entry is listed."""

    title: str
    day: date
    body: str = ""
    file: tuple[str, bytes] | None = None
    since: date | None = None
    until: date | None = None


@dataclass(slots=True)
class Answer:
    """What a path answers."""

    data: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Paths = dict[str, Answer]


class Portal:
    """One portal: a site name, its column's items, a family's way to lay them out. ``today`` decides what is there."""

    def __init__(self, name: str, items: list[Item], family: str = "static", per_page: int = 20) -> None:
        self.name, self.items, self.family, self.per_page = name, items, family, per_page
        self.today: date | None = None
        self.robots: str | None = None
        self.broken: Answer | None = None  # answers everything
        self.visits: Counter[str] = Counter()
        self.conditional: Counter[str] = Counter()
        self.base = ""

    @property
    def column(self) -> str:
        """The address of the report column."""
        return f"{self.base}/zwgk/zfxxgknb/"

    def listed(self) -> list[Item]:
        """The entries on this day, newest first."""
        today = self.today
        kept = [
            item
            for item in self.items
            if today is None or ((item.since or item.day) <= today and (item.until is None or today <= item.until))
        ]
        return sorted(kept, key=lambda item: (item.day, item.title), reverse=True)

    def paths(self) -> Paths:
        """Every path that answers on this day."""
        out: Paths = {}
        items = self.listed()
        pages = [items[i : i + self.per_page] for i in range(0, len(items), self.per_page)] or [[]]
        numbers = {id(item): index for index, item in enumerate(self.items, 1)}
        for number, page in enumerate(pages):
            rows = "\n".join(self._row(item, numbers[id(item)]) for item in page)
            pager = self._pager(number, len(pages), len(items))
            html = self._shell(f"{self.name} 政府信息公开年报", f'<ul class="list">\n{rows}\n</ul>\n{pager}')
            name = (
                "index.html"
                if number == 0
                else (f"index_{number}.html" if self.family == "trs" else f"index_{number + 1}.html")
            )
            out[f"/zwgk/zfxxgknb/{name}"] = Answer(html)
            if number == 0:
                out["/zwgk/zfxxgknb/"] = Answer(html)
        for item in items:
            path = self._path(item, numbers[id(item)])
            if item.file is not None:
                name, data = item.file
                media_type = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
                where = path if not item.body else f"{path.rpartition('/')[0]}/{name}"
                out[where] = Answer(data, media_type)
            if item.body:
                link = (
                    f'<p>附件：<a href="./{escape(item.file[0])}">{escape(item.file[0])}</a></p>' if item.file else ""
                )
                meta = (
                    f'<meta name="ArticleTitle" content="{escape(item.title)}"><meta name="PubDate" content="{item.day}">'
                    f'<meta name="SiteName" content="{escape(self.name)}">'
                )
                inner = f'<h1>{escape(item.title)}</h1><p>发布日期：{item.day}</p><div class="TRS_Editor">{item.body}{link}</div>'
                out[path] = Answer(self._shell(item.title, inner, meta))
        out["/"] = Answer(self._shell(self.name, '<a href="/zwgk/zfxxgknb/">政府信息公开年报</a>'))
        return out

    def _path(self, item: Item, number: int) -> str:
        if item.file is not None and not item.body:
            return f"/zwgk/zfxxgknb/{item.day:%Y%m}/P0{item.day:%Y%m%d}{number:012d}.{item.file[0].rpartition('.')[2]}"
        if self.family == "trs":
            return f"/zwgk/zfxxgknb/{item.day:%Y%m}/t{item.day:%Y%m%d}_{number:07d}.html"
        return f"/zwgk/zfxxgknb/content/{number}.html"

    def _row(self, item: Item, number: int) -> str:
        path = self._path(item, number).removeprefix("/zwgk/zfxxgknb/")
        return (
            f'<li><a href="./{path}" title="{escape(item.title)}">{escape(item.title)}</a><span>{item.day}</span></li>'
        )

    def _pager(self, number: int, pages: int, total: int) -> str:
        if self.family == "trs":
            return f'<script>createPageHTML({pages}, {number}, "index", "html");</script>'
        following = f'<a href="index_{number + 2}.html">下一页</a>' if number + 1 < pages else ""
        return f'<div class="pages">共{total}条 {following}</div>'

    def _shell(self, title: str, inner: str, head: str = "") -> bytes:
        visits = sum(self.visits.values())  # a counter that changes with every answer, outside the article
        html = (
            f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}_{escape(self.name)}</title>'
            f'{head}</head><body><div class="nav"><a href="/">首页</a></div>{inner}'
            f'<div class="foot">访问量：{visits}</div></body></html>'
        )
        return html.encode()

    def answer(self, path: str) -> Answer:
        """The answer to a path (without its query)."""
        if self.broken is not None:
            return self.broken
        if path == "/robots.txt":
            return Answer(self.robots.encode(), "text/plain") if self.robots else Answer(b"", "text/plain", 404)
        return self.paths().get(path, Answer(self._shell("404", "<p>您访问的页面不存在</p>"), status=404))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal: Portal

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        answer = self.portal.answer(path)
        self.portal.visits[path] += 1
        # The validator of a static publisher: of the content, not of the visitor counter.
        tag = hashlib.sha256(answer.data.split("访问量".encode())[0]).hexdigest()[:16]
        etag = f'"{tag}"'
        if self.headers.get("If-None-Match") == etag and answer.status == 200:
            self.portal.conditional[path] += 1
            self.send_response(304)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.data)))
        if answer.status == 200:
            self.send_header("ETag", etag)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the portal counts instead."""


class Portals:
    """All portals of a demonstration or a test; a context that stops them at its end."""

    def __init__(self) -> None:
        self._servers: list[ThreadingHTTPServer] = []
        self._sockets: list[socket.socket] = []
        self.hosts: list[str] = []

    def __enter__(self) -> Portals:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for listener in self._sockets:
            listener.close()

    def add(self, portal: Portal) -> Portal:
        """Serve a portal on a port of its own."""
        handler = type("Handler", (_Handler,), {"portal": portal})
        server = ThreadingHTTPServer((HOST, 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._servers.append(server)
        portal.base = f"http://{HOST}:{server.server_address[1]}"
        self.hosts.append(f"{HOST}:{server.server_address[1]}")
        return portal

    def add_silent(self) -> str:
        """An address that takes connections and hangs up without a word; returns the column's address."""
        listener = socket.create_server((HOST, 0))
        self._sockets.append(listener)
        threading.Thread(target=_hang_up, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        self.hosts.append(f"{HOST}:{port}")
        return f"http://{HOST}:{port}/zwgk/zfxxgknb/"


def _hang_up(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # closed: the demonstration is over
        connection.close()


@contextmanager
def forbidden() -> Iterator[tuple[str, Callable[[], int]]]:
    """An address that nobody may contact, and a function that says how many did."""
    portal = Portal("不得访问", [])
    with Portals() as portals:
        portals.add(portal)
        yield portal.base, lambda: sum(portal.visits.values())
