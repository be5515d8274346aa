"""A service to test on: settings of its own for this process, a migrated database, an embedded broker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

import config
from models import base
from workers import broker, policy


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[config.Settings]:
    """Settings that this process reads from its environment, on a fresh migrated SQLite database."""
    made = config.Settings(data_dir=tmp_path / "var", digest_hour=0, _env_file=None)
    made.data_dir.mkdir()
    shutil.copyfile(sqlite_template, made.data_dir / "nianbao.sqlite3")
    for name, value in config.child_environment(made).items():
        if name.startswith(config.PREFIX):
            monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    yield made
    config.settings.cache_clear()
    policy.forget_database()


@pytest.fixture
def db(settings: config.Settings) -> Iterator[Engine]:
    """An engine on the settings' database."""
    made = base.make_engine(settings.database_url)
    yield made
    made.dispose()


@pytest.fixture
def with_broker(settings: config.Settings) -> Iterator[config.Settings]:
    """The settings, with an embedded broker that runs."""
    found = broker.start(settings.data_dir)
    yield settings.model_copy(update={"broker_url": found.url})
    broker.stop(found)
