"""What a call in a page's markup opens, where the page's own script defines it: ``doRead('7','4')``, ``goPage(2)``.

Nothing is run. An address is told only where the function puts it together from texts and its own arguments."""

from __future__ import annotations

import re
from functools import lru_cache

_CALL = re.compile(r"([A-Za-z_$][\w$]*)\s*\(([^()]*)\)")
_ARGUMENT = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+)|(this(?:\.\w+)?))\s*(?:,|$)")
_TARGET = re.compile(
    r"(?:location(?:\.href)?\s*=(?!=)|location\.(?:assign|replace)\s*\(|\bopen\s*\()\s*(?P<target>[^;\n]{1,300})",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|([A-Za-z_$][\w$]*)|(\d+)|([-+(),]))")
_PARSED = re.compile(r"\b(?:parseInt|Number|encodeURI(?:Component)?|escape)\s*\(\s*([\w$]+)\s*(?:,\s*10\s*)?\)")
_DEFINED = re.compile(r"(?:\bfunction\s+([\w$]+)\s*|(?<![\w$.])([\w$]+)\s*[:=]\s*function\s*)\(([^()]{0,300})\)\s*\{")
_LONGEST = 1500  # characters of a function, and of a call, that are looked at


def opened_by(code: str, script: str) -> str | None:
    """The address, as it is written, that a call in ``code`` opens by a function of ``script``; None where none is told."""
    for name, given in _CALL.findall(code[:_LONGEST]):
        arguments = _arguments(given)
        if arguments is None:
            continue
        for names, start in _definitions(script).get(name, ()):
            known = dict(zip(names, arguments, strict=False))
            address = _address(_block(script, start), known)
            if address is not None:
                return address
    return None


def _arguments(given: str) -> list[str] | None:
    out, rest = [], given.strip()
    while rest:
        found = _ARGUMENT.match(rest)
        if found is None:
            return None
        one, two, number, this = found.groups()
        out.append(next((value for value in (one, two, number) if value is not None), "") if this is None else "")
        rest = rest[found.end() :]
    return out


@lru_cache(maxsize=4)
def _definitions(script: str) -> dict[str, list[tuple[list[str], int]]]:
    """By the name of each function of a script what it is given, and where its body begins."""
    out: dict[str, list[tuple[list[str], int]]] = {}
    for found in _DEFINED.finditer(script):
        names = [one.strip() for one in found.group(3).split(",")]
        out.setdefault(found.group(1) or found.group(2), []).append((names, found.end()))
    return out


def _block(script: str, start: int) -> str:
    """What stands up to the brace that closes the one before ``start``."""
    depth = 1
    for index in range(start, min(len(script), start + _LONGEST)):
        depth += {"{": 1, "}": -1}.get(script[index], 0)
        if not depth:
            return script[start:index]
    return script[start : start + _LONGEST]


def _address(body: str, known: dict[str, str]) -> str | None:
    """Of several addresses (page 1 is often a case of its own) the one that the arguments are part of."""
    plain = _PARSED.sub(r"\1", body)
    given = [value for value in known.values() if value]
    known = dict(known)
    for name, expression in re.findall(
        r"(?<![\w$.])(?:var\s+|let\s+|const\s+)?([\w$]+)\s*=(?!=)\s*([^;\n]{1,300})", plain
    ):
        value = joined(expression, known)
        if value is not None and "location" not in name:
            known[name] = value
    found = [value for target in _TARGET.finditer(plain) if (value := joined(target.group("target"), known))]
    addresses = [value for value in found if re.search(r"[/.?=]", value)]
    made = [value for value in addresses if any(one in value for one in given)]
    return next(iter([*made, *addresses]), None)


def joined(expression: str, known: dict[str, str]) -> str | None:
    """The text that a sum of texts, known names and small numbers makes; None where something else stands in it."""
    parts: list[str] = []
    position, sign, depth = 0, "+", 0
    while (found := _TOKEN.match(expression, position)) is not None:
        one, two, name, number, mark = found.groups()
        if mark == "," or (mark == ")" and not depth):
            break
        position = found.end()
        if mark is not None:
            depth += {"(": 1, ")": -1}.get(mark, 0)
            sign = mark if mark in "+-" else sign
            continue
        value = known.get(name) if name is not None else next(text for text in (one, two, number) if text is not None)
        counts = number is not None and bool(parts) and parts[-1].isdigit() and (depth > 0 or len(parts) == 1)
        if value is None or expression[position : position + 1] in {".", "[", "?"} or (sign == "-" and not counts):
            return None
        if counts:
            parts[-1] = str(int(parts[-1]) + int(value) * (1 if sign == "+" else -1))
        else:
            parts.append(value)
        sign = "+"
    return "".join(parts) if parts else None
