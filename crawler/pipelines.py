"""Bytes first, then rows, then the work to read them: in this order nothing can be lost.

All functions here block; the spider calls them in a thread."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import config
import net
from crawler import links, titles
from models import agencies, base, documents, queries, sources
from reports import sniff
from reports.blocks import Unreadable
from storage import store

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(slots=True)
class Target:
    """A source as the spider needs it."""

    source_id: int
    run_id: int
    url: str
    family: str
    validators: dict[str, Any]
    serves: dict[int, list[str]]
    guard: net.Guard
    known: dict[str, int] = field(default_factory=dict)  # address -> document, of those that hold a version


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it was answered."""

    url: str
    href: str
    name: str
    data: bytes


class Recorder:
    """Writes what a crawl sees."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._engine: Engine = base.make_engine(settings.database_url)
        self._store = store(settings.blob_url)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def begin(self, source_id: int) -> Target | None:
        """Start a run; None if the source is gone from the register."""
        now = base.utcnow()
        with base.transaction(self._engine) as session:
            source = session.get(sources.Source, source_id)
            if source is None:
                return None
            run = sources.start_run(session, source_id, now)
            serves: dict[int, list[str]] = {}
            portals: list[str] = []
            for agency_id in sources.agencies_of(session, source_id):
                agency = session.get_one(agencies.Agency, agency_id)
                serves[agency_id] = [name for name in agencies.names_of(agency) if name]
                if agency.portal:
                    portals.append(agency.portal)
            guard = net.Guard.of([source.url, *portals], self._settings.allowed_private_hosts)
            known = queries.versioned_documents(session, source_id)
            return Target(
                source_id, run.id, source.url, source.family, dict(source.validators or {}), serves, guard, known
            )

    def listing(self, target: Target, url: str | None, title: str, listed_on: date | None) -> int:
        """Record a row of a list; returns the document's number. A row whose link cannot be resolved is kept by title."""
        told = titles.told(title)
        where = url or f"{target.url}#{hashlib.sha256(title.encode()).hexdigest()[:16]}"
        with base.transaction(self._engine) as session:
            document = documents.record_listing(
                session,
                source_id=target.source_id,
                key=links.key(where) if url else where,
                url=where,
                title=title[:500],
                kind=told.kind,
                year=told.year,
                agency_id=titles.assign(told.agency, target.serves),
                listed_on=listed_on,
                now=base.utcnow(),
            )
            return document.id

    def version(
        self, document_id: int, page: Fetched, text: str | None, files: Sequence[Fetched], published_on: date | None
    ) -> int | None:
        """Store a document as it stands; returns the number of the work to read it where it is new.

        ``text`` is the article's text for a page (None for a file): counters and weather outside it make no version."""
        hashed = [hashlib.sha256(file.data).hexdigest() for file in files]
        own = (
            hashlib.sha256(re.sub(r"\s+", "", text).encode()).hexdigest()
            if text
            else hashlib.sha256(page.data).hexdigest()
        )
        content = hashlib.sha256("\n".join([own, *sorted(hashed)]).encode()).hexdigest()
        sha256 = self._store.put(page.data)
        for file in files:
            self._store.put(file.data)
        now = base.utcnow()
        with base.transaction(self._engine) as session:
            document = session.get_one(documents.Document, document_id)
            if document.listed_on is None and published_on is not None:
                document.listed_on = published_on
                document.published_on = document.published_on or published_on
            stored = [
                documents.StoredFile(file.url, file.href, file.name[:200], digest, media_type(file), len(file.data))
                for file, digest in zip(files, hashed, strict=True)
            ]
            _, work_id = documents.record_version(
                session,
                document_id=document_id,
                sha256=sha256,
                content_key=content,
                name=page.name[:200],
                media_type=media_type(page),
                size=len(page.data),
                url=page.url,
                headers={},
                attachments=stored,
                now=now,
            )
            return work_id

    def finish(
        self,
        target: Target,
        status: str,
        reason: str,
        requests: int,
        items: int,
        stated: int | None,
        validators: dict[str, Any],
        changed: bool,
        family: str,
        now: datetime | None = None,
    ) -> None:
        """Write how the look ended."""
        with base.transaction(self._engine) as session:
            if family:
                session.get_one(sources.Source, target.source_id).family = family
            sources.finish_run(
                session,
                target.run_id,
                status,
                reason,
                requests,
                items,
                stated,
                validators,
                changed,
                now or base.utcnow(),
                timedelta(seconds=self._settings.crawl_interval),
            )


def media_type(file: Fetched) -> str:
    """The type by content, whatever header and name say."""
    try:
        return sniff.sniff(file.data, file.name).media_type
    except Unreadable:
        return "application/octet-stream"
