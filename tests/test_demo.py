"""The main job once, and hostile files on the same way."""

from __future__ import annotations

import email
import email.policy
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import config
import up
from models import base, exports
from models.agencies import AgencyRow, upsert_agency
from models.ledger import unreadable_documents
from models.sources import upsert_source
from tests.crawler.given import Item, Portal, Portals

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("demo")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NIANBAO_")} | {"PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-m", "cli", "demo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout, folder / "var" / "demo"


@pytest.mark.parametrize(
    ("body", "word", "rule"),
    [
        ("新疆生产建设兵团统计局", "有错误", "FRM-YEAR"),
        ("中卫市沙坡头区统计局", "有错误", "STR-SECTIONS"),
        ("新疆生产建设兵团第十一师", "无错误", "FMT-MIXED"),
        ("重庆市统计局", "无错误", ""),
        ("济宁市统计局", "仅见解读", "INT-ONLY"),
        ("演示县水利局", "未发现", "PUB-MISSING"),
        ("演示县民政局", "无法判断", ""),
    ],
)
def test_the_table_says_of_each_body_what_is_true(shown, body, word, rule):
    (line,) = [line for line in shown[0].splitlines() if line.startswith(body)]
    assert word in line
    assert rule in line


def test_the_office_gets_one_digest_with_both_parts_in_chinese_and_nothing_about_the_silent_portal(shown):
    mails = [path for path in (shown[1] / "mail").glob("*.eml") if "zwgkb" in path.name]
    assert len(mails) == 1
    message = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert re.fullmatch(r"<[\w-]+@demo\.example>", message["Message-ID"])
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert "兵团统计局" in text
        assert "演示县水利局" in text
        assert "演示县民政局" not in text


def test_summary_and_database_lie_where_the_demonstration_says(shown):
    text, folder = shown
    assert "var/demo/summary/nianbao-2021.html" in text
    assert "演示县水利局" in (folder / "summary" / "nianbao-2021.html").read_text(encoding="utf-8")
    assert (folder / "nianbao.sqlite3").exists()


def test_broken_files_end_unreadable_with_the_reason_and_the_run_goes_on(tmp_path):
    good = (ROOT / "demo" / "data" / "tjj-spt.pdf").read_bytes()
    title = "甲县统计局{}年政府信息公开工作年度报告"
    files = {
        2020: good,
        2021: good[:300],  # of half of it, what is whole would be read
        2022: b"",
        2023: b"%PDF-1.7 nothing",
        2024: b"\x00\x01\x02" * 5000,
    }
    items = [
        Item(title.format(year), date(year + 1, 1, 20), file=(f"{year}.pdf", data)) for year, data in files.items()
    ]
    with Portals() as portals:
        portal = portals.put(Portal("甲县", items))
        settings = config.Settings(
            data_dir=tmp_path,
            database_url=f"sqlite:///{tmp_path / 'n.sqlite3'}",
            crawl_delay=0.01,
            allowed_private_hosts=portals.hosts,
        )
        base.upgrade(settings.database_url)
        engine = base.make_engine(settings.database_url)
        with base.transaction(engine) as session:
            agency, _ = upsert_agency(session, AgencyRow("甲县统计局", "county", "department"))
            source_id = upsert_source(session, portal.column, agency.id, "", base.utcnow()).id
        up.crawl_and_wait(settings, engine, [source_id])
        with base.reading(engine) as session:
            rows = {row["year"]: row for row in exports.export_documents(session)}
            reasons = unreadable_documents(session, None)
        engine.dispose()
    assert rows[2020]["state"] == "read"
    assert {rows[year]["state"] for year in (2021, 2022, 2023, 2024)} == {"unreadable"}
    assert len(reasons) == 4
    assert all(reason["state_reason"] for reason in reasons)
