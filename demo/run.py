"""The main job once, end to end: portals, crawl, read, check, decide, mail, summary. Nothing is short-cut: the same
processes and functions as in production, on embedded services."""

from __future__ import annotations

import csv
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import config
import up
from demo import pages
from demo.mailbox import Mailbox
from demo.simulator.content import Entry
from demo.simulator.families.gkmlpt import Gkmlpt
from demo.simulator.families.hanweb import Hanweb
from demo.simulator.families.jpaas import Jpaas
from demo.simulator.families.trs import Trs
from demo.simulator.families.ucap import Ucap
from demo.simulator.families.vsb import Vsb
from demo.simulator.server import Answer, Network, Request
from demo.simulator.site import Column, Site
from exchange.register import import_agencies
from exchange.words import words
from models import base, sources, work
from models.ledger import ledger_of
from reports.duties import Ledger, OpenFinding, Standing
from reports.report import SEVERITY_ZH
from summaries import figures, render
from workers import queue

OFFICE = "zwgkb@demo.example"
OPS = "ops@demo.example"
SEASONS = (2020, 2021)
DECOYS = ("{year}年政府网站工作年度报表", "关于做好{year}年度政府信息公开工作年度报告编制工作的通知")
FAMILIES: dict[str, type[Site]] = {
    family.family: family for family in (Site, Trs, Hanweb, Jpaas, Ucap, Vsb, Gkmlpt)
}  # the software of the bodies' portals


def demo(out: Console, err: Console) -> int:
    """Run the demonstration; prints what it found and where to look. Returns the exit status."""
    folder = Path("var/demo").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    with Network() as portals, Mailbox(folder / "mail") as mailbox:
        register = _publish(portals, folder)
        settings = _settings(folder, portals, mailbox)
        base.upgrade(settings.database_url)
        engine = base.make_engine(settings.database_url)
        try:
            _step(err, "1/5 portals of seven bodies are up on loopback; the register is imported")
            with base.transaction(engine) as session:
                import_agencies(session, register, skip_bad=False, now=base.utcnow())
                ids = sources.all_source_ids(session)
            _step(err, "2/5 crawling, reading and checking: a broker and a worker run for it")
            with up.services(settings, worker=True, quiet=True) as tree, _progress(err, "crawling") as say:
                settings = tree.settings
                now = base.utcnow()
                with base.transaction(engine) as session:
                    pieces = [work.add(session, "crawl", source_id, now).id for source_id in ids]
                queue.publish(engine, settings, pieces)
                queue.wait_until_idle(engine, settings, 100.0, say, tree.check)
                _step(err, "3/5 deciding what the office must be told")
                now = base.utcnow()
                with base.transaction(engine) as session:
                    pieces = [work.add(session, "decide", SEASONS[-1], now).id]
                queue.publish(engine, settings, pieces)
                queue.wait_until_idle(engine, settings, 60.0, say, tree.check)
                _step(err, f"4/5 {len(mailbox.taken)} mail(s) taken by the mailbox")
            moment = datetime.now(settings.zone)
            with base.transaction(engine) as session:
                ledgers = [ledger_of(session, season, moment) for season in SEASONS]
            written = render.write(figures.figures(ledgers[-1]), folder / "summary")
            _step(err, "5/5 the summary is written")
        finally:
            engine.dispose()
        _show(out, ledgers)
        _where(out, folder, mailbox, written, time.monotonic() - started)
    return 0


def _settings(folder: Path, portals: Network, mailbox: Mailbox) -> config.Settings:
    """Everything in one folder, and nothing that leaves this machine."""
    return config.Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'nianbao.sqlite3'}",
        blob_url=(folder / "blobs").as_uri(),
        broker_url="",
        smtp_url=mailbox.url,
        mail_from="年报监测 <nianbao@demo.example>",
        office_mail=[OFFICE],
        ops_mail=[OPS],
        public_url="",
        allowed_private_hosts=portals.hosts,
        crawl_delay=0.05,
        digest_hour=0,  # whenever it is played, the office hears of it
        log_level="WARNING",
    )


def _publish(portals: Network, folder: Path) -> Path:
    """Put every body's portal up and write the register that points at them."""
    rows = []
    for number, body in enumerate(pages.bodies(), 1):
        root = Column("zwgk/zfxxgknb", "政府信息公开年报", 1000 + number, list(_entries(body)))
        site = FAMILIES[body.family](body.agency, root, [(root, (body.agency,))], number)
        if body.publish_as == "silence":
            site.broken = _silent
        portals.add(site)
        rows.append(
            {
                "name": body.agency,
                "short_name": body.short_name if body.short_name != body.agency else "",
                "level": body.level,
                "kind": body.kind,
                "portal": f"{site.base}/",
                "reports_url": site.duties()[0].url,
                "in_scope_from": body.in_scope_from or "",
                "in_scope_to": body.in_scope_to or "",
            }
        )
    path = folder / "register.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(words().columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _silent(request: Request) -> Answer:  # noqa: ARG001  whatever is asked
    return Answer(b"", manner="reset")


def _entries(body: pages.Body) -> Iterator[Entry]:
    day = body.published_on or date(body.year + 1, 1, 10)
    for number, title in enumerate(DECOYS, 1):
        text = "<p>另见其他栏目。</p>"
        yield Entry(number, title.format(year=body.year), date(day.year, 1, 5), "other", body.agency, body.year, text)
    entry = Entry(len(DECOYS) + 1, body.title, day, "report", body.agency, body.year)
    if body.publish_as == "pdf":
        yield replace(entry, file=(f"{body.slug}.pdf", pages.pdf(body)))
    elif body.publish_as in {"page", "interpretation"}:
        yield replace(entry, html=pages.content(body))


# ------------------------------------------------------------------ what people see


def _step(err: Console, text: str) -> None:
    err.print(f"· {text}", soft_wrap=True)


@contextmanager
def _progress(err: Console, text: str) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A line that tells how far it is, on a terminal only."""
    if not err.is_terminal:
        yield lambda _: None
        return
    with err.status(text) as status:
        yield lambda now: status.update(
            "  ".join(f"{kind} {sum(states.values())}" for kind, states in now["by_kind"].items()) or "done"
        )


def _word(standing: Standing, found: list[OpenFinding]) -> str:
    if standing.state in {"missing", "cannot_tell"}:
        return figures.state_zh(standing)
    errors = [f for f in found if f.severity == "error" and not f.needs_review]
    return f"{figures.state_zh(standing)}，{'有错误' if errors else '无错误'}"


def _show(out: Console, ledgers: list[Ledger]) -> None:
    table = Table(title="各单位情况", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in ("单位", "门户", "年度", "情况", "发布日期", "发现的问题"):
        table.add_column(name, overflow="fold")
    rows = [(s, led.of(s.duty.agency_id)) for led in ledgers for s in led.standings]
    order = {body.agency: index for index, body in enumerate(pages.bodies())}
    families = {body.agency: body.family for body in pages.bodies()}
    rows.sort(key=lambda row: order.get(row[0].duty.agency, 99))
    for standing, found in rows:
        rules = "、".join(f.rule for f in sorted(found, key=lambda f: _RANK[f.severity]))
        table.add_row(
            escape(standing.duty.agency),
            families.get(standing.duty.agency, ""),
            str(standing.duty.year),
            _word(standing, found),
            str(standing.published_on or "—"),
            rules or escape(standing.reason) or "—",
        )
    out.print()
    out.print(table)
    out.print("\n[bold]问题[/]")
    for standing, found in rows:
        for finding in sorted(found, key=lambda f: _RANK[f.severity]):
            mark = SEVERITY_ZH[finding.severity] + ("·待核" if finding.needs_review else "")
            out.print(f"  [{mark}] {finding.rule}  {finding.message}", markup=False, soft_wrap=True)
        if standing.state == "cannot_tell":
            out.print(f"  [无法判断] {standing.duty.agency}：{standing.reason}", markup=False, soft_wrap=True)


_RANK = {"error": 0, "warning": 1, "notice": 2}


def _where(out: Console, folder: Path, mailbox: Mailbox, written: list[Path], seconds: float) -> None:
    here = Path.cwd()

    def shown(path: Path) -> str:
        return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

    out.print("\n[bold]在哪里看[/]")
    for path in mailbox.taken:
        out.print(f"  邮件    {shown(path)}", markup=False, soft_wrap=True)
    for path in written:
        out.print(f"  通报    {shown(path)}", markup=False, soft_wrap=True)
    out.print(f"  数据库  {shown(folder / 'nianbao.sqlite3')}", markup=False, soft_wrap=True)
    out.print(f"  用时    {seconds:.0f} 秒", markup=False)
