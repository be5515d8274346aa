"""A real HTTP listener for tests: keeps what it is sent, and answers as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Listener:
    """What came, in order: (path, headers, body). ``answers`` are given one by one, then 204; 0 hangs up instead."""

    host: str = ""
    came: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def listener() -> Iterator[Listener]:
    """A listener on loopback for the length of the block."""
    made = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            made.came.append((self.path, dict(self.headers), body))
            code = made.answers.pop(0) if made.answers else 204
            if code:
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.host = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
