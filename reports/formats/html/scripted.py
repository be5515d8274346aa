"""Pages whose text is written by a script: the markup stands in a string of the script, or in a hidden field.

Nothing is run. A string is taken for the page's text only if it reads like a text: markup, or lines, mostly in Chinese.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import unquote

from lxml import etree

LEAST = 300  # characters; a shorter string is a label or an address
MOST = 5_000_000
MAX_STRINGS = 2_000
MAX_DEPTH = 4  # a string within a string
LEAST_CHINESE = 100

_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', re.DOTALL)
_ESCAPED = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n", "v": "\n", "0": "", "\n": ""}
_MARKUP = re.compile(r"<(?:table|tr|p|div|span|h[1-6]|section)\b", re.IGNORECASE)
_CODED_MARKUP = re.compile(r"&lt;(?:table|p|div|span|h[1-6]|section)\b", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def markup_of(root: etree._Element) -> str:
    """The markup that the page's scripts and hidden fields hold, in their order; empty if there is none."""
    out: list[str] = []
    for text in _sources(root):
        for found in _texts(text, 0):
            if found not in out:
                out.append(found)
    return "\n".join(f"<div>{text}</div>" for text in out)


def _sources(root: etree._Element) -> Iterator[str]:
    strings = 0
    for element in root.iter("script", "textarea", "input", "template"):
        if element.tag == "input":
            yield element.get("value") or ""
            continue
        text = "".join(map(str, element.itertext()))
        if len(text) > MOST:
            continue
        if element.tag != "script" or text.lstrip()[:1] in ("<", "{", "["):
            yield text
        if element.tag != "script":
            continue
        for found in _STRING.finditer(text):
            strings += 1
            if strings > MAX_STRINGS:
                return
            literal = found[1] or found[2] or found[3] or ""
            if len(literal) >= LEAST:
                yield _plain(literal)


def _plain(literal: str) -> str:
    """A string of a script without its escapes."""

    def sign(found: re.Match[str]) -> str:
        said = found[1]
        if said[0] in "ux" and len(said) > 1:
            code = int(said[1:].strip("{}"), 16)
            return chr(code) if code < 0x110000 else ""
        return _SIGNS.get(said, said)

    text = _ESCAPED.sub(sign, literal)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _texts(text: str, depth: int) -> Iterator[str]:  # noqa: C901  one branch a way in which scripts hold text
    """The texts that a string holds: itself, or those within its JSON, or what it is the code of."""
    if depth > MAX_DEPTH or len(text) < LEAST:
        return
    bare = text.strip()
    if bare[:1] in ("{", "[", '"'):
        try:
            held = json.loads(bare, strict=False)
        except (ValueError, RecursionError):
            held = None
        if held is not None:
            for inner in _strings(held):
                yield from _texts(inner, depth + 1)
            return
    if _CODED_MARKUP.search(bare) and not _MARKUP.search(bare):
        yield from _texts(unescape(bare), depth + 1)
    elif "%3C" in bare[:2000].upper() and "<" not in bare:
        yield from _texts(unquote(bare), depth + 1)
    elif _BASE64.fullmatch(bare):
        try:
            yield from _texts(base64.b64decode(bare, validate=False).decode("utf-8"), depth + 1)
        except (binascii.Error, UnicodeDecodeError):
            return
    elif len(_CHINESE.findall(bare)) >= LEAST_CHINESE:
        if _MARKUP.search(bare):
            yield bare
        elif "\n" in bare:
            yield "".join(f"<p>{escape(line)}</p>" for line in bare.splitlines())


def _strings(held: object) -> Iterator[str]:
    """All strings of a JSON value."""
    stack = [held]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            stack.extend(reversed(value))
