"""Portals of raw bytes: what a server may do to its answers that no well-behaved one does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from demo.simulator.server import HOST
from tests.crawler.world import COLUMN

Given = str | bytes | tuple[int, dict[str, str], str | bytes]
NOT_FOUND: Given = (404, {}, "<html><body><h1>404 Not Found</h1></body></html>")


class Raw:
    """``answer(path, headers)``: bytes are sent as they are, text is a page, None is a 404."""

    def __init__(self, answer: Callable[[str, dict[str, str]], Given | None]) -> None:
        self._answer = answer
        self.asked: list[tuple[float, str]] = []
        self._listener = socket.create_server((HOST, 0), backlog=50)
        self.host = f"{HOST}:{self._listener.getsockname()[1]}"
        self.column = f"http://{self.host}{COLUMN}"
        threading.Thread(target=self._serve, daemon=True).start()

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [path for _, path in self.asked]

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(20)
            data = b""
            while b"\r\n\r\n" not in data:
                got = connection.recv(65536)
                if not got:
                    return
                data += got
            first, *lines = data.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            path = first.split(" ")[1]
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
            }
            self.asked.append((time.monotonic(), path))
            given = self._answer(path, headers)
            connection.sendall(_bytes(NOT_FOUND if given is None else given))
            connection.shutdown(socket.SHUT_WR)


def _bytes(given: Given) -> bytes:
    if isinstance(given, bytes):
        return given
    status, headers, body = (200, {}, given) if isinstance(given, str) else given
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    named = {"Content-Type": "text/html", **headers}
    lines += [f"{name}: {value}" for name, value in named.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
