"""Zip containers and the XML inside them, opened as if they were hostile: DOCX, ODT, OFD, XLSX and archives."""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from lxml import etree

from reports.blocks import Unreadable

# A DOCX of 2 MB may unpack to 2 GB; no real one came near these.
MAX_INFLATED = 200 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 20 * 1024 * 1024
MAX_MEMBERS = 10_000
# The text of a report is below 5 MB of XML; lxml needs some ten times the size.
MAX_XML = 40 * 1024 * 1024
# Where the pages of an OFD stand, if nothing that is left names them.
OFD_PAGE = re.compile(r"(?:^|/)Pages/Page_(\d{1,5})/Content\.xml$", re.IGNORECASE)
_CHUNK = 1024 * 1024
_PIECE = 64 * 1024
_HEADER = b"PK\x03\x04"
# signature, version, flags, method, time and day, checksum, packed size, size, lengths of name and extra field
_FIELDS = struct.Struct("<4sHHHIIII2H")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, IndexError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Container:
    """A zip whose members are read under one budget, whatever its directory promises.

    ``incomplete`` says why the container is taken to break off, empty if it does not: one without its directory is read
    as far as its members go. ``data`` are the bytes of a zip that can be opened."""

    def __init__(self, data: bytes) -> None:
        self.incomplete, self._cut = "", ""
        self.data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            # A name may begin with a zero byte, which leaves nothing of it.
            members = [member for member in self._zip.infolist() if member.filename]
        except zipfile.BadZipFile as error:
            found = salvaged(data)
            if not found:
                raise Unreadable(f"the zip container is damaged ({error}); fetch it again or ask for it") from error
            self.incomplete = "its container has no directory"
            self._cut = next((_plain(member.name).lower() for member in found if member.cut), "")
            self.data = packed(found)
            self._zip = zipfile.ZipFile(io.BytesIO(self.data))
            members = self._zip.infolist()
        except _BROKEN as error:
            raise Unreadable(f"the zip container is damaged ({error}); fetch it again or ask for it") from error
        if len(members) > MAX_MEMBERS:
            raise Unreadable(f"the container holds {len(members)} files, more than {MAX_MEMBERS}", "files")
        inflated = sum(member.file_size for member in members)
        if inflated > MAX_INFLATED or (inflated > RATIO_FROM and inflated > MAX_RATIO * len(data)):
            raise Unreadable(
                f"the file unpacks to {inflated >> 20} MB, a report does not; it is not opened", "inflated"
            )
        if any(member.flag_bits & 1 for member in members):
            raise Unreadable("the file is encrypted; ask for it without a password")
        self._infos = members
        # Some writers use back slashes or other case; the first of two equal names is what readers show.
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            self._members.setdefault(_plain(member.filename).lower(), member)
        self._left = MAX_INFLATED

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return _plain(name).lower() in self._members

    def infos(self) -> list[zipfile.ZipInfo]:
        """The directory, in its order; entries without a name left out."""
        return self._infos

    def read(self, name: str, limit: int = MAX_INFLATED) -> bytes:
        """A member's bytes. Raises KeyError if there is none, Unreadable if it is damaged or larger than allowed."""
        return self.read_info(self._members[_plain(name).lower()], limit)

    def read_info(self, info: zipfile.ZipInfo, limit: int = MAX_INFLATED) -> bytes:
        """The bytes of a directory entry; its stated size is not believed."""
        limit = min(limit, self._left)
        out = bytearray()
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    out += chunk
                    if len(out) > limit:
                        raise Unreadable(
                            f"a part of the file unpacks to more than {limit >> 20} MB; it is not opened", "inflated"
                        )
        except _BROKEN as error:
            raise Unreadable(f"a part of the zip container is damaged ({error}); fetch it again") from error
        self._left -= len(out)
        return bytes(out)

    def xml(self, name: str) -> etree._Element:
        """A member as XML, as far as it goes where the container breaks off within it. Raises KeyError, Unreadable."""
        return parse_xml(self.read(name, MAX_XML), cut=self.is_cut(name))

    def is_cut(self, name: str) -> bool:
        """Whether the container breaks off within this member."""
        return _plain(name).lower() == self._cut


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A member found by its own header; ``cut``: the bytes end within it."""

    name: str
    flags: int
    content: bytes
    cut: bool


def salvaged(data: bytes) -> list[Salvaged]:
    """The members of a zip without its directory, by the headers before them; the last may be cut. Empty where no member
    can be unpacked. Raises Unreadable: encrypted, unpacking to too much."""
    out: list[Salvaged] = []
    left = MAX_INFLATED
    at = data.find(_HEADER)
    while 0 <= at <= len(data) - _FIELDS.size and len(out) < MAX_MEMBERS:
        _, _, flags, method, _, _, stored, _, name_length, extra = _FIELDS.unpack_from(data, at)
        start = at + _FIELDS.size + name_length + extra
        name = data[at + _FIELDS.size : at + _FIELDS.size + name_length]
        if flags & 1:
            raise Unreadable("the file is encrypted; ask for it without a password")
        if len(name) < name_length or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            break
        if method == zipfile.ZIP_DEFLATED:
            content, end = _inflated(data, start, left)
        else:
            end = start + stored if stored else max(data.find(_HEADER, start), start)
            content = data[start:end]
        left -= len(content)
        if left < 0:
            raise Unreadable(f"the file unpacks to more than {MAX_INFLATED >> 20} MB; it is not opened", "inflated")
        cut = end < 0 or end > len(data)
        if content:
            out.append(Salvaged(name.decode("utf-8" if flags & 0x800 else "cp437", "replace"), flags, content, cut))
        at = -1 if cut else data.find(_HEADER, end)
    return out


def _inflated(data: bytes, start: int, limit: int) -> tuple[bytes, int]:
    """What the stream from ``start`` unpacks to, and where it ends; -1 where it breaks off."""
    inflater = zlib.decompressobj(wbits=-15)
    out = bytearray()
    at = start
    try:
        while at < len(data) and not inflater.eof and len(out) <= limit:
            chunk = data[at : at + _PIECE]
            out += inflater.decompress(chunk, limit + 1 - len(out))
            while inflater.unconsumed_tail and len(out) <= limit:
                out += inflater.decompress(inflater.unconsumed_tail, limit + 1 - len(out))
            at += len(chunk)
    except zlib.error:
        return bytes(out), -1
    return bytes(out), at - len(inflater.unused_data) if inflater.eof else -1


def packed(members: Sequence[Salvaged]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        seen: set[str] = set()
        for member in members:
            if member.name and member.name not in seen:
                seen.add(member.name)
                archive.writestr(zipfile.ZipInfo(member.name), member.content)
    return out.getvalue()


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/")


def inside(base: str, reference: str) -> str | None:
    """The member that ``reference`` names from the folder ``base``; None where it would leave the package."""
    reference = reference.strip().replace("\\", "/")
    if not reference or "\0" in reference or "://" in reference:
        return None
    path = posixpath.normpath(reference.lstrip("/") if reference.startswith("/") else posixpath.join(base, reference))
    return None if path.startswith("..") or posixpath.isabs(path) else path


def parse_xml(data: bytes, cut: bool = False) -> etree._Element:
    """XML without entities, network or document types. Raises Unreadable for a DOCTYPE, for excessive depth and for what
    is no XML at all; a tree that is ``cut`` is taken as far as it goes."""
    if declares_type(data):
        raise Unreadable("the file declares a document type or entities, which no office program writes; not opened")
    parser = _parser(recover=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
            raise Unreadable("the file nests its elements deeper than any report; not opened", "depth") from error
        root = _recovered(data, error, cut)
    # Behind a long comment, or in an encoding of its own, the declaration is not found by its bytes.
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("the file declares a document type or entities, which no office program writes; not opened")
    return root


_DECLARATIONS = tuple(
    (word.encode(encoding), length * len("a".encode(encoding)))
    for word, length in (("<!DOCTYPE", 4096), ("<!ENTITY", 65536))
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)


def declares_type(data: bytes) -> bool:
    """Whether XML begins with a document type or entities of its own, in whatever width of characters."""
    return any(word in data[:length] for word, length in _DECLARATIONS)


def _parser(recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip


def _recovered(data: bytes, error: etree.XMLSyntaxError, cut: bool) -> etree._Element:
    """Control characters, which some converters leave in the text, are no XML: take them out, then try once more."""
    cleaned = bytes(data).translate(None, bytes(c for c in range(32) if c not in (9, 10, 13)))
    try:
        root = etree.fromstring(cleaned, _parser(recover=cut))
        if root is None:
            raise Unreadable("the file breaks off before its text; fetch it again")
        return root
    except etree.XMLSyntaxError:
        raise Unreadable(f"the XML inside the file is damaged ({error.msg}); fetch it again or ask for it") from error
