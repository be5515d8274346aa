"""Whose report it is: the AGN rules, and the comparison of names that they and others use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

from reports.checks.catalogue import Rule
from reports.checks.evaluation import Evaluation, holds, not_judged, violation
from reports.checks.inputs import Inputs, Operand, register_entry_of, year_of
from reports.checks.registry import implements
from reports.checks.sheet import NotJudged
from reports.text import fragment, sentences, squeeze

_TAIL = re.compile(r"(?:人民政府)?(?:办公[厅室]|办)$|人民政府$|委员会$|部门$|[局委办厅院]$")


_PLACE = re.compile(r".*(?:[省市县区州旗乡镇]|街道)")
_GOVERNMENT = re.compile(r"(?:人民)?政府(?:办公[厅室]|办)?")


def same_body(name: str, other: str) -> bool:
    """Whether two names may be of one body: equal, one the tail of the other (place names left out), a short form
    (应急局 for 应急管理局), a government and its own office, 部门 or 委 for 局. Never a proof of difference."""
    a, b = _bare(name), _bare(other)
    if not a or not b:
        return False
    if _PLACE.sub("", a) == _PLACE.sub("", b) == "":
        return a.endswith(b) or b.endswith(a)
    for first, second in ((a, b), (_TAIL.sub("", a), _TAIL.sub("", b))):
        short, long_ = sorted((first, second), key=len)
        if not short:
            continue
        # A bare place is its government, never one of the departments there.
        if short != long_ and _PLACE.fullmatch(short) and long_.startswith(short):
            if _GOVERNMENT.fullmatch(long_.removeprefix(short)):
                return True
            continue
        if long_.endswith(short) or (len(short) > 1 and _subsequence(short, long_)):
            return True
    return False


def _bare(name: str) -> str:
    return re.sub(r"[()（）《》“”\"]", "", squeeze(name))


def _subsequence(short: str, long_: str) -> bool:
    rest = iter(long_)
    return all(character in rest for character in short)


def known(name: str, names: Iterable[str]) -> bool:
    """Whether the name may be one of these."""
    return any(same_body(name, other) for other in names if other)


@implements("AGN-NAME")
def name(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The agency in the title is the register's, under any of its names."""
    entry = register_entry_of(inputs)
    printed = inputs.doc.agency
    if not printed:
        raise NotJudged("未能识别报告单位")
    operands = [Operand("agency", printed, where="标题"), Operand("registry.name", entry.name, where="名录")]
    if known(printed, [*entry.names, *entry.predecessors]):
        yield holds("单位名称与名录相符", operands)
        return
    alike = max(fuzz.ratio(_bare(printed), _bare(other)) for other in entry.names)
    title = inputs.doc.details.title or printed
    yield (
        violation(
            inputs, rule, expected=entry.name, actual=printed, other=entry.name, text=fragment(title, 60), where="标题"
        )
        .stated(needs_review=inputs.ocr or alike >= 60)
        .on(operands)
    )


_NAMED = re.compile(
    r"(?:发布|公布|编制|形成|公开|现将|制作)[^《。]{0,12}《([^》]{2,40}?)(\d{4})年(?:度)?[^》]{0,4}(?:政府)?信息公开[^》]{0,6}报告》"
)
_SELVES = ("我局", "我镇", "我乡", "我街道", "我厅", "我委")


@implements("AGN-OTHER")
def other_body(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """The introduction announces this very report under another body's name, or the text calls itself two things."""
    entry = register_entry_of(inputs)
    year = year_of(inputs)
    names = [*entry.names, *entry.predecessors, inputs.doc.agency or ""]
    intro = squeeze(inputs.doc.details.preface or (inputs.doc.section(1).text[:300] if inputs.doc.section(1) else ""))  # type: ignore[union-attr]
    for match in _NAMED.finditer(intro):
        if int(match.group(2)) == year and not known(match.group(1), names):
            yield violation(
                inputs, rule, expected=entry.name, actual=match.group(1), text=match.group(1), where="引言"
            ).stated(needs_review=inputs.ocr)
            return
    body = squeeze(inputs.doc.details.body)
    selves = [word for word in _SELVES if word in body]
    if len(selves) > 1:
        yield violation(inputs, rule, actual="、".join(selves), text="”“".join(selves), where="正文").stated(
            needs_review=True
        )
    else:
        yield holds("文中没有以其他单位自称")


_CITED = re.compile(
    r"部署|会议|要求|按照|根据|贯彻|落实|电视电话|排名|通报|考核|评为|先进|位居|位列|参加|转发|培训会|工作要点"
)
_HIGHER = {
    "township": r"(?:组织|指导|推动|统筹)[^。]{0,8}(?:全省|全市|全县)|我省|省长信箱|市长信箱|县长信箱",
    "county": r"(?:组织|指导|推动|统筹)[^。]{0,8}(?:全省|全国)|我省|省长信箱|市长信箱",
    "city": r"(?:组织|指导|推动|统筹)[^。]{0,8}(?:全省|全国)|省长信箱|县长信箱",
}


@implements("AGN-LEVEL")
def level(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """Words of another level used of the agency's own work; sentences that cite a superior's are lawful."""
    entry = register_entry_of(inputs)
    pattern = _HIGHER.get(entry.level)
    if pattern is None:
        raise NotJudged("名录未登记该单位的层级")
    # A city of county rank has a 市长 and a 全市 of its own.
    own_city = entry.level == "county" and re.search(r"市(?!.*[县区旗])", f"{entry.name}{entry.supervisor or ''}")
    for number in (1, 5, 6):
        section = inputs.doc.section(number)
        for sentence in sentences(section.text) if section else ():
            match = re.search(pattern, sentence)
            if match is None or _CITED.search(sentence) or (own_city and "市" in match.group()):
                continue
            text = sentence[max(0, match.start() - 8) : match.end() + 12]
            yield violation(inputs, rule, actual=match.group(), text=fragment(text), where="正文").stated(
                needs_review=inputs.ocr
            )
            return
    yield holds("没有其他层级的用语")


_JOINT = re.compile(r"[、]|暨|[(（][^)）]*(?:局|委|办公室|办|中心|院|馆)[)）]|部门$|系统$|机关$")


@implements("AGN-MERGED")
def merged(inputs: Inputs, rule: Rule) -> Iterator[Evaluation]:
    """One report for two bodies or a whole system, unless the register knows both names."""
    entry = register_entry_of(inputs)
    printed = inputs.doc.agency
    if not printed:
        raise NotJudged("未能识别报告单位")
    match = _JOINT.search(squeeze(printed))
    if match is None or squeeze(printed) in {squeeze(n) for n in entry.names}:
        yield holds("报告只代表一个单位")
        return
    parts = [part for part in re.split(r"[、()（）]|暨", squeeze(printed)) if part]
    if len(parts) > 1 and all(known(part, entry.names) for part in parts):
        yield holds("报告所列名称均为同一单位")
    elif len(parts) > 1 and any("人民政府" in part for part in parts):
        yield not_judged("政府与其办公室并列，不属合并编制")
    else:
        yield violation(inputs, rule, actual=printed, text=f"“{printed}”", where="标题").stated(needs_review=inputs.ocr)
