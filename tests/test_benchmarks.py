"""Every part of the benchmarks starts, and those that follow the worker's steps do so with the functions of today."""

from __future__ import annotations

from pathlib import Path

import config
from benchmarks import __main__ as bench
from benchmarks import growth, pipeline
from tests import databases


def test_every_part_is_named_in_the_help():
    assert bench.__doc__ is not None
    for part in bench.PARTS:
        assert f"{part}|" in bench.__doc__ or f"{part}]" in bench.__doc__


def test_the_growth_of_every_step_is_measured():
    spent = growth.measure("sqlite", 60, seed=1, repeats=1)
    assert set(spent) == {step.name for step in growth.STEPS}
    assert all(spent.values())


def test_the_steps_of_the_pipeline_are_those_of_the_worker(tmp_path: Path):
    made = pipeline.reports(1, "html", 2)
    settings = config.Settings(
        data_dir=tmp_path, database_url=databases.sqlite_file(tmp_path / "a.sqlite3"), _env_file=None
    )
    pipeline.fill(settings, made)
    assert set(pipeline.BARE) < set(pipeline.steps(settings, made))
