"""What a text says that nobody can have meant: words of the template, a count without its number, a document number that is
no such document's, a heading that lost a character. Pure functions over squeezed text; the rules decide what to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from reports.form import forms
from reports.form.titles import heading_words, unbreakable
from reports.text import printed_sentences, squeeze

# ------------------------------------------------------------------ left-over words of the template

_COUNTER = r"(?:人次|条|件|篇|次|个|期|份|场|项|例|宗)"
_FILL_IN = re.compile(
    r"(?<![A-Za-z0-9\[(〔【])(?:[Xx]{2,}|[××✕╳]{2,}|〇〇+|○○+|＿{2,}|_{3,})(?![A-Za-z0-9\])〕】])"
    r"|[(【\[](?:此处|请在此|请填|填写|单位名称|文字描述|文字说明|内容描述|具体内容|此表)[^)】\]]{0,30}[)】\]]"
    r"|[(【\[](?:具体(?:网址|链接|数字|数据|名称|情况|日期|时间|数量|地址|做法|措施)|单位(?:全称|简称)|待(?:补充|填写?|定|完善)|请补充|请插入|插入)"
    r"[^)】\]]{0,12}[)】\]]"
    r"|(?<![\u4e00-\u9fff])某某(?:局|镇|乡|县|市|区|街道|委|办|厅|单位|部门)|(?:此处|在此)填写|请填写(?=[^好准]|$)|请在此处"
    rf"|(?<=[\u4e00-\u9fff])(?:[XxNn×✕*○□?]|\*{{2,}})(?=余?{_COUNTER}[,。;、])"
    r"|20[Xx×]{2}年|(?<!\d)[Xx×]{1,2}月[Xx×]{1,2}日"
)
_HARMLESS = re.compile(r"电话|手机|地址|邮编|邮箱|传真|传染|号码|座机")


def left_over(text: str) -> tuple[str, str] | None:
    """The first words of the template in squeezed text, and what to quote; None if there are none. Masked names, telephone
    numbers and quoted titles do not count."""
    for match in _FILL_IN.finditer(re.sub(r"《[^》]*》|〈[^〉]*〉", "", text)):
        plain = match.string
        bracketed = match.group()[0] in "(【["
        if not bracketed and _HARMLESS.search(plain[max(0, match.start() - 12) : match.end() + 6]):
            continue
        short = len(match.group()) < 4
        before = list(printed_sentences(plain[max(0, match.start() - 6) : match.start()]))[-1]
        behind = next(printed_sentences(plain[match.end() : match.end() + 8]))
        return match.group(), before + match.group() + behind if short else match.group()
    return None


_DONE = (
    r"(?:公开|发布|收到|受理|办理|办结|答复|制发|制定|组织|开展|举办|召开|更新|公布|印发|回复|处理|新增|废止|修订|公示|推送|回应|编发|参加|"
    r"共计?|合计|累计|总计|全年)"
)
_WHAT = (
    r"(?:了|各类|各项|政府|政务|主动|相关|有关|本级|本年|全年|规章|信息公开|公开|信息|申请|规范性文件|文件|业务|专题|培训班?|会议|活动|政策|解读|"
    r"材料|公告|动态|咨询|留言|提案|建议|行政|许可|处罚|复议|诉讼|稿件|公众号|微信|微博|网站|栏目|专栏|检查)"
)
_SPACED = re.compile(
    rf"{_DONE}{_WHAT}{{0,6}}(?:[ \u3000\xa0]+余?|[（(][ \u3000]*[）)]){_COUNTER}(?=\s*[，。；,;、）)]|\s*$)", re.M
)
# Without a gap only where noun and counter make no word together (申请件, 案件 and 文件 are words).
_CLOSE = re.compile(
    rf"{_DONE}{_WHAT}{{0,5}}(?:信息|文件|会议|培训|活动|解读|材料|公告|留言|栏目)(?:条|篇|件|次|场|期|份)(?=[，。；,;])"
)
_WORDS_OF_ITEM = re.compile(
    r"(?:信息条|文件件|会议次|会议场|培训次|培训期|培训场|活动次|活动场|活动期|解读篇|材料篇|材料份|公告条|公告篇|留言条|文件份|信息篇)$"
)
_GAP_IN_WORDS = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000\xa0]+[\u4e00-\u9fff]{1,2}")
_COUNTED = re.compile(rf"\s+余?{_COUNTER}")


def count_without_number(text: str) -> tuple[str, bool] | None:
    """A count whose number is not there (``公开信息  条``) in text as printed, and whether that is sure: a gap stands in its
    place, and the line has no gaps but before counters, as justified lines have. None if there is none."""
    for line in text.split("\n"):
        found = _SPACED.search(line)
        if found is not None:
            return " ".join(found.group(0).split()), all(map(_COUNTED.match, _GAP_IN_WORDS.findall(line)))
        found = _CLOSE.search(squeeze(line))
        if found is not None and _WORDS_OF_ITEM.search(found.group(0)):
            return found.group(0), False
    return None


# ------------------------------------------------------------------ the papers cited as basis

FORM_NOTICES = {("2019", "60"): "国办公开办函〔2019〕60号", ("2021", "30"): "国办公开办函〔2021〕30号"}
_NOTICE_SIGN = "国办公开办函"
_NUMBER = re.compile(
    r"[(]?((?:国办|国务院办公厅|国发|中办|国)[\u4e00-\u9fff]{0,8}?)[〔\[(【]((?:19|20)\d\d)[〕\])】]第?(\d{1,4})号"
)
_FORM_PAPER = re.compile(
    r"(?:政府信息公开工作年度报告格式(?:\(试行\))?|政府信息公开工作年度报告有关事项的通知)[》>\"”]*(?:的通知[》\"”]*)?[(]?$"
)
_ORDER = re.compile(r"(?:信息公开|《)条例》?(?:\(以下[^)]*\))?[,，]?[(（]?(?:中华人民共和国)?国务院令?第?(\d{3})号")


def wrong_citations(text: str, year: int) -> list[tuple[str, str]]:
    """(as printed, as it should be) of each paper that squeezed text cites as the basis of the report and that is another
    one's number, or superseded. A number that lost a bracket or a digit is conversion's, and none."""
    wrong: list[tuple[str, str]] = []
    new_form = forms.in_force(year) == "2021"
    in_force = FORM_NOTICES["2021", "30"] if new_form else FORM_NOTICES["2019", "60"]
    known = {(found.group(2), found.group(3)) for found in _NUMBER.finditer(text)}
    for found in _NUMBER.finditer(text):
        sign, number = found.group(1), (found.group(2), found.group(3))
        printed = f"{sign}〔{number[0]}〕{number[1]}号"
        of_the_form = _FORM_PAPER.search(text[max(0, found.start() - 60) : found.start()]) is not None
        is_notice = number in FORM_NOTICES and _near_report(text, found)
        if sign.replace("涵", "函") == _NOTICE_SIGN and number in FORM_NOTICES:
            if new_form and number == ("2019", "60") and ("2021", "30") not in known and "2021〕30" not in text:
                wrong.append((printed, in_force))
        elif of_the_form or (is_notice and sign.startswith("国办")):
            wrong.append((printed, FORM_NOTICES.get(number, in_force)))
    order = _ORDER.search(text)
    if order and order.group(1) != "711":
        wrong.append((f"国务院令第{order.group(1)}号", "国务院令第711号"))
    return list(dict.fromkeys(wrong))


def _near_report(text: str, found: re.Match[str]) -> bool:
    """Whether the number stands beside the words of an annual report, in one sentence with them."""
    before = list(printed_sentences(text[max(0, found.start() - 60) : found.start()]))[-1]
    after = next(printed_sentences(text[found.end() : found.end() + 40]))
    return "年度报告" in before + after and "公开" in before + after


# ------------------------------------------------------------------ headings and titles


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, heading_words()))


@lru_cache(maxsize=2048)
def lost_character(heading: str) -> bool:
    """Whether a heading (its numeral, body and year taken off) is made of known words but for one character that is half of
    one: ``府信息公开平台建设``. Anything with a second unknown character is somebody's own wording."""
    text = re.sub(r"[^\u4e00-\u9fff]", "", heading)
    if not 3 <= len(text) <= 30:
        return False
    words = heading_words()
    # best[i]: the fewest unknown characters in text[:i] and the last of them.
    best: list[tuple[int, str]] = [(0, "")]
    for end in range(1, len(text) + 1):
        options = [(best[end - 1][0] + 1, text[end - 1])]
        options += [best[end - size] for size in range(1, min(_longest(), end) + 1) if text[end - size : end] in words]
        best.append(min(options, key=lambda option: option[0]))
    unknown, character = best[-1]
    return unknown == 1 and any(character in pair for pair in unbreakable())


_SUBHEAD = re.compile(r"^[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)、.][、.]?([\u4e00-\u9fff、]{3,24})(?=[。:,]|$)")


def subheads(text: str) -> Iterator[str]:
    """The headings within a section: what stands behind a numeral, up to the first mark."""
    for line in text.split("\n"):
        found = _SUBHEAD.match(squeeze(line))
        if found is not None:
            yield found.group(1)
