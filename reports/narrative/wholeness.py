"""Whether a source was read whole, and whether its text is its own: what the rules must know before they blame a body.

Of a source that breaks off nothing certain can be said about what is not there; of lines over which another text is
printed (an upright watermark) nothing certain can be said at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from reports.blocks import IN_DOUBT, Blocks, Grid, Paragraph
from reports.geometry.shapes import Box
from reports.narrative.headings import TOP, section_of
from reports.narrative.names import is_name
from reports.narrative.outline import Outline
from reports.narrative.paragraphs import Line
from reports.text import date_in, fold, numeral

_ENDED = re.compile(r"[。！？!?；;：:…”\"』》）)】\].]$")
_FURNITURE = re.compile(
    r"电话|地址|邮编|邮箱|附件|附：|主办|承办|版权|备案|打印|关闭|上一篇|下一篇|分享|ICP|扫一扫|编辑|来源|阅读|浏览|www|http|@|"
    r"网站(?:地图|标识|声明|管理|支持|帮助|导航|备案)|返回|顶部|抄送|盖章|公章|第\d+页|字体|收藏|责编|审核[:：]|下载",
    re.IGNORECASE,
)
_LEAST_PROSE = 18  # characters; shorter lines without a mark are names, captions and answers (无其他需要报告的事项)
_OVERLAP = 0.3  # of the lower line's height: superscripts and descenders reach less far into a neighbour


def broken_off(
    blocks: Blocks, consumed: frozenset[int], lines: Sequence[Line], outline: Outline, is_report: bool
) -> str:
    """Why the source looks cut, in one English line; empty if nothing says so.

    A container or a page tells by its own end. Plain text has none: there it is a last line that stops in mid-sentence, or
    a report that stops before its last part without a signature. Elsewhere such a line counts where parts lack behind it."""
    if blocks.incomplete:
        return f"the source looks cut: {blocks.incomplete}"
    if not lines:
        return ""
    lacking = 6 - max((section.number for section in outline.sections), default=0)
    last = lines[-1].text
    plain = blocks.reader == "text"
    if lacking and _last_block(blocks) in consumed and plain:
        return "the source looks cut: it ends within its tables"
    # A short line without a mark is an answer where all parts are there, and a sentence cut early where parts lack.
    open_end = stops(last) or (plain and lacking > 0 and _is_open(last))
    if open_end and (lacking or plain) and _last_block(blocks) not in consumed:
        return f"the source looks cut: its last line stops in mid-sentence (…{last[-12:]})"
    if plain and not _has_table(blocks) and not any(_SENTENCE.search(line.text) for line in lines):
        return "the source looks cut: it holds not one sentence"
    if plain and section_of(last) is not None:
        return "the source looks cut: it ends with a heading"
    # One part that lacks may be the body's omission where the report is signed behind the others, or announces no more.
    omitted = _is_signed(last) or _announced(lines) == 6 - lacking
    if plain and (outline.sections or is_report) and lacking >= (2 if omitted else 1):
        return f"the source looks cut: nothing stands behind part {6 - lacking}"
    return ""


def _has_table(blocks: Blocks) -> bool:
    """Whether a table stands in the source."""
    return any(isinstance(block, Grid) for block in blocks.blocks)


_SENTENCE = re.compile(r"[。！？!?；;]")
_PARTS = re.compile(r"([一二三四五六]|\d)个?(?:大)?部[分份]")


def _announced(lines: Sequence[Line]) -> int | None:
    """The number of parts that the introduction says the report has."""
    found = next((match for line in lines[:40] if (match := _PARTS.search(fold(line.text)))), None)
    return numeral(found.group(1)) if found else None


def stops(text: str) -> bool:
    """Whether a line is prose, or a heading, that stops before its end: no mark closes it, and it is no name, day,
    contact or furniture of a page."""
    bare = fold(text)
    if bare.endswith("\ufffd"):
        return True  # half a character
    if len(bare) < 4 or section_of(text) is not None or not _is_open(text):
        return False
    if len(re.findall(r"[\u4e00-\u9fff]", bare)) * 2 < len(bare):
        return False
    prose = re.search(r"[，。；,;]", bare) is not None or len(bare) >= _LEAST_PROSE
    return prose or TOP.match(text.strip()) is not None


def _is_open(text: str) -> bool:
    """Whether no mark closes a line that needs one."""
    bare = fold(text)
    if not bare or _ENDED.search(bare):
        return False
    return not _is_signed(text)


def _is_signed(text: str) -> bool:
    bare = fold(text)
    return is_name(bare) or _FURNITURE.search(bare) is not None or (len(bare) <= 40 and date_in(text) is not None)


def _last_block(blocks: Blocks) -> int:
    """The index of the last block with a text, -1 if there is none."""
    for index in range(len(blocks.blocks) - 1, -1, -1):
        block = blocks.blocks[index]
        if isinstance(block, Grid) or (isinstance(block, Paragraph) and block.text.strip()):
            return index
    return -1


def overprinted(blocks: Blocks) -> bool:
    """Whether another text is printed over the lines: lines of one page that overlap, or one word again and again."""
    # A recogniser's lines are in doubt as they are, and its boxes are wide; those beside pale print are as the file has them.
    placed = [
        block
        for block in blocks.blocks
        if isinstance(block, Paragraph) and block.at.bbox is not None and block.confidence in {IN_DOUBT, 1.0}
    ]
    if sum(_is_one_word_repeated(block.text) for block in placed) >= 2:
        return True
    found = 0
    for _, group in groupby(placed, key=lambda block: block.at.page):
        page = sorted(group, key=lambda block: block.at.bbox[1] if block.at.bbox else 0.0)
        for index, upper in enumerate(page):
            # Lines in order of their tops: what overlaps one stands among the next few.
            found += sum(_overlap(upper, lower) for lower in page[index + 1 : index + 4])
    return found >= 2


def _is_one_word_repeated(text: str) -> bool:
    words = text.split()
    return len(words) >= 3 and len(set(words)) == 1 and len(re.findall(r"[^\W\d_]", words[0])) >= 2


def _overlap(one: Paragraph, other: Paragraph) -> bool:
    a, b = one.at.bbox, other.at.bbox
    if a is None or b is None or fold(one.text) == fold(other.text):
        return False
    if any(len(re.findall(r"[^\W\d_]", block.text)) < 4 for block in (one, other)):
        return False
    return _shared(a, b, 1) > _OVERLAP and _shared(a, b, 0) > _OVERLAP


def _shared(a: Box, b: Box, axis: int) -> float:
    """The part of the shorter extent along an axis (0: x, 1: y) that both boxes cover."""
    shorter = min(box[axis + 2] - box[axis] for box in (a, b))
    both = min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])
    return both / shorter if shorter > 0 else 0.0
