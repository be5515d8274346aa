"""ZIP and RAR: the files inside, and of those the one that is a report.

Nothing is ever written by the name an archive gives. RAR is unpacked by a program of the machine (``reports.unpack``).
"""

from __future__ import annotations

import contextlib
import posixpath
import zipfile
from collections.abc import Iterator

from reports import unpack
from reports.blocks import Unreadable
from reports.formats.container import Container
from reports.sniff import sniff

MAX_DEPTH = 2  # an archive in an archive is seen; deeper nesting is a trap
_LEAVE = ("__macosx/", "thumbs.db", ".ds_store", "desktop.ini")


def members(data: bytes, depth: int = 0) -> list[tuple[str, bytes]]:
    """(name, bytes) of every file inside, archives within up to ``MAX_DEPTH`` opened, in the archive's order.

    Raises Unreadable: encrypted, damaged, too many or too large files, nested too deep, no RAR unpacker."""
    if depth >= MAX_DEPTH:
        raise Unreadable("the archive holds archives within archives; unpack it and give the report inside", "depth")
    out: list[tuple[str, bytes]] = []
    for name, content in _rar(data) if data.startswith(b"Rar!\x1a\x07") else _zip(data):
        if content and _is_archive(name, content):
            inner = members(content, depth + 1)
            out.extend((f"{name}/{inner_name}", inner_data) for inner_name, inner_data in inner)
        else:
            out.append((name, content))
        if len(out) > unpack.MAX_FILES:
            raise Unreadable(f"the archive holds more than {unpack.MAX_FILES} files", "files")
        if sum(len(content) for _, content in out) > unpack.MAX_BYTES:
            raise Unreadable(f"the archive unpacks to more than {unpack.MAX_BYTES >> 20} MB", "inflated")
    return out


def incomplete(data: bytes) -> str:
    """Why the archive is taken to break off before its last file, empty if it does not."""
    if data.startswith(b"Rar!\x1a\x07"):
        return ""
    with Container(data) as package:
        return package.incomplete


def _is_archive(name: str, content: bytes) -> bool:
    if content.startswith(b"Rar!\x1a\x07"):
        return True
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06")) and sniff(content, name).format == "zip"


def _zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with Container(data) as package:
        infos = [info for info in package.infos() if not info.filename.endswith("/")]
        if len(infos) > unpack.MAX_FILES:
            raise Unreadable(f"the archive holds {len(infos)} files, more than {unpack.MAX_FILES}", "files")
        for info in infos:
            name = zip_name(info)
            if not any(part in name.lower() for part in _LEAVE):
                yield name, package.read_info(info, unpack.MAX_BYTES)


def zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name: UTF-8 where the flag says so, else GBK, which zipfile has taken for code page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            raw = name.encode("cp437")
            try:
                name = raw.decode("utf-8")
            except UnicodeDecodeError:
                name = raw.decode("gb18030")
    return posixpath.normpath(name.replace("\\", "/")).lstrip("./") or "file"


def _rar(data: bytes) -> Iterator[tuple[str, bytes]]:
    return ((name, content) for name, content in unpack.rar(data) if not any(part in name.lower() for part in _LEAVE))
