"""Web archives (MHTML, Word's single-file page): the page inside, its pictures put into it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from html import unescape
from urllib.parse import urljoin

_SOURCE = re.compile(r"""(\bsrc\s*=\s*)(["']?)([^"'\s>]+)\2""", re.IGNORECASE)
# A page within the page; the sheets of a workbook that Excel saved as a page are named by links.
_FRAME = re.compile(
    r"""<(?:i?frame|object|link\s+id=["']?shLink)\b[^>]*?\b(?:src|data|href)\s*=\s*(["']?)([^"'\s>]+)\1[^>]*>"""
    r"""(?:\s*</(?:i?frame|object)\s*>)?""",
    re.IGNORECASE,
)
_FRAMESET = re.compile(r"<noframes\b.*?</noframes\s*>|</?frameset\b[^>]*>", re.IGNORECASE | re.DOTALL)
_OUTER = re.compile(
    r"<(?:!doctype|\?xml)[^>]*>|<title\b.*?</title\s*>|</?(?:html|body|head)\b[^>]*>", re.IGNORECASE | re.DOTALL
)
MAX_PARTS = 500  # a bound, not tuned
MAX_FRAMES = 60  # pages within pages; as many as a workbook may have sheets


def unpacked(data: bytes) -> tuple[bytes, str]:
    """The largest page inside as UTF-8, with the pages that it shows in frames and the archive's pictures as ``data:``
    addresses (the bytes as they are if there is none), and why the archive is taken to break off (empty if it does not)."""
    message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n\t "))
    parts = [part for _, part in zip(range(MAX_PARTS), message.walk(), strict=False) if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    boundary = message.get_boundary()
    incomplete = "the web archive has no end" if boundary and f"--{boundary}--".encode() not in data else ""
    if not pages:
        return data, incomplete
    page = _framed(pages)
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


def _framed(pages: Sequence[Message]) -> bytes:
    """The largest of the pages, those that they show in frames put into them."""
    by_name = {name: page for page in reversed(pages) for name in _names(page)}
    texts = {id(page): _as_utf8(page) for page in pages}

    def whole(page: Message, shown: set[int]) -> bytes:
        text = texts[id(page)].decode("latin-1")
        shown.add(id(page))

        def put_in(found: re.Match[str]) -> str:
            address = unescape(found[2])
            other = by_name.get(address) or by_name.get(
                urljoin(str(page.get("Content-Location") or "").strip(), address)
            )
            other = other or by_name.get(address.rpartition("/")[2])
            if other is None or id(other) in shown or len(shown) > MAX_FRAMES:
                return found[0]
            inner = whole(other, shown).decode("latin-1")
            return f"<div>{_OUTER.sub('', inner)}</div>"

        filled = _FRAME.sub(put_in, text)
        return (_FRAMESET.sub("", filled) if filled != text else text).encode("latin-1")

    if len(pages) == 1 or not any(_FRAME.search(text.decode("latin-1")) for text in texts.values()):
        return max(texts.values(), key=len)
    return max((whole(page, set()) for page in pages[:MAX_FRAMES]), key=len)


def _as_utf8(part: Message) -> bytes:
    page = _payload(part)
    charset = part.get_content_charset()
    if not charset or charset in ("utf-8", "us-ascii"):
        return page
    try:
        return page.decode(charset).encode()
    except (LookupError, UnicodeDecodeError):
        return page  # told by its bytes, like any page


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _names(part: Message) -> list[str]:
    """What the page may call a picture: its address, the last part of it, or its identifier."""
    location = str(part.get("Content-Location") or "").strip()
    identifier = str(part.get("Content-ID") or "").strip(" <>")
    names = [location, location.rpartition("/")[2], f"cid:{identifier}" if identifier else ""]
    return [name for name in names if name]
