"""``nianbao read`` and ``nianbao check``: documents, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.app import EXIT_ATTENTION, EXIT_BAD, AsJson, Refused, configured
from cli.show import SEVERITY, err, new_table, out, print_json
from reports import sandbox
from reports.checks import checking
from reports.checks.context import Context
from reports.checks.explain import explain as explained
from reports.form import forms
from reports.report import Cause, Finding, Report

commands = typer.Typer()


@commands.command()
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
            print_json([report.as_dict()])
        else:
            _show_report(report)
        if report.error is not None:
            err.print(f"nianbao: {escape(report.source.name)}: {escape(report.error)}", soft_wrap=True)
    if failed:
        raise typer.Exit(EXIT_BAD)


@commands.command()
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
    if explain is not None and explain not in checking.RULES:
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
            report.findings = checking.run(report, context).findings
            errors |= any(f.severity == "error" and not f.needs_review for f in report.findings)
        if as_json:
            print_json([report.as_dict()])
        elif report.error is None:
            _show_findings(report)
    if failed:
        raise typer.Exit(EXIT_BAD)
    if strict and errors:
        raise typer.Exit(EXIT_ATTENTION)


def _read_all(files: list[Path]) -> Iterator[Report]:
    settings = configured()
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
    if report.error is not None:
        return
    out.print(f"[bold]{escape(report.source.name)}[/]  {report.source.reader}  {report.kind}")
    form = f"{report.form} form" if report.form else "no form"
    out.print(f"  {escape(report.agency or '?')}  {report.year or '?'}  {form}  {report.published_on or ''}")
    table = new_table("cell", "", ("value", "right"), "printed", ("confidence", "right"))
    for key, cell in (report.cells or {}).items():
        if cell.value not in (0, None) or cell.confidence < 0.9:
            value = "" if cell.value is None else str(cell.value)
            table.add_row(key, forms.label(key), value, escape(cell.raw), f"{cell.confidence:.2f}")
    out.print(table)
    for claim in report.claims:
        out.print(f"  {claim.cell} = {claim.value}  [dim]{escape(claim.text)}[/]")
    for warning in report.warnings:
        out.print(f"  [yellow]{escape(warning)}[/]")


def _show_findings(report: Report) -> None:
    head = f"{report.agency or '?'} {report.year or '?'}"
    out.print(f"[bold]{escape(report.source.name)}[/]  {escape(head)}  {len(report.findings)} finding(s)")
    by_cause: dict[Cause | None, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_cause[finding.cause].append(finding)
    for cause, together in by_cause.items():
        if cause is not None:
            out.print(
                f"  [bold]{escape(cause.place)}[/] “{escape(cause.label)}”填报为{cause.printed}，应为{cause.right}，佐证如下：",
                soft_wrap=True,
            )
        _show_lines(together)


def _show_lines(together: Sequence[Finding]) -> None:
    for finding in together:
        word, colour = SEVERITY[finding.severity]
        review = " [dim](待核)[/]" if finding.needs_review else ""
        out.print(f"  [{colour}]{word}[/] {finding.rule:<20} {escape(finding.message)}{review}", soft_wrap=True)


def _show_explanation(report: Report, context: Context, rule: str, as_json: bool) -> None:
    explanation = explained(rule, report, context)
    if as_json:
        print_json([explanation.as_dict()])
    else:
        out.print(escape(explanation.as_text()), soft_wrap=True)
