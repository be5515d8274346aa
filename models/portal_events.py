"""What the last crawl of a source found gone, as people are told of it at once: reports withdrawn without another in their
place, a column that lists nothing any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from models.agencies import Agency
from models.base import chunks
from models.documents import Document
from models.sources import Source, SourceAgency
from reports.duties import PUBLISHES

WITHDRAWN, QUIET = "withdrawn", "quiet"  # what the keys of events begin with
NEWS_FOR = timedelta(days=3)  # what was withdrawn longer ago is no news: nobody could be told in time
_THERE = ("listed", "waiting", "read", "unreadable", "failed")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A report that its portal has no more."""

    key: str
    title: str
    url: str
    agency_id: int | None
    agency: str
    year: int | None
    seen_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Quiet:
    """A column that listed something and lists nothing now; ``agencies`` are the bodies it serves, id -> name."""

    key: str
    url: str
    by_id: dict[int, str]

    @property
    def agencies(self) -> list[str]:
        """Their names."""
        return list(self.by_id.values())


@dataclass(frozen=True, slots=True)
class Events:
    """What happened at a source."""

    withdrawn: tuple[Withdrawn, ...] = ()
    quiet: Quiet | None = None

    @property
    def keys(self) -> list[str]:
        """The events, each under the key that it is told once by."""
        return [*(one.key for one in self.withdrawn), *([self.quiet.key] if self.quiet else [])]

    @property
    def bodies(self) -> set[int]:
        """Whom they concern."""
        return {one.agency_id for one in self.withdrawn if one.agency_id is not None} | set(
            self.quiet.by_id if self.quiet else ()
        )

    def without(self, notified: Collection[str]) -> Events:
        """Those of which nobody was told."""
        quiet = None if self.quiet is None or self.quiet.key in notified else self.quiet
        return Events(tuple(one for one in self.withdrawn if one.key not in notified), quiet)

    def of(self, bodies: Collection[int]) -> Events:
        """Those that concern these bodies."""
        named = {id_: name for id_, name in self.quiet.by_id.items() if id_ in bodies} if self.quiet else {}
        quiet = replace(self.quiet, by_id=named) if self.quiet and named else None
        return Events(tuple(one for one in self.withdrawn if one.agency_id in bodies), quiet)


def at_source(session: Session, source_id: int, day: date, waiting: Collection[str] = ()) -> Events:
    """What the crawls up to ``day`` found gone at a source and is still so: lately, or of the events ``waiting``, whose
    mail did not leave in time."""
    source = session.get(Source, source_id)
    if source is None:
        return Events()  # it was struck from the register meanwhile
    documents = _numbers(WITHDRAWN, waiting)
    return Events(tuple(_withdrawn(session, source_id, day, documents)), _quiet(session, source))


def sources_of(session: Session, keys: Collection[str]) -> list[int]:
    """The sources at which these events happened."""
    query = sa.select(Document.source_id).where(Document.id.in_(_numbers(WITHDRAWN, keys)))
    return sorted({*session.scalars(query), *_numbers(QUIET, keys)})


def _numbers(kind: str, keys: Collection[str]) -> list[int]:
    """The documents that were withdrawn, or the sources that are quiet, of which these keys are."""
    return sorted({int(key.split(":")[1]) for key in keys if key.startswith(f"{kind}:")})


def notified_of(session: Session, notified_at: Mapping[str, datetime]) -> dict[tuple[int, int], datetime]:
    """(body, report year) -> when its withdrawal was told at once; ``notified_at`` are matters with the time of their mail."""
    moments = {int(key.split(":")[1]): at for key, at in notified_at.items() if key.startswith(f"{WITHDRAWN}:")}
    out: dict[tuple[int, int], datetime] = {}
    for part in chunks(moments):
        query = sa.select(Document.id, Document.agency_id, Document.year).where(Document.id.in_(part))
        for id_, agency_id, year in session.execute(query):
            if agency_id is not None and year is not None:
                out[agency_id, year] = moments[id_]
    return out


def _withdrawn(session: Session, source_id: int, day: date, waiting: Collection[int]) -> Iterable[Withdrawn]:
    other = aliased(Document)
    instead = sa.exists().where(
        other.id != Document.id,
        other.agency_id == Document.agency_id,
        other.year == Document.year,
        other.kind.in_(PUBLISHES),
        other.state.in_(_THERE),
    )
    rows = session.execute(
        sa.select(Document, Agency.name)
        .outerjoin(Agency, Agency.id == Document.agency_id)
        .where(
            Document.source_id == source_id,
            Document.state == "gone",
            Document.kind.in_(PUBLISHES),
            sa.or_(Document.gone_on >= day - NEWS_FOR, Document.id.in_(waiting)),
            ~instead,
        )
        .order_by(Document.id)
    )
    for document, agency in rows:
        yield Withdrawn(
            f"{WITHDRAWN}:{document.id}:{document.gone_on}", document.title, document.url, document.agency_id,
            agency or "", document.year, document.first_seen.date(), document.last_seen.date(),
        )  # fmt: skip


def _quiet(session: Session, source: Source) -> Quiet | None:
    if source.status != "quiet":
        return None
    names = session.execute(
        sa.select(Agency.id, Agency.name)
        .join(SourceAgency, SourceAgency.agency_id == Agency.id)
        .where(SourceAgency.source_id == source.id)
        .order_by(Agency.id)
    )
    since = source.complete_at.date().isoformat() if source.complete_at else ""
    return Quiet(f"{QUIET}:{source.id}:{since}", source.url, dict(names.all()))
