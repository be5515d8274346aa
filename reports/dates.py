"""The day on which a page or a document was published: the one reader of it, for pages, files and crawler alike.

The order of trust: a labelled date (发布日期 before 时间, 更新时间 last), ``PubDate`` (both are ``reports.article``'s to
find), the day in the line under the title, the signature. 成文日期, 生成日期, 生效日期, 印发日期 and the index number are other
facts: a report written in January and put up in May is late.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from urllib.parse import urlsplit

from reports.text import date_at, date_in, fold, narrow

# A label stands at most so many characters before its date: blanks, brackets and a colon.
_BETWEEN = re.compile(r"[\s:：\]】\[【|｜(（]{0,12}")


def _label(words: str) -> re.Pattern[str]:
    """A label with blanks anywhere inside, as portals print it (发 布 日 期 ：)."""
    spread = "|".join(r"\s*".join(word) for word in words.split("|"))
    return re.compile(rf"(?:{spread})\s*(?:日\s*期|时\s*间)|(?<![\u4e00-\u9fff])(?:{spread})于")


# Best first.
_LABELS = (
    _label("发布|公布|公开|发表|上网|发稿|刊登|刊发|挂网"),
    _label("上传|信息|录入|添加"),
    re.compile(r"(?<![\u4e00-\u9fff])(?:日\s*期|时\s*间)\s*[:：】\]]"),
    _label("发文"),
    _label("更新|修改|编辑"),
)
# What stands before a label and makes it another one; 当前时间 is the reader's clock.
_OTHER_FACTS = (
    "成文|生成|生效|实施|有效|失效|废止|施行|制定|印发|受理|办公|截止|报名|索引|文号|当前|现在|今天|系统|打印|访问|办理|服务|会议|开庭|统计|"
    "创建"
)
_OTHER = re.compile(rf"(?:{_OTHER_FACTS}|未|不予|已|政府信息|主动)$")
_OTHER_DATE = re.compile(rf"(?:{_OTHER_FACTS})(?:日期|时间|号)")
# What stands beside an unlabelled date in the line under an article's title.
_BESIDE = re.compile(
    r"来源[:：]|浏览|点击|阅读(?:次数|量)|字体|字号|访问(?:次数|量)|作者[:：]|打印|分享|发布(?:者|人)[:：]"
)
_LONGEST_LINE = 400  # characters; a longer one is prose, whose dates are of what it tells
_LABEL_END = re.compile(r"日\s*期|时\s*间|于")
_BEFORE, _AFTER = 40, 100  # characters around the end of a label: with blanks in it, what makes it another's; its date


def labelled(lines: Sequence[str]) -> date | None:
    """The day behind the best label of publication in these lines; the label may stand in one line (or cell) and the
    date in the next. A label without its date says nothing: the date of the next label is not its."""
    narrowed = [narrow(part) for line in lines for part in _windows(line)]
    for label in _LABELS:
        for line, following in zip_longest(narrowed, narrowed[1:], fillvalue=""):
            found = _behind(label, line, following)
            if found is not None:
                return found
    return None


def _windows(line: str) -> list[str]:
    """The parts of a long line around whatever may end a label; a short line is looked at as it is."""
    if len(line) <= _LONGEST_LINE:
        return [line]
    out: list[tuple[int, int]] = []
    for spot in _LABEL_END.finditer(line):
        start, end = max(0, spot.start() - _BEFORE), spot.end() + _AFTER
        if out and start <= out[-1][1]:
            start = out.pop()[0]
        out.append((start, end))
    return [line[start:end] for start, end in out]


def _behind(label: re.Pattern[str], line: str, following: str) -> date | None:
    for spot in label.finditer(line):
        if _OTHER.search(fold(line[max(0, spot.start() - 12) : spot.start()])):
            continue
        rest = line[spot.end() :]
        gap = _BETWEEN.match(rest)
        rest = rest[gap.end() :] if gap else rest
        found = date_at(rest)
        if found is None and not rest and len(following) <= 24:
            found = date_at(following)
        if found is not None:
            return found
    return None


def published(lines: Sequence[str], stated: str, year: int | None, top: int = 0) -> date | None:
    """The publication date that a document states, None if none.

    ``lines`` are its paragraphs; ``stated`` is what the container states; ``year`` is the report year, which an unlabelled
    day must fit; ``top`` is the number of the title's line, around which an article's head stands."""
    head = [line for line in (*lines[: max(25, top + 6)], *lines[-8:]) if len(line) <= _LONGEST_LINE]
    # A page's own statement holds for the crawler too, and both must say the same.
    found = (date_in(stated) if stated else None) or labelled(head)
    if found is not None:
        return found
    for line in lines[: top + 5]:
        if len(line) <= 160 and _BESIDE.search(fold(line)) and not _OTHER_DATE.search(fold(line)):
            found = date_in(line)
            if found is not None:
                return found
    return _signed(lines, year, top)


_ENDS_AS_DAY = re.compile(
    r"(?:日|号|\d)[)）\]】]?(?:\d{1,2}[:：]\d\d(?:[:：]\d\d)?|\d{1,2}时\d{1,2}分(?:\d{1,2}秒)?)?$"
)
_NO_SIGNATURE = re.compile(r"统计|期限|截[至止]|附件|通知|〔|条例|施行|成文|生成|生效|印发|索引")


def _signed(lines: Sequence[str], year: int | None, top: int) -> date | None:
    for line in [*reversed(lines[-8:]), *lines[top + 1 : top + 3]]:
        folded = fold(line)
        if len(folded) > 48:
            continue
        found = date_in(line)
        if (
            found is not None
            and _ENDS_AS_DAY.search(folded)
            and not _NO_SIGNATURE.search(folded)
            and not _OTHER_DATE.search(folded)
            and (year is None or found.year in {year, year + 1})
        ):
            return found
    return None


_DATE_PATHS = (
    re.compile(r"/t(20\d\d)(\d\d)(\d\d)_\d+"),  # TRS
    re.compile(r"/(20\d\d)/(\d{1,2})/(\d{1,2})/"),  # /art/2023/1/29/, /doc/2023/01/29/
    re.compile(r"/(20\d\d)-(\d\d)-(\d\d)/"),
    re.compile(r"/(20\d\d)-(\d\d)/(\d\d)/"),
    re.compile(r"/(20\d\d)/(\d\d)-(\d\d)/"),
    re.compile(r"/(20\d\d)(\d\d)/(\d\d)/"),
    re.compile(r"/(20\d\d)(\d\d)(\d\d)/"),
)


def date_of_path(url: str) -> date | None:
    """The day an address states, where its pattern is an editor's date; it may be that of a re-publication."""
    for pattern in _DATE_PATHS:
        found = pattern.search(urlsplit(url).path)
        if found:
            return date_in("-".join(found.groups()))
    return None
