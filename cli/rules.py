"""``nianbao rules``: the catalogue of checks, tried and set."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
import yaml
from rich.markup import escape
from rich.table import Table

from cli.app import AsJson, Refused, configured, local_now
from cli.database import database
from cli.show import SEVERITY, new_table, out, print_json, spinner
from models import agencies, base, contexts
from reports.checks import checking
from reports.checks.catalogue import catalogue
from reports.checks.params import BadParameters, with_changes
from workers import backtest

commands = typer.Typer(
    help="The catalogue of checks.\n\nExample: nianbao rules test APP-SUM-ROW",
    no_args_is_help=True,
    rich_markup_mode=None,
)


REASONS = 20  # how many reasons the table names


OUTCOME_ZH = {"said": "有发现", "holds": "成立", "not_judged": "未判断", "not_applicable": "不适用于此版表格"}


@commands.command("test")
def rules_test(
    rule: Annotated[str, typer.Argument(help="The rule's id; docs/rules.md lists them.")],
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run one rule over every stored report: what it would newly say and no longer say. Nothing is written.

    Example: nianbao rules test APP-SUM-ROW --year 2025
    """
    if rule not in checking.RULES:
        raise Refused(f"there is no rule {rule}; docs/rules.md lists them")
    settings = configured()
    tally = backtest.Tally()
    table = new_table("单位", "年度", "变化", "程度", "说明", "地址")
    with (
        database(settings) as engine,
        base.reading(engine) as session,
        spinner(f"{rule}") as progress,
    ):
        for line in backtest.run(session, rule, year, local_now(settings)):
            tally.add(line.change)
            progress(f"{rule}: {tally.reports}")
            if as_json:
                _print_change(line)
            else:
                _show_change(table, line)
    if as_json:
        figures = {"reports": tally.reports, "newly": tally.newly, "gone": tally.gone, "kept": tally.kept}
        print_json([{"rule": rule, **figures, "outcomes": tally.outcomes, "reasons": tally.reasons}])
        return
    if table.row_count:
        out.print(table)
        out.print()
    counts = "，".join(f"{OUTCOME_ZH[key]}{tally.outcomes[key]}" for key in OUTCOME_ZH)
    out.print(
        f"{rule} {escape(checking.RULES[rule].title)}：{tally.reports}份，{counts}；"
        f"新增发现{tally.newly}，不再提出{tally.gone}，因未判断而保留{tally.kept}",
        soft_wrap=True,
    )
    for reason, count in tally.reasons.most_common(REASONS):
        out.print(f"  未判断 {count:>5}  {escape(reason)}", soft_wrap=True)
    if len(tally.reasons) > REASONS:
        out.print(f"  另有{len(tally.reasons) - REASONS}种原因，见 --json", soft_wrap=True)


@commands.command("params")
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
    settings = configured()
    changes = [_assignment(text) for text in set_ or []] + [(name, None) for name in unset or []]
    if changes and not by:
        raise Refused("--by is missing: who changes the parameters?")
    with database(settings) as engine, base.transaction(engine) as session:
        agency = agencies.resolve(session, of, local_now(settings).date())
        office = agencies.office_of(session, agency.id) if agency is not None else None
        if office is None:
            raise Refused(f"--of {of!r}: the register has no supervising office there (column office_email)")
        params = with_changes(office.params or {}, changes)
        if changes:
            try:
                params = agencies.set_params(session, office.id, params, by, base.utcnow())
            except BadParameters as error:
                raise Refused(f"{of}: {error}") from None
            again = contexts.check_again(session, office.agency_id, base.utcnow())
        name = office.name
    defaults = catalogue().params
    if as_json:
        print_json([{"office": name, "params": params, "defaults": defaults}])
        return
    table = new_table("参数", "本单位", "默认")
    for key in sorted({*defaults, *params}):
        own = json.dumps(params[key], ensure_ascii=False) if key in params else ""
        table.add_row(key, escape(own), escape(json.dumps(defaults.get(key), ensure_ascii=False, default=str)))
    out.print(f"[bold]{escape(name)}[/]")
    out.print(table)
    if changes:
        out.print(f"已更改，{again}份报告待重新检查")


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Refused(f"--set {text!r}: write NAME=VALUE")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise Refused(f"--set {text!r}: the value is no YAML") from None


def _print_change(line: backtest.ReportChange) -> None:
    change = line.change
    if change.newly or change.gone or change.kept:
        findings = {name: [f.as_dict() for f in getattr(change, name)] for name in ("newly", "gone", "kept")}
        about = {"agency": line.agency, "year": line.year, "url": line.url}
        print_json([about | findings | {"outcome": change.outcome, "not_judged": change.not_judged or None}])


def _show_change(table: Table, line: backtest.ReportChange) -> None:
    change = line.change
    for word, found in (("新增", change.newly), ("不再提出", change.gone), ("保留", change.kept)):
        for one in found:
            review = "·待核" if one.needs_review else ""
            table.add_row(
                escape(line.agency), str(line.year), word, SEVERITY[one.severity][0] + review, escape(one.message),
                escape(line.url),
            )  # fmt: skip
