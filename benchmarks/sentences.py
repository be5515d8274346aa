"""The sentences of ``data/prose.yaml`` and the figures that they are written with."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reports.report import Number

PATTERNS = Path(__file__).parent / "data" / "prose.yaml"
YEAR = 2024
CELLS = {
    "new": "applications.new.total", "in": "applications.carried_in.total", "done": "applications.handled.total",
    "out": "applications.carried_out.total", "nat": "applications.new.natural_person", "biz": "applications.new.business",
    "res": "applications.new.research", "pub": "applications.new.public_interest", "law": "applications.new.legal_service",
    "granted": "applications.granted.total", "partial": "applications.partial.total",
    "merged": "applications.granted.total+applications.partial.total", "denied": "applications.denied.*.total",
    "unavail": "applications.unavailable.*.total", "rejected": "applications.rejected.*.total",
    "other": "applications.other*.total", "dup": "applications.rejected.duplicate.total",
    "nothold": "applications.unavailable.not_held.total", "create": "applications.unavailable.must_be_created.total",
    "rest_unavailable": "applications.unavailable.still_unclear.total",
    "rest_rejected": "applications.rejected.petition.total",
    "rec": "disputes.reconsideration.total", "recu": "disputes.reconsideration.upheld",
    "recc": "disputes.reconsideration.corrected", "reco": "disputes.reconsideration.other",
    "recp": "disputes.reconsideration.pending", "lit": "disputes.litigation_*.total",
    "dl": "disputes.litigation_direct.total", "litp": "disputes.litigation_*.pending",
    "secret": "applications.denied.state_secret.total",
    "da": "disputes.litigation_after_reconsideration.total",
    "query": "applications.denied.administrative_query.total",
    "file": "applications.denied.enforcement_file.total", "reg": "proactive.regulations.issued",
    "iss": "proactive.normative_documents.issued", "rep": "proactive.normative_documents.repealed",
    "force": "proactive.normative_documents.in_force", "lic": "proactive.licensing.decisions",
    "pen": "proactive.penalties.decisions", "coe": "proactive.coercion.decisions", "fee": "proactive.fees.amount",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence with the names of its figures, and what it says: (cell's name, figure's name)."""

    family: str
    text: str
    says: tuple[tuple[str, str], ...]
    measured: bool


@lru_cache(maxsize=1)
def patterns() -> list[Pattern]:
    """All sentences."""
    out: list[Pattern] = []
    data: dict[str, dict[str, list[list[str]]]] = yaml.safe_load(PATTERNS.read_text(encoding="utf-8"))
    for half, families in data.items():
        for family, rows in families.items():
            for text, said in rows:
                pairs = (item.partition("=") for item in said.split())
                says = tuple((name, figure or name) for name, _, figure in pairs)
                out.append(Pattern(family, text, says, half == "measured"))
    return out


def figures(rng: random.Random) -> dict[str, Number]:
    """The figures of a report, consistent and unlike one another; a to c, smaller than any part, are of other matters."""
    pool = iter(rng.sample(range(50, 900), 60))
    out: dict[str, Number] = dict(zip("abc", rng.sample(range(3, 40), 3), strict=True))
    out |= {"last": next(pool), "res": next(pool), "pub": next(pool), "law": next(pool)}
    results = ("granted", "partial", "dup", "nothold", "create", "denied", "rest_unavailable", "rest_rejected", "other")
    out |= {name: next(pool) for name in (*results, "in", "out", "recu", "recc", "reco", "recp", "dl", "da", "litp")}
    out |= {name: next(pool) for name in ("iss", "rep", "lic", "pen", "coe")}
    out |= {"secret": out["denied"] - 20, "query": 8, "file": 5, "reg": 3}
    out["unavail"] = out["nothold"] + out["create"] + out["rest_unavailable"]
    out["rejected"] = out["dup"] + out["rest_rejected"]
    out["merged"] = out["granted"] + out["partial"]
    out["done"] = out["merged"] + out["denied"] + out["unavail"] + out["rejected"] + out["other"]
    out["new"] = out["done"] + out["out"] - out["in"]
    out["tot"] = out["new"] + out["in"]
    out["rec"] = out["recu"] + out["recc"] + out["reco"] + out["recp"]
    out["lit"] = out["dl"] + out["da"]
    out["force"] = out["iss"] + next(pool)
    out["fee"] = Decimal(rng.randint(10**4, 10**8)).scaleb(-2)
    out |= _split("new", out, ("web", "post", "desk"), rng) | _split("new", out, ("h1", "h2"), rng)
    out |= _split("new", out, ("nat", "org"), rng)
    out["biz"] = out["org"]
    return out


def _split(whole: str, of: Mapping[str, Number], names: tuple[str, ...], rng: random.Random) -> dict[str, Number]:
    least = 40
    cuts = sorted(rng.sample(range(int(of[whole]) - least * len(names)), len(names) - 1))
    edges = [0, *(cut + least * (i + 1) for i, cut in enumerate(cuts)), int(of[whole])]
    return {name: high - low for name, low, high in zip(names, edges, edges[1:], strict=False)}


class _Written(string.Formatter):
    """Figures as clerks write them: ``{new:zh}`` in Chinese numerals, ``{new:about}`` rounded down to hundreds, ``{fee:元}``
    and ``{fee:亿}`` of an amount that the tables give in 万元."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One figure."""
        if format_spec == "zh":
            return in_words(int(value))
        if format_spec == "about":
            return str(int(value) // 100 * 100)
        if format_spec == "元":
            return f"{value * 10**4:f}".partition(".")[0]
        if format_spec == "亿":
            return f"{Decimal(value) / 10**4:.2f}"
        return super().format_field(value, format_spec)


def in_words(value: int) -> str:
    """A count below ten thousand in Chinese numerals: 26 → 二十六, 1005 → 一千零五."""
    digits = "零一二三四五六七八九"
    out = ""
    for scale, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // scale % 10
        if digit:
            out += digits[digit] + unit
        elif out and value % scale and not out.endswith("零"):
            out += "零"
    return out.removeprefix("一") if 10 <= value < 20 else out or "零"


def write(pattern: Pattern, drawn: Mapping[str, Number]) -> str:
    """The sentence with its figures, under the heading of its paragraph."""
    years = {"y": YEAR, "ly": YEAR - 1, "ny": YEAR + 1, "b2008": 2008}
    text = _Written().vformat(pattern.text.removeprefix("^"), (), {**drawn, **years})
    return text if pattern.text.startswith("^") else f"（二）依申请公开情况。{text}"


def sentence(
    cells: Mapping[str, Number], before: Mapping[str, Number] | None, year: int, rng: random.Random
) -> str | None:
    """What a report's own figures say of its requests, in one of the ways collected here; None where none suits."""
    drawn = _of_report(cells, before, rng)
    if drawn is None:
        return None
    none = not any(drawn[name] for name in ("new", "in", "done", "out"))
    for pattern in rng.sample(patterns(), 40):
        if pattern.text.startswith("^") or not pattern.says or _says_none(pattern) != none:
            continue
        named = set(re.findall(r"\{(\w+)[:}]", pattern.text)) - {"y", "ly", "ny", "b2008"}
        zeros = {name for name, figure in pattern.says if figure == "none"}
        rounded = set(re.findall(r"\{(\w+):about\}", pattern.text))
        if (
            named - set(drawn)
            or any(drawn.get(name, 1) for name in zeros)
            or any(drawn[name] < 100 for name in rounded)
        ):
            continue
        if any(figure not in drawn or figure in "abc" for _, figure in pattern.says if figure not in {"zero", "none"}):
            continue
        if any(name in drawn and drawn[name] != drawn.get(figure, drawn[name]) for name, figure in pattern.says):
            continue  # 均由自然人提出 suits only where all are
        years = {"y": year, "ly": year - 1, "ny": year + 1, "b2008": 2008}
        text = _Written().vformat(pattern.text, (), {**drawn, **years})
        return re.sub(r"^[（(]?二?2?[）)、.]?依申请公开情况[。：]?", "", text)
    return None


def _says_none(pattern: Pattern) -> bool:
    return any(figure == "zero" for _, figure in pattern.says)


def _of_report(
    cells: Mapping[str, Number], before: Mapping[str, Number] | None, rng: random.Random
) -> dict[str, Number] | None:
    """The figures of sentences by their names, from the cells of a report."""
    out: dict[str, Number] = {}
    for name, cell in CELLS.items():
        keys = [key for key in cells if any(fnmatchcase(key, part) for part in cell.split("+"))]
        if cell.startswith("applications") and keys:
            out[name] = sum((cells[key] for key in keys), 0)
    if not out["new"] and any(out[name] for name in ("in", "done", "out")):
        return None
    if before is not None and before.get(CELLS["new"]):
        out["last"] = before[CELLS["new"]]
    out["tot"] = out["new"] + out["in"]
    out["org"] = out["new"] - out["nat"]
    if out["org"] != out["biz"]:
        del out["biz"]
    if out["new"] >= 200:
        out |= _split("new", out, ("web", "post", "desk"), rng) | _split("new", out, ("h1", "h2"), rng)
        out |= dict(zip("abc", rng.sample(range(3, 40), 3), strict=True))
    return out
