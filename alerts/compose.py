"""A digest as a mail: subject, plain text and HTML in Chinese, from the templates beside this module.

Tone and parts: what was found, when, at which address; section, cell, printed and expected figure; what to do next;
why this person gets it. Plain, impersonal, verifying; 未发现 for absence, 疑似 where the reason is uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from alerts.digest import MOST_ITEMS, Digest
from alerts.sheet import MEDIA_TYPE, sheet
from models.portal_events import Events
from reports.report import SEVERITY_ZH

LARGEST = 95_000  # bytes of a mail; some mail programs cut what is longer than 100 kB
MOST_EVIDENCE = 5  # of the places that show one cause, named in the text; the sheet has all
LONGEST = 120  # characters of one matter in the text of a mail
SHORT_ADDRESS = 48  # of these an address may take
_ADDRESS = re.compile(r"https?://[!-~]+")  # as a portal writes it: what is Chinese behind it is the sentence
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A composed mail. ``subject`` is one line; ``html`` carries its styles inline."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        # Everything in a notice comes from pages on the web: the HTML part escapes it, whatever the variable.
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["one_line"] = one_line
    environment.filters["brief"] = brief
    environment.filters["web"] = web_address
    environment.filters["facts"] = facts
    return environment


def one_line(text: str) -> str:
    """White space and line ends folded: header fields and plain-text lines cannot be broken from outside."""
    return " ".join(text.split())


def brief(text: str) -> str:
    """One line of at most LONGEST characters: the text of a mail stays short whatever a page says, the sheet has it whole.
    A long address is shortened first: what is said of it must not be cut off."""
    line = _ADDRESS.sub(_shortened, one_line(text))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _shortened(match: re.Match[str]) -> str:
    whole = match.group()
    host = "/".join(whole.split("/", 3)[:3])[:SHORT_ADDRESS]
    return whole if len(whole) <= SHORT_ADDRESS else f"{host}/…"


def facts(figures: Iterable[tuple[str, str]]) -> str:
    """Named figures on one line."""
    return "    ".join(f"{name}：{one_line(value)}" for name, value in figures)


def web_address(url: str) -> str:
    """The address if it is one that a mail reader may follow, else empty (no ``javascript:``, no ``data:``)."""
    return url if url.startswith(("http://", "https://")) else ""


def subject(digest: Digest) -> str:
    """The subject line: year and day first, so that a list by subject is in order, then the counts that matter."""
    when = f"{digest.year}年度 {digest.day.isoformat()}"
    if digest.audience == "ops":
        return one_line(
            f"【年报监测·运维】{when}：无法判断{digest.count('cannot_tell')}家，识读存疑{digest.count('review')}项"
        )
    parts = []
    for notices, name in ((digest.pending, "尚未公布"), (digest.overdue, "仍未发现")):
        if notices:
            parts.append(f"{name}{len(notices)}家")
    for groups, name, unit in (
        (("missing",), "未发现", "家"),
        (("removed",), "撤下或打不开", "家"),
        (("late",), "逾期", "家"),
        (("error", "warning"), "数据问题", "项"),
        (("notice",), SEVERITY_ZH["notice"], "项"),
    ):
        number = digest.count_of_season(*groups, bodies=unit == "家")
        if number:
            parts.append(f"{name}{number}{unit}")
    older = digest.left_to_sheet()[1]  # what was found of other years is no fault of this one
    if older:
        parts.append(f"往年报告{older}项")
    what = {"digest": "", "report": "新核对报告：", "escalation": "提请关注："}[digest.kind]
    return one_line(f"【年报监测】{when}：{what}{'，'.join(parts)}")


def compose(digest: Digest, office_name: str, public_url: str = "") -> Message:
    """The mail for a digest. ``office_name`` is the addressee; ``public_url`` the console's address, empty if none."""
    name = f"年报监测事项-{digest.year}年度-{digest.day.isoformat()}.xlsx"
    files = (Attachment(name, MEDIA_TYPE, sheet(digest)),) if digest.audience != "ops" else ()
    for most in (MOST_ITEMS, MOST_ITEMS // 2, MOST_ITEMS // 4):
        part = replace(digest, most_items=most)
        values = {"digest": part, "office": office_name, "public_url": public_url, "subject": subject(digest)}
        values["most_evidence"] = MOST_EVIDENCE
        message = replace(rendered("digest", values), attachments=files)
        if _size(message) <= LARGEST:
            break
    return message


def _size(message: Message) -> int:
    """Bytes of the mail as it is sent: base64 with its line ends takes 37 bytes for 27."""
    parts = [message.text.encode(), message.html.encode(), *(file.data for file in message.attachments)]
    return sum(map(len, parts)) * 37 // 27


def compose_refusals(of: str, refused: Mapping[str, str], day: date) -> Message:
    """The mail to the ops side about recipients of the mail with the subject ``of`` that a mail server refused for good:
    address -> what the server said."""
    title = one_line(f"【年报监测·运维】{day.isoformat()}：{len(refused)}个收件地址未能送达")
    return rendered("refused", {"subject": title, "of": of, "refused": refused, "day": day})


def compose_portal(happened: Events, office: str, audience: str, day: date, most: int) -> Message:
    """The mail that tells at once what a portal withdrew, and that a column lists nothing any more; at most ``most``
    reports are named."""
    parts = [f"{len(happened.withdrawn)}份年度报告已撤下或无法找到"] if happened.withdrawn else []
    parts += ["一个栏目不再列出内容"] if happened.quiet else []
    side = "·运维" if audience == "ops" else ""
    years = {one.year for one in happened.withdrawn}
    of = f"{years.pop()}年度 " if len(years) == 1 and None not in years else ""
    title = one_line(f"【年报监测{side}】{of}{day.isoformat()}：{'，'.join(parts)}")
    values = {"subject": title, "happened": happened, "office": office, "audience": audience, "day": day, "most": most}
    return rendered("portal", values)


def compose_test(now: datetime, public_url: str = "") -> Message:
    """The mail that proves that mails arrive: it tells nothing of any body."""
    title = one_line(f"【年报监测】{now.date().isoformat()}：测试邮件")
    return rendered("test", {"subject": title, "now": now, "public_url": public_url})


def compose_failures(failures: Sequence[str], day: date) -> Message:
    """The mail to the ops side about jobs of the timetable that failed: what and why, one line each."""
    title = one_line(f"【年报监测·运维】{day.isoformat()}：{len(failures)}项定时任务未能完成")
    return rendered("failures", {"subject": title, "failures": failures, "day": day})


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary to be mailed: its title, chief figures (name, count, whether it calls for attention) and paragraphs, and
    its files. ``key`` is unique for it."""

    key: str
    year: int
    title: str
    cards: Sequence[tuple[str, int, bool]]
    paragraphs: Sequence[str]
    files: Sequence[Attachment]


def compose_summary(found: Summary, office: str, day: date, most: int, public_url: str = "") -> Message:
    """The mail with a summary: its chief figures, its text, and its files as far as they stay within ``most`` bytes of the
    mail, in their order; the others are named."""
    attached: list[Attachment] = []
    for file in found.files:
        if sum(len(one.data) for one in (*attached, file)) * 37 // 27 <= most:
            attached.append(file)
    values = {
        "subject": one_line(f"【年报监测】{found.year}年度 {day.isoformat()}：{found.title}"),
        "found": found,
        "office": office,
        "attached": [file.name for file in attached],
        "left": [file.name for file in found.files if file not in attached],
        "most": most // 1_000_000,
        "day": day,
        "public_url": public_url,
    }
    return replace(rendered("summary", values), attachments=tuple(attached))


def rendered(template: str, values: dict[str, Any]) -> Message:
    """The mail that the two templates of a kind make of these values; ``subject`` is one of them, one line."""
    environment = _environment()
    text = environment.get_template(f"{template}.txt").render(values)
    html = environment.get_template(f"{template}.html").render(values)
    inlined = css_inline.CSSInliner(load_remote_stylesheets=False).inline(html)
    return Message(str(values["subject"]), text, inlined)
