"""Processes for the tests of what happens at the same moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.models.crowd import Crowd


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Three processes, started once: a start takes longer than a test."""
    made = Crowd(3)
    yield made
    made.close()
