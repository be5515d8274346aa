"""Zip containers and the XML inside them, opened as if they were hostile: DOCX, ODT, OFD, XLSX and archives."""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
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
_CHUNK = 1024 * 1024
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, IndexError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class Container:
    """A zip whose members are read under one budget, whatever its directory promises."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            # A name may begin with a zero byte, which leaves nothing of it.
            members = [member for member in self._zip.infolist() if member.filename]
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
        """A member as XML. Raises KeyError, Unreadable."""
        return parse_xml(self.read(name, MAX_XML))


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).lstrip("/")


def inside(base: str, reference: str) -> str | None:
    """The member that ``reference`` names from the folder ``base``; None where it would leave the package."""
    reference = reference.strip().replace("\\", "/")
    if not reference or "\0" in reference or "://" in reference:
        return None
    path = posixpath.normpath(reference.lstrip("/") if reference.startswith("/") else posixpath.join(base, reference))
    return None if path.startswith("..") or posixpath.isabs(path) else path


def parse_xml(data: bytes) -> etree._Element:
    """XML without entities, network or document types. Raises Unreadable for a DOCTYPE, for excessive depth and for
    what is no XML at all; a cut or slightly broken tree is taken as far as it goes."""
    if declares_type(data):
        raise Unreadable("the file declares a document type or entities, which no office program writes; not opened")
    try:
        root = etree.fromstring(data, _parser(recover=False))
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise Unreadable("the file nests its elements deeper than any report; not opened", "depth") from error
        root = _recovered(data, error)
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


def _recovered(data: bytes, error: etree.XMLSyntaxError) -> etree._Element:
    """Control characters, which some converters leave in the text, are no XML: take them out, then try once more."""
    cleaned = bytes(data).translate(None, bytes(c for c in range(32) if c not in (9, 10, 13)))
    try:
        return etree.fromstring(cleaned, _parser(recover=False))
    except etree.XMLSyntaxError:
        raise Unreadable(f"the XML inside the file is damaged ({error.msg}); fetch it again or ask for it") from error
