"""Bytes to a report: sniff, read the container, align the tables, look twice, read the narrative.

Also where a report is spread over files: a page whose tables are pictures, a page that only carries attachments, an
archive. ``read`` runs in this process; ``reports.sandbox`` runs it in a child with limits.
"""

from __future__ import annotations

import hashlib
import traceback
import zlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from reports import formats
from reports.blocks import IN_DOUBT, Block, Blocks, Paragraph, Picture, Unreadable
from reports.reading import Reading, joined, looked_again, understand
from reports.report import TABLES, Details, Report, Source
from reports.sniff import MAX_BYTES, Sniffed, sniff
from reports.tables.layout import analysed

MAX_PICTURES = 30  # of a page that are recognised; a bound on the time
# Icons and rules of a page; the smallest legible table is ten times that.
MIN_PICTURE_BYTES = 3000
SCANT = 200  # characters; a page with less has its text elsewhere
MAX_MEMBERS = 50
MAX_ATTACHMENTS = 12
NESTED_ARCHIVES = 2
ARCHIVES = ("zip", "rar")


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
) -> Reading:
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
    reading = understand(sniffed, blocks, name)
    if reading.tables < len(TABLES):
        reading = _with_pictures(reading, name, pictures)
    reading = looked_again(reading, data)
    if reading.tables < len(TABLES):
        reading = _with_attachments(reading, pictures, nesting, partial)
    return reading


def _marked(reading: Reading, incomplete: str) -> Reading:
    """The reading of a file of which not all could be read, if ``incomplete`` says why."""
    if not incomplete:
        return reading
    why = f"the source looks cut: {incomplete}"
    warnings = [*reading.narrative.warnings, why]
    return replace(reading, narrative=replace(reading.narrative, incomplete=why, warnings=warnings))


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


def _with_pictures(reading: Reading, name: str, pictures: Mapping[str, bytes]) -> Reading:
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
            inner = analysed(formats.reader("image")(data))
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
    better = understand(reading.sniffed, blocks, name)
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


def _with_attachments(page: Reading, pictures: Mapping[str, bytes], nesting: int, partial: Collection[str]) -> Reading:
    """A page that only announces its report: the report is read from what is attached."""
    if not nesting:
        return page
    best: Reading | None = None
    lost = False  # what could not be read may be the report, or its tables
    named = {block.name for block in page.blocks.blocks if isinstance(block, Picture)}
    for address, data in list(pictures.items())[:MAX_ATTACHMENTS]:
        if address in named or len(data) < 200:
            continue
        try:
            found = _read(data, address, {}, nesting - 1, partial)
        except Unreadable as error:
            page.blocks.warnings.append(f"attachment {address[:80]}: {error.reason}")
            lost = lost or not _is_image(data, address)
            continue
        lost = lost or bool(found.blocks.incomplete)
        if best is None or found.rank > best.rank:
            best = found
    if best is None or (best.tables if best.figures else 0) <= (page.tables if page.figures else 0):
        return _marked(page, "a file attached to it cannot be read whole" if lost else "")
    merged = _merged(page, best)
    whole = merged.tables == len(TABLES)
    return _marked(merged, "a file attached to it cannot be read whole" if lost and not whole else "")


def _is_image(data: bytes, name: str) -> bool:
    try:
        return sniff(data, name).format == "image"
    except Unreadable:
        return False


def _merged(page: Reading, attached: Reading) -> Reading:
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


def _read_archive(data: bytes, sniffed: Sniffed, nesting: int) -> Reading:
    if not nesting:
        raise Unreadable("the archive holds archives within archives; unpack it and give the report inside", "files")
    members: list[tuple[str, bytes]] = formats.module(sniffed.format).members(data)
    found: list[Reading] = []
    reasons: list[str] = []
    for name, inner in sorted(members[:MAX_MEMBERS], key=lambda member: member[0]):
        try:
            found.append(_read(inner, name, {}, nesting - 1))
        except Unreadable as error:
            reasons.append(f"{name[-60:]}: {error.reason}")
    if not found:
        why = reasons[0] if reasons else "it holds no files"
        raise Unreadable(f"the archive holds no file that can be read ({why})")
    best = _together(found)
    best.blocks.warnings.extend(reasons)
    whole = best.tables == len(TABLES) and best.narrative.sections
    lost = bool(reasons) or any(reading.blocks.incomplete for reading in found)
    return _marked(best, "a file of the archive cannot be read whole" if lost and not whole else "")


def _together(found: list[Reading]) -> Reading:
    """The report in the files of an archive: the best of them, with what the others have of the same report and it lacks
    (its text in one file, its tables in others)."""
    whole = [reading for reading in found if _is_whole(reading)]
    if whole:
        return _latest(whole)
    best = max(found, key=lambda reading: reading.rank)
    parts = [best]
    for other in sorted(found, key=lambda reading: reading.rank, reverse=True):
        if other is not best and _may_be_one(parts, other):
            parts.append(other)
    parts.sort(key=lambda reading: (-len(reading.narrative.sections), found.index(reading)))
    first = parts[0]
    if len(parts) == 1 or len(parts) > MAX_ATTACHMENTS:
        return best
    blocks = Blocks(first.blocks.reader, joined(parts), dict(first.blocks.meta), flat=any(p.blocks.flat for p in parts))
    blocks.warnings = [warning for part in parts for warning in part.blocks.warnings]
    blocks.warnings.append(f"the report is read from {len(parts)} files of an archive")
    blocks.incomplete = next((part.blocks.incomplete for part in parts if part.blocks.incomplete), "")
    both = understand(first.sniffed, blocks, "")
    both = replace(both, ocr=any(part.ocr for part in parts))
    more = both.tables > best.tables or len(both.narrative.sections) > len(best.narrative.sections)
    return both if more and both.figures >= best.figures else best


def _is_whole(reading: Reading) -> bool:
    """Whether a file is a report by itself."""
    return bool(reading.figures and reading.tables == len(TABLES) and reading.narrative.sections)


def _latest(whole: list[Reading]) -> Reading:
    """Of several reports the one of the last year, and what another file of the same report says otherwise in doubt."""
    best = max(whole, key=lambda reading: (reading.rank[0], reading.narrative.year or 0, reading.rank))
    cells = dict(best.aligned.cells)
    others = 0
    for other in whole:
        mine, theirs = best.narrative, other.narrative
        if other is best:
            continue
        if (theirs.year or mine.year, theirs.agency or mine.agency) != (mine.year, mine.agency):
            others += 1
            continue
        for key, cell in other.aligned.cells.items():
            if key in cells and cells[key].value != cell.value:
                cells[key] = replace(cells[key], confidence=min(cells[key].confidence, IN_DOUBT))
    warnings = list(best.aligned.warnings)
    if others:
        warnings.append(f"the archive holds {others + 1} reports; that of {best.narrative.year} is read")
    if any(cells[key] is not cell for key, cell in best.aligned.cells.items()):
        warnings.append("the archive holds the report twice with other figures; those that differ are in doubt")
    return replace(best, aligned=replace(best.aligned, cells=cells, warnings=warnings))


def _may_be_one(parts: list[Reading], other: Reading) -> bool:
    """Whether nothing says that a file is of another report, and it adds something."""
    for part in parts:
        for mine, theirs in (
            (part.narrative.year, other.narrative.year),
            (part.narrative.agency, other.narrative.agency),
        ):
            if mine is not None and theirs is not None and mine != theirs:
                return False
    lacking = {table for part in parts for table, state in part.aligned.tables.items() if state in ("read", "blank")}
    has = {table for table, state in other.aligned.tables.items() if state in ("read", "blank")}
    unknown = any(other.blocks.grids()) and not has  # what a table is may be known only beside the others
    return (
        bool(has - lacking)
        or unknown
        or (bool(other.narrative.sections) and not any(p.narrative.sections for p in parts))
    )


# ------------------------------------------------------------------------------------------------------------ the whole


def _report(reading: Reading, data: bytes, name: str) -> Report:
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
