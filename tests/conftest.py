"""What tests share: where the reference material lies, and databases to work on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from models import base
from tests import databases

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# On a machine at work an example may take any time; the whole test has its own limit.
settings.register_profile("nianbao", deadline=None)
settings.load_profile("nianbao")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole services comes first, so that two processes end at about the same time."""
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, item.path.parent != ROOT / "tests"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the clone."""
    if not (SHARED / "samples" / "truth.jsonl").exists():
        pytest.skip("the reference samples (../shared) lie only beside the developers' clones")
    return SHARED


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    databases.sqlite_file(path)
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Server]:
    """A real PostgreSQL server, one a test run: under pytest-xdist its workers share it."""
    distributed = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp()
    run = os.getppid() if distributed else os.getpid()
    with databases.postgres(folder.parent if distributed else folder, run) as server:
        yield server


@pytest.fixture(params=databases.DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh migrated database, once SQLite and once PostgreSQL: the test runs on both."""
    if request.param == "sqlite":
        path = tmp_path / "nianbao.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres_server").database() as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh migrated database; the test runs on both kinds."""
    made = base.make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a fresh migrated SQLite file, for what need not run on both."""
    path = tmp_path / "only.sqlite3"
    shutil.copyfile(sqlite_template, path)
    made = base.make_engine(f"sqlite:///{path}")
    yield made
    made.dispose()
