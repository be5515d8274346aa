"""Words whose kind is told by their neighbours only: 来信 is a matter of its own or a way to ask, 公开 what any body does or a
row of the results, 转办 what came from elsewhere or went to an office of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.claims.clauses import is_a
from reports.claims.lexicon import Word

# Ways to ask that are counted by themselves elsewhere.
_LETTERS = frozenset({"来信", "来电"})
# What a body hands to its own offices (当日登记、限时转办) and what another body handed to it (县政府转办).
_HANDED = frozenset({"转办", "交办", "转送", "转交"})
_INSIDE = ("时", "日", "速", "即", "件", "统一", "分类", "规范", "内部")
_YEARS = ("year", "last_year", "next_year", "other_years", "older")
_ASKING = ("request", "on_request", "bare_request", "channel")
_CASES = frozenset({"件", "份", "宗", "起", "例"})


def told_apart(words: Sequence[Word]) -> list[Word]:
    """The words, those of two kinds with the one that their neighbours give them."""
    rows = any(is_a(word, "result.partial", "result.denied") for word in words)
    return [_in_context(word, words, at, rows) for at, word in enumerate(words)]


def _in_context(word: Word, words: Sequence[Word], at: int, rows: bool) -> Word:
    behind = [other for other in words[at + 1 : at + 4] if other.kind != "filler"]
    if word.kind == "other_matter" and word.text in _LETTERS:
        listed = [other for other in words[at + 1 :] if other.kind != "pause" and other.text not in _LETTERS]
        behind = listed[:1]  # 来信、来电、来访
        return replace(word, kind="channel") if behind and is_a(behind[0], *_ASKING) else word
    if word.kind == "this_year" and at and words[at - 1].end == word.start and is_a(words[at - 1], *_YEARS):
        return replace(word, kind="filler")  # 2023年1至12月 is of 2023
    if word.text == "类" and at and (is_a(words[at - 1], "result.") or words[at - 1].text == "公开"):
        return replace(word, kind="filler")  # 公开类3件
    if (
        is_a(word, "topic_of", "other_result")
        and word.text.startswith(("主要", "属"))
        and behind
        and is_a(behind[0], "result.")
    ):
        return replace(word, kind="filler")  # 答复类型主要为予以公开; 属于“予以公开”情形
    within = word.kind == "pending" and word.text.startswith("在") and word.text[1:2] in "法规期时"
    if within and behind and behind[0].kind == "figure":
        return replace(word, kind="done")  # 在法定期限内答复3件; but 3件在法定期限内办理
    if word.kind == "disclosure" and word.text.endswith("申请答复") and behind and behind[0].kind == "figure":
        return replace(word, kind="done")  # 办理政府信息公开申请答复3件
    if word.kind == "applicant.unnamed" and behind and behind[0].kind == "within":
        return replace(word, kind="filler")  # 法人或其他组织中商业企业3件
    if word.kind == "other_body" and word.text in _HANDED and at and words[at - 1].text.endswith(_INSIDE):
        return replace(word, kind="activity")
    if rows and word.kind == "measure_of_others" and word.text == "公开":
        while behind and (behind[0].kind == "done" or behind[0].text == "类"):  # 公开答复3件, 公开类3件
            behind = behind[1:]
        alone = at == 0 or is_a(words[at - 1], "comma", "colon", "semicolon", "pause", "part", "open", "done")
        if alone and behind and behind[0].kind == "figure" and behind[0].unit in _CASES:
            return replace(word, kind="result.granted")
    return word
