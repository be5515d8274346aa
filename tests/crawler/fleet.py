"""A register of simulated portals, looks at them by the real child process, and what came of it against what is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

import config
from crawler import run
from demo.simulator.server import Network
from demo.simulator.site import Site, Truth
from models import base, ledger
from models.agencies import AgencyRow, upsert_agency
from models.documents import Document, Version
from models.sources import Source, upsert_source
from reports.duties import COMPLETE, PUBLISHES
from tests import databases
from tests.crawler.world import time_passes


@dataclass(slots=True)
class Sum:
    """What a crawl came to, for all portals or for one family."""

    true: int = 0  # reports that a reader could get to
    found: int = 0  # of these, held under the right body and year
    twice: int = 0
    invented: list[str] = field(default_factory=list)  # held as a report of a body and year that has none
    missing: list[str] = field(default_factory=list)  # bodies called missing that have published
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Found of true."""
        return self.found / self.true if self.true else 1.0


class Fleet:
    """Portals on a network, a register that names them, a database."""

    def __init__(self, folder: Path, network: Network, sites: list[Site], delay: float = 0.01) -> None:
        self.sites = sites
        self.settings = config.Settings(data_dir=folder, crawl_delay=delay, _env_file=None)
        databases.sqlite_file(folder / "nianbao.sqlite3")
        self.engine = base.make_engine(self.settings.database_url)
        self.sources: dict[int, Site] = {}
        self.names: dict[int, str] = {}
        self.ever: set[tuple[str, int]] = set()  # bodies and years that have published up to the last crawl
        with base.transaction(self.engine) as session:
            for site in sites:
                network.add(site)
                for duty in site.duties():
                    for name in duty.agencies:
                        agency, _ = upsert_agency(session, AgencyRow(name, "county", "department"))
                        source = upsert_source(session, duty.url, agency.id, "", base.utcnow())
                        self.sources[source.id] = site
                        self.names[agency.id] = name
        self.settings = self.settings.model_copy(update={"allowed_private_hosts": network.hosts})

    def look(self, day: date | None = None, after: timedelta = timedelta(days=100)) -> None:
        """One look at every source, so long after the last."""
        for site in self.sites:
            site.today = day or site.today
        time_passes(self.engine, after)
        list(run.crawl(list(self.sources), self.settings))
        self.ever |= {(report.agency, report.year) for site in self.sites for report in site.truth()}

    def measured(self) -> dict[str, Sum]:
        """What is known now against what is true today, by family."""
        out: dict[str, Sum] = {}
        with base.transaction(self.engine) as session:
            versioned = set(session.scalars(sa.select(Version.document_id)))
            documents = list(session.scalars(sa.select(Document).where(Document.kind.in_(PUBLISHES))))
            held = Counter(
                (d.source_id, self.names.get(d.agency_id or 0), d.year)
                for d in documents
                if d.id in versioned and d.gone_on is None
            )
            for source in session.scalars(sa.select(Source)):
                found = out.setdefault(self.sources[source.id].family, Sum())
                found.statuses[source.status or "-"] += 1
                if source.status not in COMPLETE:
                    found.reasons.append(f"{source.url} {source.status}: {source.reason}")
        truths = {id(site): site.truth() for site in self.sites}
        for site in self.sites:
            self._compare(out[site.family], site, truths[id(site)], held)
        self._missing(out, truths)
        return out

    def _compare(
        self, into: Sum, site: Site, truth: list[Truth], held: Counter[tuple[int, str | None, int | None]]
    ) -> None:
        mine = [source_id for source_id, of in self.sources.items() if of is site]
        for report in truth:
            counts = [held[(source_id, report.agency, report.year)] for source_id in mine]
            if report.reachable:
                into.true += 1
                into.found += bool(sum(counts))
                if not sum(counts):
                    into.lost.append(f"{report.url} {report.title}")
            into.twice += max([*counts, 1]) > 1
        for source_id, name, year in held:
            if source_id in mine and name is not None and (name, year) not in self.ever:
                into.invented.append(f"{name} {year}")

    def missing(self) -> list[tuple[str, int]]:
        """Every body and year that is called missing."""
        moment = datetime.now(self.settings.zone)
        years = {entry.year for site in self.sites for column in site.root.walk() for entry in column.entries}
        with base.transaction(self.engine) as session:
            return [
                (standing.duty.agency, year)
                for year in sorted(years)
                for standing in ledger.ledger_of(session, year, moment).standings
                if standing.state == "missing"
            ]

    def _missing(self, into: dict[str, Sum], truths: dict[int, list[Truth]]) -> None:
        published = {(t.agency, t.year): site for site in self.sites for t in truths[id(site)]}
        for name, year in self.missing():
            site = published.get((name, year))
            if site is not None:
                into[site.family].missing.append(f"{site.base} {name} {year}")


def told(sums: dict[str, Sum]) -> str:
    """A table, for people."""
    lines = [f"{'family':14} {'true':>5} {'found':>6} {'share':>6} {'twice':>6} {'inv.':>5} {'miss.':>6}  statuses"]
    for name, found in sums.items():
        lines.append(
            f"{name:14} {found.true:5} {found.found:6} {found.share:6.0%} {found.twice:6} {len(found.invented):5} "
            f"{len(found.missing):6}  {dict(found.statuses)}"
        )
    true, got = sum(s.true for s in sums.values()), sum(s.found for s in sums.values())
    return "\n".join([*lines, f"{'all':14} {true:5} {got:6} {got / max(true, 1):6.0%}"])
