"""Mutated documents: never a crash, never a hang, always the contract's JSON. ``make fuzz`` goes on for longer."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from pathlib import Path

import pytest

from reports import reader
from reports.report import SCHEMA
from tests.reports import rendering

ROOT = Path(__file__).parents[2]
COUNT = int(os.environ.get("NIANBAO_FUZZ", "60"))


def docx() -> bytes:
    import docx as writer

    document = writer.Document()
    document.add_heading("甲县水利局2023年政府信息公开工作年度报告")
    table = document.add_table(rows=3, cols=4)
    for row, texts in zip(
        table.rows, (("规章", "0", "0", "0"), ("行政规范性文件", "1", "0", "5"), ("信息内容", "", "", "")), strict=True
    ):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def seeds(kind: str) -> list[bytes]:
    if kind == "html":
        return [rendering.html(seed).data for seed in range(4)]
    if kind == "text":
        return [rendering.text(seed).data for seed in range(4)]
    if kind == "docx":
        return [docx()]
    return [(ROOT / "demo" / "data" / "tjj-spt.pdf").read_bytes()]


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut, doubled or moved; inside a zip the members' text."""
    if data.startswith(b"PK") and rng.random() < 0.6:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                inner = old.read(name)
                new.writestr(name, mutated(inner, rng) if name.endswith("document.xml") else inner)
        return out.getvalue()
    work = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        at, length = rng.randrange(len(work) or 1), rng.randint(1, 400)
        choice = rng.randrange(4)
        if choice == 0:
            work[at : at + 1] = bytes([rng.randrange(256)])
        elif choice == 1:
            del work[at : at + length]
        elif choice == 2:
            work[at:at] = work[at : at + length]
        else:
            work[at:at] = rng.choice([b"<table>", b"\x00", b"</td>", b"&#x0;", "总计".encode(), b"9" * 50, b"\xff\xfe"])
        if not work:
            break
    return bytes(work)


@pytest.mark.parametrize("kind", ["html", "text", "docx", "pdf"])
def test_a_mutated_document_ends_as_the_contracts_json(kind):
    rng = random.Random(f"{kind}-20261121")
    originals = seeds(kind)
    for number in range(COUNT):
        data = mutated(rng.choice(originals), rng)
        report = reader.read(data, f"{number}.{kind}")
        said = json.loads(report.as_json())
        assert said["schema"] == SCHEMA
        assert ("error" in said) != ("cells" in said)
        assert "the reader failed" not in (report.error or ""), (number, report.error, report.warnings)
