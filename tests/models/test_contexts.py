"""What a check may know besides the report: gathered whole, and never more than is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine

from models import agencies, base, compared, contexts, crawl_record, documents, readings
from models.agencies import AgencyAlias, Succession
from models.documents import Attachment
from models.ledger import standing_of
from reports.checks import similarity
from reports.checks.context import may_make_regulations
from reports.report import Report, Section
from reports.subject import Subject
from tests.models.rows import DAY, NOW, READER, body, column, fetched, listed, looked, published, read, report


def test_a_check_knows_the_register_last_year_the_interpretation_and_the_offices_parameters(engine: Engine):
    with base.transaction(engine) as session:
        body(session, "甲县人民政府", kind="government", office_emails=["xian@example.cn"])
        agency = body(session, short_name="县统计局", parent="甲县人民政府", in_scope_from=date(2020, 1, 1))
        agency.aliases.append(AgencyAlias(name="甲县统计调查局"))
        before = body(session, "甲县调查局", in_scope_to=date(2019, 12, 31))
        session.add(Succession(predecessor_id=before.id, successor_id=agency.id, on=date(2020, 1, 1)))
        office = agencies.office_of(session, agency.id)
        assert office is not None
        office.params = {"fees": 1}
        source = column(session, agency)
        last = listed(session, source, agency, 1, year=2025)
        read(session, fetched(session, last, "1")[0], report({"applications.carried_out.total": 4}, year=2025))
        read(session, fetched(session, listed(session, source, agency, 2), "2")[0], report(kind="interpretation"))
        document = published(session, source, agency, date(2027, 1, 20), 3)
        found = contexts.report_with_context(session, document.id, NOW)
    assert found is not None
    context = found.context
    assert (found.subject, found.report.year) == (Subject(agency.id, 2026), 2026)
    assert context.register_entry is not None
    assert context.register_entry.aliases == ("县统计局", "甲县统计调查局")
    assert (context.register_entry.supervisor, context.register_entry.predecessors) == ("甲县人民政府", ("甲县调查局",))
    assert context.history is not None
    assert context.history.cells is not None
    assert context.history.cells["applications.carried_out.total"].value == 4
    assert context.interpretation is not None
    assert context.params == {"fees": 1}


def test_a_document_nobody_is_known_to_own_is_checked_without_blame(engine: Engine):
    with base.transaction(engine) as session:
        document = listed(session, column(session, body(session)), None)
        assert contexts.report_with_context(session, document.id, NOW) is None
        read(session, fetched(session, document)[0], report(agency="丙局"))
        found = contexts.report_with_context(session, document.id, NOW)
    assert found is not None
    assert found.subject is None


def test_the_correction_of_a_report_is_what_next_year_is_compared_with(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency)
        for content, figure in (("a", 25), ("b", 26)):
            read(session, fetched(session, document, content)[0], report({"applications.new.total": figure}))
        context = contexts.context_of(session, agency.id, 2027)
    assert context.history is not None
    assert context.history.cells is not None
    assert context.history.cells["applications.new.total"].value == 26


def test_the_power_to_make_regulations_follows_from_the_law_where_the_register_is_silent():
    assert may_make_regulations("department", "prefecture") is False
    assert may_make_regulations("government", "county") is False
    assert may_make_regulations("government", "prefecture") is True
    assert may_make_regulations("department", "central") is None
    assert may_make_regulations("zone", "prefecture") is None


def wordy(text: str, **values: Any) -> Report:
    """A report whose first part says ``text``."""
    made = report(**values)
    made.sections = [Section(1, "总体情况", text)]
    return made


ONE = "".join(f"本年第{n}项工作围绕群众关切展开，更新栏目内容并答复来信，" for n in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳")
OTHER = "".join(
    f"窗口{n}增设查询终端，公开指南重新编排，培训基层人员，" for n in "东南西北前后左右上中下内外高低远近大小"
)


def keep(session, source, agency, number: int, made: Report, **values: object) -> documents.Document:
    document = listed(session, source, agency, number, **values)
    version, _ = fetched(session, document, f"{agency.name}{number}{values}")
    readings.save(session, readings.Result(version.id, made, similarity.bands(made)), READER, NOW)
    return document


def test_of_the_siblings_only_those_of_like_text_are_loaded_and_the_others_count_as_compared(engine: Engine):
    with base.transaction(engine) as session:
        body(session, "甲县人民政府", kind="government")
        own, alike, unlike, silent = (
            body(session, name, parent="甲县人民政府")
            for name in ("甲县水利局", "甲县教育局", "甲县民政局", "甲县财政局")
        )
        source = column(session, own, alike, unlike, silent)
        document = keep(session, source, own, 1, wordy(ONE, agency=own.name))
        keep(session, source, alike, 2, wordy(ONE + "另有一事。", agency=alike.name))
        keep(session, source, unlike, 3, wordy(OTHER, agency=unlike.name))
        found = contexts.report_with_context(session, document.id, NOW)
        again = sorted(compared.all_compared_with(session, [found])) if found else []
    assert found is not None
    known = {sibling.name: (sibling.report is not None, sibling.unlike) for sibling in found.context.siblings or ()}
    assert known == {
        "甲县教育局": (True, False),
        "甲县民政局": (False, True),
        "甲县财政局": (False, False),
    } | {name: value for name, value in known.items() if name == "甲县人民政府"}
    assert len(again) == 1


def test_a_government_knows_the_bodies_below_it_that_owe_a_report_and_its_own_offices(engine: Engine):
    with base.transaction(engine) as session:
        top = body(session, "甲县人民政府", kind="government")
        office = body(session, "甲县人民政府办公室", parent=top.name)
        body(session, "甲县民政局", parent=top.name)
        body(session, "甲县旧局", parent=top.name, in_scope_to=date(2025, 6, 30))
        source = column(session, top, office)
        keep(session, source, office, 1, report({"applications.new.total": 3}, agency=office.name))
        document = keep(session, source, top, 2, report({"applications.new.total": 9}, agency=top.name))
        found = contexts.report_with_context(session, document.id, NOW)
    assert found is not None
    assert {b.name: b.report is not None for b in found.context.below or ()} == {
        "甲县人民政府办公室": True,
        "甲县民政局": False,
    }
    assert found.context.own is not None
    assert found.context.own.agency == "甲县人民政府办公室"


def test_history_stays_within_the_series_of_the_report(engine: Engine):
    with base.transaction(engine) as session:
        top = body(session, "甲市人民政府", kind="government", level="prefecture")
        source = column(session, top)
        for number, title in ((1, "甲市2025年政府信息公开工作年度报告"), (2, "甲市本级2025年政府信息公开工作年度报告")):
            made = report({"applications.new.total": number}, year=2025, agency=top.name)
            made.details.title = title
            keep(session, source, top, number, made, year=2025)
        now = report(agency=top.name)
        now.details.title = "甲市本级2026年政府信息公开工作年度报告"
        own = contexts.context_of(session, top.id, 2026, contexts.Own(now)).history
        now.details.title = "甲市2026年政府信息公开工作年度报告"
        area = contexts.context_of(session, top.id, 2026, contexts.Own(now)).history
    assert own is not None
    assert area is not None
    assert (own.cells or {})["applications.new.total"].value == 2
    assert (area.cells or {})["applications.new.total"].value == 1


def test_the_version_before_other_copies_and_attachments_are_at_hand(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = listed(session, source, agency, 1)
        read(session, fetched(session, document, "a", NOW - 3 * DAY)[0], report({"applications.new.total": 1}))
        version, _ = fetched(session, document, "b")
        read(session, version, report({"applications.new.total": 2}))
        copy = listed(session, source, agency, 2)
        read(session, fetched(session, copy, "c")[0], report({"applications.new.total": 3}))
        attached = report({"applications.new.total": 4}).as_dict(details=True)
        for position, made in enumerate((attached, None), 1):
            session.add(
                Attachment(
                    version_id=version.id, position=position, url=f"http://x/{position}", href="a", name="a.docx",
                    sha256="0" * 64, media_type="x", bytes=1, report=made,
                )
            )  # fmt: skip
        session.flush()
        found = contexts.report_with_context(session, document.id, NOW)
        again = sorted(compared.all_compared_with(session, [found])) if found else []
        copies = [copy.id]
    assert found is not None
    crawl_record = found.context.crawl_record
    assert crawl_record is not None
    assert crawl_record.previous is not None
    figure = "applications.new.total"
    assert (crawl_record.previous.cells or {})[figure].value == 1
    assert crawl_record.previous_seen == (NOW - 3 * DAY).date()
    assert [(c.cells or {})[figure].value for c in crawl_record.copies] == [3]
    assert [(a.cells or {})[figure].value for a in found.context.attachments] == [4]
    assert again == copies


def test_a_file_counts_as_missing_only_when_it_could_not_be_had_a_day_later_either(engine: Engine):
    def seen(hours: int) -> tuple[str, ...]:
        with base.transaction(engine) as session:
            agency = body(session)
            source = column(session, agency)
            document = published(session, source, agency, date(2027, 1, 20))
            for at in (NOW, NOW + timedelta(hours=hours)):
                documents.record_version(
                    session,
                    document.id,
                    documents.Content(
                        sha256="1" * 64,
                        content_key="k",
                        name="page.html",
                        media_type="text/html",
                        size=1,
                        url=document.url,
                        headers={},
                        attachments=[],
                        failed={"http://www.jia.gov.cn/nb/a.doc": "年度报告.doc"},
                    ),
                    at,
                )
            found = contexts.report_with_context(session, document.id, NOW)
            session.rollback()
        assert found is not None
        assert found.context.crawl_record is not None
        return found.context.crawl_record.attachments_failed

    assert seen(3) == ()
    assert seen(25) == ("年度报告.doc",)


def test_days_without_an_answer_are_kept_until_the_page_comes_again(engine: Engine):
    with base.transaction(engine) as session:
        agency = body(session)
        source = column(session, agency)
        document = published(session, source, agency, date(2027, 1, 20))
        for day in (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 2)):
            documents.failed_today(session, document.id, day)
        found = contexts.report_with_context(session, document.id, NOW)
        assert found is not None
        assert found.context.crawl_record is not None
        assert found.context.crawl_record.failed_days == (date(2027, 2, 1), date(2027, 2, 2))
        assert found.context.crawl_record.answered_days == ()
        fetched(session, document, "again", NOW)
        assert document.failed_days == []


def test_a_column_of_the_bodys_own_reports_read_whole_tells_which_years_it_holds_and_what_does_not_belong(
    engine: Engine,
):
    def of_column(shared: bool, others: int):
        with base.transaction(engine) as session:
            agency = body(session)
            bodies = (agency, body(session, "甲县水利局")) if shared else (agency,)
            source = column(session, *bodies)
            looked(session, source, NOW)
            published(session, source, agency, date(2027, 1, 20), 1)
            for number, year in enumerate((2024, 2025), 2):
                listed(session, source, agency, number, year=year)
            for number in range(10, 10 + others):
                listed(session, source, agency, number, kind="other", year=2026, title="2026年工作要点")
            document = listed(session, source, agency, 9, title="2026年网站年报")
            read(session, fetched(session, document, "w")[0], report(kind="website_report"))
            record = crawl_record.records(session, [agency.id])
            standing = standing_of(session, agency.id, 2026, NOW)
            assert standing is not None
            made = crawl_record.crawl_record_of(standing, record[agency.id], NOW)
            session.rollback()
        return made

    own = of_column(shared=False, others=0)
    assert own.column_complete
    assert own.years == (2024, 2025, 2026)
    assert [e.title for e in own.entries if e.kind == "website_report"] == ["2026年网站年报"]
    assert own.in_column
    for made in (of_column(shared=True, others=0), of_column(shared=False, others=9)):
        assert not made.column_complete
        assert made.entries == ()
