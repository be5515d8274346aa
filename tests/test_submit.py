"""What a person saved of a portal that challenges, handed in on the command line."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import config
import up
from crawler import run, submitted
from demo import pages
from demo.simulator.server import Answer
from models import base, submissions
from models.agencies import AgencyRow, upsert_agency
from models.documents import Content, Document, Item, StoredFile, record_listing, record_version
from models.ledger import standing_of
from models.people import Audit
from models.sources import Outcome, finish_run, start_run, upsert_source
from reports import reader
from reports.checks import checking
from reports.checks.context import Context
from tests import databases
from tests.calling import nianbao
from tests.crawler.given import Item as Row
from tests.crawler.given import Portal, Portals
from tests.makers import docx, report, small

BODY = next(body for body in pages.bodies() if body.slug == "tjj-cq")
PAGE = pages.page(BODY)
DATED = PAGE.replace("<h1>", "<p>发布日期：2022-01-26</p><h1>", 1)
FROM = "http://www.cq.example/zwgk/t20220126_1.html"
CHALLENGE = Answer(b"<script>var __jsl_clearance_s;</script>", status=521)
FULL_PORTAL = "甲县"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    sheet = tmp_path / "bodies.csv"
    sheet.write_text(
        "name,short_name,level,kind,portal,reports_url\n"
        f"{BODY.agency},{BODY.short_name},province,department,http://www.cq.example/,http://www.cq.example/zwgk/\n"
        "渝北区统计局,,county,department,,\n",
        encoding="utf-8",
    )
    assert nianbao("agencies", "import", str(sheet), cwd=tmp_path).returncode == 0
    return tmp_path


def handed_in(folder: Path, *files: str, year: int = 2021, agency: str = BODY.agency, more: tuple[str, ...] = ()):
    given = ("submit", "--agency", agency, "--year", str(year), "--by", "王芳", "--no-wait", *more)
    return nianbao(*given, *files, cwd=folder)


def documents(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in nianbao("export", "documents", cwd=folder).stdout.splitlines()]


def audited(folder: Path) -> list[tuple[str, str]]:
    engine = base.make_engine(f"sqlite:///{folder / 'var' / 'nianbao.sqlite3'}")
    with base.reading(engine) as session:
        found = [(row.by, row.action) for row in session.scalars(sa.select(Audit))]
    engine.dispose()
    return found


def test_a_saved_page_is_read_and_checked_with_its_witness_and_the_body_is_missing_no_longer(register):
    (register / "年报.html").write_text(f"<!-- saved from url=({len(FROM):04}){FROM} -->\n{DATED}", encoding="utf-8")
    answer = nianbao("submit", "--agency", BODY.agency, "--year", "2021", "--by", "王芳", "年报.html", cwd=register)
    assert answer.returncode == 0, answer.stderr
    assert "已发布" in answer.stdout
    rows = map(json.loads, nianbao("status", "--year", "2021", "--json", cwd=register).stdout.splitlines())
    row = next(one for one in rows if one["agency"] == BODY.agency)
    assert (row["state"], row["submitted_by"], row["published_on"]) == ("published", "王芳", "2022-01-26")
    assert row["url"] == FROM
    (found,) = documents(register)
    assert (found["source"], found["submitted_by"], found["state"]) == ("submitted", "王芳", "read")
    assert found["submitted_at"] is not None
    exported = nianbao("export", "reports", "--year", "2021", cwd=register).stdout
    assert json.loads(exported)["cells"]["applications.new.total"] == BODY.figures["applications.new.total"]
    assert "submitted:" not in nianbao("export", "sources", cwd=register).stdout
    assert audited(register) == [("王芳", "submit")]
    again = handed_in(register, "年报.html")
    assert "stored already" in again.stdout
    assert len(documents(register)) == 1
    assert len(audited(register)) == 1


@pytest.mark.parametrize(
    ("markup", "year", "agency", "said"),
    [
        (PAGE, 2020, BODY.agency, "the text is the report for 2021, not for 2020"),
        (PAGE, 2021, "渝北区统计局", "the text names 重庆市统计局"),
        ("<html><body><h1>通知</h1><p>请各单位报送材料。</p></body></html>", 2021, BODY.agency, "no annual report"),
        ("<html><body><div id='app'></div></body></html>", 2021, BODY.agency, "no annual report"),
        (PAGE, 2099, BODY.agency, "--year 2099"),
        (PAGE, 2021, "丁县统计局", "no body of the register"),
    ],
)
def test_what_is_no_report_of_that_body_and_year_is_refused_in_one_line(register, markup, year, agency, said):
    (register / "a.html").write_text(markup, encoding="utf-8")
    answer = handed_in(register, "a.html", year=year, agency=agency)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert documents(register) == []


def test_files_that_are_none_are_refused_and_a_scan_that_cannot_be_read_is_stored_and_flagged(register):
    (register / "x.bin").write_bytes(b"\x00\x01\x02" * 900)
    (register / "empty.pdf").write_bytes(b"")
    (register / "cut.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert handed_in(register, "x.bin").returncode == 2
    assert "empty" in handed_in(register, "empty.pdf").stderr
    assert "No such file" in handed_in(register, "nowhere.pdf").stderr
    answer = handed_in(register, "cut.pdf")
    assert answer.returncode == 1
    assert "cannot be read" in answer.stderr
    assert len(documents(register)) == 1


def test_several_documents_are_one_report_and_a_second_text_is_a_second_version(register):
    truth = report.make(7, form="2021", wrong=(), plain=True)
    nianbao_rows = f"name,level,kind\n{truth.agency},county,department\n"
    (register / "more.csv").write_text(nianbao_rows, encoding="utf-8")
    nianbao("agencies", "import", "more.csv", cwd=register)
    (register / "a.docx").write_bytes(docx.render(truth, random.Random(1), docx.STYLES[0]))
    (register / "b.png").write_bytes(small.picture())
    (register / "folder").mkdir()
    (register / "folder" / "c.docx").write_bytes(docx.render(truth, random.Random(2), docx.STYLES[0]) + b"\n")
    first = handed_in(register, "a.docx", "b.png", year=truth.year, agency=truth.agency)
    assert first.returncode == 0, first.stderr
    assert handed_in(register, "folder", year=truth.year, agency=truth.agency).returncode == 0
    (found,) = documents(register)
    assert found["versions"] == 2
    assert found["url"].startswith("submitted:")


def test_files_beside_a_saved_page_stand_under_the_address_by_which_it_names_them():
    page = (
        f"<!-- saved from url=({len(FROM):04}){FROM} --><html><body><h1>甲县水利局2021年政府信息公开工作年度报告</h1>"
        '<p>见附件</p><img src="./年报_files/W02022.png"><a href="/files/%E5%B9%B4%E6%8A%A5.pdf">附件</a></body></html>'
    )
    files = [("W02022.png", b"1"), ("年报.pdf", b"2"), ("other.docx", b"3")]
    saved = submitted.put_together([*files, ("a.html", page.encode())])
    assert saved.url == FROM
    assert {file.href: file.data for file in saved.files} == {
        "./年报_files/W02022.png": b"1",
        "/files/%E5%B9%B4%E6%8A%A5.pdf": b"2",
        "other.docx": b"3",
    }


def test_an_address_saved_from_a_disk_or_with_a_password_is_no_address():
    assert submitted.saved_from(b"<!-- saved from url=(0020)file:///C:/a.html -->") == ""
    assert submitted.saved_from(b"<!-- saved from url=(0033)http://name:secret@www.jia.gov.cn/ -->") == ""


# ------------------------------------------------------------------ what may be concluded


def _submitted(session, agency_id: int, now, sha256: str = "a" * 64, year: int = 2021):
    main = StoredFile("", "", "年报.pdf", sha256, "application/pdf", 10)
    return submissions.submit(session, submissions.Submission(agency_id, year, "王芳", main), now)


def _read_as_report(session, document_id: int) -> None:
    session.get_one(Document, document_id).state = "read"
    session.flush()


def test_the_day_of_handing_in_never_makes_a_body_late(engine):
    now = base.utcnow()
    with base.transaction(engine) as session:
        agency, _ = upsert_agency(session, AgencyRow("甲县水利局", "county", "department"))
        source = upsert_source(session, "http://www.jia.gov.cn/nb/", agency.id, "", now)
        # The column was read whole after the deadline, without the report: of a crawled one that would show lateness.
        run = start_run(session, source.id, now - timedelta(days=2))
        finish_run(session, run.id, Outcome("ok"), now - timedelta(days=1), timedelta(days=1))
        taken = _submitted(session, agency.id, now)
        _read_as_report(session, taken.document_id)
        standing = standing_of(session, agency.id, 2021, now)
    assert standing is not None
    assert (standing.state, standing.on_time) == ("published", None)
    assert "由王芳人工提交" in standing.reason


def test_the_portals_own_copy_takes_the_place_of_what_was_handed_in_and_refuses_more(engine):
    now = base.utcnow()
    with base.transaction(engine) as session:
        agency, _ = upsert_agency(session, AgencyRow("甲县水利局", "county", "department"))
        source = upsert_source(session, "http://www.jia.gov.cn/nb/", agency.id, "", now)
        taken = _submitted(session, agency.id, now)
        title = "甲县水利局2021年政府信息公开工作年度报告"
        url = "http://www.jia.gov.cn/nb/1.html"
        listed = record_listing(session, Item(source.id, "jia/1", url, title, "annual_report", 2021, agency.id), now)
        version, _ = record_version(session, listed.id, Content("b" * 64, "b" * 64, "1", "text/html", 5, url), now)
        assert submissions.replaced_by(session, [version.id], now.date(), now) == 0  # not read yet
        _read_as_report(session, listed.id)
        assert submissions.replaced_by(session, [version.id], now.date(), now) == 1
        assert session.get_one(Document, taken.document_id).state == "gone"
        with pytest.raises(submissions.NotTaken, match="from its portal already"):
            _submitted(session, agency.id, now, "c" * 64)


def test_a_file_of_nobody_is_assigned_by_its_witness_and_one_of_another_body_is_refused(engine):
    now = base.utcnow()
    with base.transaction(engine) as session:
        agency, _ = upsert_agency(session, AgencyRow("甲县水利局", "county", "department"))
        other, _ = upsert_agency(session, AgencyRow("甲县民政局", "county", "department"))
        source = upsert_source(session, "http://www.jia.gov.cn/nb/", agency.id, "", now)
        url = "http://www.jia.gov.cn/nb/1.html"
        listed = record_listing(session, Item(source.id, "jia/1", url, "年报", None, None, None), now)
        record_version(session, listed.id, Content("b" * 64, "b" * 64, "1", "application/pdf", 5, url), now)
        taken = _submitted(session, agency.id, now, "b" * 64)
        assert (taken.new, taken.assigned, taken.document_id) == (False, True, listed.id)
        assert (listed.agency_id, listed.year) == (agency.id, 2021)
        with pytest.raises(submissions.NotTaken, match="甲县水利局 for 2021"):
            _submitted(session, other.id, now, "b" * 64)
        assert [row.action for row in session.scalars(sa.select(Audit))] == ["assign"]


@pytest.mark.slow
def test_a_portal_that_challenges_then_opens_ends_with_its_own_copy(tmp_path):
    with Portals() as portals:
        portal = portals.put(Portal(FULL_PORTAL, []))
        portal.broken = CHALLENGE
        settings = config.Settings(
            data_dir=tmp_path, crawl_delay=0.01, allowed_private_hosts=portals.hosts, _env_file=None
        )
        databases.sqlite_file(tmp_path / "nianbao.sqlite3")
        engine = base.make_engine(settings.database_url)
        now = base.utcnow()
        with base.transaction(engine) as session:
            agency, _ = upsert_agency(session, AgencyRow(BODY.agency, "province", "department"))
            source_id = upsert_source(session, portal.column, agency.id, "", now).id
        list(run.crawl([source_id], settings))
        with base.reading(engine) as session:
            before = standing_of(session, agency.id, 2021, now.astimezone(settings.zone))
        assert before is not None
        assert before.state == "cannot_tell"
        path = tmp_path / "年报.html"
        path.write_text(PAGE, encoding="utf-8")
        shared = {"data_dir": str(tmp_path), "allowed_private_hosts": ",".join(portals.hosts)}
        told = nianbao("submit", "--agency", BODY.agency, "--year", "2021", str(path), cwd=tmp_path, **shared)
        assert "已发布" in told.stdout, told.stderr
        portal.items.append(Row(BODY.title, date(2022, 1, 26), body=pages.content(BODY)))
        portal.broken = None
        up.crawl_and_wait(settings, engine, [source_id])
        with base.reading(engine) as session:
            states = {one.submitted_by is None: one.state for one in session.scalars(sa.select(Document))}
            after = standing_of(session, agency.id, 2021, now.astimezone(settings.zone))
        engine.dispose()
    assert states == {True: "read", False: "gone"}
    assert after is not None
    assert (after.state, after.sighting.submitted_by if after.sighting else None) == ("published", "")


def test_a_persons_pictures_of_a_page_do_not_say_that_the_body_published_pictures():
    read = reader.read(pages.pdf(next(body for body in pages.bodies() if body.slug == "tjj-spt")), "a.pdf")
    scanned = replace(read, details=replace(read.details, ocr=True))
    own = Context(agency=scanned.agency, year=scanned.year)
    assert [one.rule for one in checking.run(scanned, own, ["PUB-IMAGE"]).findings] == ["PUB-IMAGE"]
    assert checking.run(scanned, replace(own, submitted=True), ["PUB-IMAGE"]).findings == []


def test_what_a_persons_copy_lacks_is_for_a_person_to_look_at_first():
    markup = re.sub(r"<p><strong>五、.*?(?=<p><strong>六、)", "", PAGE, flags=re.DOTALL)
    read = reader.read(markup.encode(), "a.html")
    own = Context(agency=read.agency, year=read.year)
    said = checking.run(read, own, ["FMT-TABLE-MISSING", "STR-SECTIONS"]).findings
    assert said
    copied = checking.run(read, replace(own, submitted=True), ["FMT-TABLE-MISSING", "STR-SECTIONS"]).findings
    assert len(copied) == len(said)
    assert all(one.needs_review for one in copied)
    assert not all(one.needs_review for one in said)
