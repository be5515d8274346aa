"""Reports that stand at another address than before, told by a crawl that did not read its source whole: it does not know
what is listed no longer, so the old address is asked, or both texts are laid side by side."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime

from rapidfuzz import fuzz

import net
from crawler import families, links, shells
from crawler.crawl import Crawl
from crawler.families.base import Family
from crawler.fetch import FetchError
from crawler.pages import Page
from crawler.record import Recorder, Standing, gone_long_enough
from models.withdrawals import Move
from reports.form.titles import title_zh

MOST_ASKED = 20  # old addresses in one crawl; the next crawl goes on
_LITTLE = 200  # characters of an article that is no more than its files
_ALIKE = 90.0  # of 100: two wordings of one text, with what frames it
_FRAMING = (
    6  # figures that one page shows around the text and the other does not: a day, a counter, a number of the site
)


def same_report(one: Standing, other: Standing, family: Family) -> bool:
    """Whether two documents of one body and year are one report: the same bytes, the same files, or the same text with the
    same figures, whatever frames it."""
    if one.page.body == other.page.body:
        return True
    if not one.page.is_markup or not other.page.is_markup:
        return False
    mine, others = (_text(standing.page, family) for standing in (one, other))
    if max(len(mine), len(others)) < _LITTLE:
        return bool(one.files) and one.files == other.files
    figures = sorted((re.findall(r"\d+", mine), re.findall(r"\d+", others)), key=len)
    if figures[0] != figures[1][: len(figures[0])] or len(figures[1]) - len(figures[0]) > _FRAMING:
        return False
    return fuzz.ratio(mine, others, score_cutoff=_ALIKE) > 0


def _text(page: Page, family: Family) -> str:
    detail = family.detail(page)
    text = re.sub(r"\s+", "", detail.own_text or detail.text)
    # What stands above the first section is the page's: its title, its day, how often it was read.
    return text[max(0, text.find(title_zh(1))) :]


async def settle(crawl: Crawl, recorder: Recorder) -> None:
    """Mark the known reports that this crawl met at another address. One whose old address answers with another text than
    the new one's stands, for nobody can say which of them holds."""
    asked, settled = 0, set[int]()
    for move in await asyncio.to_thread(recorder.moves, crawl.target.source_id, crawl.now):
        if move.document_id in settled or not _is_due(crawl, move):
            continue
        moved = await asyncio.to_thread(_stands_twice, crawl, recorder, move)
        if not moved and asked < MOST_ASKED:
            asked += 1
            moved = await _is_away(crawl, move)
        if moved:
            settled.add(move.document_id)
            await asyncio.to_thread(recorder.superseded, move.document_id)
            crawl.changed = True


def _is_due(crawl: Crawl, move: Move) -> bool:
    """Whether the old address was not asked since the new one is known, or not for a day."""
    at = crawl.target.cached.get(move.url, {}).get("at")
    if at is None or datetime.fromisoformat(at) > crawl.now:
        return True
    return datetime.fromisoformat(at) <= move.by_since or gone_long_enough(at, crawl.now)


def _stands_twice(crawl: Crawl, recorder: Recorder, move: Move) -> bool:
    one, other = recorder.standing(move.document_id), recorder.standing(move.by)
    family = families.BY_NAME.get(crawl.family) or families.BY_NAME["static"]
    return one is not None and other is not None and same_report(one, other, family)


async def _is_away(crawl: Crawl, move: Move) -> bool:
    """Whether the old address has nothing any more, or leads to the new one."""
    try:
        crawl.target.guard.check_url(move.url)
        page = (await crawl.fetcher.get(move.url, afresh=True)).page
    except net.NotAllowed:
        return False
    except FetchError as error:
        return error.verdict.status in {"gone", "moved"} and not error.refused
    leads = {page.url, shells.refresh_of(page), shells.location_of(page)} - {None}
    return bool({links.key(url) for url in leads if url} & {links.key(url) for url in move.by_urls})
