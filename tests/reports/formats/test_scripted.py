"""Pages whose text is written by a script: it is read from where it stands, and nothing is run."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest

from reports.checks import checking
from reports.formats.html import page
from reports.reader import read
from tests.reports.narrative.drafts import Draft

WHOLE = Draft().html().decode()
INNER = WHOLE[WHOLE.index("<body>") + 6 : WHOLE.index("</body>")]
HEAD = "<html><head><title>青柳市水务局2024年政府信息公开工作年度报告</title></head><body><div id='app'></div>"


def nested(text: str) -> str:
    return json.dumps(json.dumps({"code": 0, "data": {"list": [1, {"content": text}]}}))


WAYS: dict[str, Callable[[str], str]] = {
    "a string": lambda text: f"<script>var s = {json.dumps(text)}; app.innerHTML = s</script>",
    "a string in Chinese": lambda text: f"<script>var s = {json.dumps(text, ensure_ascii=False)};</script>",
    "single quotes": lambda text: "<script>show('" + text.replace("'", "\\'").replace("/", "\\/") + "')</script>",
    "a template": lambda text: f"<script>const t = `\n{text}\n`</script>",
    "data as JSON": lambda text: f'<script type="application/json">{json.dumps({"a": [{"body": text}]})}</script>',
    "JSON within a string": lambda text: f"<script>window.__STATE__ = JSON.parse({nested(text)})</script>",
    "escaped markup": lambda text: f"<script>var s = {json.dumps(escape(text))}</script>",
    "percent signs": lambda text: f"<script>document.write(decodeURIComponent('{quote(text)}'))</script>",
    "base64": lambda text: f"<script>var s = atob('{base64.b64encode(text.encode()).decode()}')</script>",
    "a hidden field": lambda text: f'<input type="hidden" id="c" value="{escape(text)}">',
    "a hidden text area": lambda text: f'<textarea style="display:none">{escape(text)}</textarea>',
    "a template of the page": lambda text: f'<script type="text/template">{text}</script>',
}


@pytest.mark.parametrize("way", WAYS)
def test_a_report_that_a_script_writes_is_read_from_the_script(way):
    report = read((HEAD + WAYS[way](INNER) + "</body></html>").encode(), "a.html")
    plain = read(WHOLE.encode(), "a.html")
    assert report.details.tables == plain.details.tables
    assert {k: c.value for k, c in (report.cells or {}).items()} == {k: c.value for k, c in (plain.cells or {}).items()}
    assert (report.agency, report.year) == (plain.agency, plain.year)
    assert checking.run(report).findings == []


def test_the_reading_says_that_a_script_writes_the_text():
    report = read((HEAD + WAYS["a string"](INNER) + "</body></html>").encode(), "a.html")
    assert any("script" in warning for warning in report.warnings)


def test_a_page_with_its_own_text_is_not_read_from_its_scripts():
    other = INNER.replace("71", "99")
    report = read(WHOLE.replace("</body>", WAYS["a string"](other) + "</body>").encode(), "a.html")
    assert "公开信息71条" in report.details.body
    assert "99" not in report.details.body


def test_strings_of_code_are_no_text():
    code = "function a(){return 'x'}" * 400 + "var u = '" + "https://a.example/" * 60 + "';"
    report = read(f"{HEAD}<p>页面正在加载</p><script>{code}</script></body></html>".encode(), "a.html")
    assert "function" not in report.details.body


# Articles that a page keeps under a name of its own and draws by a script.
HEADS = "".join(f"<p>{head}</p>" for head in ("一、总体情况", "二、主动公开政府信息情况", "四、行政复议、行政诉讼情况"))
TABLE = "<table><tr><td>新收</td><td>7</td></tr></table>"


def kept(text: str, shown: str = "", more: str = "") -> bytes:
    escaped = json.dumps(text).replace("<", "\\u003C").replace(">", "\\u003E")
    config = f'window._CONFIG={{{more}DETAIL:{{"id":1,"content":{escaped}}},TREE:[]}}'
    return f"<html><head><script>{config}</script></head><body><div id='app'>{shown}</div></body></html>".encode()


def test_an_article_that_stands_in_a_script_is_read_as_a_browser_shows_it():
    found = page.blocks(kept(HEADS + TABLE))
    assert [type(block).__name__ for block in found.blocks].count("Grid") == 1
    assert "一、总体情况" in str(found.blocks)
    assert found.incomplete == ""


def test_an_article_in_a_script_is_read_though_the_page_shows_its_index_in_a_table():
    index = (
        "<table><tr><td>索引号</td><td>11440000/2025-1</td></tr><tr><td>发布日期</td><td>2025-01-20</td></tr></table>"
    )
    assert "一、总体情况" in str(page.blocks(kept(HEADS + TABLE, index)).blocks)


def test_a_short_article_that_is_named_as_one_is_read_too():
    assert "见附件" in str(page.blocks(kept('<p>见附件</p><a href="a.pdf">附件</a>')).blocks)


def test_a_page_that_shows_its_report_is_left_as_it_is():
    assert "简介" not in str(page.blocks(kept("<p>简介</p>", HEADS)).blocks)


def test_of_several_texts_only_one_that_reads_like_a_report_is_the_article():
    other = 'OTHER:{"content":"\\u003Cp>乙"},'
    assert page.blocks(kept("<p>甲</p>", more=other)).blocks == []
    assert "乙" not in str(page.blocks(kept(HEADS + TABLE, more=other)).blocks)
    assert "一、总体情况" in str(page.blocks(kept(HEADS + TABLE, more=other)).blocks)


def test_a_text_that_a_script_holds_twice_is_read_once_and_its_parts_are_all_read():
    twice = f"MORE:{{'body':{json.dumps(HEADS.replace('<p>', '<p> '))}}},"
    assert str(page.blocks(kept(HEADS + TABLE, more=twice)).blocks).count("一、总体情况") == 1
    second = f'MORE:{{"body":{json.dumps("<p>五、存在的主要问题及改进情况</p><p>六、其他需要报告的事项</p>")}}},'
    both = str(page.blocks(kept(HEADS + TABLE, more=second)).blocks)
    assert "一、总体情况" in both
    assert "六、其他" in both


def test_scripts_that_are_never_closed_cost_no_more_than_their_length():
    started = time.process_time()
    page.blocks(('"content' + "<script>" * 300_000 + '"content":"' + "\\" * 300_000).encode())
    assert time.process_time() - started < 5
