"""Which report is spoken of, and which finding is the same finding: one identity, wherever findings are kept or told.

A government may publish several reports for one year: the area's, which adds up the bodies below, that of its own level
(本级), and its office's own. They are different reports with figures of their own, so what is decided of one says nothing
of the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reports.report import Finding, Report

Series = Literal["", "level", "office"]
LEVEL: Series = "level"
OFFICE: Series = "office"
_OFFICE_NAME = re.compile(r"(?:政府办公[厅室]|政府办|办公[厅室])$")


@dataclass(frozen=True, slots=True)
class Subject:
    """One body's report of one year. ``series`` is empty for the body's only report and for a government's of the area,
    ``level`` for that of its own level, ``office`` for that of its office published as the government's."""

    agency_id: int
    year: int
    series: str = ""

    def key(self, rule: str, cells: Iterable[str], copy: int = 0) -> str:
        """What makes a finding the same from one check to the next: body, series, year, rule and cells, never its wording
        or figures; ``copy`` counts findings of one rule without cells of their own, such as two titles."""
        extra = str(copy) if copy else ""
        parts = (str(self.agency_id), self.series, str(self.year), rule, ",".join(sorted(cells)), extra)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def keyed(self, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
        """The findings of one check of the report, each with its key."""
        seen: set[str] = set()
        for finding in findings:
            copy = 0
            while (key := self.key(finding.rule, finding.cells, copy)) in seen:
                copy += 1
            seen.add(key)
            yield key, finding


def matter_of(finding: Finding) -> tuple[str, tuple[str, ...]]:
    """What a finding is about within one report: its rule and its cells, in whatever order they were named."""
    return finding.rule, tuple(sorted(finding.cells))


def series_of(report: Report) -> tuple[bool, bool]:
    """What a report says of its series: whether an office issued it, whether its title says 本级."""
    return _OFFICE_NAME.search(report.agency or "") is not None, "本级" in report.details.title


def subject_of(report: Report, agency_id: int, agency: str, year: int) -> Subject:
    """The subject of a report kept under the body ``agency``: its office is a series only of another body's reports."""
    office, level = series_of(report)
    series: Series = OFFICE if office and not _OFFICE_NAME.search(agency) else LEVEL if level else ""
    return Subject(agency_id, year, series)
