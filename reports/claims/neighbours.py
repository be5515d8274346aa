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
_OFFICES = ("部门", "单位", "机关")
_IN_TIME = ("在法定", "在规定", "在期限", "在时限")
_CASES = frozenset({"件", "份", "宗", "起", "例"})


def told_apart(words: Sequence[Word]) -> list[Word]:
    """The words, those of two kinds with the one that their neighbours give them."""
    disputes = any(is_a(word, "dispute.") for word in words) and not any(is_a(word, *_ASKING[:3]) for word in words)
    rows = any(is_a(word, "result.partial", "result.denied") for word in words)
    out: list[Word] = []
    for at, word in enumerate(words):
        behind = [other for other in words[at + 1 : at + 4] if other.kind != "filler"]
        kind = (_by_word_ahead(word, words[at - 1]) if at else "") or _by_words_behind(word, words, at, behind)
        if not kind and rows and word.kind == "measure_of_others" and word.text == "公开":
            kind = _row(words, at, behind)
        if (
            word.kind == "figure"
            and word.text[0] == "一"
            and word.value == 1
            and any(w.kind == "none" for w in words[max(at - 3, 0) : at])
        ):
            kind = "filler"  # 没有收到一份申请
        if disputes and word.kind == "other_result" and word.text.endswith("撤回"):
            kind = "outcome.other"  # 行政复议3件，其中撤回1件
        out.append(replace(word, kind=kind) if kind else word)
    return out


def _by_word_ahead(word: Word, ahead: Word) -> str:
    """The kind that the word before gives, empty for its own."""
    if word.text == "公开" and ahead.kind == "cause":
        return "disclosure"  # 因公开政府信息引发的
    if word.kind == "this_year" and ahead.end == word.start and is_a(ahead, *_YEARS):
        return "filler"  # 2023年1至12月 is of 2023
    if word.kind == "unknown" and ahead.text in {"截至", "截止"}:
        return "half"  # 截至发稿时
    if word.text == "期间" and is_a(ahead, "this_year", "year"):
        return "filler"  # 2024年期间; but 五一期间
    if word.text == "类" and (is_a(ahead, "result.") or ahead.text == "公开"):
        return "filler"  # 公开类3件
    if word.kind == "unknown" and word.text.startswith(_OFFICES) and ahead.unit in {"个", "家"}:
        return "other_body"  # 24个部门收到
    if word.kind == "other_body" and word.text in _HANDED and ahead.text.endswith(_INSIDE):
        return "activity"
    return ""


def _by_words_behind(word: Word, words: Sequence[Word], at: int, behind: Sequence[Word]) -> str:
    """The kind that the words behind give, empty for its own."""
    if word.kind == "other_matter" and word.text in _LETTERS:
        listed = [other for other in words[at + 1 :] if other.kind not in {"pause", "filler"}]
        listed = [other for other in listed if other.text not in _LETTERS]
        beside = any(other.kind == "channel" for other in words) and any(other.kind == "part" for other in words)
        return (
            "channel" if beside or (listed and is_a(listed[0], *_ASKING)) else ""
        )  # 来信、来电、来访申请; 其中来信3件、网络2件
    following = behind[0] if behind else Word("", "", 0, 0)
    counted = bool(at) and words[at - 1].kind == "figure"  # 不予公开的3件主要涉及国家秘密
    if (
        not counted
        and is_a(word, "topic_of", "other_result")
        and word.text.startswith(("主要", "属"))
        and is_a(following, "result.")
    ):
        return "filler"  # 答复类型主要为予以公开; 属于“予以公开”情形
    if word.kind == "pending" and word.text.startswith(_IN_TIME) and following.kind == "figure":
        return "done"  # 在法定期限内答复3件; but 3件在法定期限内办理
    if word.kind == "unknown" and word.text in {"前", "之前"} and following.kind == "done":
        return "filler"  # 12月31日前办结
    if word.kind == "disclosure" and word.text.endswith("申请答复") and following.kind == "figure":
        return "done"  # 办理政府信息公开申请答复3件
    ahead = [other.kind for other in words[max(at - 2, 0) : at]]
    if word.kind == "applicant.unnamed" and ["pause", "everyone"] in ([o.kind for o in behind[:2]], ahead[::-1]):
        return "everyone"  # 企业、群众; 患者及家属
    if word.kind == "applicant.unnamed" and following.kind == "within":
        return "filler"  # 法人或其他组织中商业企业3件
    return ""


def _row(words: Sequence[Word], at: int, behind: Sequence[Word]) -> str:
    """公开 as a row of the results, where it stands among others of them."""
    if [other.kind for other in behind[:1]] == ["pause"] and any(is_a(other, "result.") for other in behind[1:2]):
        return "result.granted"  # 公开、部分公开分别为
    while behind and (behind[0].kind == "done" or behind[0].text == "类"):  # 公开答复3件, 公开类3件
        behind = behind[1:]
    alone = at == 0 or is_a(words[at - 1], "comma", "colon", "semicolon", "pause", "part", "open", "done")
    counted = bool(behind) and behind[0].kind == "figure" and behind[0].unit in _CASES
    return "result.granted" if alone and counted else ""
