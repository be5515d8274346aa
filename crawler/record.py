"""Bytes first, then rows, then the work to read them: in this order nothing can be lost.

All functions here block; the spider calls them in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import config
import net
from crawler import health, list_items, plan, titles
from crawler.contents import Fetched, content_key, former_key, media_type
from crawler.list_items import REPORTS, ListItem
from crawler.pages import Detail, Listing, Page
from models import agencies, base, documents, known_documents, sources, withdrawals
from models.crawl_record import GONE_AFTER
from reports.narrative.classify import classify
from storage import Missing, store

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.crawl import Crawl


# A challenge is not to be hammered at: twice a day is often enough to see that it was lifted.
CHALLENGED_AGAIN = timedelta(hours=12)
ROWS_AT_ONCE = 200
# Of so many years a missing report makes every list be read afresh.
YEARS_OWED = 2
ELSEWHERE = "published again at another address"


@dataclass(slots=True)
class Target:
    """A source as the spider needs it. ``cached`` is what earlier crawls learnt of each address: its validators, the
    sha256 of what it answered, when it was last asked."""

    source_id: int
    run_id: int
    url: str
    family: str
    cached: dict[str, dict[str, str]]
    serves: dict[int, list[str]]
    guard: net.Guard
    items_before: int
    owing: bool = True  # a body that it serves has no report of one of the last years
    known: dict[str, known_documents.Known] = field(default_factory=dict)  # by address, of those that hold a version
    override: str = ""  # the family that a person has set
    rendered: bool = False  # a browser is to draw what shows nothing
    lists: dict[str, dict[str, Any]] = field(default_factory=dict)  # key of a list -> how it was when it was read whole
    reached: dict[str, str] = field(default_factory=dict)  # how its host had to be met (crawler.tls)
    brief: bool = False  # a list whose first page is as it was need not be read to its end this time


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands: the bytes of its newest version, and the sha256 of what belongs to it."""

    page: Page
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that an answer may be a version of: the year that the list says, the year that the text says."""

    document_id: int
    listed_year: int | None
    year: int | None


class Recorder:
    """Writes what a crawl sees."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._engine: Engine = base.make_engine(settings.database_url)
        self._store = store(settings.blob_url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    # -------------------------------------------------------------- bytes

    def keep(self, data: bytes) -> str:
        """Store bytes; returns their sha256."""
        return self._store.put(data)

    def kept(self, sha256: str) -> bytes | None:
        """Stored bytes; None if they are not there any more."""
        try:
            return self._store.get(sha256)
        except Missing:
            return None

    # -------------------------------------------------------------- a crawl

    def begin(self, source_id: int, season: int) -> Target | None:
        """Start a run; None if the source is gone from the register. A run that was killed before is closed by it.
        ``season`` is the youngest report year that can be published."""
        now = base.utcnow()
        with base.transaction(self._engine) as session:
            source = session.get(sources.Source, source_id)
            if source is None:
                return None
            run = sources.start_run(session, source_id, now)
            serves: dict[int, list[str]] = {}
            hosts = [source.url]
            for agency_id in sources.agencies_of(session, source_id):
                agency = session.get_one(agencies.Agency, agency_id)
                serves[agency_id] = [name for name in agencies.names_of(agency) if name]
                hosts.append(agency.portal)
            owing = known_documents.lacking(session, list(serves), range(season - YEARS_OWED + 1, season + 1))
            return Target(
                source_id,
                run.id,
                source.url,
                source.family,
                _kept_of(source.crawl_state, "addresses"),
                serves,
                _guard(hosts, self._settings.allowed_private_hosts),
                source.items,
                owing,
                known_documents.versioned(session, source_id),
                source.family_override,
                source.rendered,
                _kept_of(source.crawl_state, "lists"),
                dict((source.crawl_state or {}).get("reached") or {}),
                self._may_be_brief(source, owing),
            )

    @staticmethod
    def known_item(known: known_documents.Known) -> ListItem:
        """A known document as the row that it was listed by, as the list was not read."""
        row = Listing(known.url, known.title, known.listed_on)
        classified = classify(known.title)
        certain = known.agency_id is not None and known.year is not None
        return ListItem(row, classified, known.id, known.agency_id, False, True, known.kind in REPORTS, certain, False)

    def _may_be_brief(self, source: sources.Source, owing: bool) -> bool:
        """Whether a crawl may leave out the further pages of lists: the last one ended well and their turn is not yet."""
        last = source.complete_at
        whole_on = last.astimezone(self._settings.zone).date() if last is not None else None
        return source.status in sources.COMPLETE and not plan.whole_is_due(self.today(), whole_on, owing)

    def listed(self, target: Target, rows: Sequence[Listing], shared: bool, year: int | None = None) -> list[ListItem]:
        """Record the rows of a list, some hundreds a transaction: nobody waits long for the database. A row whose link
        cannot be resolved is kept by its title; one that names a body that a ``shared`` column lists and the register
        does not know is kept as nobody's. ``year`` is what the text of a single row says, where its title does not."""
        out: list[ListItem] = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            with base.transaction(self._engine) as session:
                part = rows[start : start + ROWS_AT_ONCE]
                out += list_items.record(session, target, part, shared, year, base.utcnow())
        return out

    def version(
        self,
        target: Target,
        wanted: Wanted,
        page: Fetched,
        detail: Detail | None,
        files: Sequence[Fetched],
        failed: Mapping[str, str] | None = None,
    ) -> int | None:
        """Store a document as it stands; returns the number of the work that follows where it is new.

        ``detail`` is the article of a page (None for a file): counters and weather around it make no version.
        ``failed`` are its files that could not be had, address -> name."""
        hashed = [self._store.put(file.data) for file in files]
        sha256 = self._store.put(page.data)
        now = base.utcnow()
        with base.transaction(self._engine) as session:
            document = documents.locked(session, wanted.document_id)
            if wanted.year is not None and document.year not in {None, wanted.year}:
                # One address, another year: what was known of it stands, and this is a document of its own.
                documents.says_other_year(session, document, wanted.year)
                title = detail.title if detail is not None and detail.title else page.name
                document = documents.of_year(session, document, wanted.year, title[:500], now)
                document = documents.locked(session, document.id)
            elif document.year is None:
                document.year = wanted.year
            if detail is not None:
                _learn(document, detail, target, now)
            stored = [
                documents.StoredFile(file.url, file.href, file.name[:200], digest, media_type(file), len(file.data))
                for file, digest in zip(files, hashed, strict=True)
            ]
            _, work_id = documents.add_version(
                session,
                document,
                documents.Content(
                    sha256=sha256,
                    content_key=content_key(sha256, detail, hashed),
                    former_key=former_key(sha256, detail, hashed),
                    name=page.name[:200],
                    media_type=media_type(page),
                    size=len(page.data),
                    url=page.url,
                    headers=dict(page.headers),
                    attachments=stored,
                    failed=failed or {},
                ),
                now,
            )
            return work_id

    def note(self, document_id: int, reason: str, kind: str | None = None) -> None:
        """Say on a document of which only the title is known why that is so; ``kind`` where opening it told."""
        with base.transaction(self._engine) as session:
            document = session.get_one(documents.Document, document_id)
            if document.state == "listed":
                document.state_reason = reason[:500]
                document.kind = kind or document.kind

    def gone(self, document_id: int) -> None:
        """Mark a document that its portal has withdrawn; its bytes are kept."""
        with base.transaction(self._engine) as session:
            withdrawals.withdraw(
                session, document_id, "the portal does not have it any more", self.today(), base.utcnow()
            )

    def stands(self, document_id: int, sha256: str) -> bool:
        """Whether these bytes, without files, are what is known of the document."""
        with base.reading(self._engine) as session:
            return known_documents.stands(session, document_id, sha256)

    def replaced(self, document_id: int) -> bool:
        """Whether the report stands at another address by now."""
        with base.reading(self._engine) as session:
            return withdrawals.is_replaced(session, document_id)

    def moves(self, source_id: int, since: datetime) -> list[withdrawals.Move]:
        """The known reports that the crawl that began at ``since`` did not meet, where it met another of that body and
        year."""
        with base.reading(self._engine) as session:
            return withdrawals.moved_within(session, source_id, since)

    def superseded(self, document_id: int) -> None:
        """Mark a document that stands at another address by now."""
        with base.transaction(self._engine) as session:
            withdrawals.withdraw(session, document_id, ELSEWHERE, self.today(), base.utcnow())

    def standing(self, document_id: int) -> Standing | None:
        """A document's newest version with its bytes; None where there is none, or they are not there any more."""
        with base.reading(self._engine) as session:
            version = documents.current_version(session, document_id)
            if version is None:
                return None
            files = frozenset(file.sha256 for file in version.attachments)
            sha256, url, kind = version.sha256, version.url, version.media_type
        body = self.kept(sha256)
        return Standing(Page(url, body, kind), files) if body is not None else None

    def unanswered(self, document_id: int) -> None:
        """A listed document's page was not to be had today."""
        with base.transaction(self._engine) as session:
            documents.failed_today(session, document_id, self.today())

    def today(self) -> date:
        """The office's day."""
        return base.utcnow().astimezone(self._settings.zone).date()

    def finish(self, crawl: Crawl, verdict: health.Verdict) -> None:
        """Write how the crawl ended. What was learnt of single addresses is kept in any case: it saves requests and
        hides nothing, for what an unchanged answer tells is known, or is read again from the store."""
        now = base.utcnow()
        target, status = crawl.target, verdict.status
        with base.transaction(self._engine) as session:
            source = session.get_one(sources.Source, target.source_id)
            if crawl.family:
                source.family = crawl.family
            sources.finish_run(
                session,
                target.run_id,
                sources.Outcome(
                    status=status,
                    reason=verdict.reason,
                    requests=crawl.fetcher.requests,
                    items=crawl.items,
                    stated_total=crawl.stated,
                    crawl_state=dict(source.crawl_state or {}),
                    changed=crawl.changed,
                    whole=not crawl.is_brief,
                ),
                now,
                plan.interval(
                    self.today(),
                    target.owing,
                    timedelta(seconds=self._settings.crawl_interval),
                    timedelta(0) if crawl.changed or source.changed_at is None else now - source.changed_at,
                ),
            )
            if status == "challenged" and source.next_due_at is not None:
                source.next_due_at = max(source.next_due_at, now + CHALLENGED_AGAIN)
            whole = status in sources.COMPLETE and not crawl.is_brief
            moves = withdrawals.moved_within(session, target.source_id, crawl.now) if whole else []
            for document_id in {move.document_id: None for move in moves}:
                withdrawals.withdraw(session, document_id, ELSEWHERE, self.today(), now)
            old = {url: entry for url, entry in target.cached.items() if not whole or url in target.known}
            lists = {} if whole else target.lists
            source.crawl_state = {
                "addresses": {**old, **crawl.fetcher.learnt},
                "lists": {**lists, **crawl.read_whole},
                "reached": crawl.reached,
            }


def _kept_of(state: Mapping[str, Any] | None, what: str) -> dict[str, dict[str, Any]]:
    found = (state or {}).get(what)
    return {url: dict(entry) for url, entry in found.items()} if isinstance(found, dict) else {}


def _guard(urls: Iterable[str], private: Sequence[str]) -> net.Guard:
    """A guard for these addresses; a portal without a valid address is no reason not to read the column."""
    fit = []
    for url in urls:
        try:
            net.host_of(url)
        except net.NotAllowed:
            continue
        fit.append(url)
    return net.Guard.of(fit, private)


def _learn(document: documents.Document, detail: Detail, target: Target, now: datetime) -> None:
    """What the article itself says where the list said nothing."""
    day = list_items.plausible(detail.published_on, now)
    if day is not None and detail.dated_by:
        documents.state_day(document, detail.dated_by, day)
        if detail.dated_by in {"page", "meta"}:
            document.listed_on = document.listed_on or day
    classified = classify(detail.title)
    if document.kind is None and classified.kind is not None:
        document.kind = classified.kind
        document.year = document.year or classified.year
        if len(detail.title) > len(document.title):
            document.title = detail.title[:500]
    named = classified.agency or detail.issuer
    if document.agency_id is None and named:
        document.agency_id = titles.assign(named, target.serves, shared=True)


def gone_long_enough(since: str, now: datetime) -> bool:
    """Whether a page that was first found away at that moment (ISO) has been away on two crawls, a day apart."""
    return now - datetime.fromisoformat(since) >= GONE_AFTER
