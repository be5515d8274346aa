"""Bytes by their sha256, in a folder or in S3 (any fsspec address).

The same bytes always get the same name, so storing twice is storing once, and bytes without a row harm nobody.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from processes import whole_file

_NAME = re.compile(r"[0-9a-f]{64}")


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing, open to its owner alone: it holds reports, mails and addresses of people."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o700)
    return path


class Missing(Exception):
    """The store has no bytes of that name, or not the right ones."""


class Store:
    """A content-addressed store at ``url`` (``file:///…``, ``s3://bucket/prefix``, ``memory://…``)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._system, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        self._folder = Path(self._root) if isinstance(self._system, LocalFileSystem) else None

    def _path(self, sha256: str) -> str:
        if not _NAME.fullmatch(sha256):
            raise Missing(f"{sha256!r} is no sha256")
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their sha256 (hex). No half file ever has the name; a damaged one is replaced."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(sha256)
        if self._folder is None:
            if not self.exists(sha256):
                self._system.pipe_file(path, data)  # an object appears whole or not at all
        elif not self._is(sha256):
            _write(Path(path), data)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes of that name. Raises Missing if they are not there or are not what their name says."""
        try:
            data: bytes = self._system.cat_file(self._path(sha256))
        except FileNotFoundError:
            raise Missing(f"the store has no {sha256}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Missing(f"the bytes stored as {sha256} are damaged")
        return data

    def _is(self, sha256: str) -> bool:
        """Whether the bytes are there and are what their name says (a power cut may have left the name only)."""
        try:
            self.get(sha256)
        except Missing:
            return False
        return True

    def exists(self, sha256: str) -> bool:
        """Whether bytes of that name are there."""
        return bool(self._system.exists(self._path(sha256)))


def _write(path: Path, data: bytes) -> None:
    """A row that names the bytes may be committed as soon as this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, mode=0o600, to_disk=True) as beside:
        beside.write_bytes(data)


@lru_cache(maxsize=4)
def store(url: str) -> Store:
    """The store at ``url``, one a process and address."""
    return Store(url)
