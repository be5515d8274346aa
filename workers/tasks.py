"""The tasks: each loads, calls one function, saves in one transaction and names what comes next.

What surrounds them (taking the work, leases, failures) stands in ``workers.policy``. Every task is safe to run twice:
unique keys and conditional updates in the database decide, not hope.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery.signals import setup_logging, worker_process_init, worker_process_shutdown

import config
import logs
import storage
from alerts import bounces as mailbox
from alerts import copies, outbox, portals
from alerts import run as alerts_run
from alerts.compose import Attachment
from alerts.send import Delivery, Outgoing, SendFailed, Server, deliver
from alerts.situation import workdays_of
from crawler import run as crawler_run
from exchange.words import printed
from models import base, findings, hosts, leases, mails, readings, schedule, sources, work
from reports import sandbox
from reports.reader_version import READER_VERSION
from summaries import render
from summaries.letters import reply_day
from workers import batch, issues, policy, publication, queue
from workers.app import BOUNCES, SWEEP, app
from workers.policy import Job, NeedsPerson, NotYet, TryAgain, task

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=10)  # after that a digest is decided again before it leaves: a body may have published
RENEWED_AHEAD = 1000  # versions of an older reader that wait to be read anew; the next sweep takes more
KEPT = timedelta(days=90)  # how long done work is kept, for whoever asks what happened


# ------------------------------------------------------------------ crawl


def _crawl_given_up(session: Session, source_id: int, error: str, now: datetime) -> None:
    """The crawl counts as incomplete, so nobody is called late by it, and the next one is due later."""
    run = sources.start_run(session, source_id, now)
    interval = timedelta(seconds=config.settings().crawl_interval)
    sources.finish_run(session, run.id, sources.Outcome(status="incomplete", reason=error), now, interval)


@task("crawl", max_attempts=3, given_up=_crawl_given_up)
def crawl(job: Job) -> None:
    """Look at a source, and at the others that wait, side by side in one child; as some are done, others are taken, for
    as long as one crawl may last."""
    by_source = {job.subject: job.work_id}
    until = time.monotonic() + job.settings.crawl_timeout

    def more(room: int) -> list[int]:
        fresh = {job.held[one]: one for one in job.take_more(room)} if time.monotonic() < until else {}
        by_source.update(fresh)
        return sorted(fresh)

    first = more(crawler_run.POOL - 1)
    for event in crawler_run.crawl([job.subject, *first], job.settings, more):
        if event["event"] == "version" and event.get("work_id") is not None:
            queue.publish(job.engine, job.settings, [event["work_id"]])
        elif event["event"] == "source" and event["source_id"] in by_source:
            # The child has written the run and the source: what is known of publication is judged, the work ended.
            _judge_bodies_of(job, event["source_id"])
            with job.finishing(by_source.pop(event["source_id"])) as session:
                for mail_id in portals.queue_events(session, job.settings, event["source_id"], base.utcnow()):
                    job.then(work.add(session, "mail", mail_id, base.utcnow()).id)
        elif event["event"] == "failed" and event["source_id"] in by_source:
            job.fail(by_source.pop(event["source_id"]), crawler_run.CrawlFailed(event["reason"]))
    if by_source:
        raise TryAgain(f"the crawl ended without a word on {len(by_source)} source(s)")


def _judge_bodies_of(job: Job, source_id: int) -> None:
    """Publication as it stands after this crawl, so that nobody is called missing or late whose report has come."""
    now = base.utcnow().astimezone(job.settings.zone)
    with job.transaction() as session:
        ids = sources.agencies_of(session, source_id)
    publication.judge(job.transaction, now.year - 1, now, ids)


# ------------------------------------------------------------------ read


def _reading_given_up(session: Session, version_id: int, error: str, _now: datetime) -> None:
    readings.failed(session, version_id, error, READER_VERSION)


@task("read", given_up=_reading_given_up)
def read(job: Job) -> None:
    """Read a version of a document and check what was read; and others that wait, in one go."""
    batch.read(job)


# ------------------------------------------------------------------ check


@task("check")
def check(job: Job) -> None:
    """Check a document as read last, and ask for a new check of the reports that it is compared with; and others that
    wait, in one go."""
    batch.check(job)


# ------------------------------------------------------------------ decide, mail, summary


@task("decide")
def decide(job: Job) -> None:
    """Judge publication for a season (the work's subject) and queue what is due to be told. The mails are sent by the
    work that queueing added."""
    now = base.utcnow().astimezone(job.settings.zone)
    publication.judge(job.transaction, job.subject, now)
    with job.finishing() as session:
        findings.lapse(session, now.date(), now)
        for composed in alerts_run.decide_and_queue(session, job.settings, now, year=job.subject, at_hours=True):
            job.then(work.add(session, "mail", composed.id, now).id)


@task("tell")
def tell(job: Job) -> None:
    """Queue what was found in reports of a season (the work's subject) that were just read, for offices that want to know
    within minutes."""
    now = base.utcnow().astimezone(job.settings.zone)
    with job.finishing() as session:
        for composed in alerts_run.tell_at_once(session, job.settings, now, job.subject):
            job.then(work.add(session, "mail", composed.id, now).id)


def _mail_given_up(session: Session, mail_id: int, error: str, now: datetime) -> None:
    mail = session.get(mails.Mail, mail_id, populate_existing=True)
    if mail is not None and mail.state in {"queued", "sending"}:
        if any(one["state"] == "delivered" for one in mail.deliveries.values()):
            mail.state, mail.sent_at = "sent", now  # some have it: what it tells is told
        else:
            mail.state = "failed"
        mail.error = error


@task("mail", max_attempts=10, given_up=_mail_given_up)
def mail(job: Job) -> None:
    """Hand one mail to the mail server. Once its text has left, it is never sent a second time by itself."""
    with job.transaction() as session:
        row = session.get(mails.Mail, job.subject)
        by_smtp = row is None or row.event != copies.EVENT
    if by_smtp and not job.settings.smtp_url:
        with job.finishing():
            return  # the outbox keeps it until a server is configured; the scheduler then adds the work anew
    if by_smtp:
        _await_turn(job)
    outgoing = _take(job)
    if outgoing is None:
        return
    try:
        delivery = _hand_over(job, outgoing)
    except SendFailed as failure:
        state = "perhaps_sent" if failure.perhaps_sent else "queued" if failure.kind == "retry" else "failed"
        with job.transaction() as session:
            mails.record_deliveries(session, job.subject, refused=failure.refused)
            mails.mark(session, job.subject, state, str(failure), base.utcnow())
            _tell_refusals(session, job, failure.refused)
        raise
    failures = [*delivery.refused.values(), *delivery.deferred.values(), *delivery.unsure.values()]
    error = "; ".join(dict.fromkeys(failures)) or None
    state = "perhaps_sent" if delivery.unsure else "queued" if delivery.deferred else "sent"
    with job.finishing() if state == "sent" else job.transaction() as session:
        mails.record_deliveries(
            session, job.subject, delivery.delivered, delivery.refused, delivery.deferred, delivery.unsure
        )
        mails.mark(session, job.subject, state, error, base.utcnow())
        _tell_refusals(session, job, delivery.refused)
    if delivery.unsure:
        raise NeedsPerson(f"not sure whether all recipients have it: {error}")
    if delivery.deferred:
        raise TryAgain(f"not all recipients have it yet: {error}")


def _hand_over(job: Job, outgoing: Outgoing) -> Delivery:
    if not outgoing.channel:
        return deliver(outgoing, job.settings.smtp_url, job.settings.mail_from, job.hold)
    job.hold()
    copies.send(job.settings, outgoing.channel, outgoing.subject, outgoing.text, base.utcnow())
    return Delivery([outgoing.channel])


def _await_turn(job: Job) -> None:
    """Mail servers turn a sender away that hands over more than so many a minute: all processes keep to one count."""
    server, now = Server.parse(job.settings.smtp_url), base.utcnow()
    with job.transaction() as session:
        free = hosts.turn(session, f"smtp://{server.host}:{server.port}", now, job.settings.mails_per_minute)
    if free > now:
        raise NotYet(free)


def _tell_refusals(session: Session, job: Job, refused: Mapping[str, str]) -> None:
    """A mail to the ops side about addresses that a server refused for good; an ops address among them is not told."""
    to = [one for one in job.settings.ops_mail if one not in refused]
    if refused and to:
        queued = alerts_run.queue_refusals(session, job.settings, job.subject, refused, to, base.utcnow())
        if queued is not None:
            job.then(work.add(session, "mail", queued, base.utcnow()).id)


def _is_stale(row: mails.Mail, now: datetime) -> bool:
    """A mail, or its copy, that nobody has got, that waited too long to be sent as it is, and of which something may be
    true no more. (That an address was refused stays true.)"""
    return (
        (alerts_run.is_decided_again(row) or row.event in {"summary", portals.EVENT, "failures", copies.EVENT})
        and row.state == "queued"
        and row.queued_at < now - FRESH
        and not row.deliveries
    )


def _make_again(session: Session, job: Job, row: mails.Mail) -> None:
    """A mail that waited too long is made anew from what is known now; what it would have said is taken back."""
    now = base.utcnow()
    if row.event == copies.EVENT:
        of = copies.original(session, row)
        if of is not None and _is_stale(of, now):
            _make_again(session, job, of)  # its copies are taken back with it
        else:
            mails.withdraw(session, row.key)  # the mail left long ago: what it said may be true no more
        return
    if row.event == "summary":
        issue = schedule.issue_of(session, row.key)
        mails.withdraw(session, row.key)
        if issue is not None:
            job.then(schedule.to_be_made(session, issue, now))
        return
    if row.event == "failures":
        mails.withdraw(session, row.key)  # the next sweep tells what has not been made up meanwhile
        return
    if row.event == portals.EVENT:
        again = portals.decide_again(session, job.settings, row, now)
    else:
        again = [composed.id for composed in alerts_run.decide_again(session, job.settings, row, now)]
    for number in again:
        following = work.add(session, "mail", number, now)
        following.attempts = job.attempt - 1  # a server that did not answer is not asked as if for the first time
        job.then(following.id)


def _take(job: Job) -> Outgoing | None:
    """Mark the mail as being sent, before the first byte leaves. None where there is nothing to send any more."""
    with job.transaction() as session:
        row = session.get(mails.Mail, job.subject, populate_existing=True)
        if row is not None and row.state in {"failed", "perhaps_sent"}:
            if job.attempt > 1:  # the process died before it could say so on the work
                raise NeedsPerson(row.error or f"the mail is {row.state}")
            if row.state == "failed" and mails.is_replaced(session, row.id):
                raise NeedsPerson("a later mail tells what this one would have told: drop it")
            row.state = "queued"  # a first attempt: a person has put the work back, knowing what became of it
            session.flush()
        stale = row is not None and _is_stale(row, base.utcnow())
        if row is not None and stale:
            _make_again(session, job, row)
        taken = None if stale else mails.take(session, job.subject)
        if taken is not None:
            return Outgoing(
                message_id=taken.message_id,
                recipients=mails.pending_recipients(taken),
                subject=taken.subject,
                text=taken.text,
                html=taken.html,
                queued_at=taken.queued_at,
                thread=outbox.thread_id(taken.thread, job.settings.mail_from),
                channel=taken.recipients[0] if taken.event == copies.EVENT else "",
                attachments=tuple(
                    Attachment(one["name"], one["media_type"], storage.store(job.settings.blob_url).get(one["sha256"]))
                    for one in taken.attachments
                ),
            )
        interrupted = not stale and mails.interrupted(session, job.subject)
    if interrupted:
        raise NeedsPerson("the sender stopped while the mail was being handed over: it is perhaps sent")
    with job.finishing():
        return None


@task("summary")
def summary(job: Job) -> None:
    """Write an issue (the work's subject) into the data folder, and queue its mail where it is to be sent."""
    with job.transaction() as session:
        issue = session.get_one(schedule.Issue, job.subject)
        now = base.utcnow().astimezone(job.settings.zone)
        over = issues.days_of(session, issue)
        found, signed = issues.figures_of(session, issue.year, over, issue.under, now)
    folder = job.settings.data_dir / "summary" / (str(issue.office) if issue.office else "")
    paths = render.write(found, folder, signed, reply_day(now.date(), workdays_of(job.settings).is_worked))
    with job.finishing() as session:
        issue = session.get_one(schedule.Issue, job.subject)
        issue.made_at = now
        queued = issues.queue_mail(session, job.settings, issue, found, paths, now) if issue.mailed else None
        if queued is not None:
            job.then(work.add(session, "mail", queued, base.utcnow()).id)


# ------------------------------------------------------------------ sweep


def _sweep() -> None:
    """Send again what is due and was never sent, got lost, or was left behind by a worker that died."""
    engine, now = policy.database(), base.utcnow()
    queue.sweep(engine, config.settings(), now)
    with base.transaction(engine) as session:
        leases.forget_done(session, now - KEPT)
        readings.renew(session, READER_VERSION, now, RENEWED_AHEAD)
        _tell_failures(session, now)


def _bounces() -> None:
    """Note the mails that came back, and tell ops. A mailbox that cannot be read is told like a job that failed."""
    settings, engine = config.settings(), policy.database()

    def take(failures: Sequence[mailbox.Bounce]) -> None:
        with base.transaction(engine) as session:
            queued = alerts_run.take_bounces(session, settings, failures, base.utcnow())
            ids = [work.add(session, "mail", number, base.utcnow()).id for number in queued]
        queue.publish(engine, settings, ids)

    error = None
    try:
        found = mailbox.read(settings.imap_url, take) if settings.imap_url else 0
        log.info("%d mail(s) came back", found)
    except (mailbox.MailboxFailed, ValueError) as failure:
        error = str(failure)
        log.warning("%s", error)
    with base.transaction(engine) as session:
        schedule.record(session, "mails that came back", 0, base.utcnow(), error)


bounces = app.task(_bounces, name=BOUNCES)


def _tell_failures(session: Session, now: datetime) -> None:
    """Ops hear of a job of the timetable that failed, and of its work, once a day."""
    failures = {
        f"{row.job}/{row.office_id}": f"{printed('job', row.job)}：{row.error}" for row in schedule.failed(session)
    }
    failures |= {
        f"{kind}/{subject}": f"{printed('job', kind)} {subject}：{error}"
        for kind, subject, error in leases.failed_pieces(session, issues.BY_THE_CLOCK)
    }
    if failures:
        alerts_run.queue_failures(session, config.settings(), failures, now)


sweep = app.task(_sweep, name=SWEEP)


# ------------------------------------------------------------------ the worker's processes


def _logging(**_: Any) -> None:
    settings = config.settings()
    logs.setup(settings.log_format, settings.log_level)
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)  # a line a task says nothing that the rows do not
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)


def _begin(**_: Any) -> None:
    # What is loaded stays: the search for cycles need not go through it again and again.
    gc.collect()
    gc.freeze()
    policy.forget_database()  # connections of the parent must not be used on this side of the fork


def _end(**_: Any) -> None:
    sandbox.close()


setup_logging.connect(_logging)
worker_process_init.connect(_begin)
worker_process_shutdown.connect(_end)
