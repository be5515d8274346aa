"""``nianbao submit``: what a person saved of a portal that could not be read."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import config
import net
import storage
import up as service
from cli.app import EXIT_ATTENTION, Refused, configured, local_now
from cli.database import database
from cli.show import err, out, spinner
from crawler import submitted
from crawler.contents import Fetched, media_type
from models import agencies, base, sources, submissions
from models.documents import StoredFile
from models.ledger import standing_of
from reports import sandbox, sniff
from summaries.figures import state_zh

if TYPE_CHECKING:
    from sqlalchemy import Engine

commands = typer.Typer()

MOST_FILES = 50
FIRST_YEAR = 2008  # the regulation's first


@commands.command()
def submit(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="The saved page or document, and its files.")],
    agency: Annotated[str, typer.Option("--agency", help="Whose report it is.")],
    year: Annotated[int, typer.Option("--year", help="The report year.")],
    by: Annotated[str | None, typer.Option("--by", help="Who saved it; the name of this machine's user.")] = None,
    url: Annotated[str, typer.Option("--url", help="Where it was found; a saved page often says so itself.")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is read and checked.")] = True,
) -> None:
    """Take what a person saved of a portal that challenges or refuses the crawler, as that body's report.

    The first page (else the first file) is the report, the other files belong to it. A text of another body, year or
    kind is refused. Exit status 1 if it was stored and cannot be read.

    Example: nianbao submit --agency 甲县统计局 --year 2025 --by 王芳 年报.html 年报_files/*
    """
    settings = configured()
    saved = submitted.put_together(_given(files), _address(url))
    with database(settings) as engine:
        doubts, taken = _take(settings, engine, saved, agency, year, by or _user())
        if not taken.new and not taken.assigned:
            out.print(f"{escape(files[0].name)}: stored already, nothing new", soft_wrap=True)
        elif taken.assigned:
            out.print(f"{escape(files[0].name)}: was stored as nobody's, is {escape(agency)}'s now", soft_wrap=True)
        for doubt in doubts:
            err.print(f"nianbao: {escape(files[0].name)}: {escape(doubt)}", soft_wrap=True)
        if wait:
            if taken.new or taken.assigned:
                service.read_and_wait(settings, engine, taken.version_id, taken.document_id, progress=spinner)
            _show(settings, engine, agency, year)
        elif taken.new:
            out.print("stored; the service reads and checks it")
    if any(doubt.startswith("it cannot be read") for doubt in doubts):
        raise typer.Exit(EXIT_ATTENTION)


def _user() -> str:
    """The name of this machine's user. Raises Refused where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Refused("--by: this machine's user has no name; say who saved it") from None


def _given(paths: list[Path]) -> list[tuple[str, bytes]]:
    """The files named, folders with all that lies in them. Raises Refused."""
    found = [inner for path in paths for inner in (_within(path) if path.is_dir() else [path])]
    if len(found) > MOST_FILES:
        raise Refused(f"{len(found)} files, more than {MOST_FILES}; name the report and what belongs to it")
    out_ = []
    for path in found:
        try:
            if path.stat().st_size > sniff.MAX_BYTES:
                raise Refused(f"{path}: larger than {sniff.MAX_BYTES >> 20} MB; no report is")
            data = path.read_bytes()
        except OSError as error:
            raise Refused(f"{path}: {error.strerror or error}") from None
        if not data:
            raise Refused(f"{path}: the file is empty")
        out_.append((path.name, data))
    if not out_:
        raise Refused(f"{paths[0]}: the folder holds no file")
    return out_


def _within(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _address(url: str) -> str:
    try:
        return url and (net.host_of(url) and url)
    except net.NotAllowed as error:
        raise Refused(f"--url {url}: {error}") from None


def _take(
    settings: config.Settings, engine: Engine, saved: submitted.Saved, name: str, year: int, by: str
) -> tuple[list[str], submissions.Taken]:
    """Look whether it is the report that it is said to be, and store it. Raises Refused."""
    if not FIRST_YEAR <= year < local_now(settings).year:
        raise Refused(f"--year {year}: reports there are of {FIRST_YEAR} to {local_now(settings).year - 1}")
    with base.reading(engine) as session:
        body = agencies.resolve(session, name, local_now(settings).date())
        if body is None:
            raise Refused(f"--agency {name}: no body of the register has this name, or several have")
        agency_id, names = body.id, [one for one in agencies.names_of(body) if one]
        columns = [session.get_one(sources.Source, one).url for one in sources.source_ids_of(session, agency_id)]
        hosts = [one for one in (body.portal, *columns) if one]
    limits = sandbox.Limits(memory_mb=settings.read_memory_mb, seconds=settings.read_timeout)
    report = sandbox.read(
        saved.main.data, saved.main.name, {file.href: file.data for file in saved.files}, limits=limits
    )
    why = submitted.why_not(report, {agency_id: names}, year)
    if report.error is not None and not _may_be_report(media_type(saved.main)):
        why = report.error
    if why:
        raise Refused(f"{saved.main.name}: {why}; nothing was stored")
    given = submissions.Submission(
        agency_id, year, by, _stored(settings, saved.main), [_stored(settings, one) for one in saved.files], saved.url
    )
    try:
        with base.transaction(engine) as session:
            taken = submissions.submit(session, given, datetime.now(UTC))
    except submissions.NotTaken as error:
        raise Refused(f"{saved.main.name}: {error}") from None
    return [*submitted.doubts(report), *_foreign(saved.url, hosts)], taken


def _may_be_report(kind: str) -> bool:
    """Whether a file that cannot be read is one that a report may be all the same: a scan, a protected document."""
    return sniff.is_document(kind) or kind.startswith("image/") or "zip" in kind or "rar" in kind


def _foreign(url: str, hosts: list[str]) -> list[str]:
    """A line where the copy was saved from a host that is not the body's: a superior's portal, or a clone of it."""
    try:
        if url and hosts:
            net.Guard.of(hosts).check_url(url)
    except net.NotAllowed:
        return [f"it was found at {url}, which is no host of the body in the register"]
    return []


def _stored(settings: config.Settings, file: Fetched) -> StoredFile:
    sha256 = storage.store(settings.blob_url).put(file.data)
    return StoredFile(file.url, file.href, file.name[:200], sha256, media_type(file), len(file.data))


def _show(settings: config.Settings, engine: Engine, name: str, year: int) -> None:
    """How the body stands now."""
    now = local_now(settings)
    with base.reading(engine) as session:
        body = agencies.resolve(session, name, now.date())
        standing = standing_of(session, body.id, year, now) if body is not None else None
    if standing is None:
        out.print(f"{escape(name)} owes no report of {year}; it is stored and read all the same", soft_wrap=True)
        return
    reason = f"（{standing.reason}）" if standing.reason else ""
    out.print(f"{escape(standing.duty.agency)} {year}：{state_zh(standing)}{escape(reason)}", soft_wrap=True)
