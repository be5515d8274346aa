"""Articles kept as JSON in a script."""

from __future__ import annotations

import json
import time

from reports import embedded
from reports.formats.html import page

HEADS = "".join(f"<p>{head}</p>" for head in ("一、总体情况", "二、主动公开政府信息情况", "四、行政复议、行政诉讼情况"))
TABLE = "<table><tr><td>新收</td><td>7</td></tr></table>"


def kept(text: str, shown: str = "") -> str:
    escaped = json.dumps(text).replace("<", "\\u003C").replace(">", "\\u003E")
    config = f'window._CONFIG={{DETAIL:{{"id":1,"content":{escaped}}},TREE:[]}}'
    return f"<html><head><script>{config}</script></head><body><div id='app'>{shown}</div></body></html>"


def test_an_article_that_stands_in_a_script_is_read_as_a_browser_shows_it():
    found = page.blocks(kept(HEADS + TABLE).encode())
    assert [type(block).__name__ for block in found.blocks].count("Grid") == 1
    assert "一、总体情况" in str(found.blocks)
    assert found.incomplete == ""


def test_a_short_article_with_its_file_is_shown_too():
    assert '<a href="a.pdf">' in embedded.shown(kept('<p>见附件</p><a href="a.pdf">附件</a>'))


def test_a_page_that_shows_its_report_is_left_as_it_is():
    shown = kept("<p>简介</p>", HEADS)
    assert embedded.shown(shown) == shown


def test_of_several_texts_only_one_that_reads_like_a_report_is_the_article():
    others = kept("<p>甲</p>").replace("DETAIL", 'OTHER:{"content":"\\u003Cp>乙"},DETAIL')
    assert embedded.shown(others) == others
    assert TABLE in embedded.shown(others.replace("</body>", f"<script>{kept(HEADS + TABLE)[20:-30]}</script></body>"))


def test_scripts_that_are_never_closed_cost_no_more_than_their_length():
    started = time.perf_counter()
    embedded.shown('"content' + "<script>" * 300_000 + '"content":"' + "\\" * 300_000)
    assert time.perf_counter() - started < 5
