"""A report that moved within a source that cannot be read to its end: held once, by the address that stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from crawler import families
from crawler.moves import same_report
from crawler.pages import Page
from crawler.record import Standing
from demo.simulator.content import report_html
from demo.simulator.server import Answer
from tests.crawler.given import Portals
from tests.crawler.world import COLUMN, NAME, Site, World, below, listed, title

pytestmark = pytest.mark.slow
ENDLESS = "共9条"  # more than is ever shown
TEXT = report_html(NAME, 2024, date(2025, 1, 16))


def shown(frame: str = "<div id=zoom>{}</div>", day: str = "2025-01-20", body: str = TEXT) -> str:
    return f"<html><body><h1>{title(2024)}</h1><p>发布日期：{day}</p>{frame.format(body)}</body></html>"


def site(pager: str = ENDLESS) -> Site:
    return below({"": listed(("old/1.html", title(2024)), pager=pager), "old/1.html": shown()})


OTHER = shown(body=TEXT.replace("<td>0</td>", "<td>7</td>", 1))
NEWS = "<div class=main><div class=c>{}</div><p>浏览次数：3071</p></div>"
# What stands on the second day: at the new address, and at the old one.
SECOND: dict[str, tuple[str, str | Answer | None]] = {
    "the old address is not there": (OTHER, None),
    "the old address says 410": (OTHER, Answer(b"", status=410)),
    "the old address leads to the new one": (OTHER, Answer(b"", status=301, headers={"Location": COLUMN + "new/1.html"})),
    "a page leads on to the new one": (OTHER, f"<html><script>location.href='{COLUMN}new/1.html'</script></html>"),
    "both answer, in other frames": (shown(NEWS, "2025-06-01"), shown()),
    "both answer, and differ": (OTHER, shown()),
    "the old address answers nothing today": (OTHER, Answer(b"", status=502)),
}  # fmt: skip
SUPERSEDED = [what for what in SECOND if "differ" not in what and "today" not in what]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("moves"), portals)
        sites = {what: site() for what in SECOND}
        for what, one in sites.items():
            world.register(what, one)
        world.look()
        for what, (new, old) in SECOND.items():
            given = sites[what].given
            given[COLUMN] = listed(("new/1.html", title(2024)), pager=ENDLESS)
            given[COLUMN + "new/1.html"] = new
            if old is None:
                del given[COLUMN + "old/1.html"]
            else:
                given[COLUMN + "old/1.html"] = old
        for _ in range(2):
            world.time_passes()
            world.look()
        yield world
        world.engine.dispose()


@pytest.mark.parametrize("what", list(SECOND))
def test_on_a_source_that_stays_incomplete_a_report_stands_at_its_new_address_alone(seen, what):
    assert seen.source(what).status == "incomplete"
    states = {document.url.rpartition(COLUMN)[2]: document.state for document in seen.documents(what)}
    old = "gone" if what in SUPERSEDED else "waiting"
    assert states == {"old/1.html": old, "new/1.html": "waiting"}


def test_a_report_is_known_again_by_its_text_and_figures_whatever_frames_it():
    family = families.BY_NAME["static"]

    def standing(html: str | bytes, *files: str) -> Standing:
        data = html.encode() if isinstance(html, str) else html
        return Standing(Page("http://a.gov.cn/1.html", data), frozenset(files))

    one = standing(shown())
    assert same_report(one, standing(shown(NEWS, "2025-06-01")), family)
    assert not same_report(one, standing(OTHER), family)
    filed = [standing(f"<p>{title(2024)}</p>附件{n}", file) for n, file in enumerate("aab")]
    assert same_report(filed[0], filed[1], family)
    assert not same_report(filed[0], filed[2], family)
    assert not same_report(standing(b"%PDF-1.4 a"), standing(b"%PDF-1.4 b"), family)
    assert same_report(standing(b"%PDF-1.4 a"), standing(b"%PDF-1.4 a"), family)
