"""Bytes by their sha256, in a folder and in S3."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from storage import Missing, Store, private_folder

REPORT = "政府信息公开工作年度报告".encode()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a real S3 conversation, spoken by moto's server."""
    before = {name: os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL")}
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    fsspec.filesystem("s3").mkdir("nianbao")
    yield "s3://nianbao/blobs"
    server.stop()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "s3":
        return Store(request.getfixturevalue("s3"))
    return Store((tmp_path / "blobs").as_uri())


def test_what_is_put_is_got_by_its_sha256(store: Store):
    name = store.put(REPORT)
    assert name == hashlib.sha256(REPORT).hexdigest()
    assert store.get(name) == REPORT
    assert store.exists(name)
    assert store.put(REPORT) == name


def test_what_is_not_there_is_said_to_be_missing(store: Store):
    absent = "0" * 64
    assert not store.exists(absent)
    with pytest.raises(Missing, match="the store has no"):
        store.get(absent)


@pytest.mark.parametrize("name", ["", "abc", "../../etc/passwd", "A" * 64, f"{'0' * 63}/"])
def test_a_name_that_is_no_sha256_reaches_no_file(store: Store, name: str):
    with pytest.raises(Missing, match="is no sha256"):
        store.get(name)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_any_bytes_come_back_as_they_were(tmp_path: Path, data: bytes):
    store = Store(tmp_path.as_uri())
    assert store.get(store.put(data)) == data


def test_damaged_bytes_are_not_handed_out_and_are_mended_by_storing_again(tmp_path: Path):
    store = Store(tmp_path.as_uri())
    name = store.put(REPORT)
    file = next(path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(b"\0" * len(REPORT))  # what a power cut can leave
    with pytest.raises(Missing, match="damaged"):
        store.get(name)
    store.put(REPORT)
    assert store.get(name) == REPORT


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(tmp_path.as_uri())

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.put(REPORT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_several_that_store_the_same_at_once_do_not_disturb_each_other(tmp_path: Path):
    data = REPORT * 100_000
    wrong: list[BaseException] = []

    def work() -> None:
        store = Store(tmp_path.as_uri())
        try:
            assert store.get(store.put(data)) == data
        except BaseException as error:  # noqa: BLE001  told to the test
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_what_is_stored_is_open_to_its_owner_alone(tmp_path: Path):
    folder = private_folder(tmp_path / "var")
    kept = Store((folder / "blobs").as_uri())
    sha256 = kept.put(b"x")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "blobs" / sha256[:2] / sha256[2:4] / sha256).stat().st_mode & 0o777 == 0o600
