"""What tests of whole crawls share: portals of given pages, a register that points at them, a database to look into."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

import config
from crawler import run
from demo.simulator.server import Answer
from models import base
from models.agencies import AgencyRow, upsert_agency
from models.documents import Attachment, Document, Version
from models.sources import Source, upsert_source
from tests import databases
from tests.crawler.given import Portal, Portals

COLUMN = "/zwgk/zfxxgknb/"
NAME = "甲县水利局"


def title(year: int, body: str = NAME) -> str:
    return f"{body}{year}年政府信息公开工作年度报告"


def listed(*rows: tuple[str, str], pager: str = "", more: str = "") -> str:
    items = "".join(f'<li><a href="{href}">{text}</a><span>2025-01-20</span></li>' for href, text in rows)
    return f"<html><head><title>政府信息公开年报</title></head><body><ul>{items}</ul>{pager}{more}</body></html>"


def article(text: str, inner: str = "<p>一、总体情况</p><p>本年度工作平稳，没有需要说明的其他事项。</p>") -> str:
    return f'<html><body><h1>{text}</h1><p>发布日期：2025-01-20</p><div class="TRS_Editor">{inner}</div></body></html>'


def time_passes(engine: sa.Engine, span: timedelta) -> None:
    """Make everything that was noted of looks so much older."""
    with base.transaction(engine) as session:
        for source in session.scalars(sa.select(Source)):
            for entry in source.crawl_state.get("addresses", {}).values():
                for name in ("at", "gone", "unlisted", "read"):
                    if name in entry:
                        entry[name] = (datetime.fromisoformat(entry[name]) - span).isoformat()
            flag_modified(source, "crawl_state")
            source.complete_at = source.complete_at - span if source.complete_at else None
            source.checked_at = source.checked_at - span if source.checked_at else None


class Site(Portal):
    """A portal of given pages: path -> markup or answer."""

    def __init__(self, pages: dict[str, str | Answer]) -> None:
        super().__init__("甲县", [])
        self.given = pages

    def paths(self) -> dict[str, Answer]:
        return {k: v if isinstance(v, Answer) else Answer(v.encode()) for k, v in self.given.items()}


def below(pages: dict[str, str | Answer]) -> Site:
    """A portal of pages given below its column."""
    return Site({COLUMN + path: page for path, page in pages.items()})


class World:
    """A register of sources, and looks at them by the real child process. A start of it takes a second or two, so tests
    share looks."""

    def __init__(self, folder: Path, portals: Portals) -> None:
        self.settings = config.Settings(data_dir=folder, crawl_delay=0.01, _env_file=None)
        databases.sqlite_file(folder / "nianbao.sqlite3")
        self.engine = base.make_engine(self.settings.database_url)
        self.portals = portals
        self.not_named: set[str] = set()  # hosts that the operator does not allow
        self.ids: dict[str, int] = {}
        self._bodies = 0
        self.sites: dict[str, Portal] = {}
        self.lines: list[dict[str, Any]] = []
        self.waiting = 0
        self.visitors: Callable[[], int] = lambda: 0

    def register(self, what: str, portal: Portal | str, *names: str) -> int:
        """Serve a portal and point the register at its column; the body bears a name of its own and these."""
        if isinstance(portal, Portal) and not portal.base:
            self.portals.add(portal)
        url = portal if isinstance(portal, str) else portal.column
        self._bodies += 1
        with base.transaction(self.engine) as session:
            row = AgencyRow(f"第{self._bodies}单位", "county", "department", aliases=list(names or (NAME,)))
            agency, _ = upsert_agency(session, row)
            self.ids[what] = upsert_source(session, url, agency.id, "", base.utcnow()).id
        return self.ids[what]

    def configured(self) -> config.Settings:
        hosts = [host for host in self.portals.hosts if host not in self.not_named]
        return self.settings.model_copy(update={"allowed_private_hosts": hosts})

    def look(self, *what: str) -> list[dict[str, Any]]:
        """One look, by one child, at these sources (at all of them if none is named)."""
        return list(run.crawl([self.ids[one] for one in what or self.ids], self.configured()))

    def time_passes(self, span: timedelta = timedelta(days=100)) -> None:
        """All that was noted of looks is so much older: the turn of documents and of whole lists comes again."""
        time_passes(self.engine, span)

    def source(self, what: str) -> Source:
        with base.transaction(self.engine) as session:
            return session.get_one(Source, self.ids[what])

    def documents(self, what: str) -> list[Document]:
        with base.transaction(self.engine) as session:
            query = sa.select(Document).where(Document.source_id == self.ids[what]).order_by(Document.id)
            return list(session.scalars(query))

    def versions(self, what: str) -> list[Version]:
        ids = [document.id for document in self.documents(what)]
        with base.transaction(self.engine) as session:
            query = sa.select(Version).where(Version.document_id.in_(ids)).order_by(Version.document_id, Version.number)
            return list(session.scalars(query))

    def attachments(self, what: str) -> list[Attachment]:
        ids = [version.id for version in self.versions(what)]
        with base.transaction(self.engine) as session:
            query = sa.select(Attachment).where(Attachment.version_id.in_(ids)).order_by(Attachment.id)
            return list(session.scalars(query))
