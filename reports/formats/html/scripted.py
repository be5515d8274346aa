"""Pages whose text is written by a script: the markup stands in a string of the script, or in a hidden field.

Nothing is run. A string is taken for a text if it reads like one (markup, or lines, mostly in Chinese), or if it is markup
under a name that says so (``"content": "<p>…"``), as the disclosure platform of Guangdong and others keep an article.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote

from lxml import etree

LEAST = 300  # characters; a shorter string is a label or an address, unless it is named
MOST = 5_000_000  # characters of a script; a bound on the time
MAX_STRINGS = 2_000  # a bound on the time
MAX_DEPTH = 4  # a string within a string
LEAST_CHINESE = 100  # characters that tell a text from a menu or a message

_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', re.DOTALL)
_ESCAPED = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n", "v": "\n", "0": "", "\n": ""}
_MARKUP = re.compile(r"<(?:table|tr|p|div|span|h[1-6]|section|img|a)\b", re.IGNORECASE)
_CODED_MARKUP = re.compile(r"&lt;(?:table|p|div|span|h[1-6]|section)\b", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NAMES = frozenset(("content", "contenthtml", "content_html", "body", "articlecontent", "htmlcontent"))
_NAME = re.compile(r"[\"']?(\w{1,20})[\"']?\s*[:=]\s*$")


@dataclass(frozen=True, slots=True)
class HeldText:
    """The markup that a script or a field holds; ``named`` as an article."""

    markup: str
    named: bool = False


def texts_of(root: etree._Element) -> list[HeldText]:
    """The texts that the page's scripts and hidden fields hold, in their order, each once."""
    out: dict[str, HeldText] = {}
    for held, named in _strings_of_page(root):
        for found in _texts(held, named, 0):
            out.setdefault(found.markup, found)
    return list(out.values())


def _strings_of_page(root: etree._Element) -> Iterator[tuple[str, bool]]:
    """The strings in which a text may stand, and whether they are named as one."""
    strings = 0
    for element in root.iter("script", "textarea", "input", "template"):
        if element.tag == "input":
            yield element.get("value") or "", False
            continue
        text = "".join(map(str, element.itertext()))
        if len(text) > MOST:
            continue
        if element.tag != "script" or text.lstrip()[:1] in ("<", "{", "["):
            yield text, False
        if element.tag != "script":
            continue
        for found in _STRING.finditer(text):
            strings += 1
            if strings > MAX_STRINGS:
                return
            literal = found[1] or found[2] or found[3] or ""
            named = "<" in literal and _is_named(text, found.start())
            named = named or ("\\u003" in literal and _is_named(text, found.start()))
            if len(literal) >= LEAST or named:
                yield _plain(literal), named


def _is_named(script: str, start: int) -> bool:
    """Whether what stands before a string names it an article."""
    found = _NAME.search(script[max(0, start - 30) : start])
    return found is not None and found[1].lower() in _NAMES


def _plain(literal: str) -> str:
    """A string of a script without its escapes."""

    def sign(found: re.Match[str]) -> str:
        escaped = found[1]
        if escaped[0] in "ux" and len(escaped) > 1:
            code = int(escaped[1:].strip("{}"), 16)
            return chr(code) if code < 0x110000 else ""
        return _SIGNS.get(escaped, escaped)

    text = _ESCAPED.sub(sign, literal)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _texts(text: str, named: bool, depth: int) -> Iterator[HeldText]:
    """The texts that a string holds: itself, or those within its JSON, or what it is the code of."""
    bare = text.strip()
    if depth > MAX_DEPTH or (len(bare) < LEAST and not (named and _MARKUP.search(bare))):
        return
    if bare[:1] in ("{", "[", '"') and (held := _json(bare)) is not None:
        for inner, name in _strings(held):
            yield from _texts(inner, name.lower() in _NAMES, depth + 1)
        return
    coded = _decoded(bare)
    if coded is not None:
        yield from _texts(coded, named, depth + 1)
    elif _MARKUP.search(bare) and (named or len(_CHINESE.findall(bare)) >= LEAST_CHINESE):
        yield HeldText(bare, named)
    elif "\n" in bare and len(_CHINESE.findall(bare)) >= LEAST_CHINESE:
        yield HeldText("".join(f"<p>{escape(line)}</p>" for line in bare.splitlines()), named)


def _json(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _decoded(text: str) -> str | None:
    """What a string is the code of (entities, percent signs, base64); None where it is no code."""
    if _CODED_MARKUP.search(text) and not _MARKUP.search(text):
        return unescape(text)
    if "%3C" in text[:2000].upper() and "<" not in text:
        return unquote(text)
    if not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode(text, validate=False).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _strings(held: object) -> Iterator[tuple[str, str]]:
    """All strings of a JSON value, each with the name it has there."""
    stack = [(held, "")]
    while stack:
        value, name = stack.pop()
        if isinstance(value, str):
            yield value, name
        elif isinstance(value, dict):
            stack.extend((inner, str(key)) for key, inner in reversed(list(value.items())))
        elif isinstance(value, list):
            stack.extend((inner, name) for inner in reversed(value))
