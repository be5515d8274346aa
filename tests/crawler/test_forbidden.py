"""What a portal or a register may write to lead the crawler into the machine's own network: a listener stands there and
nobody comes, whatever the address looks like and whatever the name system answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
from models import base
from models.agencies import AgencyRow, upsert_agency
from models.sources import Source, upsert_source
from tests import databases
from tests.crawler.given import Portals
from tests.crawler.raw import Given, Raw
from tests.crawler.test_answers import report
from tests.crawler.world import COLUMN, World, listed, title

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FORMS = (
    "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::1]", "0.0.0.0", "0", "[::]", "localhost", "ｌocalhost", "①②⑦.0.0.1", "127。0。0。1",
    "[64:ff9b::7f00:1]", "[fe80::1%25lo]", "user@127.0.0.1", "127.0.0.1%00.example",
)  # fmt: skip


class Watched:
    """Sources and portals that lead to a listener in every form."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.listener = Raw(lambda *_: "<html><body>secret</body></html>")
        self.port = self.listener.host.rpartition(":")[2]
        for number, form in enumerate(FORMS):
            self._register(f"registered {form}", f"http://{form}:{self.port}{COLUMN}")
            for what, answer in (("row", self._row(form, number)), ("redirect", self._redirect(form))):
                raw = Raw(answer)
                world.portals.hosts.append(raw.host)
                self._register(f"{what} {number}", raw.column)
        world.look()

    def _register(self, what: str, url: str) -> None:
        world = self.world
        with base.transaction(world.engine) as session:
            agency, _ = upsert_agency(session, AgencyRow(f"{what}局", "county", "department", aliases=["甲县水利局"]))
            world.ids[what] = upsert_source(session, url, agency.id, "", base.utcnow()).id

    def _row(self, form: str, number: int):
        url = f"http://{form}:{self.port}/{number}.html"
        inner = f'<p><a href="{url}">附件.pdf</a><img src="{url}"><iframe src="{url}"></iframe></p>'

        def answer(path: str, _: dict[str, str]) -> Given | None:
            if path == COLUMN:
                return listed((url, title(2025)), ("b.html", title(2024)))
            return report(2024, more=inner) if path == COLUMN + "b.html" else None

        return answer

    def _redirect(self, form: str):
        url = f"http://{form}:{self.port}/"

        def answer(path: str, _: dict[str, str]) -> Given | None:
            if path == COLUMN:
                return listed(("a.html", title(2025)), ("b.html", title(2024)), ("c.html", title(2023)))
            refresh = f"<html><head><meta http-equiv='refresh' content='0;url={url}'></head></html>"
            assigned = f"<html><body><script>location.href='{url}'</script></body></html>"
            moved: Given = (302, {"Location": url.encode().decode("latin-1")}, "")
            return {COLUMN + "a.html": moved, COLUMN + "b.html": refresh, COLUMN + "c.html": assigned}.get(path)

        return answer


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("forbidden"), portals)
        yield Watched(world)
        world.engine.dispose()


def test_no_form_of_an_address_leads_to_a_place_that_the_operator_did_not_name(watched):
    assert watched.listener.asked == []


def test_a_source_in_the_register_at_such_an_address_says_why_it_is_not_read(watched):
    for form in FORMS:
        source = watched.world.source(f"registered {form}")
        assert source.status not in {"ok", "unchanged", ""}, (form, source.status)
        assert source.reason, form


def test_what_leads_outside_keeps_its_title_as_evidence(watched):
    for number, form in enumerate(FORMS):
        documents = watched.world.documents(f"row {number}")
        assert {d.title for d in documents} == {title(2025), title(2024)}, form
        assert {d.title: d.state for d in documents}[title(2025)] == "listed", form


RESOLVER = """
import itertools, socket, sys
real, turns = socket.getaddrinfo, itertools.count()
def changing(host, *args, **named):
    if host != "portal.example":
        return real(host, *args, **named)
    return real("127.0.0.2" if next(turns) == 0 else "127.0.0.1", *args, **named)
socket.getaddrinfo = changing
from crawler import settings
made = settings.scrapy_settings
from crawler import child
child.scrapy_settings = lambda given: made(given) | {"DNSCACHE_ENABLED": False}
sys.exit(child.main(sys.argv[1:]))
"""


def test_a_name_that_changes_its_address_between_check_and_connection_gains_nothing(tmp_path: Path):
    listener = Raw(lambda *_: "<html><body>secret</body></html>")
    port = listener.host.rpartition(":")[2]
    settings = config.Settings(
        data_dir=tmp_path, crawl_delay=0.01, allowed_private_hosts=["127.0.0.2/32"], _env_file=None
    )
    databases.sqlite_file(tmp_path / "nianbao.sqlite3")
    engine = base.make_engine(settings.database_url)
    with base.transaction(engine) as session:
        agency, _ = upsert_agency(session, AgencyRow("甲县水利局", "county", "department"))
        url = f"http://portal.example:{port}{COLUMN}"
        number = upsert_source(session, url, agency.id, "", base.utcnow()).id
    environment = config.child_environment(settings) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", RESOLVER, str(number)],
        cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["status"] for line in said if line["event"] == "source"] == ["unreachable"], done.stderr[-800:]
    assert listener.asked == []
    with base.transaction(engine) as session:
        assert session.get_one(Source, number).status == "unreachable"
    engine.dispose()
