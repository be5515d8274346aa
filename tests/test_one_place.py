"""One fact in one place: what every part needs to know of forms, text and files stands once, and the others ask for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from reports.form import forms, layout
from reports.form.titles import parts
from reports.report import SEVERITY_ZH, TABLES
from reports.text import letters
from tests.test_layout import sources

ROOT = Path(__file__).parents[1]


@lru_cache(maxsize=1)
def literals() -> tuple[tuple[str, str], ...]:
    """(file, text) of every string of the product's Python, pieces of f-strings included, docstrings and the demonstration's
    made-up portals left out."""
    files = [path for path in sources() if "demo" not in path.parts]
    return tuple((str(path.relative_to(ROOT)), text) for path in files for text in _strings(path))


def _strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    words = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            yield node.value


def files_with(pattern: str) -> set[str]:
    """The files that hold a string in which the pattern is found."""
    return {name for name, text in literals() if re.search(pattern, text)}


def calling(pattern: str) -> set[str]:
    """The files in whose code, comments and the demonstration left out, the pattern is found."""
    lines = re.compile(r"^\s*#.*$|\s#\s.*$", re.MULTILINE)
    return {
        str(path.relative_to(ROOT))
        for path in sources()
        if "demo" not in path.parts and re.search(pattern, lines.sub("", path.read_text(encoding="utf-8")))
    }


@pytest.mark.parametrize("title", [part.zh for part in parts()] + [t for part in parts() for t in part.accepted])
def test_a_section_title_is_known_to_the_form_alone(title: str):
    # 总体情况 is a word of everyday messages too: of it only a string of its own counts.
    assert {name for name, text in literals() if text == title or (len(title) > 6 and title in text)} == set()
    holding = {path.name for path in (ROOT / "reports").rglob("*.yaml") if f"zh: {title}," in path.read_text("utf-8")}
    assert holding <= {"titles.yaml"}


def test_the_words_of_severity_stand_once():
    assert {name for name, text in literals() if text in SEVERITY_ZH.values()} == {"reports/report.py"}


def test_one_function_says_which_form_a_year_follows():
    assert calling(r"def in_force\(") == {"reports/form/forms.py"}
    assert calling(r"year\s*(?:>=|<=|<|>)\s*(?:2019|2020|2021)\b") == {"reports/form/forms.py"}


def test_one_module_knows_the_suffixes_of_files():
    # Three of them in one pattern are a list; the names of the reader's own formats are none.
    listed = files_with(r"(?:pdf|docx\??|xlsx\??|wps|ofd)\|(?:.*\|)?(?:pdf|docx\??|xlsx\??|wps|ofd)\|")
    assert listed - {"reports/checks/rules/publication/content.py"} == set()


def test_one_module_folds_text():
    # The floor knows no Chinese text: it asks only whether a setting or a cell of a sheet is what it seems.
    floor = {"config.py", "spreadsheet.py"}
    assert calling(r"unicodedata\.normalize|normalize\(\"NFK?C\"") <= {"reports/text.py"} | floor


def test_one_module_cuts_sentences():
    # A statistics period goes on over a line's end, which ends every other sentence.
    cutting = {name for name in calling(r're\.split\(\s*r"\[[^"\]]*。') if name.startswith("reports/")}
    assert cutting <= {"reports/text.py", "reports/narrative/period.py"}


def test_one_module_reads_numerals_and_years_and_dates():
    assert calling(r"maketrans\([^)]*一二三") == {"reports/text.py"}
    assert calling(r"def (?:count_in_words|number_of_year|date_in|date_at)\(") <= {"reports/text.py"}
    assert files_with(r"二\[〇") == {"reports/text.py"}
    assert calling(r"^NUMERALS = |\nNUMERALS = ") == {"reports/text.py"}


def test_one_module_reads_the_day_of_publication():
    assert files_with(r"发布\|公布\|公开\|发表") == {"reports/dates.py"}
    assert calling(r"def (?:labelled|published)\(") <= {"reports/dates.py", "models/crawl_record.py"}
    assert {name for name, text in literals() if text == "article:published_time"} == {"reports/article.py"}


def test_one_module_knows_the_issuer_and_the_frame_of_a_page():
    assert files_with(r"责\\s\*任") == {"reports/issuer.py"}
    assert calling(r"bread\|?crumb|crumbs\?|\bcrumb\|") == {"reports/article.py"}


@pytest.mark.parametrize("name", ["GONE_AFTER", "web_address", "SEVERITY_ZH", "LAST_LEGACY_YEAR", "A_YEAR"])
def test_a_constant_or_function_of_this_name_is_defined_once(name: str):
    assert len(calling(rf"(?:^|\n)(?:{name}(?::[^=\n]+)? = |def {name}\()")) == 1


def printed_by_the_form() -> set[str]:
    """The labels, heads and lines that the tables of either form print, and the titles of the parts."""
    slots = {slot.text for form in forms.FORMS for table in TABLES for slot in layout.table(table, form)}
    return {text for text in slots | {part.zh for part in parts()} if text}


def test_readers_of_containers_and_tables_spell_no_word_of_the_form():
    words = {letters(text) for text in printed_by_the_form()}
    words = {word for word in words if len(word) >= 3}
    rooms = ("reports/formats/", "reports/tables/", "reports/geometry/", "reports/grid.py", "reports/reader.py")
    spelt = {
        (name, word)
        for name, text in literals()
        if name.startswith(rooms) and len(text) < 400
        for word in words
        if word in letters(text)
    }
    assert spelt == set()


def test_a_label_of_a_row_is_known_to_the_form_alone():
    labels = {text for text in printed_by_the_form() if len(letters(text)) > 8}
    assert {(name, label) for name, text in literals() for label in labels if label in text} == set()


def bare_numbers(path: Path) -> Iterator[str]:
    """The numbers that a module of the reader or the watcher sets at its top without a word on why, beside or above."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in ast.parse("\n".join(lines)).body:
        if not isinstance(node, ast.Assign) or any(
            isinstance(part, ast.Name | ast.Dict) for part in ast.walk(node.value)
        ):
            continue
        values = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
        at = node.lineno - 2
        while at >= 0 and re.match(r"_?[A-Z]\w* = ", lines[at]):  # of a group the first line may say it
            at -= 1
        said = "#" in "".join(lines[node.lineno - 1 : node.end_lineno]) or (at >= 0 and lines[at].startswith("#"))
        if not said and values and all(type(value) in (int, float) for value in values):
            yield lines[node.lineno - 1]


def test_a_number_that_a_module_sets_says_why():
    # Names of kinds, a counter, a matrix that changes nothing; codes of a format are written as it writes them.
    names = re.compile(r"^(?:NONE, TABLE, ROW|_threads|SAME)|0x")
    rooms = [path for path in sources() if path.relative_to(ROOT).parts[0] in {"reports", "crawler"}]
    found = {(path.name, line) for path in rooms for line in bare_numbers(path) if not names.search(line)}
    assert found == set()
