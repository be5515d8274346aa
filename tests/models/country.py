"""A country of any size as rows, filled in bulk: counties of sixty bodies if not told otherwise, each with a column, a
crawl of it, and last year's and this year's report as read. What tests and benchmarks of growth stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from models import base
from models.agencies import Agency, Office
from models.documents import Document, Version
from models.packed import pack
from models.readings import Reading, SimilarityBand
from models.sources import Run, Source, SourceAgency
from tests.models import rows

YEAR = 2026
COUNTY = 60  # bodies a county: its government first
BANDS = 4
BATCH = 3000


def fill(session: Session, bodies: int, county: int = COUNTY) -> None:
    """That many bodies, whole counties at a time, numbered from 1; every table that grows with them is filled. The
    tenth of the readings share their bands with the whole country, as reports from one template do."""
    whole = rows.report({"applications.new.total": 3}).as_dict(details=True)
    figures = {year: pack(whole | {"year": year}) for year in (YEAR - 1, YEAR)}
    made: dict[Any, list[dict[str, Any]]] = {}

    def put(model: Any, **values: Any) -> None:
        made.setdefault(model, []).append(values)

    for number in range(1, bodies + 1):
        head = number - (number - 1) % county
        _body(put, number, head)
        for back in (1, 0):
            _report(put, 2 * number - back, number, YEAR - back, figures[YEAR - back])
        if number % BATCH == 0:
            _write(session, made)
    _write(session, made)
    if session.get_bind().dialect.name == "postgresql":
        for model in (Agency, Office, Source, Document, Version, Reading):  # the next row's number
            table = model.__tablename__
            session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))
        session.execute(sa.text("ANALYZE"))  # as autovacuum does; SQLite plans without


def _body(put: Callable[..., None], number: int, head: int) -> None:
    name = f"第{head}县人民政府" if number == head else f"第{head}县第{number}局"
    put(
        Agency,
        id=number, name=name, short_name=f"{number}局", level="county", parent_name=f"第{head}县人民政府",
        kind="government" if number == head else "department", parent_id=None if number == head else head,
    )  # fmt: skip
    if number == head:
        put(Office, id=number, name=f"{name}办", agency_id=number, emails=[], params={})
    put(
        Source,
        id=number, url=f"http://www.p{number}.gov.cn/nb/", status="ok", next_due_at=rows.NOW + rows.DAY,
        checked_at=rows.NOW, complete_at=rows.NOW, crawl_state={},
    )  # fmt: skip
    put(SourceAgency, source_id=number, agency_id=number)
    for day in range(3):
        at = rows.NOW - timedelta(days=day)
        put(Run, source_id=number, started_at=at, finished_at=at, status="ok")


def _report(put: Callable[..., None], id_: int, agency_id: int, year: int, figures: bytes) -> None:
    url, digest = f"http://www.p{agency_id}.gov.cn/nb/{year}.html", sha256(str(id_).encode()).hexdigest()
    put(
        Document,
        id=id_, key=url, url=url, urls=[url], source_id=agency_id, agency_id=agency_id, year=year, state="read",
        title=f"{year}年政府信息公开工作年度报告", kind="annual_report", first_seen=rows.NOW, last_seen=rows.NOW,
        published_on=date(year + 1, 1, 20) if id_ % 3 else None, failed_days=[],
    )  # fmt: skip
    put(
        Version,
        id=id_, document_id=id_, number=1, sha256=digest, content_key=digest, name="a.html", media_type="text/html",
        bytes=9, url=url, headers={}, fetched_at=rows.NOW, failed_files={}, state="read",
    )  # fmt: skip
    put(
        Reading,
        id=id_, version_id=id_, reader_version=rows.READER, kind="annual_report", year=year, form="2021",
        cells={"applications.new.total": 3}, report=figures, created_at=rows.NOW,
    )  # fmt: skip
    for band in range(BANDS):
        put(SimilarityBand, reading_id=id_, band=band, hash=band if id_ % 10 == 0 and band == 0 else id_ * 10 + band)


def _write(session: Session, made: dict[Any, list[dict[str, Any]]]) -> None:
    for model, values in made.items():
        session.execute(sa.insert(model), values)
    made.clear()


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that the block sends, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


LARGE = (
    "agencies",
    "sources",
    "source_agencies",
    "runs",
    "documents",
    "versions",
    "readings",
    "similarity_bands",
    "findings",
    "work",
)


def plans(engine: Engine, sent: list[tuple[str, Any]]) -> list[str]:
    """The steps of the plans of these statements, each with its statement behind it."""
    found = []
    with base.transaction(engine) as session:
        connection = session.connection()
        for statement, parameters in sent:
            if engine.dialect.name == "sqlite":
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                lines = [str(row[3]) for row in plan]
            else:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # small tables here; the large ones count
                lines = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
            found += [f"{line.strip()}: {statement}" for line in lines]
    return found


def scans(engine: Engine, sent: list[tuple[str, Any]]) -> list[str]:
    """The steps of the plans of these statements that go through a whole large table."""
    return [line for line in plans(engine, sent) if _whole(line)]


def _whole(line: str) -> bool:
    """A step that reads a table from one end to the other, on SQLite or on PostgreSQL."""
    words = line.replace("->", "").split()
    on_sqlite = words[:1] == ["SCAN"] and words[1] in LARGE
    return on_sqlite or ("Seq Scan on" in line and line.split("Seq Scan on ")[1].split()[0] in LARGE)
