"""The same bytes give the same reading on every machine, whatever fonts it has."""

from __future__ import annotations

import ctypes
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from reports import reader
from reports.formats.pdf import fonts
from tests.makers import pdf, report

ROOT = Path(__file__).parents[3]
# Where pdfium looks for fonts on Linux of its own accord.
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts/Type1", "/usr/share/X11/fonts/TTF")
FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.,-"}
KINDS = ("half", "full", "turned")
READ = (
    "import json, sys, pathlib; from reports.reader import read\n"
    "for path in sys.argv[1:]:\n"
    "    got = read(pathlib.Path(path).read_bytes(), path).as_dict(details=True)\n"
    "    print(json.dumps(got, ensure_ascii=False, sort_keys=True, default=str))\n"
)


class AllChinese(random.Random):
    """Draws the digits in the Chinese font too: no font of the document is embedded, or one of the standard ones."""

    def choice(self, seq):
        return seq[0]


def made(kind: str) -> tuple[report.Truth, bytes]:
    truth = report.make(3, form="2021", wrong=(), plain=True)
    if kind == "full":
        truth.printed.update({key: text.translate(FULL_WIDTH) for key, text in truth.printed.items()})
    return truth, pdf.render(truth, AllChinese(3), "sideways" if kind == "turned" else "ruled")


@pytest.mark.parametrize("kind", KINDS)
def test_a_pdf_without_its_font_is_read_whole_and_for_sure(kind: str):
    truth, data = made(kind)
    verdict = report.judge(truth, reader.read(data, f"{kind}.pdf"))
    assert (verdict.silent, verdict.flagged) == ([], [])


def readings(paths: list[Path], fonts_of_the_machine: Path | None) -> list[dict[str, Any]]:
    """What a process reads on a machine whose font folders hold what the given one does; None for this machine's."""
    command = [sys.executable, "-P", "-c", READ, *map(str, paths)]
    if fonts_of_the_machine is not None:
        there = [folder for folder in FOLDERS if Path(folder).is_dir()]
        mounts = "".join(f'mount --bind "$0" {folder} && ' for folder in there)
        inner = ["sh", "-c", mounts + 'exec "$@"', str(fonts_of_the_machine), *command]
        command = ["unshare", "--map-root-user", "--mount", *inner]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def no_namespace() -> str:
    """Why no process can be shown other folders than this one sees; empty if it can."""
    if not shutil.which("unshare") or not shutil.which("mount"):
        return "no unshare and mount on this machine: its fonts cannot be hidden"
    if not any(Path(folder).is_dir() for folder in FOLDERS):
        return ""  # nothing to hide
    folder = next(folder for folder in FOLDERS if Path(folder).is_dir())
    script = f"mount --bind {folder} {folder}"
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script], capture_output=True, check=False
    )
    return "" if done.returncode == 0 else "this machine grants no mount namespace: its fonts cannot be hidden"


def test_fonts_of_the_machine_change_no_reading(tmp_path: Path):
    reason = no_namespace()
    if reason:
        pytest.skip(reason)
    paths = []
    for kind in KINDS:
        paths.append(tmp_path / f"{kind}.pdf")
        paths[-1].write_bytes(made(kind)[1])
    bare, rich = tmp_path / "bare", tmp_path / "rich"
    bare.mkdir()
    rich.mkdir()
    for source in (pylopdf_fonts_zh_cn.sans_path(), pylopdf_fonts_zh_cn.serif_path()):
        shutil.copy(source, rich)
    without, with_chinese, as_is = (readings(paths, folder) for folder in (bare, rich, None))
    assert len(without) == len(KINDS)
    assert without == with_chinese == as_is
    assert [cell for one in without for cell in one["cells"].values() if cell["confidence"] < 0.9] == []
    half, full, turned = ({key: cell["value"] for key, cell in one["cells"].items()} for one in without)
    assert half == full == turned


def family(data: bytes) -> set[str]:
    """The families of the fonts that a document's first page is laid out with."""
    document = pdfium.PdfDocument(data)
    page = document[0]
    found = set()
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        font = raw.FPDFTextObj_GetFont(item.raw)
        size = raw.FPDFFont_GetFamilyName(font, None, 0)
        name = ctypes.create_string_buffer(size)
        raw.FPDFFont_GetFamilyName(font, name, size)
        found.add(name.value.decode())
    document.close()
    return found


def test_the_font_of_the_product_stands_in_for_the_missing_one():
    fonts.install()
    assert family(made("half")[1]) == {"Noto Sans SC"}
