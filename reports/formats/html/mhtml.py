"""Web archives (MHTML, Word's single-file page): the page inside, its pictures put into it."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes
from email.message import Message

_SOURCE = re.compile(r"""(\bsrc\s*=\s*)(["']?)([^"'\s>]+)\2""", re.IGNORECASE)
MAX_PARTS = 500  # a bound, not tuned


def unpacked(data: bytes) -> tuple[bytes, str]:
    """The largest page inside as UTF-8, with the archive's pictures as ``data:`` addresses (the bytes as they are if there
    is none), and why the archive is taken to break off (empty if it does not)."""
    message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n\t "))
    parts = [part for _, part in zip(range(MAX_PARTS), message.walk(), strict=False) if not part.is_multipart()]
    pages = [
        (part, _payload(part)) for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")
    ]
    boundary = message.get_boundary()
    incomplete = "the web archive has no end" if boundary and f"--{boundary}--".encode() not in data else ""
    if not pages:
        return data, incomplete
    part, page = max(pages, key=lambda entry: len(entry[1]))
    charset = part.get_content_charset()
    if charset and charset not in ("utf-8", "us-ascii"):
        try:
            page = page.decode(charset).encode()
        except (LookupError, UnicodeDecodeError):
            charset = None  # told by its bytes, like any page
    pictures = {name: other for other in parts if other.get_content_maintype() == "image" for name in _names(other)}
    if not pictures:
        return page, incomplete

    def put_in(found: re.Match[str]) -> str:
        picture = pictures.get(found[3])
        if picture is None:
            return found[0]
        coded = base64.b64encode(_payload(picture)).decode()
        return f'{found[1]}"data:{picture.get_content_type()};base64,{coded}"'

    # Addresses are plain ASCII whatever the page is written in.
    return _SOURCE.sub(put_in, page.decode("latin-1")).encode("latin-1"), incomplete


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _names(part: Message) -> list[str]:
    """What the page may call a picture: its address, the last part of it, or its identifier."""
    location = str(part.get("Content-Location") or "").strip()
    identifier = str(part.get("Content-ID") or "").strip(" <>")
    names = [location, location.rpartition("/")[2], f"cid:{identifier}" if identifier else ""]
    return [name for name in names if name]
