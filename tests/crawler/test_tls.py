"""Servers with old TLS, with certificates of all kinds, without any: read, and said so; what fails is never *missing*."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from crawler import tls
from demo.simulator.server import HOST
from models import base, ledger
from tests.crawler.given import Portals
from tests.crawler.test_answers import report
from tests.crawler.world import COLUMN, World, listed, title

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def certificate(name: str, until: datetime, bits: int = 2048) -> tuple[bytes, bytes]:
    """A certificate signed by itself, and its key, as PEM."""
    key = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


class Server:
    """A portal of one report behind this context; plain HTTP without one."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        self.ended: list[str] = []  # the protocol of each connection that came about
        self._listener = socket.create_server((HOST, 0), backlog=50)
        self.host = f"{HOST}:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, raw: socket.socket) -> None:
        raw.settimeout(20)
        try:
            with self._context.wrap_socket(raw, server_side=True) if self._context else raw as connection:
                self.ended.append(connection.version() or "" if isinstance(connection, ssl.SSLSocket) else "plain")
                data = b""
                while b"\r\n\r\n" not in data:
                    got = connection.recv(65536)
                    if not got:
                        return
                    data += got
                connection.sendall(self._answer(data.split(b" ", 2)[1].decode("latin-1")))
        except OSError:
            raw.close()

    def _answer(self, path: str) -> bytes:
        pages = {COLUMN: listed(("a.html", title(2025))), COLUMN + "a.html": report(2025)}
        body = pages.get(path, "").encode()
        status = "200 OK" if body else "404 Not Found"
        return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def context(folder: Path, name: str, until: datetime, old: bool = False) -> ssl.SSLContext:
    shown, key = certificate(name, until, 1024 if old else 2048)
    path = folder / f"{name}-{until.year}-{old}.pem"
    path.write_bytes(shown + key)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        made.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # so old that Python warns of it
            made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(path)
    return made


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, dict[str, Server]]]:
    folder = tmp_path_factory.mktemp("tls")
    later, before = NOW + timedelta(days=3000), NOW - timedelta(days=30)
    servers = {
        "old": Server(context(folder, "localhost", later, old=True)),
        "expired": Server(context(folder, "localhost", before)),
        "another name": Server(context(folder, "other.example", later)),
        "plain": Server(None),
    }
    with Portals() as portals:
        world = World(folder, portals)
        for what, server in servers.items():
            portals.hosts.append(server.host)
            world.register(what, f"https://{server.host}{COLUMN}")
        world.register("dead", "https://127.0.0.1:1/")
        portals.hosts.append("127.0.0.1:1")
        world.look()
        yield world, servers
        world.engine.dispose()


@pytest.mark.parametrize("what", ["old", "expired", "another name", "plain"])
def test_a_server_is_read_whatever_its_tls_and_what_is_wrong_with_it_is_said(watched, what):
    world, _ = watched
    source = world.source(what)
    assert source.status == "ok", source.reason
    assert len(world.versions(what)) == 1
    wanted = {
        "old": "weak TLS", "expired": "ran out on", "another name": "it is of other.example", "plain": "answers http alone",
    }  # fmt: skip
    assert wanted[what] in source.reason


def test_a_server_that_takes_the_usual_settings_never_sees_others(watched):
    _, servers = watched
    assert set(servers["old"].ended) == {"TLSv1"}
    assert "TLSv1" not in {*servers["expired"].ended, *servers["another name"].ended}


def test_what_helped_is_remembered_by_the_source_for_a_week():
    url, other = "https://old.example/", "https://new.example/"
    assert tls.allow_weak(url)
    kept = tls.learnt(url, {}, NOW)
    assert tls.learnt(url, kept, NOW + timedelta(days=3)) == kept
    tls.disallow_weak(url)
    tls.recall(url, kept, NOW + timedelta(days=8))
    assert not tls.is_weak(url)
    tls.recall(url, kept, NOW + timedelta(days=6))
    assert tls.is_weak(url)
    assert not tls.is_weak(other)
    tls.disallow_weak(url)


def test_a_failed_handshake_or_a_dead_host_never_makes_a_body_missing(watched):
    world, _ = watched
    assert world.source("dead").status == "unreachable"
    now = base.utcnow().astimezone(world.settings.zone)
    with base.transaction(world.engine) as session:
        standings = {s.duty.agency: s.state for s in ledger.ledger_of(session, 2025, now).standings}
    assert "missing" not in standings.values()


def test_what_is_wrong_with_a_certificate():
    good, _ = certificate("*.gov.example", NOW + timedelta(days=30))
    assert tls.certificate_errors(good, "www.gov.example", NOW) == ["it is signed by itself"]
    assert tls.certificate_errors(good, "a.b.gov.example", NOW)[-1] == "it is of *.gov.example"
    assert tls.certificate_errors(b"no certificate", "a", NOW) == ["it cannot be read"]
