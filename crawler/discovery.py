"""From a portal's home address to the body's report column: by names, by structure, and by proof (rows that are reports).

The best lead first, within a budget of requests; every request passes the crawl's own downloader. What is found is a
proposal with its evidence; who takes it over is decided elsewhere."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import net
from crawler import accept, families, health, leads, links, shells, titles
from crawler.families.base import Ask, Family, Step
from crawler.families.rows import columns, distinct
from crawler.fetch import Fetcher, FetchError, HostUnavailable
from crawler.leads import Lead
from crawler.pages import Listing, Page
from reports.narrative.classify import classify

MOST_REQUESTS = 40  # for one body: a home page, its site map, some thirty columns
MOST_DEPTH = 7  # links from the home page
ENOUGH = 0.95  # with a proposal of this confidence the search ends
MOST_PROPOSALS = 3  # more than a person compares are no help
ACCEPTED_FROM = 0.8  # docs/commands.md states it
_LIST_ASKS = 8  # further answers of a list that is called the right one and has not shown the body yet
_FEW_ASKS = 3  # of any other list
_REPORTS = frozenset({"annual_report", "legacy_report"})


@dataclass(frozen=True, slots=True)
class Body:
    """Whose column is looked for. ``alone``: no other body of the register has this home."""

    agency_id: int
    name: str
    names: tuple[str, ...]
    home: str
    alone: bool = True


@dataclass(slots=True)
class Proof:
    """What a column shows: its rows that are reports, by whose they are."""

    url: str
    family: str = ""
    own: int = 0  # reports that name the body
    unnamed: int = 0  # reports that name nobody
    others: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    rows: int = 0
    labelled: int = 0
    in_own_part: bool = False
    trail: tuple[str, ...] = ()

    def add(self, other: Proof) -> None:
        """Take over what a column beneath shows."""
        self.own += other.own
        self.unnamed += other.unnamed
        self.others |= other.others
        self.years |= other.years
        self.rows += other.rows
        self.in_own_part = self.in_own_part or other.in_own_part

    def confidence(self, alone: bool) -> float:
        """From 0 to 1: rows that are the body's reports are the proof; names and structure only add to it."""
        mine = self.own
        value = 0.6 if mine else 0.0
        if not mine and self.unnamed and not self.others and (alone or self.in_own_part):
            mine, value = self.unnamed, 0.45
        if not mine:
            return 0.0
        value += 0.15 if len(self.years) >= 2 else 0.0
        value += 0.15 if self.labelled >= leads.SURE else 0.1 if self.labelled >= leads.LABELLED else 0.0
        value += 0.1 if leads.has_report_path(self.url) else 0.0
        value += 0.05 if 2 * (mine + len(self.others)) >= self.rows else 0.0
        return min(value, 0.99)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A column that is proposed as the body's source."""

    url: str
    family: str
    confidence: float
    reports: int
    years: tuple[int, ...]
    others: int  # other bodies that it names
    evidence: str


@dataclass(slots=True)
class Result:
    """What a search came to. ``reason`` says why nothing was found."""

    body: Body
    proposals: list[Proposal] = field(default_factory=list)
    requests: int = 0
    reason: str = ""


class Cache:
    """Pages that were read for one body and serve the next on the same portal."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.errors: dict[str, FetchError] = {}


class Search:
    """The search for one body's column."""

    def __init__(self, body: Body, fetcher: Fetcher, guard: net.Guard, cache: Cache) -> None:
        self._body, self._fetcher, self._guard, self._cache = body, fetcher, guard, cache
        self._queue: list[tuple[int, int, int, Lead]] = []
        self._met: set[str] = set()
        self._proofs: dict[str, Proof] = {}
        self._outside: dict[str, None] = {}
        self._scripts = self._links = 0
        self._unread: dict[str, str] = {}  # columns called so that show nothing: title -> address
        self._failed: list[health.Verdict] = []

    async def run(self) -> Result:
        """Look until a column is proven, the leads or the budget are used up."""
        home = Lead(self._body.home, "", 0)
        self._push(home)
        while self._queue and self._fetcher.requests < MOST_REQUESTS:
            lead = heapq.heappop(self._queue)[-1]
            try:
                page = await self._page(lead)
            except HostUnavailable as unavailable:
                self._failed.append(unavailable.verdict)
                break
            except FetchError as error:
                self._failed.append(error.verdict)
                if lead is home or error.verdict.status == "challenged":
                    break
                continue
            await self._take(page, lead, lead is home)
            if any(proof.confidence(self._body.alone) >= ENOUGH for proof in self._proofs.values()):
                break
        return self._result()

    def _push(self, lead: Lead) -> None:
        key = links.key(lead.url) + lead.url.partition("#")[2]
        if key in self._met or len(lead.trail) > MOST_DEPTH:
            return
        self._met.add(key)
        heapq.heappush(self._queue, (-lead.score, len(lead.trail), len(self._met), lead))

    # -------------------------------------------------------------- pages

    async def _page(self, lead: Lead) -> Page:
        page = await self._get(Ask(lead.url, referer=lead.above))
        for target in (shells.refresh_of, shells.location_of):
            url = target(page)
            if url is not None and links.key(url) != links.key(page.url):
                page = await self._get(Ask(url, referer=page.url))
        return page

    async def _get(self, ask: Ask) -> Page:
        """A page, from the cache where another body's search has read it. Raises FetchError and HostUnavailable."""
        if ask.key in self._cache.pages:
            return self._cache.pages[ask.key]
        if ask.key in self._cache.errors:
            raise self._cache.errors[ask.key]
        try:
            self._guard.check_url(ask.url)
        except net.NotAllowed as error:
            raise FetchError(health.Verdict("moved", str(error)), refused=True) from None
        try:
            page = (await self._fetcher.get(ask, afresh=True)).page
        except FetchError as error:
            self._cache.errors[ask.key] = error
            raise
        self._cache.pages[ask.key] = page
        return page

    async def _take(self, page: Page, lead: Lead, is_home: bool) -> None:
        found = await asyncio.to_thread(leads.leads_of, page, lead, self._body.names, self._guard.hosts)
        self._links += found.links
        self._scripts += found.scripts
        self._outside |= dict.fromkeys(found.outside)
        for one in found.leads:
            self._push(one)
        if not is_home:
            await self._judge(page, lead)

    # -------------------------------------------------------------- proof

    async def _judge(self, page: Page, lead: Lead) -> None:
        """Whether a page is a column of the body's reports."""
        rows, family, columns_ = await self._rows(page, lead)
        for column in columns_:
            classified = classify(column.title)
            is_report = (
                classified.kind in _REPORTS and classified.year is not None
            )  # the paper itself, at an address like a column's
            if lead.score >= leads.LABELLED and column.url and not is_report:
                own = column.title in self._body.names
                self._push(lead.down(column.url, column.title, lead.score - 3, page.url, own))
        node = lead.url.partition("#")[2]
        proof = self._proof(rows, Proof(f"{page.url}#{node}" if node else page.url, family))
        # What leads down from a column of that name (its years, groups, the body's own part) is still that column.
        proof.labelled = max(leads.label_score(title, page.url) for title in (lead.title, *lead.trail))
        proof.in_own_part, proof.trail = lead.own, lead.trail
        if accept.is_report(page) and not proof.own:
            detail = classify(_title(page))
            proof.rows = proof.rows or 1
            self._count(proof, detail.agency, detail.year)
        if not (proof.own or proof.unnamed or proof.others):
            if not rows and not columns_ and lead.score >= leads.LABELLED:
                self._unread[lead.title or page.url] = page.url
            return
        if lead.all_years:
            # A year's column is no source: the one above holds all years.
            year = next(n for n, title in enumerate(lead.trail) if leads.is_year(title))
            above = Proof(lead.all_years, trail=lead.trail[:year])
            parent = self._proofs.setdefault(links.key(lead.all_years), above)
            parent.labelled = max(parent.labelled, proof.labelled)
            parent.add(proof)
            return
        known = self._proofs.get(links.key(page.url))
        if known is not None:
            proof.add(known)
        self._proofs[links.key(page.url)] = proof

    async def _rows(self, page: Page, lead: Lead) -> tuple[list[Listing], str, list[Listing]]:
        family = await asyncio.to_thread(families.recognise, page)
        if family is None:
            return [], "", []
        node = lead.url.partition("#")[2]
        step = await asyncio.to_thread(family.read, page, Ask(f"{page.url}#{node}" if node else page.url))
        rows, waiting, otherwise = list(step.rows or step.others), list(step.asks), list(step.otherwise)
        for _ in range(_LIST_ASKS if lead.score >= leads.LABELLED else _FEW_ASKS):
            if self._shows_own(rows) or not waiting or self._fetcher.requests >= MOST_REQUESTS:
                break
            following = await self._step(family, waiting.pop(0))
            if not (following.rows or following.others or following.asks):
                waiting, otherwise = otherwise, []  # the vendor's other way to ask
                continue
            rows += following.rows or following.others
            waiting = [*following.asks, *waiting]
        beneath = await asyncio.to_thread(columns, page, rows)
        return distinct(rows), family.name, beneath

    async def _step(self, family: Family, ask: Ask) -> Step:
        """What a further answer of a list says; nothing where there is none."""
        try:
            answer = await self._get(ask)
        except FetchError:
            return Step()
        return await asyncio.to_thread(family.read, answer, ask)

    def _shows_own(self, rows: Sequence[Listing]) -> bool:
        """Whether enough of a list was read to judge it: a report of the body, or reports without any name."""
        classified = [classify(row.title) for row in rows]
        reports = [one for one in classified if one.kind in _REPORTS]
        return any(not one.agency or self._is_own(one.agency) for one in reports)

    def _proof(self, rows: Sequence[Listing], proof: Proof) -> Proof:
        proof.rows = len(rows)
        for row in rows:
            classified = classify(row.title)
            if classified.kind in _REPORTS and classified.year is not None:
                self._count(proof, classified.agency, classified.year)
        return proof

    def _count(self, proof: Proof, agency: str | None, year: int | None) -> None:
        if not agency:
            proof.unnamed += 1
        elif self._is_own(agency):
            proof.own += 1
        else:
            proof.others.add(agency)
            return
        if year is not None:
            proof.years.add(year)

    def _is_own(self, agency: str) -> bool:
        body = self._body
        if titles.assign(agency, {body.agency_id: body.names}, shared=True) is not None:
            return True
        return len(agency) >= 3 and body.name.startswith(agency) and body.name.endswith("人民政府")

    # -------------------------------------------------------------- what it came to

    def _result(self) -> Result:
        body = self._body
        out = Result(body, requests=self._fetcher.requests)
        scored = [(proof.confidence(body.alone), proof) for proof in self._proofs.values()]
        scored.sort(key=lambda one: (-one[0], len(one[1].trail)))
        out.proposals = [_proposal(value, proof) for value, proof in scored if value > 0][:MOST_PROPOSALS]
        if not out.proposals:
            out.reason = self._why_not()
        return out

    def _why_not(self) -> str:
        """Why no column is proposed, the most telling reason first."""
        others = [proof for proof in self._proofs.values() if proof.others and not proof.own]
        hard = next((v for v in self._failed if v.status in {"challenged", "not-allowed", "unreachable"}), None)
        if self._failed and self._fetcher.requests and not self._links:
            return f"the home page could not be read: {self._failed[0].reason}"
        if hard is not None and hard.status != "unreachable":
            return f"{hard.reason}; the search ended there"
        if others:
            names = "、".join(sorted({name for proof in others for name in proof.others})[:3])
            return f"the columns found list the reports of others ({names}), none of {self._body.name}'s"
        if self._outside:
            hosts = "、".join(list(self._outside)[:3])
            return f"its disclosure pages lie on {hosts}, which the register does not name: add the address to the body"
        if self._unread:
            title, url = next(iter(self._unread.items()))
            return f"the column 《{title}》 shows no rows that can be read: {url}"
        if self._scripts and self._scripts >= self._links:
            return f"the menus are drawn by script: {self._scripts} links lead where only a script knows"
        if not self._links:
            return "the home page shows no links: it is drawn by script"
        if hard is not None:
            return f"nothing found; {hard.reason}"
        used = " (the budget of requests is used up)" if self._fetcher.requests >= MOST_REQUESTS else ""
        return f"no column with reports was found among {len(self._met)} pages{used}"


def _title(page: Page) -> str:
    return str((page.tree.xpath("//h1//text() | //title//text()") or [""])[0])


def _proposal(confidence: float, proof: Proof) -> Proposal:
    mine = proof.own or proof.unnamed
    way = " › ".join(title for title in proof.trail if title) or "首页"
    years = tuple(sorted(proof.years))
    notes = f"{way}：列有本单位报告{mine}份" if proof.own else f"{way}：列有未写单位名称的报告{mine}份"
    if years:
        notes += f"（{years[0]}—{years[-1]}年）" if len(years) > 1 else f"（{years[0]}年）"
    if proof.others:
        notes += f"，另有{len(proof.others)}个单位"
    return Proposal(proof.url, proof.family, round(confidence, 2), mine, years, len(proof.others), notes)
