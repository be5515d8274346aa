"""Names of public bodies: how they end, and which words around them belong to a title."""

from __future__ import annotations

import re
from functools import lru_cache

from reports.narrative.words import words


@lru_cache(maxsize=1)
def _body_end() -> re.Pattern[str]:
    known = sorted(words()["bodies"], key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(known)})(?:[（(][^）)]{{1,24}}[)）])?$")


_TAIL = re.compile(
    r"(?:年度?)?的?(?:本级|（本级）|\(本级\))?(?:政府|政务)?(?:信息|信思|政务信息)(?:工作)?公开.*$|(?:年度?)?政务公开.*$|"
    r"(?:年度?)?政府网站.*$|(?:年度?)?政务新媒体.*$|(?:年度?)?法治政府.*$|(?:年度?)?(?:工作)?(?:年度报告|年报|年度工作报告).*$|"
    r"(?:年度?)?(?:政府)?工作报告.*$|工作告年度报.*$|(?:年度?)?部门[决预]算.*$|年度?$"
)
_LEAD = re.compile(r"^(?:关于|印发|发布|公布|公开|转发|解读|图解|一图读懂|《|【[^】]*】|[（(]图[^）)]*[)）])+")


def body_in(head: str) -> str | None:
    """The public body that the words before (or around) a report's title name, None if they name none."""
    name = _TAIL.sub("", _LEAD.sub("", head))
    if name.endswith("人民") and re.match(r"政府", head[head.find(name) + len(name) :]):
        name += "政府"  # 甲县人民政府信息公开…: one 政府 does for two
    name = re.sub(r"(?:关于|发布|公布|编制|的|本级|（本级）|\(本级\))+$", "", name).strip('《》·-—:：,，、.． "“”')
    name = re.sub(r"^[（(]+|[（(]+$", "", name)
    if name.endswith((")", "）")) and "（" not in name and "(" not in name:
        name = name[:-1]
    name = once(name)
    return name if is_name(name) else None


_SITE = re.compile(r"^(.{2,10}?[省市县区州旗])(?:人民)?政府(?=\1)")


def once(name: str) -> str:
    """A name printed twice in a row once, and without the site's name that is glued before it
    (``青柳市人民政府青柳市水务局``)."""
    doubled = re.fullmatch(r"(.{3,}?)\1+", name)
    return _SITE.sub("", doubled.group(1) if doubled else name)


_NO_NAME = re.compile(
    r"[。；，！？《》:：\d]|信息公开|政务公开|年度|报告|通知|公告|专栏|栏目|首页|当前位置|索引|工作情况|按照|根据|要求|条例|领导小组$|"
    r"各(?:县|区|市|镇|乡|街道|单位|部门|有关)|^(?:关于|本|我|该|各|全|其他|有关|相关|以上|上述|一|二|三|四|五|六)|"
    r"(?:重大|重要|基本|主要|总体)|我[局委办镇乡县市区厅院校省州旗街单]|等[一二三四五六七八九十\d]+|汇报|方面|事项|[的是]|情况|内容|以下|如下|"
    r"现将|^(?:由|与|及|向社会|第[一二三四五六]部分)|^(?:市|县|区|镇|乡|省|局|办公室|机关|部门|单位|街道|政府|人民政府|社会|法治政府)$"
)


def is_name(text: str) -> bool:
    """Whether a text may be a public body's name: it ends as such names end and is no sentence."""
    return 2 <= len(text) <= 40 and bool(_body_end().search(text)) and not _NO_NAME.search(text)
