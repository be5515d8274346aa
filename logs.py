"""One log format for people, one in JSON, with the ids of source, document and mail on every line."""

from __future__ import annotations

import contextvars
import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_bound: contextvars.ContextVar[dict[str, object]] = contextvars.ContextVar("bound", default={})  # noqa: B039  never mutated

# A password in an address must not reach a log or a page, whoever prints the address: it is all between the first colon
# after the scheme and the last @ before white space. So a slash, a quote, a colon or an @ that was left unescaped in it
# or in the user's name (a mail address often) hides nothing less; what is hidden too much is a port.
_USERINFO = re.compile(r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,40}://[^\s:]{0,1000}):\S{1,1000}@", re.IGNORECASE)
# ... or as a parameter (libpq, Redis, S3, a chat's access_token), as libpq's keywords, or as a field of JSON or a dict.
_PARAMETER = re.compile(
    r"(?P<head>(?<![\w-])[\w-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api_?key|access_?key)[\w-]{0,40}"
    r"""(?:\s*=\s*|["']\s*:\s*)|\bauthorization["']?\s*[:=]\s*["']?(?:\w+\s+)?)"""
    r"""(?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")[^\s&]*|['"].*|[^\s&]+)""",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """The text with every password that stands in an address, a parameter or a connection string replaced by ``***``."""
    return _PARAMETER.sub(r"\g<head>***", _USERINFO.sub(r"\g<head>:***@", text))


def hide(text: str) -> str:
    """The same on one line, for a log."""
    return without_secrets(text).replace("\r", "\\r").replace("\n", "\\n")


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Add ids (``source=17``) to every line of the block."""
    token = _bound.set({**_bound.get(), **ids})
    try:
        yield
    finally:
        _bound.reset(token)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ids = "".join(f" {name}={value}" for name, value in _bound.get().items())
        line = f"{moment} {record.levelname.lower():<7} {record.name}{ids} {hide(record.getMessage())}"
        return f"{line}\n{without_secrets(self.formatException(record.exc_info))}" if record.exc_info else line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide(record.getMessage()),
            **_bound.get(),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def setup(style: str, level: str) -> None:
    """Send all logs to standard error in one style (``text`` or ``json``). Safe to call again."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if style == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic", "fsspec", "botocore", "aiobotocore", "apscheduler.executors"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
