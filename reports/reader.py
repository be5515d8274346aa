"""Bytes to a report: sniff, read the container, align the tables, look twice, read the narrative.

Also where a report is spread over files: a page whose tables are pictures, a page that only carries attachments, an
archive. ``read`` runs in this process; ``reports.sandbox`` runs it in a child with limits.
"""

from __future__ import annotations

import hashlib
import traceback
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from reports import formats
from reports.blocks import Block, Blocks, Grid, Paragraph, Picture, Unreadable
from reports.formats.runs import IN_DOUBT
from reports.narrative.narrate import Narrative, narrate
from reports.report import TABLES, Cell, Details, Report, Source
from reports.several import chosen_report
from reports.sniff import MAX_BYTES, Sniffed, sniff
from reports.tables.align import align
from reports.tables.model import Aligned
from reports.tables.reconcile import agrees, compared, pages_of, questioned, second_look

MAX_PICTURES = 30
# Icons and rules of a page; the smallest legible table is ten times that.
MIN_PICTURE_BYTES = 3000
SCANT = 200  # characters; a page with less has its text elsewhere
MAX_MEMBERS = 50
MAX_ATTACHMENTS = 12
NESTED_ARCHIVES = 2
EDGE = 6  # lines: a wrapped label, its figures, a page's number
ARCHIVES = ("zip", "rar")


@dataclass(slots=True)
class _Reading:
    """One file as read, before it becomes a report."""

    sniffed: Sniffed
    blocks: Blocks
    aligned: Aligned
    narrative: Narrative
    reader: str
    ocr: bool

    @property
    def tables(self) -> int:
        """How many of the three tables were read."""
        return sum(state in ("read", "blank") for state in self.aligned.tables.values())

    @property
    def figures(self) -> int:
        return sum(cell.value is not None for cell in self.aligned.cells.values())

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """The better report of two files."""
        return (
            self.narrative.kind == "annual_report",
            self.tables if self.figures else 0,
            len(self.narrative.sections),
            self.figures,
        )


def read(data: bytes, name: str, pictures: Mapping[str, bytes] | None = None, partial: Collection[str] = ()) -> Report:
    """The report in ``data``.

    ``pictures`` are the page's pictures and attachments by their address as the page writes it. ``partial`` names those
    files (``name`` itself, addresses in ``pictures``) whose bytes are known to be cut, as only whoever fetched them can
    know (fewer than the server announced). Never raises: what cannot be read is a Report with ``error``, one line that
    says what is wrong and what to do."""
    name = _printable(name)
    try:
        beside = {_printable(address): content for address, content in (pictures or {}).items()}
        cut = frozenset(map(_printable, partial))
        reading = _read(data, name, beside, NESTED_ARCHIVES, cut)
    except Unreadable as error:
        return refused(data, name, error.reason)
    except MemoryError:
        report = refused(data, name, "the file needs more memory than a report may; ask for it in another format")
        report.retire = True  # the heap is in pieces
        return report
    except RecursionError:
        return refused(data, name, "the file nests its parts too deeply to be read; ask for it in another format")
    except Exception as error:  # noqa: BLE001 - a defect of ours on one file must not end the batch; it is told, not hidden
        report = refused(
            data, name, f"the reader failed ({type(error).__name__}: {_one_line(error)}); report this file"
        )
        report.retire = True
        report.warnings.append("".join(traceback.format_exception(error)[-3:]).strip())
        return report
    return _report(reading, data, name)


def refused(data: bytes, name: str, reason: str) -> Report:
    """A report that could not be read, with the reason in one line."""
    name = _printable(name)
    try:
        media_type = sniff(data, name).media_type
    except Unreadable:
        media_type = "application/octet-stream"
    return Report(_source(data, name, media_type, ""), cells=None, error=_one_line(reason))


def _printable(name: str) -> str:
    """Bytes of a file name that are no UTF-8 reach Python as half characters, which nothing can print or store."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _one_line(text: object) -> str:
    return _printable(" ".join(str(text).split())[:500])


def _source(data: bytes, name: str, media_type: str, reader: str) -> Source:
    return Source(name, hashlib.sha256(data).hexdigest(), media_type, len(data), reader)


# ------------------------------------------------------------------------------------------------------------ one file


def _read(
    data: bytes, name: str, pictures: Mapping[str, bytes], nesting: int, partial: Collection[str] = ()
) -> _Reading:
    cut = "fewer bytes came than were announced" if name in partial else ""
    if data.startswith(b"\x1f\x8b"):  # a server that compresses unasked
        data, whole = _inflate(data)
        cut = cut if whole else "its compressed stream has no end"
    sniffed = sniff(data, name)
    if sniffed.format in ARCHIVES:
        reading = _read_archive(data, sniffed, nesting)
        return _marked(reading, cut or formats.module(sniffed.format).incomplete(data))
    blocks = formats.reader(sniffed.format)(data)
    blocks.incomplete = cut or blocks.incomplete
    reading = _understand(sniffed, blocks, name)
    if reading.tables < len(TABLES):
        reading = _with_pictures(reading, name, pictures)
    reading = _looked_again(reading, data)
    if reading.tables < len(TABLES):
        reading = _with_attachments(reading, pictures, nesting, partial)
    return reading


def _marked(reading: _Reading, incomplete: str) -> _Reading:
    """The reading of a file inside another that breaks off, if ``incomplete`` says why."""
    if not incomplete:
        return reading
    why = f"the source looks cut: {incomplete}"
    told = [*reading.narrative.warnings, why]
    return replace(reading, narrative=replace(reading.narrative, incomplete=why, warnings=told))


def _inflate(data: bytes) -> tuple[bytes, bool]:
    """The bytes inside, and whether the stream came to its end."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        out = inflater.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise Unreadable(f"the gzip file is damaged ({error}); fetch it again") from error
    if len(out) > MAX_BYTES:
        raise Unreadable(f"the file unpacks to more than {MAX_BYTES >> 20} MB; no report does", "inflated")
    return out, inflater.eof


def _understand(sniffed: Sniffed, blocks: Blocks, name: str) -> _Reading:
    blocks = chosen_report(blocks)
    aligned, narrative = _aligned(blocks, name)
    if narrative.incomplete:
        # What stands at the break may be the half of it, and what is blank may stand behind it.
        edged = replace(blocks, blocks=_edged(blocks))
        aligned, narrative = _aligned(edged, name)
        cells = {key: _unsure_blank(cell) for key, cell in aligned.cells.items()}
        aligned = replace(aligned, cells=cells)
    return _Reading(sniffed, blocks, aligned, narrative, blocks.reader, blocks.reader.endswith("ocr"))


def _aligned(blocks: Blocks, name: str) -> tuple[Aligned, Narrative]:
    aligned = second_look(align(blocks))
    has_tables = any(cell.value is not None for cell in aligned.cells.values())
    return aligned, narrate(blocks, aligned.consumed, aligned.form, has_tables, name)


def _edged(blocks: Blocks) -> list[Block]:
    """The blocks with the last of them in doubt: of a grid its last row, of flattened tables the last lines, among which
    a row's label may have lost its figures."""
    out = list(blocks.blocks)
    texts = [n for n, block in enumerate(out) if not isinstance(block, Picture)]
    for n in texts[-(EDGE if blocks.flat else 1) :]:
        block = out[n]
        if isinstance(block, Grid) and block.rows:
            row = tuple(replace(cell, confidence=min(cell.confidence, IN_DOUBT)) for cell in block.rows[-1])
            out[n] = replace(block, rows=(*block.rows[:-1], row))
        elif isinstance(block, Paragraph):
            out[n] = replace(block, confidence=min(block.confidence, IN_DOUBT))
    return out


def _unsure_blank(cell: Cell) -> Cell:
    return replace(cell, confidence=min(cell.confidence, IN_DOUBT)) if cell.value is None else cell


def _looked_again(reading: _Reading, data: bytes) -> _Reading:
    """Where figures that were read surely contradict each other, their pages are read another way before anybody is told
    so. A second reading that fails says nothing."""
    keys = sorted(questioned(reading.aligned))
    pages = pages_of(reading.aligned, keys)
    look = formats.second_reader(reading.sniffed.format) if pages else None
    if look is None:
        return reading
    cells = [reading.aligned.cells[key] for key in keys]
    try:
        at_places = formats.cells_reader(reading.sniffed.format)
        if at_places is not None and all(map(agrees, cells, at_places(data, [cell.at for cell in cells]))):
            return reading
        other = align(look(data, pages))
    except Unreadable:
        return reading
    aligned = compared(reading.aligned, other)
    if aligned is reading.aligned:
        return reading
    warning = (
        "a second reading of the pages, by what they look like, says other figures; those that differ are in doubt"
    )
    return replace(reading, aligned=replace(aligned, warnings=[*aligned.warnings, warning]))


def _with_pictures(reading: _Reading, name: str, pictures: Mapping[str, bytes]) -> _Reading:
    """Tables that stand as pictures in the text are read from the pictures, each in its place."""
    wanted = [block for block in reading.blocks.blocks if isinstance(block, Picture)]
    if not wanted or reading.sniffed.format == "image":
        return reading
    out: list[Block] = []
    warnings = list(reading.blocks.warnings)
    taken = 0
    own_text = len(reading.narrative.body)
    for block in reading.blocks.blocks:
        if not isinstance(block, Picture):
            out.append(block)
            continue
        data = block.data if block.data is not None else pictures.get(block.name)
        if data is None or len(data) < MIN_PICTURE_BYTES or taken >= MAX_PICTURES:
            out.append(block)
            continue
        try:
            if sniff(data, block.name).format != "image":
                out.append(block)
                continue
            inner = formats.reader("image")(data)
        except Unreadable as error:
            warnings.append(f"picture {block.name[:80]}: {error.reason}")
            out.append(block)
            continue
        taken += 1
        warnings.extend(inner.warnings)
        out.extend(inner.blocks if reading.sniffed.format == "pdf" or _is_document(inner, own_text) else [block])
    if not taken:
        return reading
    blocks = Blocks(reading.blocks.reader, out, dict(reading.blocks.meta), warnings, reading.blocks.flat)
    blocks.incomplete = reading.blocks.incomplete
    better = _understand(reading.sniffed, blocks, name)
    # A scanned interpretation has no tables, and all its text in the pictures.
    if better.tables < reading.tables or (
        better.tables == reading.tables and len(better.narrative.body) < 2 * own_text
    ):
        return reading
    return replace(better, reader="pdf-ocr" if reading.sniffed.format == "pdf" else "image-ocr", ocr=True)


def _is_document(picture: Blocks, own_text: int) -> bool:
    """Whether a picture in a page is part of the report: it holds a table, or the text that the page itself lacks. A
    photograph or a logo is neither."""
    prose = sum(len(block.text) for block in picture.blocks if isinstance(block, Paragraph))
    return any(picture.grids()) or (own_text < SCANT and prose > SCANT)


def _with_attachments(
    page: _Reading, pictures: Mapping[str, bytes], nesting: int, partial: Collection[str]
) -> _Reading:
    """A page that only announces its report: the report is read from what is attached."""
    if not nesting:
        return page
    best: _Reading | None = None
    named = {block.name for block in page.blocks.blocks if isinstance(block, Picture)}
    for address, data in list(pictures.items())[:MAX_ATTACHMENTS]:
        if address in named or len(data) < 200:
            continue
        try:
            found = _read(data, address, {}, nesting - 1, partial)
        except Unreadable as error:
            page.blocks.warnings.append(f"attachment {address[:80]}: {error.reason}")
            continue
        if best is None or found.rank > best.rank:
            best = found
    if best is None or (best.tables if best.figures else 0) <= (page.tables if page.figures else 0):
        return page
    return _merged(page, best)


def _merged(page: _Reading, attached: _Reading) -> _Reading:
    """Tables of the attachment, the narrative of whichever has the sections, what is missing from the other."""
    first, second = attached, page
    if len(page.narrative.sections) > len(attached.narrative.sections):
        first, second = page, attached
    narrative = replace(
        first.narrative,
        agency=first.narrative.agency or second.narrative.agency,
        year=first.narrative.year or second.narrative.year,
        title=first.narrative.title or second.narrative.title,
        # The page knows when it was published, the file at best when it was signed.
        published_on=page.narrative.published_on or attached.narrative.published_on,
        incomplete=page.narrative.incomplete or attached.narrative.incomplete,
        kind=attached.narrative.kind if first is page and page.narrative.kind == "other" else first.narrative.kind,
    )
    aligned = replace(attached.aligned, warnings=[*page.blocks.warnings, *attached.aligned.warnings])
    return replace(attached, narrative=narrative, aligned=aligned)


def _read_archive(data: bytes, sniffed: Sniffed, nesting: int) -> _Reading:
    if not nesting:
        raise Unreadable("the archive holds archives within archives; unpack it and give the report inside", "files")
    members: list[tuple[str, bytes]] = formats.module(sniffed.format).members(data)
    best: _Reading | None = None
    reasons: list[str] = []
    for name, inner in members[:MAX_MEMBERS]:
        try:
            found = _read(inner, name, {}, nesting - 1)
        except Unreadable as error:
            reasons.append(f"{name[-60:]}: {error.reason}")
            continue
        if best is None or found.rank > best.rank:
            best = found
    if best is None:
        why = reasons[0] if reasons else "it holds no files"
        raise Unreadable(f"the archive holds no file that can be read ({why})")
    best.blocks.warnings.extend(reasons)
    return best


# ------------------------------------------------------------------------------------------------------------ the whole


def _report(reading: _Reading, data: bytes, name: str) -> Report:
    aligned, narrative = reading.aligned, reading.narrative
    # The empty form re-posted with a notice has tables and says nothing.
    no_report = narrative.kind in ("notice", "other", "website_report") and not reading.figures
    left = sum(isinstance(block, Picture) for block in reading.blocks.blocks)
    return Report(
        source=_source(data, name, reading.sniffed.media_type, reading.reader),
        kind=narrative.kind,
        agency=narrative.agency,
        year=narrative.year,
        form=None if no_report else aligned.form,
        published_on=narrative.published_on,
        sections=narrative.sections,
        cells={} if no_report else aligned.cells,
        claims=narrative.claims,
        warnings=[*reading.blocks.warnings, *aligned.warnings, *narrative.warnings],
        details=Details(
            title=narrative.title,
            preface=narrative.preface,
            body=narrative.body,
            signature=narrative.signature,
            period=narrative.period,
            years=narrative.years,
            headings=narrative.headings,
            rows=aligned.rows,
            labels=aligned.labels,
            tables=aligned.tables,
            pictures=left,
            ocr=reading.ocr,
            incomplete=bool(narrative.incomplete),
            overprinted=narrative.overprinted,
        ),
    )
