"""The sentences of ``sentences.py`` told of another time or another body: none of them states a cell then.

Each sentence that names the year once, and no other time, is written again with the first half of the year, a month,
last year, all years together, or the offices of a county in its place. Whatever the grammar then claims of the report's
own year would be held against the body falsely.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.sentences import YEAR, Pattern, figures, patterns, write
from reports.claims import claims

# What the year's own name is replaced by. Years follow ``sentences.write``.
OTHERS = (
    "{ly}年", "上年度，", "上半年，", "第一季度，", "{y}年3月，", "{y}年1—6月，", "截至{y}年5月底，", "近三年，",
    "自{b2008}年以来，", "{ly}年第四季度，", "{ny}年", "月均", "年均", "全市各部门", "各乡镇（街道）", "局属各单位", "所辖各县区",
)  # fmt: skip
_NAMED = re.compile(
    r"(?<!\d)(?:截至\{y\}年12月31日，?|截至\{y\}年底，?|\{y\}年度?(?:1月1日至12月31日)?，?|(?:本年度|全年|今年|年内)，?)(?![\d（底均全])"
)
_OTHER_TIME = re.compile(r"年|月|季|上期|下期|期初|以来|同期|往|近|累计自|现行有效")
_ITSELF = re.compile(r"。[^^]|[我本][局镇乡街办委院校站馆所中单机部县区市公大]|市局|全[局街镇乡委办院校]|区局")


def shifted(pattern: Pattern) -> Iterator[Pattern]:
    """The sentence told of each other time and body, where that leaves no word of the year or of the body itself."""
    found = _NAMED.findall(pattern.text)
    rest = _NAMED.sub("", pattern.text)
    if len(found) != 1 or _OTHER_TIME.search(rest) or _ITSELF.search(rest.rstrip("。")):
        return
    for other in OTHERS:
        yield replace(pattern, text=pattern.text.replace(found[0], other, 1), says=())


def measure(seed: int, every: int = 1) -> tuple[int, list[str]]:
    """How many sentences (``every`` so many of them) were told of something else, and what was claimed all the same."""
    rng = random.Random(f"scopes {seed}")
    count, out = 0, []
    for pattern in patterns()[::every]:
        drawn = figures(rng)
        for other in shifted(pattern):
            count += 1
            text = write(other, drawn)
            made = [claim for claim in claims(text, 1, "2021", YEAR) if claim.note != "previous_year"]
            out += [f"{claim.cell} = {claim.value}: {text}" for claim in made]
    return count, out
