"""Portals written by hand from the note on portals, in other markup than the simulator's: what a crawl finds there, once,
with its day and under the right body; whether it knows that this was all; what it costs and whom it never contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest
import sqlalchemy as sa

import config
from crawler import run
from demo.simulator.server import Network
from models import base, ledger
from models.agencies import AgencyRow, upsert_agency
from models.documents import Document, Version
from models.sources import Source, upsert_source
from reports.duties import PUBLISHES
from tests import databases
from tests.crawler.handmade.called import CALLED
from tests.crawler.handmade.lists import LISTS
from tests.crawler.handmade.odd import ODD
from tests.crawler.handmade.portal import Portal, published
from tests.crawler.handmade.regions import DATA, REGIONS, SHAPES
from tests.crawler.handmade.written import WRITTEN

pytestmark = pytest.mark.slow

PORTALS = [make() for make in (*CALLED, *WRITTEN, *LISTS, *REGIONS, *DATA, *SHAPES, *ODD)]


@dataclass(slots=True)
class Crawled:
    """What a crawl of one portal came to."""

    portal: Portal
    status: str
    reason: str
    family: str
    held: Counter[int] = field(default_factory=Counter)  # by year
    days: dict[int, date | None] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Crawled]]:
    folder = tmp_path_factory.mktemp("handmade")
    settings = config.Settings(data_dir=folder, crawl_delay=0.01, _env_file=None)
    databases.sqlite_file(folder / "nianbao.sqlite3")
    engine = base.make_engine(settings.database_url)
    sources: dict[int, Portal] = {}
    bodies: dict[int, Portal] = {}
    with Network() as network:
        with base.transaction(engine) as session:
            for portal in PORTALS:
                network.add(portal)
                agency, _ = upsert_agency(session, AgencyRow(portal.body, "county", "department"))
                url = portal.base + portal.column
                sources[upsert_source(session, url, agency.id, "", base.utcnow()).id] = portal
                bodies[agency.id] = portal
        settings = settings.model_copy(update={"allowed_private_hosts": network.hosts})
        list(run.crawl(list(sources), settings))
        out: dict[str, Crawled] = {}
        with base.transaction(engine) as session:
            for source in session.scalars(sa.select(Source)):
                portal = sources[source.id]
                out[portal.name] = Crawled(portal, source.status, source.reason, source.family)
            versioned = set(session.scalars(sa.select(Version.document_id)))
            for document in session.scalars(sa.select(Document).where(Document.kind.in_(PUBLISHES))):
                if document.id in versioned and document.agency_id and document.year:
                    one = out[bodies[document.agency_id].name]
                    one.held[document.year] += 1
                    one.days[document.year] = document.published_on
            moment = datetime.now(settings.zone)
            for year in range(2019, 2025):
                for standing in ledger.ledger_of(session, year, moment).standings:
                    portal = bodies[standing.duty.agency_id]
                    if standing.state == "missing" and year in portal.years + portal.never:
                        out[portal.name].missing.append(year)
        yield out
        engine.dispose()


@pytest.mark.parametrize("name", [portal.name for portal in PORTALS])
def test_every_report_is_found_once_with_its_day_and_the_end_is_known(seen, name):
    one = seen[name]
    assert one.missing == []
    assert (one.status in one.portal.statuses, dict(one.held)) == (True, dict.fromkeys(one.portal.years, 1)), (
        one.family, one.status, one.reason)  # fmt: skip
    if one.portal.family:
        assert one.family == one.portal.family
    if one.portal.day is not None:
        assert one.days == {year: published(year, one.portal.day) for year in one.portal.years}
