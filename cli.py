"""The command line: asks and prints, decides nothing. The contract is docs/commands.md.

Each command imports what it needs when it is called: ``nianbao read`` must not wait for the database's libraries, nor
``nianbao status`` for the readers'.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import config
import logs
import storage

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from reports.checks.context import Context
    from reports.report import Report
    from workers import backtest

EXIT_ATTENTION = 1
EXIT_BAD = 2
EXIT_DEFECT = 70

app = typer.Typer(
    name="nianbao",
    help="年报 · watches, reads and checks the annual reports on government information disclosure.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
agencies_app = typer.Typer(help="The register of bodies.", no_args_is_help=True, rich_markup_mode=None)
alerts_app = typer.Typer(help="What is told to whom.", no_args_is_help=True, rich_markup_mode=None)
queue_app = typer.Typer(
    help="Waiting, running and failed work.\n\nExample: nianbao queue --json",
    invoke_without_command=True,
    rich_markup_mode=None,
)
db_app = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)
findings_app = typer.Typer(
    help="Findings and what people decided of them.", no_args_is_help=True, rich_markup_mode=None
)
rules_app = typer.Typer(help="The catalogue of checks.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")
app.add_typer(findings_app, name="findings")
app.add_typer(agencies_app, name="agencies")
app.add_typer(alerts_app, name="alerts")
app.add_typer(queue_app, name="queue")
app.add_typer(db_app, name="db")

# Into a pipe or a file, tables get room: nothing there knows the width of a screen.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Year = Annotated[int | None, typer.Option("--year", help="Report year; the last ended year if not given.")]
Under = Annotated[str | None, typer.Option("--under", help="Only bodies below this government.")]


class Refused(Exception):
    """Wrong usage or unusable input: one line that says what and where. Exit status 2."""


def main() -> None:
    """The console script's entry: no traceback reaches a user."""
    try:
        app(standalone_mode=True)
    except (Refused, config.BadSettings) as error:
        err.print(f"nianbao: {escape(str(error))}", soft_wrap=True)
        raise SystemExit(EXIT_BAD) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except Exception as error:  # noqa: BLE001  the last line of defence: kept for us, one line for the user
        _defect(error)


def _defect(error: Exception) -> NoReturn:
    try:
        path = config.settings().data_dir / "defects.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv[1:3])}\n{traceback.format_exc()}\n")
        where = f"; details in {path}"
    except (OSError, config.BadSettings):
        where = ""
    err.print(
        f"nianbao: defect: {type(error).__name__}: {escape(str(error).splitlines()[0] if str(error) else '')}{where}"
    )
    raise SystemExit(EXIT_DEFECT) from None


# ------------------------------------------------------------------ what several commands share


def _settings() -> config.Settings:
    settings = config.settings()
    logs.setup(settings.log_format, settings.log_level)
    return settings


@contextmanager
def _database(settings: config.Settings) -> Iterator[Engine]:
    """The database, ready: our own SQLite file is brought up to date by itself, a server only by ``db upgrade``."""
    from models import base

    url = settings.database_url
    if url.startswith("sqlite"):
        storage.private_folder(settings.data_dir)
        base.upgrade(url)
    engine = base.make_engine(url)
    try:
        with _told(url):
            base.check_revision(engine)
            yield engine
    finally:
        engine.dispose()


@contextmanager
def _told(url: str) -> Iterator[None]:
    from models import base

    try:
        yield
    except base.OutOfDate as error:
        raise Refused(f"{logs.without_secrets(url)}: {error}; run: nianbao db upgrade") from None
    except base.DatabaseUnavailable as error:
        raise Refused(f"{logs.without_secrets(url)}: {error}") from None


def _now(settings: config.Settings) -> datetime:
    return datetime.now(settings.zone)


def _last_year(settings: config.Settings) -> int:
    return _now(settings).year - 1


def _print_json(rows: Iterable[Any]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if hasattr(value, "__float__"):
        return float(value)
    return str(value)


def _table(*columns: str | tuple[str, str], title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        name, justify = column if isinstance(column, tuple) else (column, "left")
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def _parse_moment(text: str | None, settings: config.Settings) -> datetime:
    if text is None:
        return _now(settings)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f"--now {text!r} is no time; write 2027-02-03T09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.zone)


# ------------------------------------------------------------------ reading and checking, without a database


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Documents in any format that portals publish.")],
    as_json: AsJson = False,
) -> None:
    """Read documents, no database.

    Example: nianbao read report.pdf --json
    """
    failed = False
    for report in _read_all(files):
        failed |= report.error is not None
        if as_json:
            _print_json([report.as_dict()])
        else:
            _show_report(report)
        if report.error is not None:
            err.print(f"nianbao: {escape(report.source.name)}: {escape(report.error)}", soft_wrap=True)
    if failed:
        raise typer.Exit(EXIT_BAD)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Documents; those of one body are checked across years.")],
    as_json: AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if there is an error finding.")] = False,
    explain: Annotated[str | None, typer.Option("--explain", help="Show how this rule was evaluated.")] = None,
) -> None:
    """Read and check documents, no database.

    Example: nianbao check 2024.html 2025.pdf --strict

    Example: nianbao check 2025.pdf --explain APP-SUM-ROW
    """
    from reports import checks

    if explain is not None and explain not in checks.RULES:
        raise Refused(f"there is no rule {explain}; docs/rules.md lists them")
    found = list(_read_all(files))
    failed = errors = False
    for report, context in _with_context(found):
        if report.error is not None:
            failed = True
            err.print(f"nianbao: {escape(report.source.name)}: {escape(report.error)}", soft_wrap=True)
        elif explain is not None:
            _show_explanation(report, context, explain, as_json)
            continue
        else:
            report.findings = checks.run(report, context).findings
            errors |= any(f.severity == "error" and not f.needs_review for f in report.findings)
        if as_json:
            _print_json([report.as_dict()])
        elif report.error is None:
            _show_findings(report)
    if failed:
        raise typer.Exit(EXIT_BAD)
    if strict and errors:
        raise typer.Exit(EXIT_ATTENTION)


def _read_all(files: list[Path]) -> Iterator[Report]:
    from reports import sandbox

    settings = _settings()
    limits = sandbox.Limits(memory_mb=settings.read_memory_mb, seconds=settings.read_timeout)
    try:
        for path in files:
            try:
                data = path.read_bytes()
            except OSError as error:
                raise Refused(f"{path}: {error.strerror or error}") from None
            yield sandbox.read(data, path.name, limits=limits)
    finally:
        sandbox.close()


def _with_context(found: list[Report]) -> Iterator[tuple[Report, Context]]:
    """Each report with what the other files of the call say of the same body: last year's report, an interpretation."""
    from reports.checks.context import Context

    for report in found:
        context = Context(agency=report.agency, year=report.year)
        if report.error is None and report.agency and report.year:
            same = [r for r in found if r is not report and r.error is None and r.agency == report.agency]
            before = [r for r in same if r.kind == "annual_report" and r.year == report.year - 1]
            about = [r for r in same if r.kind == "interpretation" and r.year == report.year]
            context = Context(
                agency=report.agency,
                year=report.year,
                history=before[-1] if before else None,
                interpretation=about[-1] if about else None,
            )
        yield report, context


def _show_report(report: Report) -> None:
    from reports.form import forms

    if report.error is not None:
        return
    out.print(f"[bold]{escape(report.source.name)}[/]  {report.source.reader}  {report.kind}")
    form = f"{report.form} form" if report.form else "no form"
    out.print(f"  {escape(report.agency or '?')}  {report.year or '?'}  {form}  {report.published_on or ''}")
    table = _table("cell", "", ("value", "right"), "printed", ("confidence", "right"))
    for key, cell in (report.cells or {}).items():
        if cell.value not in (0, None) or cell.confidence < 0.9:
            value = "" if cell.value is None else str(cell.value)
            table.add_row(key, forms.label(key), value, escape(cell.raw), f"{cell.confidence:.2f}")
    out.print(table)
    for claim in report.claims:
        out.print(f"  {claim.cell} = {claim.value}  [dim]{escape(claim.text)}[/]")
    for warning in report.warnings:
        out.print(f"  [yellow]{escape(warning)}[/]")


SEVERITY = {"error": ("错误", "red"), "warning": ("疑似", "yellow"), "notice": ("提示", "cyan")}


def _show_findings(report: Report) -> None:
    head = f"{report.agency or '?'} {report.year or '?'}"
    out.print(f"[bold]{escape(report.source.name)}[/]  {escape(head)}  {len(report.findings)} finding(s)")
    for finding in report.findings:
        word, colour = SEVERITY[finding.severity]
        review = " [dim](待核)[/]" if finding.needs_review else ""
        out.print(f"  [{colour}]{word}[/] {finding.rule:<20} {escape(finding.message)}{review}", soft_wrap=True)


def _show_explanation(report: Report, context: Context, rule: str, as_json: bool) -> None:
    from reports import checks

    explanation = checks.explain(rule, report, context)
    if as_json:
        _print_json([explanation.as_dict()])
    else:
        out.print(escape(explanation.as_text()), soft_wrap=True)


# ------------------------------------------------------------------ the register


@agencies_app.command("import")
def agencies_import(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with the template's columns; name and level are required.")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Import the good rows although others are bad.")] = False,
) -> None:
    """Add and update bodies by name; never deletes.

    Example: nianbao agencies import bodies.xlsx
    """
    import exchange
    from models import base

    settings = _settings()
    with _database(settings) as engine, base.transaction(engine) as session:
        try:
            result = exchange.import_agencies(session, file, skip_bad=skip_bad, now=datetime.now(UTC))
        except exchange.BadSheet as error:
            raise Refused(f"{file}: {error}") from None
        for bad in result.bad:
            err.print(
                f"nianbao: {escape(str(file))}: row {bad.row}, column {escape(bad.column)}: {escape(bad.message)}",
                soft_wrap=True,
            )
        if result.bad and not skip_bad:
            session.rollback()
            raise Refused(f"{file}: nothing was imported; mend the rows above or add --skip-bad")
        for warning in result.warnings:
            err.print(f"nianbao: {escape(str(file))}: row {warning.row}: {escape(warning.message)}", soft_wrap=True)
    out.print(f"added {result.added}, updated {result.updated}, skipped {len({b.row for b in result.bad})}")


@agencies_app.command("list")
def agencies_list(as_json: AsJson = False) -> None:
    """Show the register.

    Example: nianbao agencies list --json
    """
    from models import base, queries

    with _database(_settings()) as engine, base.reading(engine) as session:
        rows = list(queries.export_agencies(session))
    if as_json:
        _print_json(rows)
        return
    table = _table("name", "level", "kind", "parent", "reports_url")
    for row in rows:
        table.add_row(*(escape(str(row.get(c) or "")) for c in ("name", "level", "kind", "parent", "reports_url")))
    out.print(table)


@agencies_app.command("template")
def agencies_template(file: Annotated[Path, typer.Argument(help="The XLSX to write.")]) -> None:
    """Write an empty sheet to fill in, with explanations.

    Example: nianbao agencies template bodies.xlsx
    """
    import exchange

    if file.suffix.lower() != ".xlsx":
        raise Refused(f"{file}: the template is an XLSX; choose a name that ends in .xlsx")
    try:
        exchange.template(file)
    except OSError as error:
        raise Refused(f"{file}: {error.strerror or error}") from None
    out.print(f"wrote {file}")


# ------------------------------------------------------------------ the service


@app.command()
def demo() -> None:
    """Run the main job once, end to end, on embedded services and portals served on loopback.

    Example: nianbao demo
    """
    from demo import run

    raise typer.Exit(run.demo(out, err))


@app.command()
def up() -> None:
    """Run the whole service on this machine in the foreground, until Ctrl-C.

    Example: NIANBAO_SMTP_URL=smtp://mail.example:25 nianbao up
    """
    import up as service

    settings = _settings()
    with _database(settings):
        pass
    raise typer.Exit(service.run(settings))


@app.command()
def watch(
    once: Annotated[
        bool, typer.Option("--once", help="Crawl what is due, wait until it is read and checked, stop.")
    ] = False,
    agency: Annotated[list[str] | None, typer.Option("--agency", help="Only this body's sources; repeatable.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All sources, due or not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Crawl every source that is due and print a line for each; without --once keep watching.

    Example: nianbao watch --once --agency 甲县统计局
    """
    import up as service

    settings = _settings()
    if not once:
        if agency or every:
            raise Refused("--agency and --all go with --once; without it the scheduler decides what is due")
        with _database(settings):
            pass
        raise typer.Exit(service.run(settings))
    with _database(settings) as engine:
        ids = _source_ids(engine, agency or [], every, settings)
        if not ids:
            err.print("nothing is due; --all crawls every source")
            return
        service.crawl_and_wait(settings, engine, ids, progress=_progress)
        _show_sources(engine, ids, as_json)


def _source_ids(engine: Engine, names: list[str], every: bool, settings: config.Settings) -> list[int]:
    from models import agencies, base, queries, sources

    with base.reading(engine) as session:
        if not names:
            if every:
                return queries.all_source_ids(session)
            return [source.id for source in sources.due(session, datetime.now(UTC))]
        ids: list[int] = []
        for name in names:
            agency = agencies.resolve(session, name, _now(settings).date())
            if agency is None:
                raise Refused(f"--agency {name}: no body of the register has this name, or several have")
            ids += queries.source_ids_of(session, agency.id)
        return sorted(set(ids))


def _show_sources(engine: Engine, ids: list[int], as_json: bool) -> None:
    from models import base, queries

    with base.reading(engine) as session:
        rows = [row for row in queries.export_sources(session) if row.get("id") in ids]
    for row in rows:
        row.pop("id", None)
    if as_json:
        _print_json(rows)
        return
    table = _table("body", "address", "status", ("items", "right"), ("requests", "right"), "reason")
    for row in rows:
        table.add_row(
            *(
                escape(str(row[c] if row[c] is not None else ""))
                for c in ("agency", "url", "status", "items", "requests", "reason")
            )
        )
    out.print(table)


@contextmanager
def _progress(text: str) -> Iterator[Callable[[str], None]]:
    """A spinner on a terminal, nothing elsewhere."""
    if not err.is_terminal:
        yield lambda _: None
        return
    with err.status(text) as status:
        yield lambda now: status.update(now)


@app.command()
def status(
    year: Year = None,
    under: Under = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if anything needs attention.")] = False,
    as_json: AsJson = False,
) -> None:
    """Per body: due, published, on time, late, missing, cannot tell and why, open findings.

    Example: nianbao status --year 2025 --under 甲县人民政府
    """
    from models import base, queries
    from summaries.figures import state_zh

    settings = _settings()
    year = year or _last_year(settings)
    with _database(settings) as engine, base.reading(engine) as session:
        _require_agency(session, under, settings)
        ledger = queries.ledger(session, year, _now(settings), under=under)
        unread = queries.unreadable_documents(session, year)
    attention = False
    rows: list[dict[str, Any]] = []
    for standing in ledger.standings:
        found = ledger.of(standing.duty.agency_id)
        attention |= standing.state in {"late", "missing", "cannot_tell"} or bool(found)
        seen = standing.sighting
        rows.append(
            {
                "agency": standing.duty.agency,
                "year": year,
                "deadline": standing.duty.deadline,
                "state": standing.state,
                "on_time": standing.on_time,
                "published_on": standing.published_on,
                "url": seen.url if seen else None,
                "interpretation": standing.interpretation.url if standing.interpretation else None,
                "reason": standing.reason or None,
                "findings": [{"rule": f.rule, "severity": f.severity, "needs_review": f.needs_review} for f in found],
                "state_zh": state_zh(standing),
            }
        )
    if as_json:
        _print_json([row for row in rows if row.pop("state_zh")])
    else:
        table = _table(
            "单位",
            "情况",
            "期限",
            "发布日期",
            ("错误", "right"),
            ("疑似", "right"),
            ("提示", "right"),
            ("待核", "right"),
            "说明",
        )
        for row in rows:
            counts = [str(sum(f["severity"] == s and not f["needs_review"] for f in row["findings"])) for s in SEVERITY]
            review = str(sum(bool(f["needs_review"]) for f in row["findings"]))
            table.add_row(
                escape(row["agency"]), row["state_zh"], str(row["deadline"]), str(row["published_on"] or "—"),
                *counts, review, escape(row["reason"] or ""),
            )  # fmt: skip
        out.print(table)
        for document in unread:
            out.print(
                f"[yellow]未能识读[/] {escape(document['url'])}：{escape(document['state_reason'] or '')}",
                soft_wrap=True,
            )
    if strict and (attention or unread):
        raise typer.Exit(EXIT_ATTENTION)


def _require_agency(session: Any, name: str | None, settings: config.Settings) -> str:
    """The full name of the body that is called so; empty if none was asked for."""
    from models import agencies

    if name is None:
        return ""
    found = agencies.resolve(session, name, _now(settings).date())
    if found is None:
        raise Refused(f"--under {name}: no body of the register has this name, or several have")
    return found.name


# ------------------------------------------------------------------ alerts and summaries


@alerts_app.command("run")
def alerts_run(
    now: Annotated[str | None, typer.Option("--now", help="Decide as of this moment, e.g. 2027-02-03T09:00.")] = None,
    year: Year = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the mails instead of queueing them.")] = False,
) -> None:
    """Decide what is due to be told to whom, and queue the mails.

    Example: nianbao alerts run --dry-run
    """
    from alerts import run
    from models import base
    from workers import publication

    settings = _settings()
    moment = _parse_moment(now, settings)
    season = year or moment.year - 1
    with _database(settings) as engine, base.transaction(engine) as session:
        publication.judge(lambda: nullcontext(session), season, moment)  # one transaction: a dry run leaves nothing
        composed = run.decide_and_queue(session, settings, moment, year=season, dry_run=dry_run)
        homeless = run.without_recipient(session, settings, moment, season)
        if dry_run:
            session.rollback()
    for mail in composed:
        if dry_run:
            out.print(
                f"To: {escape(', '.join(mail.recipients))}\nSubject: {escape(mail.subject)}\n\n{escape(mail.text)}",
                soft_wrap=True,
            )
        else:
            out.print(f"queued mail {mail.id}: {escape(mail.subject)}", soft_wrap=True)
    if homeless:
        err.print(
            f"{homeless} notices have no recipient: give the office an address in the register or set NIANBAO_OFFICE_MAIL"
        )
    elif not composed:
        out.print("nothing new to tell")


@alerts_app.command("list")
def alerts_list(as_json: AsJson = False) -> None:
    """Show the mails: queued, sent, failed.

    Example: nianbao alerts list
    """
    from models import base, queries

    settings = _settings()
    with _database(settings) as engine, base.reading(engine) as session:
        rows = list(queries.mails(session))
    if as_json:
        _print_json(rows)
        return
    table = _table(("id", "right"), "state", "queued", "sent", ("tries", "right"), "to", "subject", "error")
    for row in rows:
        table.add_row(
            str(row["id"]), row["state"], _shown(row["queued_at"], settings), _shown(row["sent_at"], settings),
            str(row["tries"]), escape(", ".join(row["recipients"])), escape(row["subject"]), escape(row["error"] or ""),
        )  # fmt: skip
    out.print(table)


@alerts_app.command("show")
def alerts_show(mail_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Show one mail as it was or will be sent.

    Example: nianbao alerts show 3
    """
    from models import base, queries

    with _database(_settings()) as engine, base.reading(engine) as session:
        row = next((r for r in queries.mails(session) if r["id"] == mail_id), None)
    if row is None:
        raise Refused(f"there is no mail {mail_id}; nianbao alerts list shows them")
    out.print(
        f"To: {escape(', '.join(row['recipients']))}\nSubject: {escape(row['subject'])}\nState: {row['state']}\n",
        soft_wrap=True,
    )
    out.print(escape(row["text"]), soft_wrap=True)


def _shown(moment: datetime | None, settings: config.Settings) -> str:
    return moment.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


@app.command()
def summary(
    period: Annotated[str, typer.Option("--period", help="season (the others follow later).")] = "season",
    year: Year = None,
    under: Under = None,
    folder: Annotated[Path, typer.Option("--out", help="The folder to write into.")] = Path("var/summary"),
) -> None:
    """Write the compliance summary of a season as an HTML page.

    Example: nianbao summary --period season --year 2025 --out summary/
    """
    from models import base, queries
    from summaries import figures, render

    if period != "season":
        raise Refused(f"--period {period}: only season is built so far")
    settings = _settings()
    with _database(settings) as engine, base.reading(engine) as session:
        _require_agency(session, under, settings)
        ledger = queries.ledger(session, year or _last_year(settings), _now(settings), under=under)
    try:
        paths = render.write(figures.figures(ledger, under or ""), folder)
    except OSError as error:
        raise Refused(f"{folder}: {error.strerror or error}") from None
    for path in paths:
        out.print(f"wrote {path}")


@app.command()
def aggregate(
    under: Annotated[str, typer.Option("--under", help="The government whose tables are added up.")],
    path: Annotated[Path, typer.Option("--out", help="The XLSX to write.")],
    year: Year = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if a body's figures are lacking.")] = False,
) -> None:
    """Add up the bodies' reports to the government's own tables two to four, with each body's part and what is lacking.

    Example: nianbao aggregate --under 甲县人民政府 --year 2025 --out 甲县汇总.xlsx
    """
    from models import base, queries
    from reports import aggregate as sums
    from summaries import aggregate as pages
    from summaries import workbook

    if path.suffix.lower() != ".xlsx":
        raise Refused(f"{path}: the tables are an XLSX; choose a name that ends in .xlsx")
    settings = _settings()
    year = year or _last_year(settings)
    if year < sums.FIRST_YEAR:
        raise Refused(f"--year {year}: there is no uniform form before the report year {sums.FIRST_YEAR}")
    now = _now(settings)
    with _database(settings) as engine, base.reading(engine) as session:
        name = _require_agency(session, under, settings)
        result = sums.aggregate(name, year, queries.members(session, year, now, name), now)
    try:
        workbook.write(pages.workbook(result), path)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from None
    colour = "green" if result.complete else "yellow"
    out.print(f"[{colour}]{escape(result.headline())}[/]", soft_wrap=True)
    kinds = [remark.kind for remark in result.remarks]
    table = _table("情况", ("条数", "right"))
    for kind, name in sums.KIND_ZH.items():
        if kind in kinds:
            table.add_row(name, str(kinds.count(kind)))
    if kinds:
        out.print(table)
    out.print(f"wrote {escape(str(path))}", soft_wrap=True)
    if strict and not result.complete:
        raise typer.Exit(EXIT_ATTENTION)


# ------------------------------------------------------------------ findings

Note = Annotated[str, typer.Option("--note", help="Why; kept in the trail.")]
By = Annotated[str, typer.Option("--by", help="Who decides.")]


@findings_app.command("list")
def findings_list(
    state: Annotated[list[str] | None, typer.Option("--state", help="open, confirmed, waived or resolved.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show findings with their numbers; those that stand if no state is given.

    Example: nianbao findings list --year 2025 --state open
    """
    from models import base, findings, queries

    unknown = [word for word in state or [] if word not in findings.STATES]
    if unknown:
        raise Refused(f"--state {unknown[0]}: use one of {', '.join(findings.STATES)}")
    with _database(_settings()) as engine, base.reading(engine) as session:
        rows = list(queries.findings_list(session, state or ["open", "confirmed"], year))
    if as_json:
        _print_json(rows)
        return
    table = _table(("id", "right"), "单位", "年度", "规则", "程度", "状态", "说明")
    for row in rows:
        review = "·待核" if row["needs_review"] else ""
        table.add_row(
            str(row["id"]), escape(row["agency"]), str(row["year"]), row["rule"], SEVERITY[row["severity"]][0] + review,
            row["state"], escape(row["message"]),
        )  # fmt: skip
    out.print(table)


def _decide(finding_id: int, action: str, note: str, by: str, until: date | None = None) -> None:
    from models import base, findings

    with _database(_settings()) as engine, base.transaction(engine) as session:
        try:
            row = findings.decide(session, finding_id, action, by, note, datetime.now(UTC), until)
        except KeyError:
            raise Refused(f"there is no finding {finding_id}; nianbao findings list shows them") from None
        out.print(f"finding {row.id} is {row.state}")


@findings_app.command("confirm")
def findings_confirm(finding_id: Annotated[int, typer.Argument(metavar="ID")], by: By, note: Note = "") -> None:
    """A person looked: the finding is right. A doubtful one may then go into the office's digest.

    Example: nianbao findings confirm 12 --by 王芳 --note 已核对原件
    """
    _decide(finding_id, "confirm", note, by)


@findings_app.command("waive")
def findings_waive(
    finding_id: Annotated[int, typer.Argument(metavar="ID")],
    by: By,
    note: Note,
    until: Annotated[str | None, typer.Option("--until", help="The last day of the waiver, e.g. 2027-06-30.")] = None,
) -> None:
    """Not to be pursued, with the reason; for good or until a day.

    Example: nianbao findings waive 12 --by 王芳 --note 合并编制，已说明 --until 2027-06-30
    """
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise Refused(f"--until {until!r} is no date; write 2027-06-30") from None
    _decide(finding_id, "waive", note, by, day)


@findings_app.command("reopen")
def findings_reopen(finding_id: Annotated[int, typer.Argument(metavar="ID")], by: By, note: Note = "") -> None:
    """Take a decision back.

    Example: nianbao findings reopen 12 --by 王芳
    """
    _decide(finding_id, "reopen", note, by)


# ------------------------------------------------------------------ rules

REASONS = 20  # how many reasons the table names
OUTCOME_ZH = {"said": "有发现", "holds": "成立", "not_judged": "未判断", "not_applicable": "不适用于此版表格"}


@rules_app.command("test")
def rules_test(
    rule: Annotated[str, typer.Argument(help="The rule's id; docs/rules.md lists them.")],
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run one rule over every stored report: what it would newly say and no longer say. Nothing is written.

    Example: nianbao rules test APP-SUM-ROW --year 2025
    """
    from models import base
    from reports import checks
    from workers import backtest

    if rule not in checks.RULES:
        raise Refused(f"there is no rule {rule}; docs/rules.md lists them")
    settings = _settings()
    tally = backtest.Tally()
    table = _table("单位", "年度", "变化", "程度", "说明", "地址")
    with (
        _database(settings) as engine,
        base.reading(engine) as session,
        _progress(f"{rule}") as progress,
    ):
        for line in backtest.run(session, rule, year, _now(settings)):
            tally.add(line.change)
            progress(f"{rule}: {tally.reports}")
            if as_json:
                _print_change(line)
            else:
                _show_change(table, line)
    if as_json:
        figures = {"reports": tally.reports, "newly": tally.newly, "gone": tally.gone, "kept": tally.kept}
        _print_json([{"rule": rule, **figures, "outcomes": tally.outcomes, "reasons": tally.reasons}])
        return
    if table.row_count:
        out.print(table)
        out.print()
    counts = "，".join(f"{OUTCOME_ZH[key]}{tally.outcomes[key]}" for key in OUTCOME_ZH)
    out.print(
        f"{rule} {escape(checks.RULES[rule].title)}：{tally.reports}份，{counts}；"
        f"新增发现{tally.newly}，不再提出{tally.gone}，因未判断而保留{tally.kept}",
        soft_wrap=True,
    )
    for reason, count in tally.reasons.most_common(REASONS):
        out.print(f"  未判断 {count:>5}  {escape(reason)}", soft_wrap=True)
    if len(tally.reasons) > REASONS:
        out.print(f"  另有{len(tally.reasons) - REASONS}种原因，见 --json", soft_wrap=True)


@rules_app.command("params")
def rules_params(
    of: Annotated[str, typer.Option("--of", help="The government or body that has the supervising office.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set one; VALUE in YAML.")
    ] = None,
    unset: Annotated[list[str] | None, typer.Option("--unset", metavar="NAME", help="Back to the default.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who changes them.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show or change what a supervising office sets for its bodies: local deadlines, thresholds, wishes.

    Example: nianbao rules params --of 甲县人民政府 --set local_deadlines.publish=01-25 --by 王芳
    """
    from models import agencies, base, contexts
    from reports import checks

    settings = _settings()
    changes = [_assignment(text) for text in set_ or []] + [(name, None) for name in unset or []]
    if changes and not by:
        raise Refused("--by is missing: who changes the parameters?")
    with _database(settings) as engine, base.transaction(engine) as session:
        agency = agencies.resolve(session, of, _now(settings).date())
        office = agencies.office_of(session, agency.id) if agency is not None else None
        if office is None:
            raise Refused(f"--of {of!r}: the register has no supervising office there (column office_email)")
        params = checks.with_changes(office.params or {}, changes)
        if changes:
            try:
                params = agencies.set_params(session, office.id, params, by, datetime.now(UTC))
            except checks.BadParameters as error:
                raise Refused(f"{of}: {error}") from None
            again = contexts.check_again(session, office.agency_id, datetime.now(UTC))
        name = office.name
    if as_json:
        _print_json([{"office": name, "params": params, "defaults": checks.DEFAULTS}])
        return
    table = _table("参数", "本单位", "默认")
    for key in sorted({*checks.DEFAULTS, *params}):
        own = json.dumps(params[key], ensure_ascii=False) if key in params else ""
        table.add_row(key, escape(own), escape(json.dumps(checks.DEFAULTS.get(key), ensure_ascii=False, default=str)))
    out.print(f"[bold]{escape(name)}[/]")
    out.print(table)
    if changes:
        out.print(f"已更改，{again}份报告待重新检查")


def _assignment(text: str) -> tuple[str, Any]:
    import yaml

    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Refused(f"--set {text!r}: write NAME=VALUE")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise Refused(f"--set {text!r}: the value is no YAML") from None


def _print_change(line: backtest.Line) -> None:
    change = line.change
    if change.newly or change.gone or change.kept:
        said = {name: [f.as_dict() for f in getattr(change, name)] for name in ("newly", "gone", "kept")}
        about = {"agency": line.agency, "year": line.year, "url": line.url}
        _print_json([about | said | {"outcome": change.outcome, "not_judged": change.not_judged or None}])


def _show_change(table: Table, line: backtest.Line) -> None:
    change = line.change
    for word, found in (("新增", change.newly), ("不再提出", change.gone), ("保留", change.kept)):
        for said in found:
            review = "·待核" if said.needs_review else ""
            table.add_row(
                escape(line.agency), str(line.year), word, SEVERITY[said.severity][0] + review, escape(said.message),
                escape(line.url),
            )  # fmt: skip


# ------------------------------------------------------------------ operations


@queue_app.callback()
def queue(context: typer.Context, as_json: AsJson = False) -> None:
    """Show waiting, running and failed work, with the age of the oldest waiting item."""
    if context.invoked_subcommand is not None:
        return
    from models import base, queries, work

    settings = _settings()
    with _database(settings) as engine, base.reading(engine) as session:
        figures = work.counts(session, datetime.now(UTC))
        failed = list(queries.failed_work(session))
        unread = queries.unreadable_documents(session, None)
    if as_json:
        _print_json([figures | {"failed_items": failed, "unreadable": unread}])
        return
    out.print("  ".join(f"{name}: {value}" for name, value in figures.items() if not isinstance(value, dict)))
    table = _table(("id", "right"), "work", "why", ("tries", "right"), "error")
    for row in failed:
        table.add_row(
            str(row["id"]),
            f"{row['kind']} {row['subject']}",
            row["error_kind"] or "",
            str(row["attempts"]),
            escape(row["error"] or ""),
        )
    if failed:
        out.print(table)
    for document in unread:
        out.print(
            f"[yellow]unreadable[/] {escape(document['url'])}: {escape(document['state_reason'] or '')}", soft_wrap=True
        )


@queue_app.command("retry")
def queue_retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="ID…")] = None,
    every: Annotated[bool, typer.Option("--all", help="All failed work.")] = False,
) -> None:
    """Try failed work again.

    Example: nianbao queue retry 12 15
    """
    from models import base, work

    if bool(ids) == every:
        raise Refused("name the ids, or say --all")
    with _database(_settings()) as engine, base.transaction(engine) as session:
        count = work.retry(session, ids or None, datetime.now(UTC))
    out.print(f"{count} will be tried again")


@queue_app.command("drop")
def queue_drop(ids: Annotated[list[int], typer.Argument(metavar="ID…")]) -> None:
    """Give failed work up for good.

    Example: nianbao queue drop 12
    """
    from models import base, work

    with _database(_settings()) as engine, base.transaction(engine) as session:
        count = work.drop(session, ids, datetime.now(UTC))
    out.print(f"{count} dropped")


EXPORTS = ("agencies", "sources", "documents", "reports", "findings")


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="agencies, sources, documents, reports or findings.")],
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl, csv, xlsx or parquet.")] = "jsonl",
    path: Annotated[Path | None, typer.Option("--out", help="File to write; standard output if not given.")] = None,
) -> None:
    """Write the data out.

    Example: nianbao export reports --year 2025 --format xlsx --out reports.xlsx
    """
    import exchange
    from models import base, queries

    if what not in EXPORTS:
        raise Refused(f"{what}: export one of {', '.join(EXPORTS)}")
    if form not in exchange.FORMATS:
        raise Refused(f"--format {form}: use one of {', '.join(exchange.FORMATS)}")
    if path is None and form in {"xlsx", "parquet"}:
        raise Refused(f"--format {form} needs --out FILE")
    with _database(_settings()) as engine, base.reading(engine) as session:
        rows = getattr(queries, f"export_{what}")(session, year=year)
        try:
            count = exchange.write(rows, what, form, path)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror or error}") from None
    if path is not None:
        err.print(f"wrote {count} rows to {path}")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema.

    Example: NIANBAO_DATABASE_URL=postgresql+psycopg://nianbao@db/nianbao nianbao db upgrade
    """
    from models import base

    settings = _settings()
    storage.private_folder(settings.data_dir)
    with _told(settings.database_url):
        base.upgrade(settings.database_url)
    out.print(f"{logs.without_secrets(settings.database_url)} is up to date")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what is configured, reachable and missing. Exit status 1 if something is.

    Example: nianbao doctor
    """
    import up as service

    settings = _settings()
    checks = service.examine(settings)
    if as_json:
        _print_json([{"settings": settings.shown(), "checks": [c.as_dict() for c in checks]}])
    else:
        for name, value in settings.shown().items():
            out.print(f"{name}={escape(value)}", soft_wrap=True)
        out.print()
        for item in checks:
            mark = "[green]ok[/]  " if item.ok else "[red]no[/]  "
            out.print(f"{mark}{item.name}: {escape(item.message)}", soft_wrap=True)
    if not all(item.ok for item in checks):
        raise typer.Exit(EXIT_ATTENTION)


if __name__ == "__main__":
    main()
