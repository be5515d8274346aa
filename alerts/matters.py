"""From findings and standings to notices: findings of one cause become one, suggestions to one body one line.

A notice's key is made of the finding's fingerprint and its figures, so that the same matter is not told twice however
often it is decided, and a changed figure is told anew.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from alerts.notice import GROUPS, Audience, Notice
from reports import wording
from reports.checks.catalogue import catalogue
from reports.duties import OpenFinding, Standing
from reports.report import Cause
from reports.subject import Subject

MISSING = frozenset({"PUB-MISSING", "INT-ONLY"})
REMOVED = frozenset({"PUB-REMOVED", "PUB-DEADLINK"})
LATE = frozenset({"PUB-LATE", "PUB-LATE-GOV"})


def of_findings(
    findings: Iterable[OpenFinding], suggesting: Collection[int | None]
) -> Iterator[tuple[Audience, int | None, Notice]]:
    """What stands, by audience and office; findings with one cause are one, and the suggestions to one body, which go to
    the offices ``suggesting`` alone."""
    sure = []
    suggestions: dict[tuple[int | None, int, int], list[OpenFinding]] = defaultdict(list)
    for finding in findings:
        if finding.state not in {"open", "confirmed"}:
            continue
        doubtful = finding.needs_review and finding.state != "confirmed"
        if finding.rule in catalogue().suggestions:
            if finding.office_id in suggesting and not doubtful:
                suggestions[finding.office_id, finding.agency_id, finding.year].append(finding)
        elif doubtful:
            yield "ops", finding.office_id, of_finding(finding, "review")
        else:
            sure.append((of_finding(finding, group_of(finding)), finding))
    for notice, office_id in together(sure):
        yield "office", office_id, notice
    for (office_id, _, _), several in suggestions.items():
        yield "office", office_id, _of_suggestions(several)


def together(found: Iterable[tuple[Notice, OpenFinding]]) -> Iterator[tuple[Notice, int | None]]:
    """The notices with their office, those of one cause as one. What is left of a cause once its other findings are
    waived or gone is a matter of its own: it alone does not tell which cell is wrong."""
    causes: dict[tuple[Subject, Cause], list[tuple[Notice, OpenFinding]]] = defaultdict(list)
    for notice, finding in found:
        if finding.cause is None:
            yield notice, finding.office_id
        else:
            causes[finding.subject, finding.cause].append((notice, finding))
    for (subject, cause), members in causes.items():
        if len(members) == 1:
            yield members[0][0], members[0][1].office_id
        else:
            yield _of_cause(subject, cause, [notice for notice, _ in members]), members[0][1].office_id


def _of_cause(subject: Subject, cause: Cause, members: Sequence[Notice]) -> Notice:
    order = [key for key, _ in GROUPS]
    gravest = min(members, key=lambda notice: order.index(notice.group))
    return replace(
        gravest,
        key=key_of(subject.key("cause", (cause.cell,)), cause.right, cause.printed),
        message=wording.of_cause(gravest.agency, subject.year, cause, len(members)),
        place=wording.place_in_words(cause.place, (cause.cell,), subject.year),
        expected=cause.right,
        actual=cause.printed,
        certain=True,
        evidence=tuple(notice.message for notice in members),
        others=tuple(notice.key for notice in members),
    )


def group_of(finding: OpenFinding) -> str:
    """The group in which an office finds it."""
    if finding.rule in MISSING:
        return "missing"
    if finding.rule in REMOVED:
        return "removed"
    if finding.rule in LATE:
        return "late"
    return finding.severity


def of_finding(finding: OpenFinding, group: str) -> Notice:
    """A finding as a notice of that group."""
    return Notice(
        key=key_of(
            finding.key,
            finding.expected,
            finding.actual,
        ),
        group=group,
        agency=finding.agency,
        year=finding.year,
        rule=finding.rule,
        message=finding.message
        if group == "review"
        else wording.reckoned(finding.message, finding.expected, finding.actual),
        place=wording.place_in_words(finding.place, finding.cells, finding.year),
        expected=finding.expected,
        actual=finding.actual,
        basis=wording.basis_in_full(finding.basis, finding.year),
        url=finding.url,
    )


def _of_suggestions(several: list[OpenFinding]) -> Notice:
    """All suggestions on the form of one body's report in one line."""
    first, *others = (of_finding(finding, "notice") for finding in sorted(several, key=lambda each: each.rule))
    texts = [first.message, *(each.message.removeprefix(each.agency) for each in others)]
    return replace(
        first,
        key=key_of(first.key, *(each.key for each in others)),
        message="；".join(t.rstrip("。") for t in texts) + "。",
    )


def of_standing(standing: Standing) -> Notice:
    """That nothing can be told of a body, and why."""
    duty = standing.duty
    url = standing.sighting.url if standing.sighting else standing.source_url
    return Notice(
        key=key_of(f"cannot-tell/{duty.agency_id}/{duty.year}", standing.reason),
        group="cannot_tell",
        agency=duty.agency,
        year=duty.year,
        rule="",
        message=f"{duty.agency}{duty.year}年度报告的发布情况无法判断：{standing.reason}。",
        url=url,
    )


def key_of(*parts: str) -> str:
    """The key under which a matter is told once."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
