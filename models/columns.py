"""Which columns of bodies somebody vouches for: those that people entered, that a person confirmed, or that turned out to
hold the body's reports. Of any other nothing is concluded from what it does not show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

import net
from models import people
from models.agencies import Agency, names_of
from models.documents import Document
from models.sources import Source, SourceAgency, upsert_source
from reports.duties import PUBLISHES


def vouched() -> sa.ColumnElement[bool]:
    """Whether a body's column (a row of ``SourceAgency``) is confirmed, or proved to hold a report of that body."""
    proof = sa.exists().where(
        Document.source_id == SourceAgency.source_id,
        Document.agency_id == SourceAgency.agency_id,
        Document.kind.in_(PUBLISHES),
        Document.state == "read",
    )
    return sa.or_(SourceAgency.confirmed, proof)


def confirm(session: Session, agency_id: int, by: str, now: datetime, note: str = "") -> list[str]:
    """A person vouches for the columns of a body; the addresses of those that nobody had vouched for."""
    rows = session.execute(
        sa.select(SourceAgency, Source)
        .join(Source, Source.id == SourceAgency.source_id)
        .where(SourceAgency.agency_id == agency_id, SourceAgency.confirmed.is_(False))
        .order_by(Source.id)
    ).all()
    for link, source in rows:
        link.confirmed = True
        after = {"agency_id": agency_id, "url": source.url}
        people.audit(session, people.Act(by, "confirm", now, note), "sources", source.id, None, after)
    session.flush()
    return [source.url for _, source in rows]


def render(session: Session, agency_id: int, on: bool, by: str, now: datetime) -> list[str]:
    """Whether a browser is to draw what the columns of a body do not show; the addresses of those that changed."""
    query = (
        sa.select(Source)
        .join(SourceAgency, SourceAgency.source_id == Source.id)
        .where(SourceAgency.agency_id == agency_id, Source.rendered.is_not(on))
    )
    found = list(session.scalars(query.order_by(Source.id)))
    for source in found:
        source.rendered, source.next_due_at = on, now
        people.audit(
            session, people.Act(by, "render", now), "sources", source.id, {"rendered": not on}, {"rendered": on}
        )
    session.flush()
    return [source.url for source in found]


def unconfirmed(session: Session) -> int:
    """How many columns of bodies nobody vouches for."""
    return session.scalar(sa.select(sa.func.count()).select_from(SourceAgency).where(sa.not_(vouched()))) or 0


# ------------------------------------------------------------------ columns that are looked for


@dataclass(frozen=True, slots=True)
class Home:
    """Where the search for a body's column begins. ``addresses`` are those that the register has of it: no other host is
    asked. ``alone``: no other registered body has this home."""

    agency_id: int
    name: str
    names: tuple[str, ...]
    url: str
    addresses: tuple[str, ...]
    alone: bool


def wanting(session: Session) -> list[int]:
    """The bodies with a home address and no column that somebody vouches for."""
    served = sa.exists().where(SourceAgency.agency_id == Agency.id, vouched())
    return list(session.scalars(sa.select(Agency.id).where(Agency.portal != "", ~served).order_by(Agency.id)))


def with_home(session: Session) -> list[int]:
    """All bodies with a home address."""
    return list(session.scalars(sa.select(Agency.id).where(Agency.portal != "").order_by(Agency.id)))


def homes(session: Session, agency_ids: Sequence[int]) -> list[Home]:
    """The homes of these bodies; a body whose home is no address that may be visited has none."""
    shared = Counter(_host(portal) for portal in session.scalars(sa.select(Agency.portal).where(Agency.portal != "")))
    query = (
        sa.select(Agency).where(Agency.id.in_(agency_ids), Agency.portal != "").options(selectinload(Agency.aliases))
    )
    out = []
    for agency in session.scalars(query.order_by(Agency.id)):
        if not _host(agency.portal):
            continue
        urls = session.scalars(
            sa.select(Source.url)
            .join(SourceAgency, SourceAgency.source_id == Source.id)
            .where(SourceAgency.agency_id == agency.id)
        )
        names = tuple(name for name in names_of(agency) if name)
        addresses = (agency.portal, *(url for url in urls if _host(url)))
        alone = shared[_host(agency.portal)] == 1
        out.append(Home(agency.id, agency.name, names, agency.portal, addresses, alone))
    return out


def _host(url: str) -> str:
    """Host and path of an address, which tell one home from another; empty where it may not be visited."""
    try:
        host, port = net.host_of(url)
    except net.NotAllowed:
        return ""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].rstrip("/")
    return f"{net.bare(host)}:{port}/{path}"


_LOST = ("gone", "moved")


def accept(session: Session, agency_id: int, url: str, evidence: str, by: str, now: datetime) -> bool:
    """A column that was found becomes the body's source; False where it is one already. It takes the place of columns that
    nobody vouches for or that are not there any more, and stands beside any other."""
    rows = session.execute(
        sa.select(SourceAgency, Source, vouched())
        .join(Source, Source.id == SourceAgency.source_id)
        .where(SourceAgency.agency_id == agency_id)
    ).all()
    if any(source.url == url and link.confirmed for link, source, _ in rows):
        return False
    source = upsert_source(session, url, agency_id, "", now)
    session.get_one(SourceAgency, (source.id, agency_id)).confirmed = True
    before = [other.url for _, other, _ in rows]
    for link, other, sure in rows:
        if other.id != source.id and (not sure or other.status in _LOST):
            session.delete(link)
    after = {"agency_id": agency_id, "url": url}
    people.audit(session, people.Act(by, "discover", now, evidence), "sources", source.id, {"urls": before}, after)
    session.flush()
    return True
