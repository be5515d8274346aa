"""A report's JSON by column: equal when it comes back, refused where a process that was taken over wrote something else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports import reader
from reports.compact import compact, expanded
from reports.report import Report
from tests.makers import small


def test_a_report_comes_back_equal_and_shorter():
    whole = reader.read(small.html(), "a.html").as_dict(details=True)
    text = compact(whole)
    assert expanded(text) == json.loads(json.dumps(whole))
    assert Report.from_dict(expanded(text)).as_dict(details=True) == whole
    assert len(text) < len(json.dumps(whole, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{}", b"null", b"[1]", b"[[],{},{},1]", b"[" * 100_000, b"\xff",
        b'[["a"],{},{}]', b'[["a"],{},{"a":[1]}]', b'[["a"],{},{"a":[[1],{"v":[]},{}]}]',
        b'[["a"],{},{"a":[["k"],{"v":[1]},{"other":{}}]}]', b'[["a"],{},{"a":[["k"],{"v":[1]},{"k":1}]}]',
    ],
    ids=lambda text: text[:40].decode(errors="replace"),
)  # fmt: skip
def test_what_is_laid_out_as_no_report_is_refused_in_one_way(text: bytes):
    with pytest.raises(ValueError):
        expanded(text)


def test_entries_without_a_common_field_come_back():
    value: dict[str, Any] = {"a": {str(n): {} if n else {"v": 1} for n in range(9)}}
    assert expanded(compact(value)) == value
