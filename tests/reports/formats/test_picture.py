"""Pictures of pages: what is read is right, what is doubtful says so."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from reports import formats, reader
from reports.blocks import Unreadable
from reports.formats.image import picture, preprocessing
from reports.tables.layout import analysed

pytestmark = pytest.mark.slow

PDF = Path(__file__).parents[3] / "demo" / "data" / "tjj-spt.pdf"


@pytest.fixture(scope="module")
def pages() -> list[Image.Image]:
    document = pdfium.PdfDocument(PDF.read_bytes())
    return [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]


def as_tiff(pages: list[Image.Image]) -> bytes:
    data = io.BytesIO()
    pages[0].save(data, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return data.getvalue()


def wrong(report, truth) -> list[tuple[str, object, float]]:
    assert report.cells is not None
    return [
        (key, cell.value, cell.confidence) for key, cell in report.cells.items() if cell.value != truth.cells[key].value
    ]


def test_a_scan_says_the_same_as_the_page_it_was_made_of_or_flags_it(pages):
    truth = reader.read(PDF.read_bytes(), PDF.name)
    scanned = reader.read(as_tiff(pages), "scan.tiff")
    assert (scanned.kind, scanned.year, scanned.form) == ("annual_report", 2020, "2019")
    assert scanned.agency == truth.agency
    mistakes = wrong(scanned, truth)
    assert len(mistakes) <= 2
    assert not [mistake for mistake in mistakes if mistake[2] >= 0.9]


def test_a_leaning_noisy_sealed_scan_is_never_silently_wrong(pages):
    rng = np.random.default_rng(7)
    truth = reader.read(PDF.read_bytes(), PDF.name)
    worn = []
    for page in pages[:1]:
        leaning = page.rotate(0.8, fillcolor=(255, 255, 255), resample=Image.Resampling.BICUBIC)
        array = np.asarray(leaning).astype(np.int16) + rng.normal(0, 12, (*leaning.size[::-1], 1)).astype(np.int16)
        image = Image.fromarray(np.clip(array * 0.93, 0, 255).astype(np.uint8))
        worn.append(image)
    scanned = reader.read(as_tiff(worn), "scan.tiff")
    assert not [mistake for mistake in wrong(scanned, truth) if mistake[2] >= 0.9]


@pytest.mark.parametrize(("parts", "sure"), [(2, True), (3, False)])
def test_a_coarse_scan_is_read_right_or_flagged_and_below_the_legible_nothing_is_sure(pages, parts, sure):
    truth = reader.read(PDF.read_bytes(), PDF.name)
    coarse = [p.resize((p.width // parts, p.height // parts), Image.Resampling.LANCZOS) for p in pages[:1]]
    scanned = reader.read(as_tiff(coarse), "scan.tiff")
    assert not [mistake for mistake in wrong(scanned, truth) if mistake[2] >= 0.9]
    assert sure or all(cell.confidence < 0.9 for cell in (scanned.cells or {}).values())


def test_a_picture_too_large_too_small_or_damaged_is_refused_in_one_line():
    large = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(large, "PNG")
    with pytest.raises(Unreadable, match="pixels, more than") as refused:
        picture.blocks(large.getvalue())
    assert refused.value.limit == "pixels"
    icon = io.BytesIO()
    Image.new("L", (40, 40)).save(icon, "PNG")
    with pytest.raises(Unreadable, match="only 40"):
        picture.blocks(icon.getvalue())
    with pytest.raises(Unreadable, match="damaged"):
        picture.blocks(b"\x89PNG\r\n\x1a\n" + b"x" * 500)


def test_a_scanned_sample_is_read_with_no_silent_error(shared):
    rows = [json.loads(line) for line in (shared / "samples" / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    scans = [row for row in rows if row["format"] in {"scan", "image"}]
    cells = mistakes = 0
    for row in scans[1:2]:
        report = reader.read((shared / "samples" / row["file"]).read_bytes(), row["file"])
        assert (report.kind, report.agency, report.form) == (row["kind"], row["agency"], row["form"])
        assert report.year in row["year_any"]
        for key, value in row["cells"].items():
            cell = (report.cells or {})[key]
            cells += 1
            if (None if cell.value is None else float(cell.value)) != value:
                mistakes += 1
                assert cell.confidence < 0.9, (row["file"], key)
    assert mistakes <= cells // 1000


def test_labels_between_which_the_rule_has_faded_keep_their_own_rows(pages):
    rows = [row for grid in analysed(formats.reader("pdf")(PDF.read_bytes())).grids() for row in grid.rows]
    upper = next(cell for row in rows for cell in row if "本年新收" in cell.text)
    assert upper.at.page is not None
    assert upper.at.bbox is not None
    x0, _, x1, y1 = (value * 200 / 72 for value in upper.at.bbox)
    faded = [page.copy() for page in pages]
    ImageDraw.Draw(faded[upper.at.page - 1]).rectangle((x0 + 6, y1 - 6, x1 - 6, y1 + 6), fill="white")
    truth = reader.read(PDF.read_bytes(), PDF.name)
    scanned = reader.read(as_tiff(faded), "scan.tiff")
    assert wrong(scanned, truth) == []


def test_a_minus_too_faint_for_ink_is_seen_before_its_figure(pages):
    truth = reader.read(PDF.read_bytes(), PDF.name).cells or {}
    key = next(k for k, c in truth.items() if c.at.page == 1 and (c.value or 0) > 0)
    x0, y0, x1, y1 = truth[key].at.bbox or (0.0, 0.0, 0.0, 0.0)
    page = pages[0].resize((pages[0].width // 2, pages[0].height // 2), Image.Resampling.LANCZOS)
    scale = page.width / 595
    left, top, right, bottom = (round(v * scale) for v in (x0 + 2, y0 + 2, x1 - 2, y1 - 2))
    dark = np.argwhere(np.asarray(page.convert("L"))[top:bottom, left:right] < 120)
    first, middle = dark[:, 1].min() + left, (dark[:, 0].min() + dark[:, 0].max()) // 2 + top
    ImageDraw.Draw(page).line((first - 6, middle, first - 3, middle), fill=(150, 150, 150))
    read = (reader.read(as_tiff([page]), "scan.tiff").cells or {})[key]
    assert read.value == -(truth[key].value or 0)
    assert read.confidence < 0.9  # a sign that faint is for a person to see


def test_hair_lines_too_pale_for_ink_are_found_around_figures_that_are_not():
    page = Image.new("L", (827, 1169), 255)
    draw = ImageDraw.Draw(page)
    ys, xs = range(100, 501, 40), range(90, 731, 80)
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill=190)
        for x in xs[:-1]:
            draw.text((x + 30, y + 14), "128", fill=0)
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill=190)
    made, scale = preprocessing.prepared(np.asarray(page)), 827 / 595
    assert not preprocessing.rules(made.ink, scale).horizontal
    found = preprocessing.faint_rules(made, scale)
    assert [round(rule.at) for rule in sorted(found.horizontal)] == pytest.approx(list(ys), abs=1)
    assert [round(rule.at) for rule in sorted(found.vertical)] == pytest.approx(list(xs), abs=1)
