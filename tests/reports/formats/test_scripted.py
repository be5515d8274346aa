"""Pages whose text is written by a script: it is read from where it stands, and nothing is run."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pytest

from reports import checks
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
    assert checks.run(report).findings == []


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
