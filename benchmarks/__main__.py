"""``make bench``: reading, checking, growth and the service on what is made anew, as tables and JSON in ``var/bench/``.

``python -m benchmarks [reading|checking|wall|prose|growth|pipeline|several|summaries|crawling] [--quick] [--seed N]``;
every run draws another seed unless one is given."""

from __future__ import annotations

import argparse
import random
import sys

from benchmarks import checking, crawling, growth, pipeline, prose, reading, several, summaries, wall

PARTS = {
    "reading": reading.main,
    "checking": checking.main,
    "wall": wall.main,
    "prose": prose.main,
    "growth": growth.main,
    "pipeline": pipeline.main,
    "several": several.main,
    "summaries": summaries.main,
    "crawling": crawling.main,
}


def main() -> int:
    """Run the parts asked for. Exit status 1 if one missed its aim."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--quick", action="store_true", help="about a tenth of the documents")
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chosen = PARTS.values() if given.part == "all" else [PARTS[given.part]]
    missed = [part(seed, given.quick) for part in chosen]  # all of them, whatever the first says
    return int(any(missed))


if __name__ == "__main__":
    sys.exit(main())
