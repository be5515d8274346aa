"""How a season stands and what goes out of it: status, summary, aggregate, export."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from alerts import outbox
from alerts.situation import workdays_of
from cli.app import EXIT_ATTENTION, AsJson, Refused, Under, Year, configured, last_year, local_now, past_moment
from cli.database import database, require_agency
from cli.show import SEVERITY, counted, err, new_table, out, print_json, spinner
from config import Settings
from exchange import export as files
from models import agencies, base, exports, members, readings, schedule
from models.ledger import ledger_of, unreadable_documents
from models.past import ledger_at
from reports import aggregate as sums
from reports.duties import Ledger, Standing
from reports.reader_version import READER_VERSION
from summaries import aggregate as pages
from summaries import figures, render, workbook
from summaries.figures import Figures, state_zh
from summaries.letters import reply_day
from workers import issues

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

commands = typer.Typer()


@commands.command()
def status(
    year: Year = None,
    under: Under = None,
    at: Annotated[
        str | None, typer.Option("--at", help="As it stood at this moment, e.g. 2027-02-03T09:00 or 2027-02-03.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if anything needs attention.")] = False,
    as_json: AsJson = False,
) -> None:
    """Per body: due, published, on time, late, missing, cannot tell and why, open findings.

    Example: nianbao status --year 2025 --under 甲县人民政府

    Example: nianbao status --at 2027-02-03T09:00
    """
    settings = configured()
    moment = past_moment("--at", at, settings) if at is not None else None
    year = year or (moment.year - 1 if moment is not None else last_year(settings))
    with spinner(f"status of {year} …"), database(settings) as engine, base.reading(engine) as session:
        require_agency(session, under, settings)
        if moment is not None:
            ledger = ledger_at(session, year, moment, under=under)
        else:
            ledger = ledger_of(session, year, local_now(settings), under=under)
        unread = unreadable_documents(session, year) if moment is None else []
        outdated = readings.outdated(session, READER_VERSION) if moment is None else 0
    if not ledger.standings and not as_json:
        err.print(f"no registered body owes a report of {year}; `nianbao agencies import FILE` fills the register")
    attention = any(
        standing.state in {"late", "missing", "cannot_tell"} or ledger.of(standing.duty.agency_id)
        for standing in ledger.standings
    )
    if as_json:
        exempt = [
            {"agency": one.agency, "year": year, "state": "exempt", "reason": one.reason, "findings": []}
            for one in ledger.exempt
        ]
        print_json([*(_row(standing, ledger) for standing in ledger.standings), *exempt])
    else:
        _show(ledger, unread)
    if outdated:
        (err if as_json else out).print(f"另有 {outdated} 份文件由旧版程序识读，正在后台重新识读")
    if strict and (attention or unread):
        raise typer.Exit(EXIT_ATTENTION)


def _row(standing: Standing, ledger: Ledger) -> dict[str, Any]:
    """A body as ``--json`` prints it."""
    found, seen = ledger.of(standing.duty.agency_id), standing.sighting
    return {
        "agency": standing.duty.agency,
        "year": ledger.year,
        "deadline": standing.duty.deadline,
        "ground": standing.duty.ground,
        "state": standing.state,
        "on_time": standing.on_time,
        "days_late": standing.days_late,
        "published_on": standing.published_on,
        "url": seen.url if seen else None,
        "interpretation": standing.interpretation.url if standing.interpretation else None,
        "submitted_by": (seen.submitted_by or None) if seen else None,
        "reason": standing.reason or None,
        "findings": [{"rule": f.rule, "severity": f.severity, "needs_review": f.needs_review} for f in found],
    }


def _show(ledger: Ledger, unread: list[dict[str, Any]]) -> None:
    """All bodies as a table, then who owes nothing, then what could not be read."""
    severities = ((word, "right") for word, _ in SEVERITY.values())
    table = new_table("单位", "情况", "期限", "发布日期", *severities, ("待核", "right"), "说明")
    for standing in ledger.standings:
        found = ledger.of(standing.duty.agency_id)
        counts = [str(sum(f.severity == s and not f.needs_review for f in found)) for s in SEVERITY]
        state = f"{state_zh(standing)}（{standing.days_late}天）" if standing.days_late else state_zh(standing)
        table.add_row(
            escape(standing.duty.agency), state, str(standing.duty.deadline), str(standing.published_on or "—"),
            *counts, str(sum(f.needs_review for f in found)), escape(standing.reason),
        )  # fmt: skip
    out.print(table)
    for one in ledger.exempt:
        out.print(f"[dim]不需发布[/] {escape(one.agency)}：{one.reason}", soft_wrap=True)
    for document in unread:
        line = f"{escape(document['url'])}：{escape(document['state_reason'] or '')}"
        out.print(f"[yellow]未能识读[/] {line}", soft_wrap=True)


@commands.command()
def summary(
    period: Annotated[str, typer.Option("--period", help="day, week, month, season or year.")] = "season",
    year: Year = None,
    under: Under = None,
    folder: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path("var/summary"),
    send: Annotated[bool, typer.Option("--send", help="Queue it by mail to the supervising office, once.")] = False,
) -> None:
    """Write the compliance summary: HTML, PDF, XLSX, and a circular (通报) as DOCX.

    A day, week or month is the last whole one; its summary begins with what was published, found and corrected in it.

    Example: nianbao summary --period season --year 2025 --out summary/

    Example: nianbao summary --period month --under 甲县人民政府 --send
    """
    if period not in figures.PERIODS:
        raise Refused(f"--period {period}: use one of {', '.join(figures.PERIODS)}")
    settings = configured()
    now = local_now(settings)
    year = year or last_year(settings)
    over = figures.period(period, now.date())
    with spinner("counting …") as say, database(settings) as engine, base.reading(engine) as session:
        name = require_agency(session, under, settings)
        found, signed = issues.figures_of(session, year, over, name, now)
        say("writing …")
        try:
            paths = render.write(found, folder, signed, reply_day(now.date(), workdays_of(settings).is_worked))
        except OSError as error:
            raise Refused(f"{folder}: {error.strerror or error}") from None
    if not found.lines:
        err.print(f"no registered body owes a report of {year}; `nianbao agencies import FILE` fills the register")
    for path in paths:
        out.print(f"wrote {path}")
    if send:
        with database(settings) as engine, base.transaction(engine) as session:
            out.print(_send(session, settings, found, (name, paths, now)), soft_wrap=True)


def _send(session: Session, settings: Settings, found: Figures, of: tuple[str, list[Path], datetime]) -> str:
    """Queue a summary to its office; says what became of it."""
    name, paths, now = of
    agency = agencies.resolve(session, name, now.date()) if name else None
    office = agencies.office_of(session, agency.id) if agency is not None else None
    number = office.id if office is not None else 0
    to, _ = outbox.recipients_of(session, settings, number or None)
    if not to:
        raise Refused("nobody gets it: give the office an address in the register or set NIANBAO_OFFICE_MAIL")
    over = found.period
    assert over is not None
    wanted = schedule.Issue(
        period=over.name, office=number, under=name, year=found.year, first=over.first, last=over.last, mailed=True,
        created_at=now,
    )  # fmt: skip
    issue = schedule.issue(session, wanted)
    queued = issues.queue_mail(session, settings, issue, found, paths, now)
    if queued is None:
        return "this summary is queued or sent already; `nianbao alerts list` shows it"
    issue.made_at = now
    server = "" if settings.smtp_url else "; it leaves once NIANBAO_SMTP_URL is set"
    return f"queued mail {queued} to {', '.join(to)}{server}"


@commands.command()
def aggregate(
    under: Annotated[str, typer.Option("--under", help="The government whose tables are added up.")],
    path: Annotated[Path, typer.Option("--out", help="The XLSX to write.")],
    year: Year = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if a body's figures are lacking.")] = False,
) -> None:
    """Add up the bodies' reports to the government's own tables two to four, with each body's part and what is lacking.

    Example: nianbao aggregate --under 甲县人民政府 --year 2025 --out 甲县汇总.xlsx
    """
    if path.suffix.lower() != ".xlsx":
        raise Refused(f"{path}: the tables are an XLSX; choose a name that ends in .xlsx")
    settings = configured()
    year = year or last_year(settings)
    if year < sums.FIRST_YEAR:
        raise Refused(f"--year {year}: there is no uniform form before the report year {sums.FIRST_YEAR}")
    now = local_now(settings)
    with spinner("adding up …"), database(settings) as engine, base.reading(engine) as session:
        name = require_agency(session, under, settings)
        result = sums.aggregate(name, year, members.members(session, year, now, name), now)
    try:
        workbook.write(pages.workbook(result), path)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from None
    colour = "green" if result.complete else "yellow"
    out.print(f"[{colour}]{escape(result.headline())}[/]", soft_wrap=True)
    kinds = [remark.kind for remark in result.remarks]
    table = new_table("情况", ("条数", "right"))
    for kind, name in sums.KIND_ZH.items():
        if kind in kinds:
            table.add_row(name, str(kinds.count(kind)))
    if kinds:
        out.print(table)
    out.print(f"wrote {escape(str(path))}", soft_wrap=True)
    if strict and not result.complete:
        raise typer.Exit(EXIT_ATTENTION)


EXPORTS = ("agencies", "sources", "documents", "reports", "findings")


@commands.command()
def export(
    what: Annotated[str, typer.Argument(help="agencies, sources, documents, reports or findings.")],
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, csv, xlsx or parquet.")] = "jsonl",
    path: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if not given.")] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Heads and words of CSV and XLSX: zh or en; zh for xlsx if not given.")
    ] = None,
) -> None:
    """Write the data out.

    Example: nianbao export reports --year 2025 --format xlsx --out reports.xlsx
    """
    if what not in EXPORTS:
        raise Refused(f"{what}: export one of {', '.join(EXPORTS)}")
    if form not in files.FORMATS:
        raise Refused(f"--format {form}: use one of {', '.join(files.FORMATS)}")
    if path is None and form in {"xlsx", "parquet"}:
        raise Refused(f"--format {form} needs --out FILE")
    if lang not in {None, "zh", "en"}:
        raise Refused(f"--lang {lang}: use zh or en")
    settings = configured()
    # Rows on the screen show how far it is by themselves.
    progress_line = spinner(f"{what} …") if path is not None or not out.is_terminal else nullcontext(lambda _: None)
    with progress_line as say, database(settings) as engine, base.reading(engine) as session:
        rows = counted(getattr(exports, f"export_{what}")(session, year=year), say, what)
        try:
            count = files.write(rows, what, form, path, lang, settings.zone)  # type: ignore[arg-type]
        except OSError as error:
            raise Refused(f"{path}: {error.strerror or error}") from None
    if path is not None:
        err.print(f"wrote {count} rows to {path}", soft_wrap=True)
    if not count:
        err.print(
            f"there are no {what} yet; `nianbao agencies import FILE`, then `nianbao watch --once`", soft_wrap=True
        )
