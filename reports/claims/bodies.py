"""Whose figures a sentence gives: the names of bodies in it, told apart by the body whose report it is.

县公安局收到申请10件 in the report of 青柳县人民政府 counts another body's requests; 区住建局收到申请3件 in that of
青柳区住房和城乡建设局 counts its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reports.claims.lexicon import Word, body_ending

# A name may hold words that the lexicon knows for something else: 区行政审批局, 市信访局.
_INSIDE = ("unknown", "other_matter", "activity", "measure_of_others", "qualified", "published", "document.", "noise")
# What may follow the name of the body that a figure belongs to.
_TOLD = (
    "filler", "total", "this_year", "year", "receive", "receive_done", "accept", "done", "carry", "move", "none", "figure",
    "clause", "pause", "comma", "colon", "about", "request", "on_request", "bare_request",
)  # fmt: skip
_PLACE = re.compile(r"[省市县区州旗盟镇乡村]$|街道$|社区$")
_SCHOOL = re.compile(r"(?:中学|小学|大学|学院|幼儿园)$")
_GOVERNS = re.compile(r"政府(?:办公[室厅])?$|街道(?:办事处)?$|^$")
_GENERAL = re.compile(r"^(?:[本我该]|全[省市县区州旗镇乡])|^(?:局|委|办|机关|单位|部门)")


def with_bodies(words: Sequence[Word], sentence: str, agency: str | None) -> list[Word]:
    """The words with the names of bodies in them as one word each: ``filler`` for the report's own, ``other_body`` for
    any other. Without a known body (None) all are taken for its own."""
    out: list[Word] = []
    for index, word in enumerate(words):
        following = words[index + 1].kind if index + 1 < len(words) else "comma"
        if word.kind == "applicant.unnamed" and _next_verb(words, index) == "receive":
            word = replace(word, kind="filler")  # 公司收到申请3件: who asks hands in
        if agency is not None and word.kind == "area" and not _GOVERNS.search(agency):
            word = replace(word, kind="other_body")  # 全市 in the report of one of its bureaus
        followed = following in _TOLD or following.startswith(("measure.", "decision.", "document."))
        named = word.kind == "unknown" and followed and body_ending().search(word.text) is not None
        if not named:
            out.append(word)
            continue
        start = word.start
        while out and out[-1].end == start and out[-1].kind in _INSIDE:
            start = out.pop().start
        name = sentence[start : word.end]
        kind = "filler" if agency is None or is_own(name, agency) else "other_body"
        out.append(replace(word, kind=kind, text=name, start=start))
    return out


def _next_verb(words: Sequence[Word], at: int) -> str:
    """The kind of the next word that is no adverb."""
    adverbs = ("filler", "total", "this_year", "year")
    return next((word.kind for word in words[at + 1 :] if word.kind not in adverbs), "")


def is_own(name: str, agency: str) -> bool:
    """Whether a name in a sentence is that of the report's body, whole, shortened (住建局) or in general (市局)."""
    name, own = _bare(name), _bare(agency)
    if name == "学校" and _SCHOOL.search(own):
        return True
    if not name or _GENERAL.match(name) or own.endswith(name) or (own and name.endswith(own)):
        return True
    place = own.removesuffix("政府")
    if name.endswith("政府") or _PLACE.search(name):
        return own != place and place.endswith(name.removesuffix("政府"))
    letters = iter(own)
    return all(letter in letters for letter in name)


def _bare(name: str) -> str:
    return re.sub(r"机关(?:本级)?$|本级$|人民(?=政府)", "", name)
