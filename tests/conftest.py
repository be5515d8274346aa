"""What tests share: where the reference material lies, and databases to work on."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the clone."""
    if not (SHARED / "samples" / "truth.jsonl").exists():
        pytest.skip("the reference samples (../shared) lie only beside the developers' clones")
    return SHARED
