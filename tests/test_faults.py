"""Workers and brokers killed at moments drawn from a seed, in a run of 100 documents with all parts real, on SQLite and on
PostgreSQL.

Every document must be read into one version, checked once in effect, and no mail may arrive twice. A failing run is
repeated with its seed: ``NIANBAO_FAULT_SEED=… pytest tests/test_faults.py``.
"""

from __future__ import annotations

import dataclasses
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

import config
import up
from demo import pages
from models import agencies, base, documents, findings, mails, readings, sources, work
from models.documents import StoredFile
from storage import store
from tests.mailbox import Mailbox, mailbox
from workers import broker, queue

DOCUMENTS = 100
OFFICES = 20
SEED = int(os.environ.get("NIANBAO_FAULT_SEED", "20270131"))
PATIENCE = 250.0  # seconds until everything must be done, kills included

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def inbox() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def settings(tmp_path: Path, database_url: str, inbox: Mailbox) -> config.Settings:
    made = config.Settings(
        data_dir=tmp_path / "var",
        database_url=database_url,
        smtp_url=inbox.url,
        mails_per_minute=6000,
        digest_hour=0,
        log_level="WARNING",
        _env_file=None,
    )
    made.data_dir.mkdir()
    return made


@pytest.fixture
def db(settings: config.Settings) -> Iterator[Engine]:
    made = base.make_engine(settings.database_url)
    yield made
    made.dispose()


def report_of(agency: str, rng: random.Random, year: int) -> bytes:
    """A small report in HTML whose row of new requests does not add up: one error for its office."""
    body = next(b for b in pages.bodies() if b.form == "2021" and b.publish_as == "page")
    figures: dict[str, int | float | None] = dict.fromkeys(body.figures, 0)
    figures["applications.new.natural_person"] = rng.randint(1, 90)
    figures["applications.granted.natural_person"] = figures["applications.new.natural_person"]
    for row in ("new", "granted", "handled"):
        figures[f"applications.{row}.total"] = rng.randint(100, 200)
    title = f"{agency}{year}年政府信息公开工作年度报告"
    made = dataclasses.replace(
        body, agency=agency, year=year, title=title, preface=f"{agency}编制了{year}年度报告。", figures=figures,
        signature=[agency],
    )  # fmt: skip
    return pages.page(made).encode()


def fill(db: Engine, settings: config.Settings, rng: random.Random) -> int:
    """A register of bodies below some offices, each with a stored report that waits to be read. Returns the year."""
    now = base.utcnow()
    year = now.astimezone(settings.zone).year - 1
    kept = store(settings.blob_url)
    with base.transaction(db) as session:
        governments = [f"第{number}县人民政府" for number in range(OFFICES)]
        for number, name in enumerate(governments):
            agencies.upsert_agency(
                session,
                agencies.AgencyRow(
                    name=name,
                    level="county",
                    kind="government",
                    office_emails=[f"office{number}@example.invalid"],
                    in_scope_from=now.date(),  # it owes nothing yet: this run is about the bodies below
                ),
            )
        for number in range(DOCUMENTS):
            name = f"第{number % OFFICES}县第{number}局"
            agency, _ = agencies.upsert_agency(
                session, agencies.AgencyRow(name=name, level="county", parent=governments[number % OFFICES])
            )
            source = sources.upsert_source(session, f"https://portal{number}.example/", agency.id, "", now)
            data = report_of(name, rng, year)
            document = documents.record_listing(
                session,
                documents.Item(
                    source_id=source.id,
                    key=f"document {number}",
                    url=f"https://portal{number}.example/1.html",
                    title=f"{name}{year}年政府信息公开工作年度报告",
                    kind="annual_report",
                    year=year,
                    agency_id=agency.id,
                    listed_on=now.date(),
                ),
                now,
            )
            sha256 = kept.put(data)
            attached = [StoredFile("https://x/a.css", "a.css", "a.css", kept.put(b"a"), "text/css", 1)]
            documents.record_version(
                session,
                document.id,
                documents.Content(
                    sha256=sha256,
                    content_key=sha256,
                    name="1.html",
                    media_type="text/html",
                    size=len(data),
                    url=document.url,
                    headers={},
                    attachments=attached,
                ),
                now,
            )
        agencies.link_parents(session)
    return year


def counted(db: Engine, *statement: object) -> int:
    with base.transaction(db) as session:
        query = sa.select(sa.func.count()).select_from(statement[0]).where(*statement[1:])  # type: ignore[arg-type]
        return session.scalar(query) or 0


def until(condition: Callable[[], bool], seconds: float = 200) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.03)


def kill_in_mid_reading(db: Engine, tree: up.Tree, read: int) -> None:
    """SIGKILL the worker and all its children once ``read`` documents are read and another one is being read."""
    child = next(child for child in tree.children if child.name == "worker")
    until(lambda: counted(db, readings.Reading) >= read)
    until(lambda: counted(db, work.Work, work.Work.kind == "read", work.Work.state == "taken") > 0)
    assert child.process is not None
    os.killpg(child.process.pid, signal.SIGKILL)


def assert_all_is_there_once(db: Engine, inbox: Mailbox) -> None:
    assert counted(db, documents.Document, documents.Document.state == "read") == DOCUMENTS
    assert counted(db, documents.Version) == DOCUMENTS
    with base.transaction(db) as session:
        read = Counter(session.scalars(sa.select(readings.Reading.version_id)))
        told = Counter(
            session.scalars(sa.select(findings.Finding.agency_id).where(findings.Finding.rule == "APP-SUM-ROW"))
        )
        outbox = {mail.message_id: mail.state for mail in session.scalars(sa.select(mails.Mail))}
        later = work.Work.kind == "tell"  # offices hear in some minutes of what was just read: that may wait
        left = session.scalars(sa.select(work.Work).where(work.Work.state.in_(work.OPEN), ~later)).all()
        failed = session.scalars(sa.select(work.Work).where(work.Work.state == "failed")).all()
    assert len(read) == DOCUMENTS
    assert set(read.values()) == {1}
    assert len(told) == DOCUMENTS  # every report was checked
    assert not left
    arrived = Counter(str(message["Message-ID"]) for message in inbox.mails)
    assert max(arrived.values()) == 1, "a mail was doubled"
    assert set(arrived) <= set(outbox)
    assert len(outbox) == OFFICES
    for message_id, state in outbox.items():
        # Cut in the middle of a handover it is shown as perhaps sent, which may be either, and not tried again.
        assert state == "perhaps_sent" or (state == "sent" and arrived[message_id] == 1), (message_id, state)
    assert {(row.kind, row.error_kind) for row in failed} <= {("mail", "person")}


def decide(db: Engine, settings: config.Settings, year: int) -> None:
    with base.transaction(db) as session:
        number = work.add(session, "decide", year, base.utcnow()).id
    queue.publish(db, settings, [number])


def kill_worker(tree: up.Tree) -> None:
    child = next(child for child in tree.children if child.name == "worker")
    assert child.process is not None
    os.killpg(child.process.pid, signal.SIGKILL)


def start_empty(server: broker.Broker, settings: config.Settings) -> broker.Broker:
    """Kill the broker, take all it held away, start it at the same address."""
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not broker.exists(server))
    shutil.rmtree(server.folder / "appendonlydir")
    started = broker.start(settings.data_dir)
    assert started.url == server.url
    return started


# Two classes: the processes of a test run take one each.


class TestWorkerKilled:
    """The worker dies, the broker lives."""

    def test_a_worker_killed_in_mid_reading_and_in_mid_mailing_loses_and_doubles_nothing(
        self, db: Engine, settings: config.Settings, inbox: Mailbox
    ):
        rng = random.Random(SEED)
        year = fill(db, settings, rng)
        with up.services(settings, quiet=True) as tree:
            queue.sweep(db, tree.settings, base.utcnow())
            kill_in_mid_reading(db, tree, rng.randint(5, DOCUMENTS - 40))
            queue.wait_until_idle(db, tree.settings, PATIENCE, check=tree.check)
            decide(db, tree.settings, year)
            moment = rng.randint(1, OFFICES - 5)
            until(lambda: len(inbox.mails) >= moment)
            kill_worker(tree)
            queue.wait_until_idle(db, tree.settings, PATIENCE, check=tree.check)
        assert_all_is_there_once(db, inbox)


class TestBrokerKilled:
    """The broker dies and forgets, the worker lives."""

    def test_a_broker_killed_and_started_empty_loses_and_doubles_nothing(
        self, db: Engine, settings: config.Settings, inbox: Mailbox
    ):
        rng = random.Random(SEED + 1)
        year = fill(db, settings, rng)
        server = broker.start(settings.data_dir)
        configured = settings.model_copy(update={"broker_url": server.url})  # as if it were somebody else's
        try:
            with up.services(configured, quiet=True) as tree:
                queue.sweep(db, configured, base.utcnow())
                read, mailed = rng.randint(5, DOCUMENTS // 2), rng.randint(1, OFFICES - 5)
                until(lambda: counted(db, readings.Reading) >= read)
                server = start_empty(server, settings)
                queue.wait_until_idle(db, configured, PATIENCE, check=tree.check)
                decide(db, configured, year)
                until(lambda: len(inbox.mails) >= mailed)
                server = start_empty(server, settings)
                queue.wait_until_idle(db, configured, PATIENCE, check=tree.check)
        finally:
            broker.stop(server)
        assert_all_is_there_once(db, inbox)
