"""How often each rule speaks on sound reports with realistic prose: the figures that ``docs/rules.md`` prints.

``python -m benchmarks.firing [--seed N] [--counties N]`` makes the reports (``benchmarks/corpus.py``), reads and checks each
in its whole context, and writes ``reports/data/firing.yaml``; then ``python -m reports.checks.document docs/rules.md``. Why a
rule may speak often of what is sound is written by hand under ``reasons`` and kept.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from benchmarks import corpus
from benchmarks.checking import County, Tally
from reports.checks import checking
from reports.checks.document import FIRING, OFTEN

SEED = 7


def measure(seed: int, counties: int) -> tuple[int, Counter[str], Counter[str]]:
    """How many reports were made, and by rule how many of them it spoke of: without a look, and for a look only."""
    count, sure, doubtful = 0, Counter[str](), Counter[str]()
    for number in range(counties):
        place = County(number, seed)
        place.fill(Tally())
        for body in place.world.bodies:
            for year in corpus.YEARS:
                made, report = place.made[body.name, year], place.read[body.name, year]
                found = checking.run(report, place.context(body, year, made, report)).findings
                certain = {finding.rule for finding in found if not finding.needs_review}
                count += 1
                sure.update(certain)
                doubtful.update({finding.rule for finding in found} - certain)
    return count, sure, doubtful


def main(seed: int, counties: int) -> int:
    """Measures, writes, and says which rule speaks too often without a reason: exit status 1 if there is one."""
    count, sure, doubtful = measure(seed, counties)
    kept: dict[str, Any] = yaml.safe_load(FIRING.read_text(encoding="utf-8")) if FIRING.exists() else {}
    reasons = {rule: text for rule, text in kept.get("reasons", {}).items() if rule in {*sure, *doubtful}}
    rules = {rule: [sure[rule], doubtful[rule]] for rule in sorted({*sure, *doubtful})}
    data = {"seed": seed, "reports": count, "rules": rules, "reasons": reasons}
    head = "# Written by `python -m benchmarks.firing`: of how many sound reports each rule speaks, [sure, only for a look].\n"
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    FIRING.write_text(head + text, encoding="utf-8")
    often = [rule for rule, both in rules.items() if sum(both) > OFTEN * count and rule not in reasons]
    for rule, both in rules.items():
        print(f"{rule:<24}{both[0]:>6}{both[1]:>6}  of {count}{'  too often' if rule in often else ''}")
    return int(bool(often))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="count what the rules say of sound reports")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--counties", type=int, default=2)
    options = parser.parse_args()
    Path(FIRING).parent.mkdir(parents=True, exist_ok=True)
    sys.exit(main(options.seed, options.counties))
