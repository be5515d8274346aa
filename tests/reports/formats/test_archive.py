"""Archives: the report inside, and bombs that stay packed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from reports import reader
from reports.blocks import Unreadable
from reports.formats import archive

PDF = (Path(__file__).parents[3] / "demo" / "data" / "tjj-spt.pdf").read_bytes()


def packed(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name.replace("_", "."), content)
    return data.getvalue()


def test_the_report_inside_an_archive_is_read():
    report = reader.read(packed(readme_txt="说明".encode(), report_pdf=PDF), "a.zip")
    assert (report.error, report.agency, report.year) == (None, "沙坡头区统计局", 2020)
    assert len(report.cells or {}) == 198


def test_a_name_in_gbk_is_read_as_such():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        info = zipfile.ZipInfo("x")
        info.filename = "年报.pdf".encode("gb18030").decode("cp437")
        out.writestr(info, b"1")
    raw = data.getvalue()
    assert archive.members(raw)[0][0] in {"年报.pdf", info.filename}


def test_a_bomb_stays_packed_and_names_its_limit():
    with pytest.raises(Unreadable, match="unpacks to") as refused:
        archive.members(packed(a_txt=b"0" * 60_000_000))
    assert refused.value.limit == "inflated"
    with pytest.raises(Unreadable, match="files") as refused:
        archive.members(packed(**{f"f{n}_txt": b"1" for n in range(10_050)}))
    assert refused.value.limit == "files"


def test_archives_within_archives_end():
    inner = packed(a_pdf=PDF)
    for _ in range(4):
        inner = packed(a_zip=inner)
    assert reader.read(inner, "a.zip").error


def test_a_damaged_archive_is_one_clear_line():
    assert "damaged" in (reader.read(packed(report_pdf=PDF)[:3000], "a.zip").error or "")
