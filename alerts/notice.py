"""One thing to tell once, and the groups in which an office works through them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.text import date_at
from reports.wording import is_number

Audience = Literal["office", "leader", "ops"]  # the office's desk, its leader, the operators

# The order in which an office works through them: published at all, in time, then figures and form.
GROUPS: tuple[tuple[str, str], ...] = (
    ("pending", "尚未公布（期限未到）"),
    ("missing", "未发现年度报告"),
    ("removed", "曾经发布，现已无法找到"),
    ("late", "晚于法定期限发布"),
    ("error", "数据或内容矛盾"),
    ("warning", "疑似问题"),
    ("notice", "其他提示"),
    ("cannot_tell", "无法判断"),
    ("review", "识读存疑，待人工核对"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. ``group`` is a key of GROUPS; figures and place are empty where the matter has none.

    Findings with one cause are one notice: ``certain`` (the cell that must be wrong is known, ``expected`` is the right
    figure), with what each of them says as ``evidence`` and their keys in ``others``."""

    key: str
    group: str
    agency: str
    year: int
    rule: str
    message: str
    place: str = ""
    expected: str = ""
    actual: str = ""
    basis: str = ""
    url: str = ""
    certain: bool = False
    evidence: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All that is told with this notice: its own key and those of the findings that it stands for."""
        return (self.key, *self.others)

    @property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """The figures with what they are: a right figure (应为) is named only where one cell must be wrong, or where the
        form itself prescribes the words; two figures that differ are said to differ."""
        if self.days_late is not None:
            return (("发布日期", self.actual), ("法定期限", self.expected), ("逾期", f"{self.days_late}天"))
        if self.rule.startswith("PUB-") or self.rule == "FRM-YEAR":
            return ()  # the message says it: what it found is no figure that was reported, nor is the year of a form
        if self.certain:
            return (("填报", self.actual), ("应为", self.expected))
        if is_number(self.expected):
            if is_number(self.actual) and self.expected != self.actual:
                return (("两处数字", f"{self.actual}、{self.expected}，不一致"),)
            return (("填报", self.actual),) if self.actual else ()
        # Words and headings are written, not 填报.
        return tuple((name, value) for name, value in (("现为", self.actual), ("应为", self.expected)) if value)

    @property
    def days_late(self) -> int | None:
        """Days from the deadline (``expected``) to the publication (``actual``) of a late report; None for all others."""
        if self.dates is None:
            return None
        published, due = self.dates
        return (published - due).days

    @property
    def dates(self) -> tuple[date, date] | None:
        """Publication and deadline of a late report, as the rule writes them; None for all others."""
        published, due = (date_at(self.actual), date_at(self.expected)) if self.group == "late" else (None, None)
        return (published, due) if published is not None and due is not None else None
