"""Figures that the narrative states about a cell.

A sentence is cut into clauses; a clause is a claim where a known subject (what is counted), a figure and a counting unit
stand together. What looks like one and is none (mailbox letters, hotline calls, postings, lists of services or powers,
cumulative figures, other years, other matters) is excluded by what stands in the clause or before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from reports.report import Claim, Form, Number
from reports.text import count_in_words, unwrapped_sentences

UNIT = r"(?:件次|条次|份次|宗次|人次|件|宗|起|例|条|项|次|份|个|篇|笔)"
_DIGIT = r"\d[\d,，]*(?:\.\d+)?"
_CN = r"[零〇一二两三四五六七八九十百千]+"
NUM = rf"(?P<num>{_DIGIT}|{_CN})(?P<more>余|多)?(?P<scale>万|亿)?(?P<more2>余|多)?"
_PUT = r"(?:数量|总数|总量|件数|申请量|数|量)?(?:合计|总计|共计|共有|共|总计为|计|为|是|有|达到|达|：|:|，|,)*"

# Matters that are counted in the same words as requests for disclosure and are none.
_NOT_REQUESTS = re.compile(
    r"信箱|热线|来信|来电|来访|留言|信访件|咨询|投诉|建议|提案|网民|互动|意见征集|征求意见|点赞|评论|工单|12345|12328|邮箱|"
    r"许可申请|行政审批|办事申请|补贴申请|救助申请|备案|任职|六类事项|服务事项|权力事项|事项清单|政务信息报送|主动公开|报送|"
    r"补正通知|在线访谈|新闻|公众号|微信|微博|短视频|转发|推送|浏览|阅读"
)
_CUMULATIVE = re.compile(r"累计.{0,6}(以来|自)|历年|以来累计|自?20\d\d年?以来|建站|开通以来|近[三五几]年")
_OTHERS_FIGURE = re.compile(
    r"(比|较|与)(上年|去年|上一年|20\d\d年)[^，,。；]*|同比[^，,。；]*|环比[^，,。；]*|(增长|下降|减少|增加|上升)了?\d[^，,。；]*"
)
_TOPIC = re.compile(
    r"(?:[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]是|\d{1,2}[.、．](?!\d))(?P<marked>[^，,：:。]{2,20})|"
    r"(?P<named>[^，,：:\d]{2,14})(?:情况|方面)(?:[：:，,]|$)"
)
_NONE = r"(?:未|没有|没|无|从未|尚未|均未|不存在)"
# No figure has more than twelve digits. What goes beyond is a damaged text, on which the patterns below would search for
# minutes.
_ENDLESS = re.compile(r"[\d,，.]{24,}|[零〇一二两三四五六七八九十百千]{24,}")


@dataclass(frozen=True, slots=True)
class _Found:
    cell: str
    value: Number
    start: int
    note: str = ""


def number(text: str, scale: str | None = None) -> Number | None:
    """1,005 / 二十六 / 两 / 2764.2万 → the figure; None if it is none."""
    value: Decimal
    bare = text.replace(",", "").replace("，", "")
    if re.fullmatch(r"\d+(\.\d+)?", bare):
        value = Decimal(bare)
    else:
        counted = count_in_words(bare)
        if counted is None:
            return None
        value = Decimal(counted)
    value *= {"万": 10**4, "亿": 10**8}.get(scale or "", 1)
    return int(value) if value == value.to_integral_value() else value


def claims(text: str, section: int, form: Form | None, year: int | None) -> list[Claim]:
    """The claims of one section's text. ``form`` decides whose words 制作 and 制发 are; None: an interpretation, read
    by the form in force."""
    out: list[Claim] = []
    topic = ""
    for sentence in unwrapped_sentences(text):
        head = _TOPIC.match(sentence)
        if head:
            topic = head.group("marked") or head.group("named")
        if (
            "依申请" in sentence[:16]
            or "依申请" in topic
            or re.match(r".{0,8}(?:收到|新收|受理).{0,12}信息公开申请", sentence)
        ):
            topic = "依申请公开"
        clean = _OTHERS_FIGURE.sub("", _ENDLESS.sub("…", sentence))
        if _CUMULATIVE.search(clean):
            clean = _drop_cumulative(clean)
        found = [
            *_requests(clean, topic, year),
            *_previous(sentence, year),
            *_results(clean, topic),
            *_disputes(clean),
            *_documents(clean, form, year),
            *_decisions(clean),
            *_fees(clean),
        ]
        out += [
            Claim(item.cell, item.value, sentence, section, item.note) for item in sorted(found, key=lambda f: f.start)
        ]
    return distinct(out)


def _drop_cumulative(sentence: str) -> str:
    return "，".join(clause for clause in re.split(r"[，,]", sentence) if not _CUMULATIVE.search(clause))


def distinct(found: list[Claim]) -> list[Claim]:
    """Each (cell, figure) once, the first sentence's."""
    seen: set[tuple[str, Number, str]] = set()
    out = []
    for claim in found:
        key = (claim.cell, claim.value, claim.note)
        if key not in seen:
            seen.add(key)
            out.append(claim)
    return out


def _value(match: re.Match[str]) -> tuple[Number, str] | None:
    value = number(match.group("num"), match.group("scale"))
    if value is None:
        return None
    rounded = bool(match.group("more") or match.group("more2") or match.group("scale"))
    return value, "rounded" if rounded else ""


# ------------------------------------------------------------------ requests: 新收, 结转, 办结

_OBJECT = (
    r"(?:(?:公民|法人|群众|公众|社会公众|当事人|申请人|书面|网上|网络|线上|线下|现场|当面|各类|有效|的|提出|提交|要求|关于|涉及|、|和|或|其他组织)*"
    r"(?:依法申请公开(?:信息)?(?:的)?(?:申请|事项|件|信息)?|政府信息依申请公开(?:办理)?(?:申请|事项|件)?|依申请(?:公开)?(?:政府)?(?:信息)?公开(?:政府信息)?(?:申请|来信|事项|件|信息|事宜|业务|诉求)?|"
    r"依申请公开(?:的)?(?:政府)?(?:信息)?(?:公开)?(?:申请|来信|事项|件|信息|事宜)?|依申请(?:政府)?信息公开(?:申请|事项|件)?|依申请信息公开件|"
    r"(?:政府|政务)?信息公开(?:公开)?(?:的)?(?:申请|申请件|申请事项|申请事件|件|事项)|(?:政府|政务)信息公开申请|公开政府信息的?申请|公开申请|信息公开申请|申请))"
)
_RECEIVE = r"(?:新?收到(?:和处理|并办理|并办结)?|新收|共收|接到|接收|收件|新增|收取|新接收|受到)"
_HANDLE_IN = r"(?:受理(?:并(?:办结|答复|办理))?|办理)"
_DONE = (
    r"(?:办结|办理完毕|办理答复|已办结|答复|回复处理|处理完毕|办理并答复|予以答复|依法答复|按期答复|按时办结|"
    r"办理完结|完成答复|作出答复)"
)


def _requests(sentence: str, topic: str, year: int | None) -> list[_Found]:
    out: list[_Found] = []
    out += _carried(sentence, year)
    clauses = _clauses(sentence)
    for start, clause in clauses:
        if _NOT_REQUESTS.search(clause) and not re.search(
            r"政府信息公开申请|信息公开申请|依申请公开(申请|件|信息)", clause
        ):
            continue
        if re.search(r"复议|诉讼|人大|政协", clause) and not re.search(r"信息公开申请\d", clause):
            continue
        context = (
            "申请" in clause or "依申请" in clause or (topic == "依申请公开" and not re.search(r"公开.*信息\d", clause))
        )
        if not context:
            continue
        out += _one_request_clause(clause, start, topic, year, sentence)
    return out


def _clauses(sentence: str) -> list[tuple[int, str]]:
    out, start = [], 0
    for part in re.split(r"(?<=[，,、；])(?!(?<=\d[，,、；])\d)(?!(?<=、)(?:法人|其他组织))", sentence):
        out.append((start, part))
        start += len(part)
    return out


def _other_year(clause: str, year: int | None) -> bool:
    """The clause is about another year than the report's (``2022年31起`` in a report for 2023)."""
    named = re.findall(r"(20\d\d)年", clause)
    return bool(named) and year is not None and all(int(text) != year for text in named)


def _one_request_clause(clause: str, start: int, topic: str, year: int | None, sentence: str) -> list[_Found]:
    out: list[_Found] = []
    clause = re.sub(
        r"[（(](?![一二三四五六七八九十]+[)）])[^）)]*[）)]?", "", clause
    )  # asides qualify, they do not state
    if _other_year(clause, year):
        return out
    amount = rf"{_PUT}{NUM}{UNIT}?"
    carried_word = re.search(r"结转|转结|转入|转下|转至", clause)
    # None at all: 未收到…申请, 无依申请公开事项, 未接到…
    none = re.search(
        rf"{_NONE}(?:有)?(?:收到|接到|接收到?|受理|收取|发生|接|新收|新增|收)?(?:过|到|任何|新的|和处理|以书面方式|书面方式|关于|涉及|有关|的|公民|法人|其他组织|群众|主动|、|和|或)*{_OBJECT}",
        clause,
    )
    if (
        none
        and not re.search(r"除.{0,30}外|其他申请|(未|没有|无)(?:收到|接到)?.{0,4}(当面|现场|口头|信函|传真)", clause)
        and not re.search(NUM + UNIT, clause)
    ):
        if not re.search(r"(不予|超期|逾期|投诉|举报|因|引发|引起|费|结转|办理|答复)", clause):
            out.append(_Found("applications.new.total", 0, start))
        return out
    # A person's requests among them
    for word, cell in (
        ("自然人", "natural_person"),
        ("公民个人", "natural_person"),
        ("商业企业", "business"),
        ("科研机构", "research"),
        ("社会公益组织", "public_interest"),
        ("法律服务机构", "legal_service"),
    ):
        found = re.search(rf"{word}(?:提出|提交|的|政府|信息|公开|申请|依)*{_PUT}{NUM}{UNIT}", clause) or re.search(
            rf"{NUM}{UNIT}(?:为|是|系|由){word}", clause
        )
        if found and (value := _value(found)):
            out.append(_Found(f"applications.new.{cell}", value[0], start + found.start(), value[1]))
            return out
    if (
        "公民" not in clause
        and re.search(r"法人|其他组织|企业|机构", clause)
        and re.search(rf"(?:法人|其他组织)[^\d]*{_PUT}{NUM}{UNIT}", clause)
    ):
        return out
    received = re.search(
        rf"{_RECEIVE}[^\d，,]{{0,4}}?{_OBJECT}?(?:数量)?[^\d，,]{{0,3}}?{amount}(?:{_OBJECT})?", clause
    ) or re.search(rf"{_OBJECT}(?:收到|新收|接到|收件)[^\d]{{0,4}}{NUM}{UNIT}", clause)
    if received is None and re.search(r"新收|收到|接到", clause):
        received = re.search(rf"(?:新收|收到|接到)[^\d，,]{{0,40}}?{NUM}{UNIT}", clause)
    if received and not carried_word and (value := _value(received)):
        note = value[1]
        if re.search(r"(含|包括|包含).{0,10}(结转|转结)", sentence[start:]):
            note = "with_carried_in"
        out.append(_Found("applications.new.total", value[0], start + received.start(), note))
        if re.search(r"收到(和|并)(处理|办结)|收到并办理", clause):
            out.append(_Found("applications.handled.total", value[0], start + received.start() + 1, note))
        return out
    done = re.search(rf"{_DONE}[^\d，,]{{0,16}}?{_PUT}{NUM}{UNIT}", clause) or re.search(
        rf"{NUM}{UNIT}[^\d，,]{{0,6}}{_DONE}", clause
    )
    if done and not carried_word and not re.search(r"不予|部分|率|日内|予以公开", clause) and (value := _value(done)):
        if "申请" in clause or "依申请" in topic:
            out.append(_Found("applications.handled.total", value[0], start + done.start(), value[1]))
        return out
    handled = re.search(rf"{_HANDLE_IN}[^\d，,]{{0,6}}?{_OBJECT}?{_PUT}{NUM}{UNIT}(?:{_OBJECT})?", clause)
    if (
        handled
        and not carried_word
        and not re.search(r"不予|不再|部分", clause)
        and ("申请" in clause)
        and (value := _value(handled))
    ):
        note = "with_carried_in" if re.search(r"(含|包括).{0,10}(结转|转结)", sentence[start:]) else "handled_words"
        out.append(_Found("applications.new.total", value[0], start + handled.start(), note))
        return out
    plain = re.match(
        rf".{{0,12}}?(?:依申请公开(?:政府)?信息|依申请公开|依申请公开(?:政府信息)?事项|政府信息公开申请|信息公开申请|依申请信息公开|申请总数|申请|依申请公开件){_PUT}{NUM}{UNIT}",
        clause,
    )
    if (
        plain
        and not carried_word
        and not re.search(r"不予|部分|予以|复议|诉讼|率|事项\d|公开事项\d+项，其中", clause)
        and (value := _value(plain))
    ):
        out.append(_Found("applications.new.total", value[0], start + plain.start(), value[1]))
    return out


def _previous(sentence: str, year: int | None) -> list[_Found]:
    """Last year's figure, quoted beside this year's: 收到申请22件，比2022年(31件)下降29%."""
    if year is None or "申请" not in sentence:
        return []
    last = rf"(?:{year - 1}年度?|上一?年度?|去年)(?:同期)?"
    found = re.search(
        rf"申请[^。]*?(?:比|较|与){last}(?:收到)?的?[（(]?{NUM}{UNIT}[)）]?(?:相比|下降|增长|增加|减少|上升|持平|有所|同比|翻)",
        sentence,
    )
    if found is None or not (value := _value(found)):
        return []
    return [_Found("applications.new.total", value[0], found.start("num"), "previous_year")]


def _carried(sentence: str, year: int | None) -> list[_Found]:
    """What was carried in and out. ``结转`` with last year's number or 上年 is in, with next year's or 下年 is out."""
    out: list[_Found] = []
    last = rf"(?:上年度?|上一年度?|去年|往年{f'|{year - 1}年度?' if year else ''})"
    following = rf"(?:下一?年度?|次年{f'|{year + 1}年度?' if year else ''})"
    incoming = (
        rf"{last}(?:未办结)?(?:的)?(?:结转|转结|转入|遗留)(?:政府信息公开)?(?:申请|件|数量|办理)*{_PUT}{NUM}{UNIT}",
        rf"(?:结转|转结)(?:自|至)?{last}(?:申请|件|的)*{_PUT}{NUM}{UNIT}",
        rf"{NUM}{UNIT}(?:为|系|是)?{last}(?:结转|转结)",
        rf"办理{last}结转件{_PUT}{NUM}{UNIT}",
    )
    outgoing = (
        rf"(?:结转|转结|转入|转至|转)(?:至|到|入)?{following}(?:继续)?(?:办理|处理|办结|答复)?(?:的)?(?:政府信息公开)?(?:申请)?(?:件)?{_PUT}{NUM}{UNIT}",
        rf"{NUM}{UNIT}(?:申请)?[^\d，,]{{0,6}}?(?:结转|转结|转入|转至|转)(?:至|到|入)?{following}",
        rf"{NUM}{UNIT}(?:待|将)?(?:结转|转结)(?:下年|次年)",
    )
    for patterns, cell in ((incoming, "applications.carried_in.total"), (outgoing, "applications.carried_out.total")):
        for pattern in patterns:
            found = re.search(pattern, sentence)
            if found is None or re.search(rf"{_NONE}有?$", sentence[: found.start()]):
                continue  # 无上年结转，67件结转下年度: the figure is the other direction's
            if value := _value(found):
                out.append(_Found(cell, value[0], found.start(), value[1]))
                break
    if not any(item.cell.endswith("carried_out.total") for item in out) and re.search(
        rf"{_NONE}(?:有)?(?:结转|转结)(?:至|到)?{following}|{following}{_NONE}(?:有)?结转", sentence
    ):
        out.append(_Found("applications.carried_out.total", 0, 0))
    if not any(item.cell.endswith("carried_in.total") for item in out) and re.search(
        rf"{last}{_NONE}(?:有)?(?:结转|转结)|{_NONE}(?:有)?{last}(?:结转|转结)", sentence
    ):
        out.append(_Found("applications.carried_in.total", 0, 0))
    return out


# ------------------------------------------------------------------ results

_RESULTS: tuple[tuple[str, str, str], ...] = (
    (r"(?<!不)(?<!部分)(?:予以公开|同意公开|准予公开|全部公开)(?!及|和|、部分)", "applications.granted.total", ""),
    (r"(?:予以)?部分公开", "applications.partial.total", ""),
    (
        r"不予公开",
        "applications.denied.state_secret.total",
        "sum:applications.denied.*.total",
    ),
    (r"无法提供", "applications.unavailable.not_held.total", "sum:applications.unavailable.*.total"),
    (r"不予处理", "applications.rejected.petition.total", "sum:applications.rejected.*.total"),
    (r"重复申请", "applications.rejected.duplicate.total", ""),
    (r"本机关不掌握(?:相关)?(?:政府)?信息", "applications.unavailable.not_held.total", ""),
    (r"没有现成信息(?:，?需要另行制作)?", "applications.unavailable.must_be_created.total", ""),
    (r"补正后(?:申请内容)?仍不明确", "applications.unavailable.still_unclear.total", ""),
    (r"属于?四类过程性信息", "applications.denied.process_information.total", ""),
    (r"属于?三类内部事务信息", "applications.denied.internal_affairs.total", ""),
    (r"属于?行政执法案卷", "applications.denied.enforcement_file.total", ""),
    (r"属于?行政查询事项", "applications.denied.administrative_query.total", ""),
)


def _results(sentence: str, topic: str) -> list[_Found]:
    if not re.search(r"申请|依申请|答复|办理|予以公开\d|部分公开\d", sentence + topic):
        return []
    out: list[_Found] = []
    if re.search(r"予以公开(?:及|和|、)部分公开", sentence):
        return out
    for words, cell, note in _RESULTS:
        found = re.search(rf"{words}(?:的)?(?:申请|答复|处理|决定|情形)?{_PUT}{NUM}{UNIT}", sentence) or re.search(
            rf"{NUM}{UNIT}(?:为|是|系|属于|申请|，)?{words}", sentence
        )
        if found and (value := _value(found)):
            out.append(_Found(cell, value[0], found.start(), note or value[1]))
    return out


# ------------------------------------------------------------------ disputes

_OUTCOMES: tuple[tuple[str, str], ...] = (
    (r"(?:结果)?(?:被)?维持(?:原?[^\d，,、]{0,6}决定|原行政行为)?", "upheld"),
    (r"(?:结果)?(?:被)?纠正|被纠错|被撤销|确认违法|责令履行", "corrected"),
    (r"尚未审结|未审结|正在审理|审理中", "pending"),
    (r"其他结果|(?:申请人|原告)?(?:已)?(?:主动)?撤回(?:申请|起诉)?|撤诉|终止审理|终止|驳回(?:申请|起诉)?", "other"),
)
_LITIGATION = ("litigation_direct", "litigation_after_reconsideration")


def _sum_note(column: str) -> str:
    return "sum:" + "+".join(f"disputes.{group}.{column}" for group in _LITIGATION)


def _disputes(sentence: str) -> list[_Found]:
    if not re.search(r"复议|诉讼|起诉|应诉", sentence):
        return []
    if re.search(r"(答复|办理)不当(引起|引发|导致)|未因.{0,20}(纠错|败诉)|败诉", sentence):
        return []
    out: list[_Found] = []
    none = re.search(
        rf"{_NONE}(?:有|发生|收到|产生|出现|涉及|引发|被|存在|因)?[^\d。；]{{0,34}}?(?P<what>行政复议|行政诉讼|复议|诉讼)(?P<rest>[^\d。；]{{0,18}})",
        sentence,
    )
    if none and not re.search(rf"(?:复议|诉讼)[^\d，,]{{0,10}}[1-9]\d*{UNIT}", sentence):
        whole = none.group("what") + none.group("rest")
        if "复议" in whole and not re.search(r"未经复议", whole):
            out.append(_Found("disputes.reconsideration.total", 0, none.start()))
        if "诉讼" in whole:
            out.append(_Found("disputes.litigation_direct.total", 0, none.start() + 1, _sum_note("total")))
        return out
    groups = list(
        re.finditer(
            r"未经复议直接(?:提起)?(?:行政)?(?:起诉|诉讼)|直接起诉|复议后(?:提起)?(?:行政)?(?:起诉|诉讼)|行政复议|行政诉讼|复议|诉讼|应诉",
            sentence,
        )
    )
    for index, mark in enumerate(groups):
        end = groups[index + 1].start() if index + 1 < len(groups) else len(sentence)
        part = sentence[mark.start() : end]
        word = mark.group(0)
        group = (
            "litigation_direct"
            if "直接" in word
            else "litigation_after_reconsideration"
            if "复议后" in word
            else "reconsideration"
            if "复议" in word
            else ""
        )
        out += _dispute_part(part, mark.start(), group)
    return out


def _dispute_part(part: str, start: int, group: str) -> list[_Found]:
    out: list[_Found] = []

    def cell(column: str, at: int, value: Number) -> _Found:
        if group:
            return _Found(f"disputes.{group}.{column}", value, start + at)
        return _Found(f"disputes.litigation_direct.{column}", value, start + at, _sum_note(column))

    total = re.match(rf"[^\d，,维纠撤未终驳]{{0,12}}?{_PUT}{NUM}{UNIT}", part)
    if total and (value := _value(total)):
        out.append(cell("total", 0, value[0]))
        everything = re.search(r"(?:均|全部|都)(?:为|被|予以)?(?:结果)?维持", part)
        if everything:
            out.append(cell("upheld", everything.start(), value[0]))
            return out
        withdrawn = re.search(r"^[^，,]{0,24}[，,]?(?:申请人|原告)(?:已|均已)?撤回", part)
        if withdrawn and not re.search(rf"撤回{_PUT}{NUM}", part):
            out.append(cell("other", withdrawn.start(), value[0]))
            return out
    for words, column in _OUTCOMES:
        found = re.search(rf"(?:{words})(?:的)?{_PUT}{NUM}{UNIT}?", part) or re.search(
            rf"{NUM}{UNIT}(?:，|为|被|结果|已|案件|,)*(?:{words})", part
        )
        if found and (value := _value(found)):
            out.append(cell(column, found.start(), value[0]))
    return out


# ------------------------------------------------------------------ documents, decisions, fees


def _documents(sentence: str, form: Form | None, year: int | None) -> list[_Found]:
    """Normative documents of this body. Postings (公开/发布/转发), drafts for comment and other bodies' are none."""
    if not re.search(r"规范性文件|规章", sentence):
        return []
    measures: tuple[tuple[str, str], ...]
    if form == "2019":
        measures = (
            (r"(?:新)?(?:制作|制定|制发|出台)", "made"),
            (r"新公开", "disclosed"),
            (r"对外公开总(?:数量|数)", "disclosed_total"),
        )
    else:
        measures = (
            (r"(?:新)?(?:制发|制定出台|制定|出台|印发|制作)(?:件数|数量)?", "issued"),
            (r"废止(?:失效)?(?:件数|数量)?", "repealed"),
            (r"现行有效(?:的)?(?:件数|数量)?", "in_force"),
        )
    out: list[_Found] = []
    subject = ""
    for start, clause in _clauses(sentence):
        named = re.search(r"(行政)?规范性文件|(?<!、)规章(?!及|、|和)", clause)
        if "新公开" not in clause and re.search(
            r"规章(及|、|和)(行政)?规范性文件|备案|审查|征求意见|解读|转发|清理|发布.{0,4}规范性文件|公开.{0,6}(规章|规范性文件)(?!总)|对外公开(?!总)|上级|国家|自治区|继续有效|失效\d",
            clause,
        ):
            subject = ""
            continue
        if named:
            subject = "regulations" if named.group(0) == "规章" else "normative_documents"
        if not subject or _other_year(clause, year):
            continue
        none = re.search(rf"{_NONE}(?:有)?(?:新)?(?:制发|制定|出台|印发|制作)(?:行政)?规范性文件", clause)
        if none and "新增" not in clause:
            out.append(_Found(f"proactive.{subject}.{'made' if form == '2019' else 'issued'}", 0, start))
            continue
        for words, measure in measures:
            found = re.search(
                rf"{words}(?:的)?(?:行政规范性文件|规范性文件|规章)?(?:件数|数量)?{_PUT}{NUM}(?:{UNIT})", clause
            ) or re.search(
                rf"(?:规范性文件|规章){words}?{_PUT}{NUM}{UNIT}(?=$|，|,)"
                if measure in {"made", "issued"} and re.search(words, clause)
                else r"(?!)",
                clause,
            )
            if found and (value := _value(found)):
                out.append(_Found(f"proactive.{subject}.{measure}", value[0], start + found.start(), value[1]))
                break
    return out


def _decisions(sentence: str) -> list[_Found]:
    """Decisions of the year, only where the sentence calls them so: postings and items of power are counted alike."""
    out: list[_Found] = []
    for word, power in (("行政许可", "licensing"), ("行政处罚", "penalties"), ("行政强制", "coercion")):
        found = re.search(rf"{word}(?:处理)?(?:决定)(?:数量)?{_PUT}{NUM}(?:{UNIT})", sentence) or re.search(
            rf"(?:作出|办理|办结|实施){word}(?:处理)?(?:决定|案件)?{_PUT}{NUM}(?:件|宗|起|例)", sentence
        )
        if (
            found
            and not re.search(r"公示|公开|公布|发布|信息\d|事项\d", sentence[max(0, found.start() - 12) : found.end()])
            and (value := _value(found))
        ):
            out.append(_Found(f"proactive.{power}.decisions", value[0], found.start(), value[1]))
    return out


def _fees(sentence: str) -> list[_Found]:
    found = re.search(rf"行政事业性收费(?:金额|总额|收入)?{_PUT}(?:收取|收费)?{NUM}(?P<unit>元)?", sentence)
    if found is None or not (found.group("unit") or found.group("scale")) or "清单" in sentence:
        return []
    bare = number(found.group("num"))
    if bare is None:
        return []
    amount = Decimal(bare) * {"万": Decimal(1), "亿": Decimal(10000)}.get(
        found.group("scale") or "", Decimal(1) / Decimal(10000)
    )
    value: Number = int(amount) if amount == amount.to_integral_value() else amount.normalize()
    rounded = bool(found.group("more") or found.group("more2"))
    return [_Found("proactive.fees.amount", value, found.start(), "rounded" if rounded else "")]
