"""Reports as RTF: GBK escapes or Unicode escapes, merged cells, tables within tables."""

from __future__ import annotations

import random

from tests.makers.report import Placed, Table, Truth, placed, story, tables

STYLES = ("gbk", "unicode", "mixed", "split", "nested")


def _escaped(text: str, rng: random.Random, style: str) -> str:
    out = ""
    for char in text:
        if char in "\\{}":
            out += "\\" + char
        elif char < "\x80":
            out += char
        elif style == "unicode" or (style == "mixed" and rng.random() < 0.5):
            code = ord(char)
            out += f"\\u{code if code < 32768 else code - 65536}?"
        else:
            out += "".join(f"\\'{byte:02x}" for byte in char.encode("gb18030"))
    return out


def _table(table: Table, rng: random.Random, style: str, first: int = 0, last: int | None = None) -> str:
    rows = placed(table)
    width = max(cell.column + cell.slot.columns for row in rows for cell in row)
    open_: dict[int, Placed] = {}
    out = ""
    for n in range(len(rows) if last is None else last):
        here = {cell.column: cell for cell in rows[n]}
        open_.update({column: cell for column, cell in here.items() if cell.slot.rows > 1})
        shape, text = "\\trowd\\trleft0", ""
        column = 0
        while column < width:
            cell = here.get(column)
            if cell is not None:
                shape += "\\clvmgf" if cell.slot.rows > 1 else ""
                text += "\\pard\\intbl{\\f1\\fs18 " + _escaped(cell.slot.text, rng, style) + "}\\cell\n"
            else:
                cell = open_.get(column)
                if cell is None or cell.row + cell.slot.rows <= n:
                    break
                shape += "\\clvmrg"
                text += "\\pard\\intbl\\cell\n"
            column += cell.slot.columns
            shape += f"\\cellx{column * 600}"
        if n >= first:
            out += shape + "\n" + text + shape + "\\row\n"
    return out + "\\pard\n"


def render(truth: Truth, rng: random.Random, style: str) -> bytes:
    """An RTF. ``style`` is one of ``STYLES``."""
    found = tables(truth)
    body = ""
    for kind, text in story(truth):
        if kind == "table":
            table = found[text]
            if style == "split" and len(table) > 8:
                cut = rng.randrange(5, len(table) - 2)
                body += _table(table, rng, style, 0, cut) + "\\par\n" + _table(table, rng, style, cut)
            elif style == "nested":
                inner = _table(table, rng, style).replace("\\intbl", "\\intbl\\itap2")
                inner = inner.replace("\\cell\n", "\\nestcell\n")
                lines = []
                shape = ""
                for line in inner.split("\n"):
                    if line.startswith("\\trowd") and line.endswith("\\row"):
                        shape = line.removesuffix("\\row")
                        lines.append("{\\*\\nesttableprops" + shape + "\\nestrow}")
                    elif not line.startswith("\\trowd"):
                        lines.append(line)
                outer = "\\trowd\\trleft0\\cellx9000"
                body += (
                    outer + "\n".join(lines).removesuffix("\\pard\n") + "\\pard\\intbl\\cell" + outer + "\\row\\pard\n"
                )
            else:
                body += _table(table, rng, style)
        else:
            hidden = "{\\v 8}" if rng.random() < 0.2 else ""
            body += "\\pard{\\f1 " + _escaped(text, rng, style) + "}" + hidden + "\\par\n"
    head = (
        "{\\rtf1\\ansi\\ansicpg936\\deff0\\uc1{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset134 "
        "\\'cb\\'ce\\'cc\\'e5;}}{\\colortbl;\\red0\\green0\\blue0;}{\\stylesheet{\\s0 Normal;}}"
        "{\\info{\\title x}}{\\header\\pard 999\\par}\n"
    )
    return (head + body + "}").encode("ascii")
