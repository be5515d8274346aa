"""Did an answer arrive whole? Pure: from its bytes and from what the downloader noted while it came."""

from __future__ import annotations

import re

from crawler.pages import SIGNATURES

CUT = frozenset({"dataloss", "cut"})  # shorter than its length, a chunked body without its end, packed data without one
OPEN = frozenset({"partial"})  # ended with its connection: only the content can tell
_TAIL = 4096  # bytes in which the end of a page's markup stands
_OPENED = re.compile(rb"<(ul|ol|table|div|dl|form|select|script|style)\b[^>]*?(/?)>", re.IGNORECASE)
_CLOSED = re.compile(rb"</(ul|ol|table|div|dl|form|select|script|style)\s*>", re.IGNORECASE)


def why_cut(body: bytes, content_type: str, flags: list[str] | None = None) -> str:
    """Why an answer is taken for a part of what was meant to be sent; empty where nothing speaks for that."""
    noted = set(flags or ())
    if noted & CUT:
        return "it is shorter than announced"
    if noted & OPEN and not ends(body, content_type):
        return "its connection ended before its content"
    if is_markup(body) and not _markup_ends(body):
        return "its markup has no end"
    return ""


def is_markup(body: bytes) -> bool:
    """Whether bytes are a page's."""
    return bool(re.search(rb"<(!doctype\s+html|html|head|body)\b", body[:65536], re.IGNORECASE)) and not _is_file(body)


def ends(body: bytes, content_type: str) -> bool:
    """Whether content shows its own end. What has no such mark is believed."""
    tail = body[-_TAIL:].rstrip(b"\x00 \r\n\t")
    if body.startswith(b"%PDF"):
        return b"%%EOF" in tail
    if body.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" in body[-66_000:]
    if body.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in tail
    if body.startswith(b"\x89PNG"):
        return b"IEND" in tail
    if body.startswith(b"{\\rtf"):
        return tail.endswith(b"}")
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return len(body) % 512 == 0
    if is_markup(body):
        return bool(re.search(rb"</(html|body)\s*>", tail, re.IGNORECASE))
    start = body[:256].lstrip(b"\xef\xbb\xbf \r\n\t")
    if "json" in content_type or start[:1] in {b"{", b"["}:
        return tail[-1:] in {b"}", b"]", b")", b";"}
    if start[:1] == b"<":
        return tail[-1:] == b">"
    return True


def _markup_ends(body: bytes) -> bool:
    """Whether a page's markup comes to an end: its last tag is there, or everything that it opened was closed. Sloppy
    pages leave out the former; a page that was cut leaves out both."""
    if re.search(rb"</(html|body)\s*>", body[-65_536:], re.IGNORECASE):
        return True
    last = body.rstrip()
    if last.rfind(b"<") > last.rfind(b">"):
        return False  # within a tag
    opened = sum(1 for found in _OPENED.finditer(body) if not found.group(2))
    return opened <= sum(1 for _ in _CLOSED.finditer(body))


def _is_file(body: bytes) -> bool:
    return body.startswith(SIGNATURES)
