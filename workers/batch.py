"""Documents read and checked in one go, several at a time.

Whoever takes a document to read takes some that wait along with it, reads them one after the other, and saves, loads and
checks them together: statements, messages and transactions are the batch's, not the document's. The rows of work stay
taken until the checks are saved, so that what a process dies of is read and checked again; what cannot be checked with
the others is left as work of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from celery.exceptions import SoftTimeLimitExceeded

import storage
from models import base, check_inputs, compared, contexts, documents, findings, leases, readings, submissions, work
from models.packed import pack_text
from reports import sandbox, sniff
from reports.checks import checking, similarity
from reports.reader_version import READER_VERSION
from reports.report import Report
from workers import publication
from workers.policy import Job, LeaseLost

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

BATCH = 32  # documents in one go: twice 16 saved a seventh of the CPU of a page, for what is asked is asked a batch
SOON = timedelta(minutes=5)  # until offices hear of what reports hold that were just read
LONGEST = 5.0  # seconds of reading after which what was taken along is given back: scans are read one by one
MAX_ATTACHMENTS = 5  # of a page, that are read by themselves
DOCUMENT_RULES = tuple(rule_id for rule_id in checking.RULES if rule_id not in publication.RULES)
STOPS = (LeaseLost, SoftTimeLimitExceeded)  # these end the whole batch


# ------------------------------------------------------------------ reading


def read(job: Job) -> None:
    """Read the job's version and some that wait beside it, and check what was read."""
    results = _read(job)
    try:
        with job.transaction() as session:
            job.hold_in(session, results)
            kept = _save(job, session, list(results.values()))
    except STOPS:
        raise
    except Exception:
        if len(results) == 1:
            raise
        log.exception("%d readings could not be saved together: one by one", len(results))
        for work_id, result in results.items():
            _save_alone(job, work_id, result)
        return
    of = {result.version_id: result.report for result in results.values()}
    try:
        known = {one.reading_id: of[one.version_id] for one in kept}
        check_documents(job, results, dict.fromkeys((one.document_id for one in kept), True), known)
    except STOPS:
        raise
    except Exception:
        log.exception("%d documents could not be checked as they were read: each by itself", len(kept))
        urgency = {row.subject: row.priority for row in job.rows.values()}
        with job.finishing(*results) as session:
            for one in kept:
                job.then(readings.ask_check(session, one, base.utcnow(), urgency.get(one.version_id, 0)))


def _read(job: Job) -> dict[int, readings.Result]:
    """Row of work -> what reading its version gave."""
    begun = time.monotonic()
    (own,) = _versions(job, [job.work_id]).values()
    results = {job.work_id: _read_one(job, own)}
    if time.monotonic() - begun >= LONGEST:
        return results
    along = _versions(job, job.take_along(BATCH - 1))
    for number, (work_id, version) in enumerate(along.items()):
        if time.monotonic() - begun >= LONGEST:
            job.give_back(list(along)[number:])
            break
        try:
            results[work_id] = _read_one(job, version)
        except STOPS:
            raise
        except Exception as error:  # noqa: BLE001  its own row tells it, the others go on
            job.fail(work_id, error)
    return results


def _versions(job: Job, rows: list[int]) -> dict[int, documents.Version]:
    """Row of work -> the version to read, with what is attached to it."""
    of = {job.rows[work_id].subject: work_id for work_id in rows}
    with base.reading(job.engine) as session:
        found = {of[one.id]: one for one in documents.to_read(session, of)}
    return {work_id: found[work_id] for work_id in rows}


def _read_one(job: Job, version: documents.Version) -> readings.Result:
    """Read one version of a document, in a child with limits. A document that cannot be read is a result as well."""
    store = storage.store(job.settings.blob_url)
    limits = sandbox.Limits(memory_mb=job.settings.read_memory_mb, seconds=job.settings.read_timeout)
    files = {file.href: store.get(file.sha256) for file in version.attachments}
    answer = sandbox.ask(store.get(version.sha256), version.name, files, limits=limits)
    report = answer.report
    # What is attached is read by itself too: the page and its file must say the same.
    by_itself: dict[int, dict[str, Any]] = {}
    for file in version.attachments:
        if report.error is None and sniff.is_document(file.media_type) and len(by_itself) < MAX_ATTACHMENTS:
            by_itself[file.id] = sandbox.read(files[file.href], file.name, limits=limits).as_dict(details=True)
    bands = similarity.bands(report) if report.error is None and report.kind == "annual_report" else []
    return readings.Result(version.id, report, bands, by_itself, pack_text(answer.text) if answer.text else None)


def _save(job: Job, session: Session, results: Sequence[readings.Result]) -> list[readings.Kept]:
    now = base.utcnow()
    kept = readings.save_all(session, results, READER_VERSION, now)
    versions = [one.version_id for one in kept]
    submissions.replaced_by(session, versions, now.astimezone(job.settings.zone).date(), now)
    return kept


def _save_alone(job: Job, work_id: int, result: readings.Result) -> None:
    """Save one reading, and leave its check as work of its own."""
    urgency = job.rows[work_id].priority
    try:
        with job.finishing(work_id) as session:
            for one in _save(job, session, [result]):
                job.then(readings.ask_check(session, one, base.utcnow(), urgency))
    except STOPS:
        raise
    except Exception as error:  # noqa: BLE001  its own row tells it, the others go on
        job.fail(work_id, error)


# ------------------------------------------------------------------ checking


def check(job: Job) -> None:
    """Check the job's document and some that wait beside it."""
    along = job.take_along(BATCH - 1)
    try:
        _check_rows(job, [job.work_id, *along])
    except STOPS:
        raise
    except Exception:
        if not along:
            raise
        log.exception("%d documents could not be checked together: one by one", 1 + len(along))
        for work_id in (job.work_id, *along):
            try:
                _check_rows(job, [work_id])
            except STOPS:
                raise
            except Exception as error:  # noqa: BLE001  its own row tells it, the others go on
                job.fail(work_id, error)


def _check_rows(job: Job, rows: list[int]) -> None:
    check_documents(job, rows, {job.rows[id_].subject: "because_of" not in job.rows[id_].payload for id_ in rows}, {})


def check_documents(job: Job, rows: Iterable[int], wanted: Mapping[int, bool], known: Mapping[int, Report]) -> None:
    """Check documents as read last, and end these rows of work. Where a document is news (True), the publication of its
    body is judged too, and the reports that are compared with it are asked to be checked again: one step only, not the
    whole chain of years. ``known`` are reports at hand, by reading."""
    now = base.utcnow().astimezone(job.settings.zone)
    with base.reading(job.engine) as session:
        found = contexts.reports_with_contexts(session, wanted, now, known)
        # Nobody can be told of one that belongs to no known body: `status` shows it.
        news = [one for one in found.documents if one.subject is not None and wanted[one.document_id]]
        standings: dict[int, dict[int, Any]] = {}
        for one in news:
            assert one.subject is not None
            standings.setdefault(one.subject.year, {})[one.subject.agency_id] = one.standing
        published = {
            year: publication.outcomes_of(session, bodies, year, now, found.facts) for year, bodies in standings.items()
        }
    for year, outcomes in published.items():
        publication.judge_above(job.transaction, year, now, outcomes)
    outcomes = [outcome for of_year in published.values() for outcome in of_year]
    outcomes += [
        _outcome(one) for one in found.documents if one.subject is not None and one.report.kind == contexts.KIND
    ]
    with job.finishing(*rows) as session:
        findings.alone(session, outcomes)
        outcomes = check_inputs.still_read_last(session, outcomes)
        findings.save_all(session, outcomes, now.astimezone(UTC))
        season = now.year - 1
        if any(one.findings and one.scope == "report" and one.subject.year == season for one in outcomes):
            # A few minutes later, so that reports read one after the other are one mail; the sweep sends its message.
            leases.add_together(session, "tell", season, base.utcnow(), due_at=base.utcnow() + SOON)
        again = {
            document_id: {"because_of": because}
            for document_id, because in compared.all_compared_with(session, news).items()
        }
        for number in work.add_all(session, "check", again, base.utcnow()):
            job.then(number)


def _outcome(one: contexts.Checkable) -> findings.Outcome:
    assert one.subject is not None
    result = checking.run(one.report, one.context, DOCUMENT_RULES)
    origin = findings.Origin(one.document_id, one.version_id, one.url)
    return findings.Outcome(one.subject, "report", result.findings, result.judged, origin)
