"""Looks at hand-made portals by the real child process, day by day, and what is held after each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import config
import storage
from crawler import run
from demo.simulator.server import Network
from models import base, ledger
from models.agencies import AgencyRow, upsert_agency
from models.documents import Attachment, Document, Version
from models.sources import Source, upsert_source
from tests import databases
from tests.crawler.handmade.portal import Portal
from tests.crawler.world import time_passes


@dataclass(slots=True)
class Held:
    """One document with its versions and the files of the newest."""

    title: str
    url: str
    urls: list[str]
    kind: str | None
    year: int | None
    mine: bool  # it is held as one of the portal's own body
    published_on: date | None
    days: dict[str, str]
    state: str
    reason: str
    versions: int
    data: bytes = b""
    files: list[tuple[str, str]] = field(default_factory=list)  # name, media type


@dataclass(slots=True)
class Day:
    """What is known of one portal after a crawl."""

    status: str
    reason: str
    family: str
    held: list[Held]
    asked: list[str]
    missing: list[int]

    @property
    def reports(self) -> list[Held]:
        """Its documents that hold a version of a report of the body."""
        return [
            one for one in self.held if one.versions and one.mine and one.kind in {"annual_report", "legacy_report"}
        ]

    @property
    def years(self) -> list[int | None]:
        """Their years, newest first."""
        return sorted((one.year for one in self.reports), key=lambda year: -(year or 0))


class Looks:
    """A register of hand-made portals."""

    def __init__(self, folder: Path, network: Network, portals: list[Portal]) -> None:
        self.settings = config.Settings(data_dir=folder, crawl_delay=0.01, _env_file=None)
        databases.sqlite_file(folder / "nianbao.sqlite3")
        self.engine = base.make_engine(self.settings.database_url)
        self.portals = portals
        self._of_source: dict[int, Portal] = {}
        self._of_agency: dict[int, Portal] = {}
        with base.transaction(self.engine) as session:
            for portal in portals:
                network.add(portal)
                for name in [portal.body, *portal.others]:
                    agency, _ = upsert_agency(session, AgencyRow(name, "county", "department"))
                    source = upsert_source(session, portal.base + portal.column, agency.id, "", base.utcnow())
                    self._of_agency[agency.id] = portal
                self._of_source[source.id] = portal
        self.settings = self.settings.model_copy(
            update={"allowed_private_hosts": [p.base.partition("//")[2] for p in portals]}
        )
        self._store = storage.store(self.settings.blob_url)

    def look(self) -> dict[str, Day]:
        """One look at every portal; by name."""
        time_passes(self.engine, timedelta(days=100))
        for portal in self.portals:
            portal.asked.clear()
        list(run.crawl(list(self._of_source), self.settings))
        with base.transaction(self.engine) as session:
            out = {
                self._of_source[source.id].name: Day(
                    source.status, source.reason, source.family, [], list(self._of_source[source.id].asked), []
                )
                for source in session.scalars(sa.select(Source))
            }
            for document in session.scalars(sa.select(Document).order_by(Document.id)):
                portal = self._of_source[document.source_id]
                out[portal.name].held.append(self._held(session, document, portal))
            moment = datetime.now(self.settings.zone)
            for year in range(2019, 2025):
                for standing in ledger.ledger_of(session, year, moment).standings:
                    portal = self._of_agency[standing.duty.agency_id]
                    if standing.state == "missing" and standing.duty.agency == portal.body:
                        out[portal.name].missing.append(year)
        return out

    def _held(self, session: sa.orm.Session, document: Document, portal: Portal) -> Held:
        versions = list(
            session.scalars(sa.select(Version).where(Version.document_id == document.id).order_by(Version.number))
        )
        files = session.scalars(sa.select(Attachment).where(Attachment.version_id.in_([v.id for v in versions[-1:]])))
        return Held(
            document.title, document.url.removeprefix(portal.base), document.urls, document.kind, document.year,
            document.agency_id is not None and self._of_agency[document.agency_id] is portal, document.published_on,
            document.days, document.state, document.state_reason or "", len(versions),
            self._store.get(versions[-1].sha256) if versions else b"", [(one.name, one.media_type) for one in files],
        )  # fmt: skip

    def later(self) -> None:
        """A later day, on which the turn of everything has come again."""
        time_passes(self.engine, timedelta(days=100))
        for portal in self.portals:
            portal.pages = {key: page for key, page in (portal.pages | portal.later).items() if page is not None}
