"""One server on loopback for any number of portals, each a port of its own: whole answers and broken ones.

A thread with an event loop serves them all. Answers can be slow, cut, dripping, endless or none at all, which the servers
of the standard library do not do."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import time
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, unquote

HOST = "127.0.0.1"
COUNTER = "访问量".encode()  # what stands behind it changes with each visit and makes no other page
_REASONS = {200: "OK", 302: "Found", 304: "Not Modified", 404: "Not Found", 412: "Precondition Failed"}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    target: str  # path with query, as sent
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path as a file system sees it."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address, decoded."""
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form in the body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(slots=True)
class Answer:
    """What is answered, and how: ``static`` files carry validators; ``wait`` seconds pass first; only ``cut`` bytes of
    the body are sent before the line is closed; ``manner`` is how it travels."""

    data: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    static: bool = False
    wait: float = 0.0
    cut: int | None = None
    manner: str = ""  # "", "gzip", "gzip-unasked", "unsized", "chunked", "drip", "reset", "hang"

    @property
    def tag(self) -> str:
        """The validator: of the content, not of a visitor counter."""
        return f'"{hashlib.sha256(self.data.split(COUNTER)[0]).hexdigest()[:16]}"'


class Answering(Protocol):
    """What the server asks of a portal."""

    base: str
    traffic: Traffic

    def answer(self, request: Request) -> Answer:
        """The answer to one request."""
        ...


@dataclass(slots=True)
class Traffic:
    """Who came and how: for assertions about courtesy."""

    visits: Counter[str] = field(default_factory=Counter)  # by path
    conditional: Counter[str] = field(default_factory=Counter)  # answered 304
    started: list[float] = field(default_factory=list)  # monotonic seconds of each request
    at_once: int = 0  # requests under way
    most_at_once: int = 0
    sent: int = 0  # bytes of bodies

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(self.visits.values())

    @property
    def shortest_pause(self) -> float:
        """Seconds between the starts of two requests, the least of all."""
        return min((b - a for a, b in zip(self.started, self.started[1:], strict=False)), default=float("inf"))

    def reset(self) -> None:
        """Begin to count anew."""
        self.visits.clear()
        self.conditional.clear()
        self.started.clear()
        self.most_at_once = self.sent = 0


class Network:
    """All portals of a demonstration or a test; a context that stops them at its end."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def add(self, site: Answering) -> str:
        """Serve a portal on a port of its own; returns its address, which the portal learns too."""
        opening = asyncio.start_server(lambda r, w: _converse(site, r, w), HOST, 0, limit=1 << 20)

        async def opened() -> asyncio.Server:
            return await opening

        server = asyncio.run_coroutine_threadsafe(opened(), self._loop).result(10)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        site.base = f"http://{HOST}:{port}"
        self.hosts.append(f"{HOST}:{port}")
        return site.base


async def _converse(site: Answering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Requests of one connection, one after the other."""
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
        while (request := await _asked(reader)) is not None:
            traffic = site.traffic
            traffic.visits[request.path] += 1
            traffic.started.append(time.monotonic())
            traffic.at_once += 1
            traffic.most_at_once = max(traffic.most_at_once, traffic.at_once)
            try:
                answer = site.answer(request)
                await asyncio.sleep(answer.wait)
                if not await _answered(traffic, request, answer, writer):
                    break
            finally:
                traffic.at_once -= 1
    writer.close()


async def _asked(reader: asyncio.StreamReader) -> Request | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        return None
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Request(words[0], words[1], headers, body)


async def _answered(traffic: Traffic, request: Request, answer: Answer, writer: asyncio.StreamWriter) -> bool:
    """Send an answer; False where the line has to be closed."""
    if answer.manner == "reset":
        writer.transport.abort()
        return False
    if answer.manner == "hang":
        await asyncio.sleep(3600)
    if answer.static and answer.status == 200 and request.headers.get("if-none-match") == answer.tag:
        traffic.conditional[request.path] += 1
        writer.write(_head(304, {"ETag": answer.tag}))
        await writer.drain()
        return True
    headers = {"Content-Type": answer.media_type} if answer.media_type else {}
    if answer.static and answer.status == 200:
        headers["ETag"] = answer.tag
    body = answer.data
    if answer.manner == "gzip-unasked" or (
        answer.manner == "gzip" and "gzip" in request.headers.get("accept-encoding", "")
    ):
        packer = zlib.compressobj(wbits=31)
        body = packer.compress(body) + packer.flush()
        if answer.manner == "gzip":
            headers["Content-Encoding"] = "gzip"
    if answer.manner == "chunked":
        headers["Transfer-Encoding"] = "chunked"
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
    elif answer.manner != "unsized":
        headers["Content-Length"] = str(len(body))
    whole = answer.cut is None and answer.manner != "unsized"
    if not whole:
        headers["Connection"] = "close"
    writer.write(_head(answer.status, headers | answer.headers))
    sent = body if answer.cut is None else body[: answer.cut]
    traffic.sent += len(sent)
    for part in _parts(sent, 512) if answer.manner == "drip" else [sent]:
        writer.write(part)
        await writer.drain()
        if answer.manner == "drip":
            await asyncio.sleep(0.2)
    return whole and request.headers.get("connection", "").lower() != "close"


def _parts(data: bytes, size: int = 4096) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Answer')}", *(f"{n}: {v}" for n, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")
