"""Findings as an office reads them, in mails and in letters: places in the form's own words, instruments by their full
titles, one cause as one matter."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path

import yaml

from reports.form import forms, layout
from reports.report import Cause, Form, Table

INSTRUMENTS = Path(__file__).parent / "data" / "instruments.yaml"
_TABLES: dict[str, Table] = {name: table for table, name in forms.TABLE_ZH.items()}
_ROWS = re.compile(r"第([\d、]+)(?:至(\d+))?行")


@lru_cache(maxsize=1)
def _instruments() -> tuple[re.Pattern[str], dict[str, str]]:
    entries = yaml.safe_load(INSTRUMENTS.read_text(encoding="utf-8"))
    names = {f"i{number}": title for number, (_, title) in enumerate(entries)}
    pattern = "|".join(f"(?P<i{number}>{words})" for number, (words, _) in enumerate(entries))
    return re.compile(pattern), names


def basis_in_full(basis: str, year: int) -> str:
    """The basis with every instrument by its full title; 表式 is that of the notice for the year."""
    pattern, titles = _instruments()
    notice = "30" if forms.in_force(year) == "2021" else "60"
    text = re.sub("^表式", f"{notice}号文所附格式", basis)
    return pattern.sub(lambda match: titles[match.lastgroup or ""], text)


def place_in_words(place: str, cells: tuple[str, ...], year: int) -> str:
    """``表三，第1行，总计`` as 表三“一、本年新收政府信息公开申请数量”行、总计列; what is no place in a table stays."""
    return "；".join(_in_words(part, cells, year) for part in place.split("；"))


def _in_words(place: str, cells: tuple[str, ...], year: int) -> str:
    name, _, rest = place.partition("，")
    where, _, column = rest.rpartition("，")
    table = _TABLES.get(name)
    if table is None or not where or not column:
        return place
    columns = f"{column}列" if "列" not in column else column
    if table == "disputes":
        return f"{name}“{where}”、{columns}"
    labels = _labels(table, _form(table, cells, year), where)
    return f"{name}{'、'.join(f'“{label}”' for label in labels)}行、{columns}" if labels else place


def _labels(table: Table, form: Form, where: str) -> list[str]:
    """The rows by their labels; none where the words are no row numbers of that form."""
    match = _ROWS.fullmatch(where)
    if match is None:
        return []
    numbers = [int(number) for number in match[1].split("、")]
    if match[2]:
        numbers = list(range(numbers[0], int(match[2]) + 1))
    rows = forms.rows(table, form)
    if not all(0 < number <= len(rows) for number in numbers):
        return []
    if len(numbers) > 3:
        return [f"{layout.full_label(rows[numbers[0] - 1])}”至“{layout.full_label(rows[numbers[-1] - 1])}"]
    return [layout.full_label(rows[number - 1]) for number in numbers]


def _form(table: Table, cells: tuple[str, ...], year: int) -> Form:
    """The form that has all the cells: that of the year, else the other."""
    own: Form = forms.in_force(year) or "2019"
    other: Form = "2019" if own == "2021" else "2021"
    wanted = {cell for cell in cells if cell.startswith(f"{table}.")}
    return other if not wanted <= set(forms.keys(own)) and wanted <= set(forms.keys(other)) else own


def is_number(text: str) -> bool:
    """Whether the text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def reckoned(message: str, expected: str, actual: str) -> str:
    """What a finding says; a figure that follows from others, any of which may be the wrong one, is reckoned (推算为), not
    right (应为)."""
    if not (is_number(expected) and is_number(actual)):
        return message
    return re.sub("(?:推算)?应为", "推算为", message)


def of_cause(agency: str, year: int, cause: Cause, others: int) -> str:
    """What is said once where several identities fail for one wrong cell."""
    return f"{agency}{year}年“{cause.label}”填报为{cause.printed}，与其他{others}处不符，按各处均应为{cause.right}，请核实。"
