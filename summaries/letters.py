"""Letters of a supervising office to one body: 催报函 where no report was found, 整改通知 where a report has faults.

Pure: from the ledger to papers; time and addressees are arguments. They say only what is certain: nothing of a body whose
state cannot be told, nothing that awaits a person's look. They are written to files and never sent by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import Environment, StrictUndefined

from reports import wording
from reports.duties import Ledger, OpenFinding, Standing
from summaries.official import Paper, Part

TEXTS = Path(__file__).parent / "templates" / "letters.yaml"
REPLY_DAYS = 15
Kind = Literal["reminder", "rectification"]


@dataclass(frozen=True, slots=True)
class Letter:
    """A paper to one body, with what a list of letters shows of it."""

    kind: Kind
    name: str
    agency: str
    items: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Issuer:
    """A supervising office as it signs, and the government whose office it is: it does not write to that."""

    name: str
    agency_id: int


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return texts


_WORDS = Environment(autoescape=False, undefined=StrictUndefined)  # noqa: S701  text for paper, no markup


def reply_day(today: date, is_worked: Callable[[date], bool], days: int = REPLY_DAYS) -> date:
    """The day to reply by: ``days`` after today, or the first worked day after that."""
    day = today + timedelta(days=days)
    while not is_worked(day):
        day += timedelta(days=1)
    return day


def zh(day: date) -> str:
    """The day as an official paper writes it."""
    return f"{day.year}年{day.month}月{day.day}日"


def letters(ledger: Ledger, offices: Mapping[int, Issuer], reply_by: date) -> Iterator[Letter]:
    """The letters that are due at the ledger's moment, by body in the ledger's order.

    ``offices`` by id; a body without one gets no letter, for nobody would sign it."""
    for standing in ledger.standings:
        issuer = offices.get(standing.duty.office_id or 0)
        if issuer is None or issuer.agency_id == standing.duty.agency_id:
            continue
        signed = issuer.name
        if standing.state == "missing":
            yield _reminder(standing, ledger, signed, reply_by)
        elif standing.state in {"published", "late"}:
            found = [f for f in ledger.of(standing.duty.agency_id) if _certain(f)]
            if found:
                yield _rectification(standing, found, ledger, signed, reply_by)


def _certain(finding: OpenFinding) -> bool:
    return finding.severity in {"error", "warning"} and (not finding.needs_review or finding.state == "confirmed")


def _values(standing: Standing, ledger: Ledger, reply_by: date) -> dict[str, object]:
    now = ledger.now
    return {
        "year": ledger.year,
        "ground": standing.duty.ground,
        "deadline": zh(standing.duty.deadline),
        "days": (now.date() - standing.duty.deadline).days,
        "moment": f"{zh(now.date())}{now.hour}时",
        "reply_by": zh(reply_by),
        "interpretation": standing.interpretation is not None,
        "published_on": zh(standing.published_on) if standing.published_on else "",
        "address": _address(standing),
    }


def _address(standing: Standing) -> str:
    """Where the report stands, or its column: what was handed in may have no address."""
    seen = standing.sighting.url if standing.sighting is not None and standing.state != "missing" else ""
    return seen if seen.startswith(("http://", "https://")) else standing.source_url


def _reminder(standing: Standing, ledger: Ledger, signed: str, reply_by: date) -> Letter:
    values = _values(standing, ledger, reply_by)
    parts = _parts(_texts()["reminder"]["body"], values)
    return _letter("reminder", standing, parts, (signed, ledger.now.date()), values, 0)


def _rectification(standing: Standing, found: list[OpenFinding], ledger: Ledger, signed: str, reply_by: date) -> Letter:
    matters = _matters(found)
    text, values = _texts()["rectification"], _values(standing, ledger, reply_by) | {"count": len(matters)}
    groups = [
        (text["sure"], [one for one in matters if any(f.severity == "error" for f in one)]),
        (text["doubtful"], [one for one in matters if all(f.severity == "warning" for f in one)]),
    ]
    items = []
    for number, (head, members) in zip("一二", [group for group in groups if group[1]], strict=False):
        items.append(Part(f"{number}、{head}", "head"))
        items += [Part(f"{place}. {_item(one)}", "item") for place, one in enumerate(members, 1)]
    parts = (*_parts(text["body"], values), *items, *_parts(text["after"], values))
    return _letter("rectification", standing, parts, (signed, ledger.now.date()), values, len(matters))


def _matters(found: Iterable[OpenFinding]) -> list[list[OpenFinding]]:
    """The findings as the body is to answer them: those that one wrong cell causes are one."""
    out: dict[object, list[OpenFinding]] = {}
    for number, finding in enumerate(found):
        key = number if finding.cause is None else (finding.subject, finding.cause)
        out.setdefault(key, []).append(finding)
    return list(out.values())


def _item(matter: Sequence[OpenFinding]) -> str:
    """One line: what, where, on what ground. The message names the figures; what shows that one cell is wrong follows."""
    first = matter[0]
    place = wording.place_in_words(first.place, first.cells, first.year)
    message = wording.reckoned(first.message, first.expected, first.actual)
    shown = ""
    if first.cause is not None and len(matter) > 1:
        place = wording.place_in_words(first.cause.place, (first.cause.cell,), first.year)
        message = wording.of_cause(first.agency, first.year, first.cause, len(matter))
        shown = "；".join(one.message.strip().rstrip("。；").removeprefix(one.agency) for one in matter)
    basis = wording.basis_in_full(first.basis, first.year)
    beside = [f"{name}：{value}" for name, value in (("位置", place), ("依据", basis), ("佐证", shown)) if value]
    message = message.strip().rstrip("。；")
    return f"{message}（{'；'.join(beside)}）。" if beside else f"{message}。"


def _parts(texts: list[str], values: Mapping[str, object]) -> tuple[Part, ...]:
    out = []
    for text in texts:
        text = _WORDS.from_string(text).render(values).strip()
        if text:
            out.append(Part(text, "text", str(values["address"]) if text.endswith("：") else ""))
    return tuple(out)


def _letter(
    kind: Kind,
    standing: Standing,
    parts: tuple[Part, ...],
    signed: tuple[str, date],
    values: Mapping[str, object],
    items: int,
) -> Letter:
    text = _texts()[kind]
    title = _WORDS.from_string(text["title"]).render(values)
    paper = Paper(title, standing.duty.agency, parts, signed[0], zh(signed[1]))
    return Letter(kind, text["name"], standing.duty.agency, items, paper)
