"""Reading in a child: what a hostile file costs, and what it does not."""

from __future__ import annotations

import os
import signal

import pytest

from reports import sandbox
from reports.sandbox import Limits


def child() -> int:
    assert sandbox._child is not None
    return sandbox._child.process.pid


PAGE = "<h1>某市统计局2023年政府信息公开工作年度报告</h1><p>一、总体情况</p><p>正常。</p>".encode()


@pytest.fixture(autouse=True)
def _no_child_left():
    sandbox.close()
    yield
    sandbox.close()


def test_a_report_comes_back_from_the_child_as_it_was_read_there():
    report = sandbox.read(PAGE, "a.html")
    assert (report.error, report.year, report.source.bytes) == (None, 2023, len(PAGE))


def test_one_child_serves_many_files():
    sandbox.read(PAGE, "a.html")
    first = child()
    for _ in range(3):
        sandbox.read(PAGE, "b.html")
    assert child() == first


def test_a_file_that_takes_too_long_costs_its_child_and_the_next_is_read():
    sandbox.read(PAGE, "warm.html")
    slow = sandbox.read(PAGE * 20, "slow.html", limits=Limits(seconds=0.0005))
    assert "seconds" in (slow.error or "")
    assert slow.cells is None
    assert sandbox.read(PAGE, "next.html").error is None


def test_a_child_that_dies_makes_one_file_unreadable():
    sandbox.read(PAGE, "warm.html")
    os.kill(child(), signal.SIGKILL)
    assert sandbox._child is not None
    sandbox._child.process.wait()
    assert sandbox.read(PAGE, "after.html").error is None


def test_memory_beyond_the_limit_is_an_error_of_the_file_and_not_of_this_process():
    report = sandbox.read(b"<p>" + b"<i>x</i>" * 1_000_000, "big.html", limits=Limits(memory_mb=400))
    assert report.error
    assert sandbox.read(PAGE, "next.html", limits=Limits()).error is None


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("raise RuntimeError('no model')", "it died: RuntimeError: no model"),
        ("import os; os.write(1, bytes(7) + b'\\x02{{}}'); os.read(0, 1)", "speak"),
    ],
)
def test_a_child_that_does_not_come_up_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch, start: str, said: str):
    sandbox.close()
    monkeypatch.setattr(sandbox, "_START", start)
    with pytest.raises(sandbox.CannotStart, match=said):
        sandbox.read(PAGE, "a.html")
    monkeypatch.undo()
    assert sandbox.read(PAGE, "a.html").error is None


def test_a_child_for_which_there_is_too_little_memory_does_not_come_up():
    with pytest.raises(sandbox.CannotStart):
        sandbox.read(PAGE, "a.html", limits=Limits(memory_mb=40))
    assert sandbox.read(PAGE, "next.html", limits=Limits()).error is None


def test_pictures_travel_with_the_page():
    report = sandbox.read(PAGE, "a.html", {"报告.html": PAGE})
    assert report.error is None


def test_a_large_file_passes_the_pipes():
    report = sandbox.read(b"<p>" + b"x" * 2_000_000 + PAGE, "large.html")
    assert report.error is None
    assert report.source.bytes > 2_000_000


def test_the_child_is_told_which_files_are_known_to_be_cut():
    assert not sandbox.read(PAGE, "a.html").details.incomplete
    assert sandbox.read(PAGE, "a.html", partial=["a.html"]).details.incomplete
