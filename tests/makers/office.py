"""Reports as a real office program writes them: LibreOffice, where it is installed, converts what another maker made.

What it writes is nobody's idea of the format but its own, so it tests the makers beside it too.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
# What it writes -> the filter to write it with, where the default is another.
FILTERS = {"html": "html:HTML (StarWriter)"}
TARGETS = ("doc", "docx", "odt", "rtf", "pdf", "html")


def convert(sources: Sequence[bytes], source: str, target: str, timeout: float = 120) -> list[bytes | None]:
    """The files (all of the format ``source``) as ``target``, one of ``TARGETS``; None for each that it did not write.

    Call it with many files at once: the program takes seconds to start. Raises RuntimeError where it is not installed."""
    if PROGRAM is None:
        raise RuntimeError("LibreOffice is not installed")
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "in"), Path(folder, "out")
        given.mkdir()
        made.mkdir()
        for n, data in enumerate(sources):
            (given / f"{n}.{source}").write_bytes(data)
        # A profile of its own: a running office program would take the call over and write nothing.
        command = [PROGRAM, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to"]
        command += [FILTERS.get(target, target), "--outdir", str(made), *(str(path) for path in given.iterdir())]
        subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        paths = [made / f"{n}.{target}" for n in range(len(sources))]
        return [path.read_bytes() if path.exists() else None for path in paths]
