"""The index of near-duplicates, and what importing it must not cost."""

from __future__ import annotations

import random
import subprocess
import sys

from reports.checks.similarity import MINIMUM, Index, share, shingles


def _text(seed: int, length: int = 900) -> str:
    rng = random.Random(seed)
    return "".join(chr(0x4E00 + rng.randrange(2000)) for _ in range(length))


def test_importing_the_checks_or_the_ledger_loads_no_numerical_library():
    code = (
        "import sys, reports.checks, models.ledger; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'scipy', 'numpy', 'datasketch'}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_the_index_finds_a_report_that_was_copied_with_small_changes_and_no_other():
    index = Index()
    for seed in range(50):
        assert index.add(str(seed), _text(seed))
    copied = _text(7)[:880] + _text(99, 20)
    assert share(copied, _text(7)) > 0.9
    assert index.like(copied) == ["7"]
    assert index.like(_text(1000)) == []


def test_a_text_too_short_to_compare_and_a_key_known_already_are_not_taken_in():
    index = Index()
    assert not index.add("short", _text(1, MINIMUM - 1))
    assert index.add("a", _text(1))
    assert not index.add("a", _text(2))
    assert len(index) == 1
    assert index.like(_text(1, MINIMUM - 1)) == []


def test_the_share_is_counted_on_the_larger_text():
    assert share("一二三四五六", "一二三四五六") == 1
    assert share("", "") == 0
    assert shingles("一二三四") == set()
    assert share(_text(1, 400), _text(1, 400) + _text(2, 400)) < 0.6


def test_texts_that_are_alike_by_nine_tenths_are_found_nearly_always():
    index = Index()
    for seed in range(200):
        index.add(str(seed), _text(seed))
    copies = {str(seed): _text(seed)[:853] + _text(10_000 + seed, 47) for seed in range(200)}
    assert all(0.9 <= share(copy, _text(int(key))) < 0.95 for key, copy in copies.items())
    assert sum(key in index.like(copy) for key, copy in copies.items()) >= 199


def test_several_reports_with_one_text_are_all_found():
    index = Index()
    for key in "cab":
        index.add(key, _text(1))
    assert index.like(_text(1)) == ["a", "b", "c"]
