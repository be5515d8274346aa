"""Pages whose pictures or files cannot be had: looked at again in their turn, or at once where the portal only failed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo.simulator.server import Answer
from tests.crawler.given import Portals
from tests.crawler.world import COLUMN, World, article, below, listed, title

pytestmark = pytest.mark.slow

SHOWN = f"【图解】{title(2024)}"
PICTURE = '<p><img src="tj.png" width=900 height=2000></p>'
FILE = '<p>一、总体情况</p><p>本年度工作平稳。</p><a href="P0.pdf">附件</a>'
LOOKS = 3


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    with Portals() as portals:
        world = World(tmp_path_factory.mktemp("lost"), portals)
        sites = {
            "the picture is not there": below({"": listed(("1.html", SHOWN)), "1.html": article(SHOWN, PICTURE)}),
            "the file is not there": below({"": listed(("1.html", title(2024))), "1.html": article(title(2024), FILE)}),
            "the picture fails": below(
                {"": listed(("1.html", SHOWN)), "1.html": article(SHOWN, PICTURE), "tj.png": Answer(b"", status=502)}
            ),
        }
        for what, site in sites.items():
            world.register(what, site)
        for _ in range(LOOKS):
            world.look()
        yield {what: site.visits[COLUMN + "1.html"] for what, site in sites.items()}
        world.engine.dispose()


def test_a_page_whose_picture_or_file_is_not_there_is_not_opened_at_every_look(visits):
    assert visits == {"the picture is not there": 1, "the file is not there": 1, "the picture fails": LOOKS}
