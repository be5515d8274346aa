"""Whether a report says that its figures cover the bodies below."""

from __future__ import annotations

import re

from reports.checks.inputs import Inputs
from reports.report import Section

_COVERAGE = re.compile(
    r"(?:汇总|涵盖|包括|包含|覆盖)[^。]{0,12}(?:全省|全市|全县|全区|全州|所属|下属|各部门|各县|各区|各乡|各镇|市直|县直|区直|各级)"
    r"|(?:全省|全市|全县|全区|全州)[^。]{0,12}(?:数据|情况)汇总|报告汇总"
)


def covers_area(inputs: Inputs) -> bool:
    """Whether the report says that its figures cover the bodies below (handbook section 4: the aggregate series)."""
    details = inputs.doc.details
    intro = f"{details.title}\n{details.preface}\n{(inputs.doc.section(1) or _NOTHING).text[:400]}"
    return "本级" not in details.title and _COVERAGE.search(intro) is not None


_NOTHING = Section(1, "", "")
