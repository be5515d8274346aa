"""Who owed what by when, as it was known on a past day: extensions, notices, exemptions, the register, offices' days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import agencies, base, obligations, people
from models.agencies import AgencyRow, Office, upsert_agency
from models.history import AgencyHistory
from models.ledger import ledger_of
from models.obligations import duties, record
from models.past import ledger_at
from models.sightings import CHINA
from tests.models.rows import DAY, NOW

BEFORE = NOW - timedelta(days=40)


def row(name: str = "甲县统计局", **values: object) -> AgencyRow:
    return AgencyRow(name=name, **{"level": "county", "kind": "department", **values})  # type: ignore[arg-type]


def at(session: Session, moment: datetime) -> dict[str, date]:
    found = {duty.agency: duty.deadline for duty in duties(session, 2026, at=moment)}
    past = ledger_at(session, 2026, moment.astimezone(CHINA))
    assert {s.duty.agency: s.duty.deadline for s in past.standings} == found
    return found


def test_an_extension_holds_from_the_moment_it_was_recorded_and_a_withdrawal_ends_it(engine: Engine):
    with base.transaction(engine) as session:
        body, _ = upsert_agency(session, row(), BEFORE)
        record(session, body, "extension", (2026, 2026), "02-28", people.Act("王", "duty", NOW, "甲政办函3号"))
        record(session, body, "withdrawn", (2026, 2026), "", people.Act("王", "duty", NOW + DAY, "登记有误"))
        law, extended = {body.name: date(2027, 1, 31)}, {body.name: date(2027, 2, 28)}
        assert [at(session, NOW + DAY * n) for n in (-1, 0, 1)] == [law, extended, law]
        assert duties(session, 2026)[0].deadline == date(2027, 1, 31)
        assert duties(session, 2025, at=NOW)[0].deadline == date(2026, 1, 31)  # for its year alone


def test_a_body_that_is_exempt_from_a_day_on_owed_before_and_is_named_with_the_reason(engine: Engine):
    with base.transaction(engine) as session:
        body, _ = upsert_agency(session, row(), BEFORE)
        record(session, body, "exempt", (2026, None), "", people.Act("王", "duty", NOW, "并入甲县发展和改革局"))
        assert at(session, NOW - DAY) == {body.name: date(2027, 1, 31)}
        assert at(session, NOW) == {}
        later = ledger_of(session, 2026, (NOW + DAY).astimezone(CHINA))
        assert [(one.agency, one.reason) for one in later.exempt] == [(body.name, "并入甲县发展和改革局")]
        assert duties(session, 2027) == []


def test_the_register_of_a_past_day_is_the_one_of_that_day(engine: Engine):
    with base.transaction(engine) as session:
        upsert_agency(session, row(), BEFORE)
        upsert_agency(session, row(deadline="01-20"), NOW)
        upsert_agency(session, row(in_scope_to=date(2026, 6, 30)), NOW + DAY)
        upsert_agency(session, row("甲县教育局"), NOW + DAY)
        assert at(session, BEFORE - DAY) == {}
        assert at(session, BEFORE) == {"甲县统计局": date(2027, 1, 31)}
        assert at(session, NOW) == {"甲县统计局": date(2027, 1, 20)}
        assert at(session, NOW + DAY) == {"甲县教育局": date(2027, 1, 31)}
        exempt = ledger_at(session, 2026, (NOW + DAY).astimezone(CHINA)).exempt
        assert [(one.agency, one.reason) for one in exempt] == [("甲县统计局", "自2026-06-30后不再纳入范围")]
        assert ledger_at(session, 2026, NOW.astimezone(CHINA)).exempt == []


def test_what_an_office_asks_of_its_bodies_is_that_of_the_day(engine: Engine):
    with base.transaction(engine) as session:
        upsert_agency(session, row("甲县人民政府", kind="government", office_emails=["a@b.example"]), BEFORE)
        upsert_agency(session, row(parent="甲县人民政府"), BEFORE)
        agencies.link_parents(session)
        office = session.query(Office).one()
        agencies.set_params(session, office.id, {"local_deadlines": {"publish": "01-25"}}, "王", NOW)
        agencies.set_params(session, office.id, {"local_deadlines": {"publish": "01-22"}}, "王", NOW + DAY)

        def local(moment: datetime) -> date | None:
            return next(d.local_deadline for d in duties(session, 2026, at=moment) if d.agency == "甲县统计局")

        assert [local(NOW + DAY * n) for n in (-1, 0, 1)] == [None, date(2027, 1, 25), date(2027, 1, 22)]


def test_a_body_moved_under_another_government_stood_under_the_former_one_before(engine: Engine, database_url: str):
    with base.transaction(engine) as session:
        for name in ("甲县人民政府", "乙县人民政府"):
            upsert_agency(session, row(name, kind="government", office_emails=["a@b.example"]), BEFORE)
        upsert_agency(session, row(parent="甲县人民政府"), BEFORE)
        agencies.link_parents(session)
        upsert_agency(session, row(parent="乙县人民政府"), NOW)
        agencies.link_parents(session)

        def under(name: str, moment: datetime) -> set[str]:
            return {s.duty.agency for s in ledger_at(session, 2026, moment.astimezone(CHINA), name).standings}

        def above(moment: datetime) -> tuple[str | None, str]:
            duty = next(d for d in duties(session, 2026, at=moment) if d.agency == "甲县统计局")
            return duty.parent, session.get_one(Office, duty.office_id).name

        assert [above(moment)[0] for moment in (NOW - DAY, NOW)] == ["甲县人民政府", "乙县人民政府"]
        assert [above(moment)[1][:4] for moment in (NOW - DAY, NOW)] == ["甲县人民", "乙县人民"]
        assert under("甲县人民政府", NOW - DAY) == {"甲县人民政府", "甲县统计局"}
        assert under("甲县人民政府", NOW) == {"甲县人民政府"}
        assert under("乙县人民政府", NOW - DAY) == {"乙县人民政府"}
    base.downgrade(database_url, "0025")
    base.upgrade(database_url)
    with base.transaction(engine) as session:  # of what was kept before, the superior of now is all that is known
        assert {d.parent for d in duties(session, 2026, at=NOW - DAY) if d.kind == "department"} == {"乙县人民政府"}
        assert session.query(AgencyHistory).count() == 3


def test_what_was_recorded_stays_on_record_in_order(engine: Engine):
    with base.transaction(engine) as session:
        body, _ = upsert_agency(session, row(), BEFORE)
        record(session, body, "extension", (2026, 2026), "02-28", people.Act("王", "duty", NOW, "甲政办函3号"))
        record(session, body, "extension", (2026, 2026), "03-05", people.Act("王", "duty", NOW + DAY, "甲政办函5号"))
        assert [(name, one.deadline) for name, one in obligations.recorded(session)] == [
            (body.name, "02-28"), (body.name, "03-05"),
        ]  # fmt: skip
