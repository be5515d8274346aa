"""The columns and words of sheets (``words.yaml``): what people may write, and what is printed for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from reports.text import squeeze

_AFTER = re.compile(r"[（(](?:必填|选填|可不填)[）)]$|[*＊]$")


class Column(BaseModel):
    """A column of the register: its names, the first of which is printed, what to write in it, its width."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    heads: tuple[str, ...]
    explain: str
    width: int = 20


class Words(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    columns: dict[str, Column]
    office_columns: dict[str, Column]
    words: dict[str, dict[str, tuple[str, ...]]]
    exports: dict[str, dict[str, str]]
    cells_of: dict[str, dict[str, str]]


@lru_cache(maxsize=1)
def words() -> Words:
    """The file, read once. An unknown or misspelt key is an error."""
    text = Path(__file__).with_name("words.yaml").read_text(encoding="utf-8")
    return Words.model_validate(yaml.safe_load(text))


def column_of(head: str, columns: Mapping[str, Column] | None = None) -> str | None:
    """The column (of the register, if not given) that a head of a sheet names, in Chinese or by its key; None if it names
    none."""
    plain = _AFTER.sub("", squeeze(head)).lower()
    for key, column in (columns or words().columns).items():
        if plain == key or plain in column.heads:
            return key
    return None


def key_of(vocabulary: str, word: str) -> str | None:
    """The key that a word stands for, in Chinese or as the key itself; None if it stands for none."""
    plain = squeeze(word)
    for key, names in words().words[vocabulary].items():
        if plain.lower() == key or plain in names:
            return key
    return None


def printed(vocabulary: str, key: str) -> str:
    """The word for a key; the key itself where there is none."""
    names = words().words[vocabulary].get(key)
    return names[0] if names else key
