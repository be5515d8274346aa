"""For any figures and any renderer: what is read is what was printed, or it is flagged."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from reports import reader
from tests.makers import docx, html, odt, ofd, office, pdf, report, rtf, scan, sheet, text

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
CASES = [(name, style) for name, maker in MAKERS.items() for style in maker.STYLES]
SEEDS = 2
MORE = {"text": 4}  # these cost little to make and to read
# Without rules a wrapped figure may belong to either of two rows: those are flagged, and may be many.
OPEN = {"bare", "bare-right", "bare-split", "rowrules", "rowrules-split", "slim-cut-rowrules", "slim-cut-bare"}
# A blank leaves no trace there: what stands beside it cannot be placed.
OPEN |= html.LOSSY | text.LOSSY


@pytest.mark.parametrize(("name", "style"), CASES)
def test_a_made_report_is_read_as_printed_or_flagged(name: str, style: str):
    for number in range(MORE.get(name, SEEDS)):
        seed = 7919 * number + CASES.index((name, style))
        truth = report.make(seed)
        read = reader.read(MAKERS[name].render(truth, random.Random(seed), style), f"{seed}.{name}")
        assert read.error is None
        assert (read.agency, read.form) == (truth.agency, truth.form), seed
        verdict = report.judge(truth, read)
        assert verdict.silent == [], seed
        assert style in OPEN or len(verdict.flagged) <= 0.05 * len(truth.cells), (seed, verdict.flagged)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11])
def test_a_worn_scan_is_read_as_printed_or_flagged(seed: int):
    sheets, wear = scan.sheets(seed), scan.random_wear(seed)
    pages = [scan.worn(page, wear, seed + n) for n, page in enumerate(sheets.pages)]
    read = reader.read(scan.tiff(pages, wear.dpi, wear.bilevel), f"{seed}.tiff")
    assert read.error is None
    assert read.form == sheets.form
    for key, right in sheets.right.items():
        cell = (read.cells or {}).get(key)
        assert cell is None or cell.confidence < 0.9 or cell.value in right, (key, wear)


@pytest.mark.slow
@pytest.mark.parametrize("style", ["ofd-pages-200"])
def test_a_scan_in_another_container_is_read_as_printed_or_flagged(style: str):
    truth = report.make(5, form="2021")
    read = reader.read(scan.render(truth, random.Random(5), style), f"5.{scan.suffix(style)}")
    assert read.error is None
    assert (read.agency, read.form) == (truth.agency, truth.form)
    verdict = report.judge(truth, read)
    assert verdict.silent == []
    assert len(verdict.flagged) <= 0.2 * len(truth.cells), verdict.flagged


@pytest.mark.slow
@pytest.mark.skipif(office.PROGRAM is None, reason="LibreOffice, which writes these files, is not installed")
@pytest.mark.parametrize("target", office.TARGETS)
def test_what_a_real_office_program_writes_is_read_as_printed(target: str):
    styles = ("merged", "split", "nested", "numbered")
    truths = [report.make(seed) for seed in range(300, 300 + len(styles))]
    sources = [docx.render(truth, random.Random(n), styles[n]) for n, truth in enumerate(truths)]
    written = office.convert(sources, "docx", target)
    if written.count(None) == len(written):
        pytest.skip("the office program on this machine writes nothing, as where no font can be seen")
    for truth, data in zip(truths, written, strict=True):
        assert data is not None
        read = reader.read(data, f"x.{target}")
        assert read.error is None
        verdict = report.judge(truth, read)
        assert verdict.silent == []
        assert len(verdict.flagged) <= 0.05 * len(truth.cells), verdict.flagged
