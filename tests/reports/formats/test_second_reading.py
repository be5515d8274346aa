"""Before anybody is told that figures contradict each other, they are read another way."""

from __future__ import annotations

import random
from collections.abc import Collection

import pytest

from reports import formats, reader
from reports.blocks import Blocks, Unreadable
from reports.formats import second_reading
from tests.makers import ofd, pdf, report, scan

pytestmark = pytest.mark.slow

SECOND = "a second reading of the pages"


def told(read) -> bool:
    return any(SECOND in warning for warning in read.warnings)


@pytest.mark.parametrize(("seed", "swapped"), [(10, {"2": "5", "5": "2", "9": "6"})])
def test_a_font_whose_map_of_characters_lies_is_found_out_where_its_figures_contradict_each_other(seed, swapped):
    truth = report.make(seed)  # their digits stand in a Latin font
    lying = pdf.lying(pdf.render(truth, random.Random(seed), "ruled"), swapped)
    verdict = report.judge(truth, read := reader.read(lying, "a.pdf"))
    assert told(read)
    assert verdict.silent == []
    assert len(verdict.right) > 0.5 * len(truth.cells)


@pytest.mark.parametrize("style", ["matrix", "split-cut", "bare"])
def test_a_font_of_an_ofd_whose_glyphs_are_not_what_the_text_says_is_found_out(style):
    truth = report.make(5, form="2021", wrong=())
    data = ofd.render(truth, random.Random(5), style)
    assert not told(reader.read(ofd.lying(data, {}), "a.ofd"))
    verdict = report.judge(truth, read := reader.read(ofd.lying(data, {"3": "8", "8": "3"}), "a.ofd"))
    assert told(read)
    assert verdict.silent == []
    assert len(verdict.right) > 0.5 * len(truth.cells)


@pytest.mark.parametrize("lying", [True, False])
def test_a_wrong_sum_in_an_ofd_stays_a_wrong_sum(lying):
    truth = report.make(3, form="2021", wrong=("row_sum",), plain=True)
    data = ofd.render(truth, random.Random(3), "ruled")
    read = reader.read(ofd.lying(data, {}) if lying else data, "a.ofd")
    (key,) = truth.wrong[0][1]
    assert read.cells is not None
    assert (read.cells[key].value, read.cells[key].confidence) == (truth.cells[key], 1.0)


@pytest.mark.parametrize(
    ("style", "kind"),
    [("ruled", "row_sum"), ("bare", "column_sum"), ("rotated", "balance"), ("sideways", "dispute_total")],
)
def test_a_wrong_sum_that_is_printed_stays_a_wrong_sum(style, kind):
    truth = report.make(3, form="2021", wrong=(kind,), plain=True)
    read = reader.read(pdf.render(truth, random.Random(3), style), "a.pdf")
    assert not told(read)
    for key in (key for _, keys in truth.wrong for key in keys):
        assert read.cells is not None
        assert (read.cells[key].value, read.cells[key].confidence) == (truth.cells[key], 1.0)


def test_a_wrong_sum_in_a_scan_is_read_twice_and_stays_a_wrong_sum(monkeypatch: pytest.MonkeyPatch):
    looks: list[Collection[int]] = []
    first = second_reading.READERS["pdf"]

    def look(data: bytes, pages: Collection[int]) -> Blocks:
        looks.append(pages)
        return first(data, pages)

    monkeypatch.setitem(second_reading.READERS, "pdf", look)
    monkeypatch.setitem(second_reading.CELLS, "pdf", lambda data, places: [""] * len(places))
    truth = report.make(3, form="2021", wrong=("row_sum",), plain=True)
    read = reader.read(scan.render(truth, random.Random(3), "pdf-clean-200"), "a.pdf")
    (key,) = truth.wrong[0][1]
    assert len(looks) == 1
    assert read.cells is not None
    assert read.cells[key].value == truth.cells[key]
    assert read.cells[key].confidence >= 0.9


@pytest.mark.parametrize("style", ["ruled", "split-cut", "bare"])
def test_figures_that_agree_are_read_once(style, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(formats, "second_reader", lambda name: pytest.fail("read again without a reason"))
    truth = report.make(3, wrong=())
    assert reader.read(pdf.render(truth, random.Random(3), style), "a.pdf").error is None


def test_a_second_reading_that_fails_says_nothing(monkeypatch: pytest.MonkeyPatch):
    def fails(data: bytes, pages: object) -> None:
        raise Unreadable("no")

    monkeypatch.setitem(second_reading.CELLS, "pdf", fails)
    truth = report.make(3, form="2021", wrong=("row_sum",), plain=True)
    read = reader.read(pdf.render(truth, random.Random(3), "ruled"), "a.pdf")
    assert report.judge(truth, read).flagged == []
