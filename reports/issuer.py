"""The body that a page or a file states as the one that issues it (发布机构): the one reader of it, for pages, files and
crawler alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.narrative.names import is_name, once
from reports.text import fold

_ISSUER = re.compile(
    r"(?:发\s*布|发\s*文|制\s*发|公\s*开|公\s*布|编\s*制|报\s*告|填\s*报|责\s*任)\s*(?:责\s*任)?\s*"
    r"(?:机\s*构|机\s*关|单\s*位|部\s*门|主\s*体)(?:名称)?\s*[:：】\]|\s]*"
)
# The next field of the head, where nothing parts it from the value: a printed page loses blanks.
_NEXT_FIELD = re.compile(
    r"(?:索引号|文号|文件编号|发布|成文|生成|主题|信息(?:分类|来源)|公开(?:方式|日期|范围)|浏览|来源|日期|时间|有效性|体裁).*$"
)
_VALUE = re.compile(r"[^\s|:：，。,;；【\[]{2,40}")


def stated(lines: Sequence[str]) -> str | None:
    """The body behind the best label of these lines: in its own line, or in the cell or line behind it."""
    head = [*lines[:40], *lines[-8:]]
    for index, line in enumerate(head):
        if len(line) > 300:
            continue
        for label in _ISSUER.finditer(line):
            closed = label.group(0)[-1:] in ":：】]|" or not line[label.end() :].strip()
            if not closed and label.start() > 0 and not line[label.start() - 1].isspace():
                continue
            value = _VALUE.match(line, label.end())
            if value is None and not line[label.end() :].strip() and index + 1 < len(head):
                value = _VALUE.fullmatch(head[index + 1].strip())
            name = once(_NEXT_FIELD.sub("", fold(value.group(0)))) if value else ""
            if is_name(name):
                return name
    return None
