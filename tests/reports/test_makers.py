"""For any figures and any renderer: what is read is what was printed, or it is flagged."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from reports import reader
from tests.makers import docx, odt, ofd, pdf, report, rtf, scan, sheet

MAKERS: dict[str, ModuleType] = {"pdf": pdf, "ofd": ofd, "docx": docx, "odt": odt, "rtf": rtf, "xlsx": sheet}
CASES = [(name, style) for name, maker in MAKERS.items() for style in maker.STYLES]
SEEDS = range(2)
# Without rules a wrapped figure may belong to either of two rows: those are flagged, and may be many.
OPEN = ("bare", "bare-right", "bare-split", "rowrules", "rowrules-split")


@pytest.mark.parametrize(("name", "style"), CASES)
def test_a_made_report_is_read_as_printed_or_flagged(name: str, style: str):
    for number in SEEDS:
        seed = 7919 * number + CASES.index((name, style))
        truth = report.make(seed)
        read = reader.read(MAKERS[name].render(truth, random.Random(seed), style), f"{seed}.{name}")
        assert read.error is None
        assert (read.agency, read.form) == (truth.agency, truth.form), seed
        verdict = report.judge(truth, read)
        assert verdict.silent == [], seed
        assert style in OPEN or len(verdict.flagged) <= 0.05 * len(truth.cells), (seed, verdict.flagged)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_worn_scan_is_read_as_printed_or_flagged(seed: int):
    sheets, wear = scan.sheets(seed), scan.random_wear(seed)
    pages = [scan.worn(page, wear, seed + n) for n, page in enumerate(sheets.pages)]
    read = reader.read(scan.tiff(pages, wear.dpi, wear.bilevel), f"{seed}.tiff")
    assert read.error is None
    assert read.form == sheets.form
    for key, right in sheets.right.items():
        cell = (read.cells or {}).get(key)
        assert cell is None or cell.confidence < 0.9 or cell.value in right, (key, wear)
