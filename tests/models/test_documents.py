"""Listings, versions and readings: twice the same is once, and what came back is the newest again."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from models import agencies, base, documents, readings, sources
from models.documents import Document, StoredFile, Version
from models.readings import Reading
from models.work import Work
from reports.report import Cell, Report, Source
from tests.models.crowd import Crowd
from tests.models.rows import DAY, HOUR, NOW, body, column, fetched, listed, looked, read, report


def count(engine: Engine, table: type[base.Base]) -> int:
    with base.transaction(engine) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_document_listed_again_is_one_row_with_all_its_addresses(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        first = listed(session, source, agency, key="k", url="http://a.cn/1", title="2026年报")
        again = listed(
            session, source, agency, key="k", url="https://a.cn/1", title="甲县统计局2026年报",
            listed_on=date(2027, 1, 20), now=NOW + DAY,
        )  # fmt: skip
        assert again is first
        assert first.urls == ["http://a.cn/1", "https://a.cn/1"]
        assert (first.title, first.listed_on) == ("甲县统计局2026年报", date(2027, 1, 20))
        assert (first.first_seen, first.last_seen) == (NOW, NOW + DAY)


def test_what_reading_found_is_not_overwritten_by_what_a_list_says(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency, kind=None, year=2027)
        read(session, fetched(session, document)[0], report(year=2026))
        listed(session, source, agency, kind=None, year=2027)
        assert (document.kind, document.year, document.state) == ("annual_report", 2026, "read")


def test_new_bytes_are_a_version_that_waits_to_be_read_and_the_same_bytes_are_not(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        version, work_id = fetched(session, document)
        assert (version.number, document.state) == (1, "waiting")
        assert session.get_one(Work, work_id).subject == version.id
        assert fetched(session, document) == (version, None)
        second, _ = fetched(session, document, "b")
        assert second.number == 2


def test_a_text_that_the_portal_took_back_to_is_the_newest_again_and_is_checked(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        first, _ = fetched(session, document, "a")
        read(session, first, report({"applications.new.total": 25}))
        second, _ = fetched(session, document, "b")
        read(session, second, report({"applications.new.total": 26}))
        back, work_id = fetched(session, document, "a", NOW + DAY)
        assert back is first
        assert documents.current_version(session, document.id) is first
        assert (document.state, first.number) == ("read", 3)
        assert session.get_one(Work, work_id).kind == "check"


def test_an_attachment_named_twice_in_a_page_is_kept_once(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        files = [
            StoredFile(u, u, "a.pdf", "1" * 64, "application/pdf", 9)
            for u in ("http://a/1", "http://a/2", "http://a/1")
        ]
        version, _ = documents.record_version(
            session,
            document.id,
            documents.Content(
                sha256="2" * 64,
                content_key="2" * 64,
                name="a.html",
                media_type="text/html",
                size=3,
                url="http://a/",
                headers={},
                attachments=files,
            ),
            NOW,
        )
        assert [(a.position, a.url) for a in version.attachments] == [(1, "http://a/1"), (2, "http://a/2")]


def test_a_document_that_was_gone_and_is_listed_again_is_as_its_newest_version_was(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency)
        version, _ = fetched(session, document)
        readings.unreadable(session, version.id, "encrypted")
        document.state, document.state_reason = "gone", "404"
        listed(session, source, agency)
        assert (document.state, document.state_reason) == ("unreadable", "encrypted")


def test_the_database_refuses_a_version_whose_name_is_no_sha256(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        version, _ = fetched(session, listed(session, column(session, agency), agency))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(sa.update(Version).where(Version.id == version.id).values(sha256="abc"))


def test_a_version_read_twice_has_one_reading_and_is_checked_once(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        version, _ = fetched(session, listed(session, column(session, agency), agency))
        check = read(session, version)
        assert read(session, version, report({"applications.new.total": 3}), NOW + HOUR) == check
    with base.transaction(engine) as session:
        (reading,) = session.scalars(sa.select(Reading)).all()
        assert reading.cells["applications.new.total"] == 3
        assert Report.from_dict(reading.report).cells["applications.new.total"] == Cell(3, "3")  # type: ignore[index]


def test_an_older_version_read_late_does_not_speak_for_the_document(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency, year=None)
        first, _ = fetched(session, document, "a")
        fetched(session, document, "b")
        read(session, first, report(year=2025))
        assert (document.state, document.year) == ("waiting", None)


def test_a_report_in_a_shared_column_goes_to_the_body_it_names_if_the_column_serves_it(engine: Engine):
    with base.transaction(engine) as session:
        one, two = body(session, "甲县统计局"), body(session, "甲县教育局", short_name="县教育局")
        stranger = body(session, "乙县统计局")
        source = column(session, one, two)
        found = {}
        for number, name in enumerate(["甲县教育局", "县教育局", "乙县统计局", "丙局"], 1):
            document = listed(session, source, None, number)
            read(session, fetched(session, document, str(number))[0], report(agency=name))
            found[name] = document.agency_id
        assert found == {"甲县教育局": two.id, "县教育局": two.id, "乙县统计局": None, "丙局": None}
        assert stranger.id not in found.values()


def test_a_file_that_cannot_be_read_says_why_on_version_and_document(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        version, _ = fetched(session, document)
        said = Report(Source("a.pdf", "0" * 64, "application/pdf", 3, "pdf-text"), cells=None, error="truncated PDF")
        assert read(session, version, said) is None
        assert (version.state, document.state, document.state_reason) == ("unreadable", "unreadable", "truncated PDF")
    assert count(engine, Reading) == 0


def test_characters_that_no_database_takes_do_not_stop_a_reading(engine: Engine):
    said = report(agency="甲县\x00统计局\ud83d", warnings=["坏字符\x00"])
    said.details.body = "正文\x00\udfff𠮷"
    with base.transaction(engine) as session:
        agency = body(session)
        read(session, fetched(session, listed(session, column(session, agency), agency))[0], said)
    with base.transaction(engine) as session:
        reading = session.scalars(sa.select(Reading)).one()
        assert reading.agency_name == "甲县\ufffd统计局\ufffd"
        assert reading.report["details"]["body"] == "正文\ufffd\ufffd𠮷"


def test_the_stated_date_of_the_list_outranks_the_day_of_signing(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        dated = listed(session, source, agency, 1, listed_on=date(2027, 1, 25))
        read(session, fetched(session, dated)[0], report(published_on="2027-01-10"))
        undated = listed(session, source, agency, 2)
        read(session, fetched(session, undated)[0], report(published_on="2027-01-10"))
        assert (dated.published_on, undated.published_on) == (date(2027, 1, 25), date(2027, 1, 10))


def test_processes_that_store_the_same_at_once_make_every_row_once(engine: Engine, database_url: str, crowd: Crowd):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
    got = crowd.run(database_url, "record", [source.id, agency.id, 12])
    assert (count(engine, Document), count(engine, Version)) == (12, 24)
    reads = [work_id for mine in got for work_id in mine]
    assert len(reads) == len(set(reads))
    with base.transaction(engine) as session:
        versions = list(session.scalars(sa.select(Version.id)))
    crowd.run(database_url, "read", versions)
    assert count(engine, Reading) == 24


def test_a_source_is_due_at_once_then_after_its_interval_and_sooner_after_trouble(engine: Engine):
    with base.transaction(engine) as session:
        source = column(session, body(session))
        assert sources.due(session, NOW) == [source]
        looked(session, source, NOW)
        assert sources.due(session, NOW + DAY - HOUR) == []
        assert sources.due(session, NOW + DAY) == [source]
        pauses = []
        now = NOW + DAY
        for _ in range(7):
            looked(session, source, now, "unreachable", reason="connection refused")
            pauses.append(source.next_due_at - now)  # type: ignore[operator]
            now = source.next_due_at  # type: ignore[assignment]
        assert pauses[:3] == [HOUR, 2 * HOUR, 4 * HOUR]
        assert max(pauses) == DAY
        assert (source.status, source.complete_at) == ("unreachable", NOW)


def test_a_look_that_was_killed_counts_as_incomplete(engine: Engine):
    with base.transaction(engine) as session:
        source = column(session, body(session))
        killed = sources.start_run(session, source.id, NOW)
        looked(session, source, NOW + HOUR)
        session.refresh(killed)
        assert (killed.status, killed.finished_at is not None) == ("incomplete", True)
        assert source.complete_at == NOW + HOUR


def test_a_shared_column_is_one_source_that_serves_several_bodies(engine: Engine):
    with base.transaction(engine) as session:
        one, two = body(session, "甲县统计局"), body(session, "甲县教育局")
        source = column(session, one, two, one)
        assert sorted(sources.agencies_of(session, source.id)) == [one.id, two.id]
    assert count(engine, sources.Source) == 1


def test_a_name_is_resolved_by_full_name_short_name_or_an_alias_of_its_time(engine: Engine):
    with base.transaction(engine) as session:
        statistics = body(session, "甲县统计局", short_name="县统计局")
        health = body(session, "甲县卫生健康局", short_name="县卫健局")
        body(session, "乙县统计局", short_name="县统计局")
        health.aliases.append(agencies.AgencyAlias(name="甲县卫生局", valid_to=date(2019, 3, 31)))
        session.flush()
        for name, on, found in [
            ("甲县统计局", date(2027, 1, 1), statistics),
            ("县卫健局", date(2027, 1, 1), health),
            ("县统计局", date(2027, 1, 1), None),  # two bodies go by it
            ("甲县卫生局", date(2019, 3, 31), health),
            ("甲县卫生局", date(2019, 4, 1), None),
        ]:
            assert agencies.resolve(session, name, on) is found, name


def test_the_office_of_a_body_is_that_of_the_nearest_government_above(engine: Engine):
    with base.transaction(engine) as session:
        city = body(session, "某市人民政府", level="prefecture", kind="government", office_emails=["shi@example.cn"])
        county = body(
            session, "甲县人民政府", kind="government", parent="某市人民政府", office_emails=["xian@example.cn"]
        )
        town = body(session, "丙镇人民政府", level="township", kind="government", parent="甲县人民政府")
        bureau = body(session, "某市统计局", level="prefecture", parent="某市人民政府")
        lonely = body(session, "丁局")
        all_ = agencies.office_ids(session)
        for agency, office in [(town, county), (county, county), (bureau, city), (lonely, None)]:
            found = agencies.office_of(session, agency.id)
            assert (found.agency_id if found else None) == (office.id if office else None)
            assert all_.get(agency.id) == (found.id if found else None)
        assert agencies.below(session, city.id) == {city.id, county.id, town.id, bureau.id}


def test_what_is_stored_under_the_key_of_before_is_no_new_version_and_gets_todays_key(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        document = listed(session, column(session, agency), agency)
        first, _ = fetched(session, document)
        again = documents.Content(
            sha256="3" * 64, content_key="4" * 64, former_key=first.content_key, name="a.html", media_type="text/html",
            size=1, url=document.url,
        )  # fmt: skip
        version, work_id = documents.record_version(session, document.id, again, NOW)
        assert (version.id, version.content_key, work_id) == (first.id, "4" * 64, None)
        session.flush()
        version, work_id = documents.record_version(session, document.id, again, NOW)
        assert (version.id, work_id) == (first.id, None)
