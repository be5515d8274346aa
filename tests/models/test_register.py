"""A sheet of any length goes into the register in batches, not row by row, and twice changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from exchange.register import import_agencies
from models import base, sources
from models.agencies import Agency, AgencyAlias, AgencyRow, Office, office_of
from models.register import BATCH, Registration, upsert_all
from models.sources import Source, SourceAgency
from tests.models import country
from tests.models.rows import NOW


def sheet(path: Path, bodies: int) -> Path:
    def lines() -> Iterator[dict[str, str]]:
        for number in range(bodies):
            head = number % 50 == 0
            yield {
                "name": f"第{number}县人民政府" if head else f"第{number}局",
                "level": "county",
                "parent": "" if head else f"第{number - number % 50}县人民政府",
                "reports_url": f"http://p{number}.gov.cn/nb/",
                "aliases": f"又{number}局",
                "office_email": f"o{number}@example.cn" if head else "",
            }

    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["name", "level", "parent", "reports_url", "aliases", "office_email"])
        writer.writeheader()
        writer.writerows(lines())
    return path


def test_an_import_sends_statements_by_the_batch_tells_how_far_it_is_and_twice_changes_nothing(
    engine: Engine, tmp_path: Path
):
    path, told = sheet(tmp_path / "a.csv", 3 * BATCH), list[int]()
    for again in (False, True):
        with base.transaction(engine) as session, country.statements(engine) as sent:
            result = import_agencies(session, path, False, NOW, told.append)
        assert (result.added, result.updated, result.bad) == ((0, 3000, []) if again else (3000, 0, []))
        assert len(sent) < 120
    assert told == [1000, 2000, 3000] * 2
    with base.transaction(engine) as session:
        tables = (Agency, Source, SourceAgency, AgencyAlias, Office)
        assert [session.scalar(sa.select(sa.func.count()).select_from(t)) for t in tables] == [3000] * 4 + [60]
        agency = session.scalars(sa.select(Agency).where(Agency.name == "第77局")).one()
        assert agency.parent_id is not None
        assert session.get_one(Agency, agency.parent_id).name == "第50县人民政府"
        found = office_of(session, agency.id)
        assert found is not None
        assert found.emails == ["o50@example.cn"]
        assert len(sources.due(session, NOW)) == 3000


def entry(name: str, *urls: str, **values: Any) -> Registration:
    return Registration(AgencyRow(name=name, level="county", **values), urls)


def test_a_shared_column_is_one_source_and_one_that_is_left_serves_the_body_no_more(engine: Engine):
    with base.transaction(engine) as session:
        upsert_all(session, [entry("甲局", "http://a.cn/", "http://b.cn/"), entry("乙局", "http://a.cn/")], NOW)
        upsert_all(session, [entry("甲局", "http://c.cn/", short_name="甲"), entry("乙局")], NOW)
    with base.transaction(engine) as session:
        served = session.execute(
            sa.select(Agency.name, Source.url)
            .join(SourceAgency, SourceAgency.agency_id == Agency.id)
            .join(Source, Source.id == SourceAgency.source_id)
            .order_by(Agency.id)
        ).all()
        assert [tuple(row) for row in served] == [("甲局", "http://c.cn/"), ("乙局", "http://a.cn/")]
        assert session.scalar(sa.select(sa.func.count()).select_from(Source)) == 3


def test_a_body_that_joins_a_column_is_judged_by_no_look_made_before_it_did(engine: Engine):
    def complete(session: Any) -> dict[str, bool]:
        return {source.url: source.complete_at is not None for source in session.scalars(sa.select(Source))}

    first = Registration(AgencyRow("甲局", "county"), ("http://a.example/nb/",))
    second = Registration(AgencyRow("乙局", "county"), ("http://a.example/nb/", "http://b.example/nb/"))
    with base.transaction(engine) as session:
        upsert_all(session, [first, Registration(AgencyRow("丙局", "county"), ("http://c.example/nb/",))], NOW)
        session.execute(sa.update(Source).values(complete_at=NOW, status="ok"))
        upsert_all(session, [first], NOW)
        assert complete(session) == {"http://a.example/nb/": True, "http://c.example/nb/": True}
        upsert_all(session, [first, second], NOW)
        session.expire_all()
        assert complete(session) == {
            "http://a.example/nb/": False, "http://b.example/nb/": False, "http://c.example/nb/": True,
        }  # fmt: skip
