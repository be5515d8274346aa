"""Near-duplicate text: the SIM rules, and an index that finds candidates among a nation's reports.

Sections 一 and 五 only: introductions, legal phrases and tables are alike by law. Figures, dates and the names of
bodies are masked before five-character shingles are cut. MinHash finds candidates in time that grows with the number
of reports, not with its square; the share that a finding states is counted exactly on the shingles.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from reports.checks.catalogue import Rule
from reports.checks.context import NEED_ZH, Body
from reports.checks.engine import Evaluation, fault, holds, not_judged, rule
from reports.checks.evaluate import Case, Operand
from reports.checks.sheet import NotJudged
from reports.checks.structure import title_zh
from reports.report import TABLES, Report
from reports.text import fragment, squeeze

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 5
BANDS, ROWS = 25, 5  # of a signature: found where one band is the same
PERMUTATIONS = BANDS * ROWS
MINIMUM = 300  # characters of sections 一 and 五: short reports of small bodies are alike by nature
MINIMUM_S5 = 80

_FIGURES = re.compile(r"(?:\d+年)?\d+月(?:\d+日)?|\d+(?:\.\d+)?|[零〇一二三四五六七八九十百千万]+(?=[件条次篇个项])")
_BODY = re.compile(
    r"[\u4e00-\u9fff]{1,8}(?:省|市|县|区|州|旗|镇|乡|街道)(?:[\u4e00-\u9fff]{2,8}(?:局|委员会|办公室|中心))?"
)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text without what differs between bodies and years anyway: names, figures, dates, punctuation."""
    text = squeeze(text)
    for name in sorted({squeeze(name) for name in names if name}, key=len, reverse=True):
        text = text.replace(name, "〇")
    return re.sub(r"[^\w〇#]+", "", _FIGURES.sub("#", text))


def body_text(report: Report, names: Iterable[str] = ()) -> str:
    """Sections 一 and 五, masked."""
    parts = [section.text for number in (1, 5) if (section := report.section(number)) is not None]
    return masked("\n".join(parts), [report.agency or "", *names])


def shingles(text: str) -> set[str]:
    """The overlapping five-character pieces of a masked text."""
    return {text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)}


def share(a: str, b: str) -> float:
    """The share of the larger text's shingles that both have: 0 to 1."""
    first, second = shingles(a), shingles(b)
    larger = max(len(first), len(second))
    return len(first & second) / larger if larger else 0.0


def passages(a: str, b: str, least: int = 20, most: int = 3) -> list[str]:
    """The longest passages that both texts hold, longest first, as printed in the first."""
    a, b = squeeze(a), squeeze(b)
    blocks = difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    found = sorted((block for block in blocks if block.size >= least), key=lambda block: -block.size)[:most]
    return [a[block.a : block.a + block.size] for block in found]


@lru_cache(maxsize=1)
def _empty() -> MinHash:
    """The MinHash of nothing, of which all others are copies: drawing its permutations costs as much as hashing a
    tenth of a report. The library brings numpy and scipy and is loaded only by who compares a nation's reports."""
    from datasketch import MinHash

    # Five characters need no cryptographic hash, and this one takes a fifth of the time.
    return MinHash(num_perm=PERMUTATIONS, hashfunc=zlib.crc32)


def signature(text: str) -> MinHash:
    """The MinHash of a masked text."""
    out = _empty().copy()
    out.update_batch([piece.encode() for piece in shingles(text)])
    return out


class Index:
    """Reports by the likeness of their text. Memory and time grow linearly with the number of reports: about 2 kB and
    one millisecond each.

    A signature is cut into bands; two reports are candidates where one band is the same. Two texts of which a share of
    0.9 is the same have 0.82 of their pieces in common: 25 bands of 5 find all but one in a hundred thousand of those
    (of texts alike by 0.8 all but three in a hundred), and of texts that are alike by a third one in ten is a candidate
    for nothing.
    """

    def __init__(self) -> None:
        # Band -> hash of its values -> numbers of the reports (one alone is kept bare: most are).
        self._bands: list[dict[int, int | list[int]]] = [{} for _ in range(BANDS)]
        self._numbers: dict[str, int] = {}
        self._keys: list[str] = []

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, text: str) -> bool:
        """Takes in a masked text under a key; False (and not taken) where it is too short to compare."""
        if len(text) < MINIMUM or key in self._numbers:
            return False
        number = self._numbers[key] = len(self._keys)
        self._keys.append(key)
        for band, value in zip(self._bands, _bands(text), strict=True):
            held = band.setdefault(value, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                band[value] = [held, number]
        return True

    def like(self, text: str) -> list[str]:
        """The keys of reports that may be alike; to be confirmed by ``share``."""
        if len(text) < MINIMUM:
            return []
        found: set[int] = set()
        for band, value in zip(self._bands, _bands(text), strict=True):
            held = band.get(value)
            if isinstance(held, list):
                found.update(held)
            elif held is not None:
                found.add(held)
        return sorted(self._keys[number] for number in found)


def _bands(text: str) -> list[int]:
    """The signature of a masked text in bands, each a signed 64-bit number, the same in every process."""
    values = signature(text).hashvalues.astype("<u8")
    return [
        int.from_bytes(hashlib.blake2b(values[n : n + ROWS].tobytes(), digest_size=8).digest(), "little", signed=True)
        for n in range(0, PERMUTATIONS, ROWS)
    ]


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _history(case: Case) -> Report:
    report = case.context.history
    if report is None or report.error is not None:
        raise NotJudged(NEED_ZH["history"])
    case.history()
    return report


def _quotation(a: Report, b: Report) -> str:
    for number in (1, 5):
        first, second = a.section(number), b.section(number)
        if first is not None and second is not None:
            found = passages(first.text, second.text)
            if found:
                return f"（相同文字如：“{fragment(found[0], 50)}”）"
    return ""


@rule("SIM-SELF")
def own_last_year(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Sections 一 and 五 against last year's own."""
    before = _history(case)
    names = case.context.register.names if case.context.register else ()
    now, then = body_text(case.doc, names), body_text(before, names)
    if min(len(now), len(then)) < MINIMUM:
        raise NotJudged(f"可比文字不足{MINIMUM}字")
    value = share(now, then)
    limit = float(case.params["near_duplicate_self"])
    operands = [Operand("similarity", _percent(value), where="总体情况、存在的主要问题及改进情况")]
    if value < limit:
        yield holds("与上年文字不雷同", operands)
    else:
        yield fault(
            case,
            of,
            expected=f"低于{_percent(limit)}",
            actual=_percent(value),
            ratio=_percent(value),
            needs_review=case.ocr or before.details.ocr,
            where="总体情况、存在的主要问题及改进情况",
            suffix=_quotation(case.doc, before),
            operands=operands,
        )


@rule("SIM-S5")
def own_section_five(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Section 五 against last year's own."""
    before = _history(case)
    a, b = case.doc.section(5), before.section(5)
    if a is None or b is None:
        raise NotJudged(f"缺少“{title_zh(5)}”部分")
    now, then = masked(a.text, [case.agency]), masked(b.text, [before.agency or ""])
    if min(len(now), len(then)) < MINIMUM_S5:
        raise NotJudged(f"可比文字不足{MINIMUM_S5}字")
    value = share(now, then)
    operands = [Operand("similarity", _percent(value), where=title_zh(5))]
    if value < float(case.params["near_duplicate_self"]):
        yield holds("与上年文字不雷同", operands)
    else:
        yield fault(
            case,
            of,
            actual=_percent(value),
            needs_review=case.ocr or before.details.ocr,
            where=title_zh(5),
            suffix=f"（重合度{_percent(value)}）",
            operands=operands,
        )


@rule("SIM-TABLE")
def same_tables(case: Case, of: Rule) -> Iterator[Evaluation]:
    """All cells equal last year's, at least five of them not 0. All-zero tables repeat lawfully."""
    before = _history(case)
    now, then = case.tables, case.other(before)
    if then.form != now.form:
        raise NotJudged("两年表格版本不同")
    sure = {"printed", "blank", "token"}
    if any(now.state(key) not in sure or then.state(key) not in sure for key in now.keys):
        raise NotJudged("有识读存疑的单元格")
    same = all((now.value(key) or 0) == (then.value(key) or 0) for key in now.keys)
    count = sum(1 for key in now.keys if now.value(key))
    if same and count >= 5:
        keys = [key for key in now.keys if now.value(key)]
        yield fault(
            case, of, cells=keys, count=count, needs_review=case.ocr or before.details.ocr, where="、".join(_ZH)
        )
    else:
        yield holds("表格数据与上年不完全相同")


_ZH = [{"proactive": "表二", "applications": "表三", "disputes": "表四"}[table] for table in TABLES]
_SYSTEM = re.compile(r"(气象|税务|海关|烟草|邮政|消防|公安|市场监督管理|生态环境|自然资源)[局分]")


@rule("SIM-SIBLING")
def siblings(case: Case, of: Rule) -> Iterator[Evaluation]:
    """Sections 一 and 五 against every body of the same supervisor: one finding with the whole cluster. A template of
    the office (a large cluster) and the shared wording of a system's branches are for its eye only."""
    bodies = case.context.siblings
    if bodies is None:
        raise NotJudged(NEED_ZH["siblings"])
    names = [body.name for body in bodies] + [case.agency, case.doc.agency or ""]
    own = body_text(case.doc, names)
    if len(own) < MINIMUM:
        raise NotJudged(f"可比文字不足{MINIMUM}字")
    limit = float(case.params["near_duplicate_sibling"])
    alike: list[tuple[float, Body]] = []
    compared = 0
    for body in bodies:
        other = body.report
        compared += body.unlike
        if other is None or other.error is not None or other.kind != "annual_report" or body.name == case.agency:
            continue
        text = body_text(other, names)
        if len(text) < MINIMUM or min(len(text), len(own)) < limit * max(len(text), len(own)) * 0.9:
            continue
        compared += 1
        value = share(own, text)
        if value >= limit:
            alike.append((value, body))
    if not alike:
        yield holds(f"与{compared}家单位文字不雷同") if bodies else not_judged("没有同级单位的报告")
        return
    alike.sort(key=lambda pair: -pair[0])
    value, first = alike[0]
    branch = _SYSTEM.search(case.agency)
    same_system = branch is not None and all(branch.group(1) in body.name for _, body in alike)
    others = first.name if len(alike) == 1 else f"{first.name}等{len(alike)}家"
    template = len(alike) >= 4
    report = first.report
    assert report is not None
    yield fault(
        case,
        of,
        expected=f"低于{_percent(limit)}",
        actual=_percent(value),
        other=others,
        ratio=_percent(value),
        severity="notice" if template or same_system else None,
        needs_review=case.ocr,
        where="总体情况、存在的主要问题及改进情况",
        suffix=("（多家相同，疑为统一模板）" if template else "") + _quotation(case.doc, report),
        operands=[Operand(f"similarity({body.name})", _percent(ratio)) for ratio, body in alike],
    )


def bands(report: Report, names: Iterable[str] = ()) -> list[int]:
    """What an index in a database keeps of a report: its signature in bands. Empty where the text is too short."""
    text = body_text(report, names)
    return _bands(text) if len(text) >= MINIMUM else []
