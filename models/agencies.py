"""The register: bodies with their names, contacts, duties and successors, all dated; the offices that supervise them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import history, people
from models.base import Base, Json, chunks, one_of, utcnow
from reports.checks.params import validated

# The words of the register's sheet; `dispatched` are 派出机关/机构, `authorized` are 法律法规授权的组织.
LEVELS = ("central", "province", "prefecture", "county", "township")
KINDS = (
    "government",
    "department",
    "dispatched",
    "authorized",
    "vertical",
    "enterprise",
    "institution",
    "party",
    "mass_organisation",
)


MOST_LEVELS = 16  # from a body up to the country's government there are five; more is a circle


class Agency(Base):
    """One reporting body (行政机关). Unique by its full official name."""

    __tablename__ = "agencies"

    id: Mapped[int] = mapped_column(primary_key=True)
    # Identity
    name: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str] = mapped_column(default="", server_default="", index=True)
    division_code: Mapped[str] = mapped_column(default="", server_default="")
    # Place in the hierarchy
    level: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agencies.id"), index=True)
    parent_name: Mapped[str] = mapped_column(default="", server_default="")
    # Where it publishes
    portal: Mapped[str] = mapped_column(default="", server_default="")
    # Scope: it owes the report of year y if it is in scope on 31 December of y
    in_scope_from: Mapped[date | None]
    in_scope_to: Mapped[date | None]
    deadline: Mapped[str] = mapped_column(default="", server_default="")
    can_make_regulations: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    note: Mapped[str] = mapped_column(default="", server_default="")

    parent: Mapped[Agency | None] = relationship(remote_side=[id])
    aliases: Mapped[list[AgencyAlias]] = relationship(back_populates="agency", cascade="all, delete-orphan")

    __table_args__ = (
        sa.CheckConstraint("name <> ''", name="name_given"),
        sa.CheckConstraint("parent_id <> id", name="not_below_itself"),
        sa.CheckConstraint("deadline = '' OR deadline LIKE '__-__'", name="deadline_is_a_day"),
        sa.CheckConstraint("in_scope_from <= in_scope_to", name="scope_in_order"),
    )


class AgencyAlias(Base):
    """Another name of a body, valid for a time (更名, 挂牌, short forms)."""

    __tablename__ = "agency_aliases"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    agency: Mapped[Agency] = relationship(back_populates="aliases")

    __table_args__ = (sa.UniqueConstraint("agency_id", "name"),)


class Succession(Base):
    """A body took over from another on a day (撤并): the only link by which history crosses bodies."""

    __tablename__ = "successions"

    id: Mapped[int] = mapped_column(primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"))
    successor_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"), index=True)
    on: Mapped[date]
    ground: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        sa.UniqueConstraint("predecessor_id", "successor_id"),
        sa.CheckConstraint("predecessor_id <> successor_id", name="two_bodies"),
    )


class Contact(Base):
    """A person or desk of a body, dated."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="", server_default="")
    role: Mapped[str] = mapped_column(default="", server_default="")
    email: Mapped[str] = mapped_column(default="", server_default="")
    phone: Mapped[str] = mapped_column(default="", server_default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Office(Base):
    """A supervising office (政府信息公开工作主管部门) of a government: who gets its mails in which role, its own parameters of
    the rules, when it wants to be told (``models.offices``)."""

    __tablename__ = "offices"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"), unique=True)
    emails: Mapped[list[str]] = mapped_column(Json, default=list)  # of the desk (经办)
    leaders: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    ops: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    wishes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


GROUND_KINDS = ("notice", "extension", "exempt", "withdrawn")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # when what an earlier version kept was recorded: nobody knows


class DutyGround(Base):
    """An own deadline of a body for some report years with the notice it rests on, an extension, or that it owes none;
    append only: of several the one recorded last holds, and one that is withdrawn leaves the law's day."""

    __tablename__ = "duty_grounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agencies.id", ondelete="CASCADE"))
    from_year: Mapped[int]
    to_year: Mapped[int | None]
    deadline: Mapped[str]
    ground: Mapped[str]
    kind: Mapped[str] = mapped_column(default="notice", server_default="notice")
    recorded_at: Mapped[datetime] = mapped_column(default=LONG_AGO)
    recorded_by: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        one_of("kind", GROUND_KINDS),
        sa.CheckConstraint("(kind IN ('notice', 'extension')) = (deadline <> '')", name="deadline_by_kind"),
        sa.CheckConstraint("deadline = '' OR deadline LIKE '__-__'", name="deadline_is_a_day"),
        sa.Index("ix_duty_grounds_agency_id", "agency_id"),
        sa.CheckConstraint("to_year IS NULL OR to_year >= from_year", name="years_in_order"),
    )


@dataclass(slots=True)
class AgencyRow:
    """One row of an import sheet, already validated; None or empty leaves a known value as it is."""

    name: str
    level: str
    kind: str = ""
    short_name: str = ""
    division_code: str = ""
    parent: str = ""
    portal: str = ""
    note: str = ""
    in_scope_from: date | None = None
    in_scope_to: date | None = None
    deadline: str = ""
    aliases: list[str] = field(default_factory=list)
    office_emails: list[str] = field(default_factory=list)


def entry_of(agency: Agency) -> history.HistoryEntry:
    """What decides whether, by when and to whom the body owes a report, as the register says it now."""
    dates = agency.in_scope_from, agency.in_scope_to
    return history.HistoryEntry(agency.kind, agency.level, *dates, agency.deadline, agency.parent_name)


def upsert_agency(session: Session, row: AgencyRow, now: datetime | None = None) -> tuple[Agency, bool]:
    """The body of that name, added or updated; (body, added). A parent that is not registered yet is kept by name and
    linked by ``link_parents`` once it is. What it says from ``now`` on (the clock's time if not given) is kept."""
    agency = session.scalar(sa.select(Agency).where(Agency.name == row.name))
    added = agency is None
    if agency is None:
        agency = Agency(name=row.name, level=row.level, kind=row.kind or guess_kind(row.name))
        session.add(agency)
    agency.level = row.level
    for name in ("kind", "short_name", "division_code", "portal", "note", "deadline", "in_scope_from", "in_scope_to"):
        value = getattr(row, name)
        if value:
            setattr(agency, name, value)
    if row.parent:
        agency.parent_name = row.parent
    session.flush()
    known = {alias.name for alias in agency.aliases}
    agency.aliases.extend(AgencyAlias(name=name) for name in dict.fromkeys(row.aliases) if name not in known)
    if row.office_emails:
        _set_office(session, agency, row.office_emails)
    session.flush()
    history.note(session, {agency.id: entry_of(agency)}, now or utcnow())
    return agency, added


@dataclass(frozen=True, slots=True)
class Known:
    """What the register has of a body already, as an import needs it."""

    parent: str
    in_scope_from: date | None
    in_scope_to: date | None


def known(session: Session) -> dict[str, Known]:
    """Name -> what is known, of every body of the register."""
    columns = (Agency.name, Agency.parent_name, Agency.in_scope_from, Agency.in_scope_to)
    return {name: Known(parent, first, last) for name, parent, first, last in session.execute(sa.select(*columns))}


def guess_kind(name: str) -> str:
    """The kind where a sheet gives none: a body whose name ends as a government's is one, any other a department."""
    if name.endswith(("人民政府", "镇政府", "乡政府")):
        return "government"
    return "dispatched" if name.endswith(("街道办事处", "管理委员会", "管委会")) else "department"


def name_of_office(government: str) -> str:
    """What the supervising office of a government is called where its sheet does not say."""
    return f"{government}政府信息公开工作主管部门"


def _set_office(session: Session, agency: Agency, emails: list[str]) -> None:
    office = session.scalar(sa.select(Office).where(Office.agency_id == agency.id))
    if office is None:
        session.add(Office(name=name_of_office(agency.name), agency_id=agency.id, emails=emails, params={}))
    else:
        office.emails = emails


def link_parents(session: Session) -> int:
    """Link every body to the parent its sheet names, where that parent is registered by now. Returns how many."""
    by_name = {name: id_ for id_, name in session.execute(sa.select(Agency.id, Agency.name))}
    named = sa.select(Agency.id, Agency.parent_id, Agency.parent_name).where(Agency.parent_name != "")
    above = {
        id_: parent_id
        for id_, before, name in session.execute(named)
        if (parent_id := by_name.get(name)) is not None and parent_id not in {before, id_}
    }
    for part in chunks(above, 1000):
        for agency in session.scalars(sa.select(Agency).where(Agency.id.in_(part))):
            agency.parent_id = above[agency.id]
        session.flush()
    return len(above)


def resolve(session: Session, name: str, on: date) -> Agency | None:
    """The body that bears this name on that day: by full name, else by short name or alias where only one does."""
    exact = session.scalar(sa.select(Agency).where(Agency.name == name))
    if exact is not None:
        return exact
    valid = sa.and_(
        AgencyAlias.name == name,
        sa.or_(AgencyAlias.valid_from.is_(None), AgencyAlias.valid_from <= on),
        sa.or_(AgencyAlias.valid_to.is_(None), AgencyAlias.valid_to >= on),
    )
    named = sa.union(
        sa.select(Agency.id).where(Agency.short_name == name), sa.select(AgencyAlias.agency_id).where(valid)
    )
    found = session.scalars(sa.select(Agency).where(Agency.id.in_(named)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def names_of(agency: Agency) -> list[str]:
    """All names a document may use for the body."""
    return list(dict.fromkeys([agency.name, agency.short_name, *(a.name for a in agency.aliases)]))


def office(session: Session, office_id: int) -> Office | None:
    """The office of that number."""
    return session.get(Office, office_id)


def office_name(session: Session, agency: str) -> str:
    """The supervising office of the body of that full name, or the only one there is where no body is named; else empty."""
    named = sa.select(Office.name).join(Agency, Agency.id == Office.agency_id).where(Agency.name == agency)
    found = list(session.scalars(named if agency else sa.select(Office.name)))
    return found[0] if len(found) == 1 else ""


def offices(session: Session) -> list[Office]:
    """All supervising offices."""
    return list(session.scalars(sa.select(Office).order_by(Office.id)))


def office_ids(session: Session, ids: Iterable[int] | None = None) -> dict[int, int]:
    """Agency id -> id of the nearest office: its own government's or that of the nearest government above; of these
    bodies, or of all."""
    if ids is not None:
        return {agency_id: office_id for agency_id, (office_id, _) in offices_above(session, ids).items()}
    own = {agency_id: id_ for id_, agency_id in session.execute(sa.select(Office.id, Office.agency_id))}
    parents = dict(session.execute(sa.select(Agency.id, Agency.parent_id)).all())
    out: dict[int, int] = {}
    for agency_id in parents:
        above, seen = agency_id, set[int]()
        while above is not None and above not in seen:
            seen.add(above)
            if above in own:
                out[agency_id] = own[above]
                break
            above = parents.get(above)  # type: ignore[assignment]
    return out


def offices_above(session: Session, ids: Iterable[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """Of each of these bodies its nearest office: (id, parameters of the rules). One query climbs from all of them."""
    out: dict[int, tuple[int, dict[str, Any]]] = {}
    for part in chunks(ids):
        start = sa.select(Agency.id.label("agency_id"), Agency.id.label("above"), sa.literal(0).label("steps"))
        climb = start.where(Agency.id.in_(part)).cte("climb", recursive=True)
        higher = (
            sa.select(climb.c.agency_id, Agency.parent_id, climb.c.steps + 1)
            .join(Agency, Agency.id == climb.c.above)
            .where(Agency.parent_id.is_not(None), climb.c.steps < MOST_LEVELS)
        )
        climb = climb.union_all(higher)
        rows = session.execute(
            sa.select(climb.c.agency_id, Office.id, Office.params)
            .join(Office, Office.agency_id == climb.c.above)
            .order_by(climb.c.steps.desc())
        )
        out |= {agency_id: (office_id, params or {}) for agency_id, office_id, params in rows}  # the nearest comes last
    return out


def without_office(session: Session) -> set[str]:
    """The names of the bodies that no office supervises."""
    supervised = office_ids(session)
    return {name for id_, name in session.execute(sa.select(Agency.id, Agency.name)) if id_ not in supervised}


def office_of(session: Session, agency_id: int) -> Office | None:
    """The office that supervises a body: that of the nearest government, itself or above, that has one."""
    found = office_ids(session, [agency_id]).get(agency_id)
    return session.get(Office, found) if found is not None else None


def below(session: Session, agency_id: int) -> set[int]:
    """The body itself and all bodies below it."""
    tree = sa.select(sa.literal(agency_id).label("id")).cte("tree", recursive=True)
    tree = tree.union(sa.select(Agency.id).join(tree, Agency.parent_id == tree.c.id))
    return set(session.scalars(sa.select(tree.c.id)))


def children_of(session: Session, agency_ids: Iterable[int]) -> dict[int, list[int]]:
    """Body -> the bodies directly below it, of these bodies that have any."""
    out: dict[int, list[int]] = {}
    for part in chunks(agency_ids):
        query = sa.select(Agency.parent_id, Agency.id).where(Agency.parent_id.in_(part)).order_by(Agency.id)
        for parent_id, id_ in session.execute(query):
            if parent_id is not None:
                out.setdefault(parent_id, []).append(id_)
    return out


def parents_of(session: Session, agency_ids: Iterable[int]) -> set[int]:
    """The bodies directly above these."""
    out: set[int] = set()
    for part in chunks(agency_ids):
        above = sa.select(Agency.parent_id).where(Agency.id.in_(part), Agency.parent_id.is_not(None))
        out |= {id_ for id_ in session.scalars(above.distinct()) if id_ is not None}
    return out


def set_params(session: Session, office_id: int, given: Mapping[str, Any], by: str, now: datetime) -> dict[str, Any]:
    """Take over the rules' parameters of an office, whole; returns them as validated.

    Raises ``reports.checks.params.BadParameters`` naming every wrong entry; nothing is then changed."""
    office = session.get_one(Office, office_id, with_for_update=True)
    before, after = dict(office.params or {}), validated(given)
    if after != before:
        office.params = after
        people.audit(session, people.Act(by, "params", now), "offices", office_id, before, after)
    return after
