"""Of a file that breaks off anywhere nothing wrong is sure, and nothing is said without a look of what is not there."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from benchmarks.broken import Source, broken
from reports.reader import read
from tests.makers import docx, html, odt, ofd, pdf, report, rtf, sheet, text

MAKERS: dict[str, ModuleType] = {
    "html": html,
    "text": text,
    "pdf": pdf,
    "ofd": ofd,
    "docx": docx,
    "odt": odt,
    "rtf": rtf,
    "xlsx": sheet,
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", [500, 901])
def test_a_file_cut_anywhere_is_refused_or_in_doubt_where_it_ends(name: str, seed: int):
    truth = report.make(seed, wrong=())
    styles = list(MAKERS[name].STYLES)
    style = styles[seed % len(styles)]
    data = MAKERS[name].render(truth, random.Random(seed), style)
    source = Source(name, f"{seed}-{style}.{name}", seed, data, truth.allowed)
    (count,) = broken([source], cuts=8).values()
    assert count.files == 8
    assert count.wrong == []


@pytest.mark.parametrize(
    ("name", "style", "seed"),
    [("ofd", "slim-cut", 3003), ("ofd", "slim-cut", 3000), ("pdf", "slim-cut", 3006), ("pdf", "slim-cut-bare", 3017)],
)
def test_a_figure_cut_by_the_end_of_a_page_is_in_doubt_where_the_page_it_goes_on_to_is_lost(
    name: str, style: str, seed: int
):
    truth = report.make(seed, wrong=())
    data = MAKERS[name].render(truth, random.Random(seed), style)
    (count,) = broken([Source(name, f"{style}.{name}", seed, data, truth.allowed)], cuts=12).values()
    assert count.files > count.refused
    assert count.wrong == []


@pytest.mark.parametrize("style", ["ruled", "template"])
def test_the_whole_pages_of_an_ofd_are_read_though_nothing_names_them_any_more(style: str):
    truth = report.make(7, form="2021", wrong=(), plain=True)
    data = ofd.render(truth, random.Random(7), style)
    cut = data[: data.index(b"OFD.xml") - 20]  # pages stand before it, the directory behind
    found = read(cut, "a.ofd")
    assert (found.error, found.details.incomplete) == (None, True)
    assert found.cells
    sure = {key for key, cell in found.cells.items() if cell.confidence >= 0.9 and cell.value is not None}
    assert bool(sure) == (style != "template")
    assert all(found.cells[key].value == truth.cells[key] for key in sure)
