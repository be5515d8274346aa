"""How a mail looks: sound HTML that needs nothing from elsewhere, and text that can be read by day and by night."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import css_inline
import html5lib
import pytest
from lxml import html as markup

from alerts.compose import (
    Attachment,
    Summary,
    compose,
    compose_failures,
    compose_portal,
    compose_refusals,
    compose_summary,
    compose_test,
)
from models.portal_events import Events, Quiet, Withdrawn
from tests.alerts.test_compose_and_send import crowded

SUMMARY = Summary(
    "k", 2026, "甲县人民政府2026年度政府信息公开工作年度报告情况（2027年3月）",
    (("应发布", 60, False), ("按时发布", 50, False), ("逾期发布", 4, True), ("未发现", 3, True), ("无法判断", 3, False)),
    ("2027年3月，首次见到3家单位的报告；新发现问题7项，涉及5家单位；更正问题4项（从发现到更正的中位数为6天）。",),
    (Attachment("情况.pdf", "application/pdf", b"x" * 10), Attachment("情况.xlsx", "application/x", b"x" * 2_000_000)),
)  # fmt: skip
HAPPENED = Events(
    (Withdrawn("w", "甲县水利局2026年政府信息公开工作年度报告", "http://a.example/1.html", 1, "甲县水利局", 2026,
               date(2027, 1, 20), date(2027, 2, 2)),),
    Quiet("q", "http://a.example/", {1: "甲县水利局", 2: "甲县财政局"}),
)  # fmt: skip
MAILS = {
    "summary": compose_summary(SUMMARY, "甲县政务公开办", date(2027, 4, 1), 1_000_000).html,
    "failures": compose_failures(["decide alerts：ValueError: no such day"], date(2027, 2, 3)).html,
    "digest": compose(crowded(3), "甲县政务公开办", "https://nianbao.example.gov.cn/").html,
    "refused": compose_refusals("年报监测", {"left@a.gov.cn": "550 <b>unknown</b>"}, date(2027, 2, 3)).html,
    "portal": compose_portal(HAPPENED, "甲县政务公开办", "office", date(2027, 2, 3), 20).html,
    "test": compose_test(datetime(2027, 2, 3, 1, 0, tzinfo=UTC)).html,
}
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", re.S)
READABLE = 4.5  # WCAG 2.2, 1.4.3


def test_a_mail_about_a_portal_names_the_report_year_where_it_is_one():
    mixed = replace(HAPPENED, withdrawn=(*HAPPENED.withdrawn, replace(HAPPENED.withdrawn[0], year=2025)))
    one, two = (compose_portal(which, "", "office", date(2027, 2, 3), 20).subject for which in (HAPPENED, mixed))
    assert one == "【年报监测】2026年度 2027-02-03：1份年度报告已撤下或无法找到，一个栏目不再列出内容"
    assert two.startswith("【年报监测】2027-02-03：2份")


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_is_sound_html_by_a_strict_parser_and_tells_its_characters_at_once(name):
    page = MAILS[name]
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.encode().index(b'<meta charset="utf-8">') < 1024


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_loads_nothing_and_runs_nothing(name):
    page = markup.document_fromstring(MAILS[name])
    assert not page.xpath("//img | //script | //link | //iframe | //object | //form")
    assert "url(" not in MAILS[name]
    assert "@import" not in MAILS[name]


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(name, scheme):
    faint = [
        (text, ratio) for text, ratio in contrasts(MAILS[name] if scheme == "light" else at_night(MAILS[name]))
        if ratio < READABLE
    ]  # fmt: skip
    assert faint == []


@pytest.mark.parametrize("name", MAILS)
def test_at_night_no_surface_stays_bright(name):
    page = markup.document_fromstring(at_night(MAILS[name]))
    surfaces = [value for element in page.iter() if (value := declared(element, "background"))]
    assert surfaces
    assert max(map(luminance, surfaces)) < 0.1


def at_night(page: str) -> str:
    """The mail as a program in dark mode shows it: the rules for the dark put into force."""
    rules = DARK.search(page)
    assert rules
    return css_inline.CSSInliner(load_remote_stylesheets=False, extra_css=rules[1]).inline(page)


def contrasts(page: str):
    """(text, contrast) of every text in the body, by the inlined colours."""
    body = markup.document_fromstring(page).find("body")
    assert body is not None
    for element in body.iter():
        texts = [element.text, *(child.tail for child in element)]
        said = " ".join(text.strip() for text in texts if text and text.strip())
        if said:
            yield said, contrast(inherited(element, "color"), inherited(element, "background"))


def inherited(element, name: str) -> str:
    while element is not None:
        value = declared(element, name)
        if value:
            return value
        element = element.getparent()
    raise AssertionError(f"no {name} is set")


def declared(element, name: str) -> str:
    """The colour that the element's own style sets; a declaration with more weight goes before the others."""
    found = re.findall(rf"(?:^|;)\s*{name}\s*:\s*(#[0-9a-f]{{6}})\s*(!important)?", element.get("style") or "")
    ranked = sorted(enumerate(found), key=lambda pair: (bool(pair[1][1]), pair[0]))
    return ranked[-1][1][0] if ranked else ""


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
