"""Plain text: reports whose tables were flattened by a conversion.

Where tabs, bars or blank lines still part the cells the tables come out as grids; all else stays lines, and the aligner
reads them as one stream of words.
"""

from __future__ import annotations

from reports.blocks import Blocks, Unreadable
from reports.decoding import NotText, decode
from reports.grid import from_lines

# The longest report seen has 60,000 characters.
MAX_BYTES = 5 * 1024 * 1024


def blocks(data: bytes) -> Blocks:
    """The text as blocks, ``flat``. Raises Unreadable: too large, or no text."""
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"the text has {len(data) >> 20} MB, more than {MAX_BYTES >> 20} MB; no report is that long", "bytes"
        )
    try:
        text, warning = decode(data)
    except NotText as error:
        raise Unreadable("the text is in no known character encoding; fetch it again") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n").split("\n")
    out = Blocks(reader="text", blocks=from_lines(lines), flat=True)
    if warning:
        out.warnings.append(warning)
    return out
