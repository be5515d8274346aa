"""Columns that a script draws as a tree (zTree and its like): the nodes stand in the page's own script, as data or as a
literal that is no JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MOST = 400  # nodes of a page
_STARTS = re.compile(
    r"\{((?:[^{}\[\]\"']|\"[^\"\n]*\"|'[^'\n]*')*)"
)  # an object's own values, before what lies beneath it
_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([\w.-]+))")
_NAMES = ("name", "title", "text", "label", "nodename")
_ADDRESSES = ("url", "href", "link", "linkurl", "jumpurl", "jump_url", "src")
_OF_TREE = frozenset(
    {"pid", "parentid", "parent_id", "parent", "children", "open", "isparent", "nodes", "spread", "isleaf"}
)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a tree: its name, and the address that it names, empty where only the script knows."""

    name: str
    url: str


@lru_cache(maxsize=8)
def nodes(script: str) -> tuple[Node, ...]:
    """The nodes of the trees that a script holds; nothing where its objects are none of a tree's."""
    if not any(mark in script.lower() for mark in ("tree", "nodes", "children")):
        return ()
    out: list[Node] = []
    in_tree = False
    for found in _STARTS.finditer(script):
        pairs = {name.lower(): one or two or three for name, one, two, three in _PAIR.findall(found.group(1))}
        behind = script[found.end() - 24 : found.end() + 1]
        in_tree = in_tree or bool(_OF_TREE & pairs.keys()) or re.search(r"children['\"]?\s*:\s*\[$", behind) is not None
        name = next((pairs[one] for one in _NAMES if pairs.get(one)), "")
        if name and len(out) < _MOST:
            out.append(Node(name.strip(), next((pairs[one] for one in _ADDRESSES if pairs.get(one)), "")))
    return tuple(out) if in_tree else ()
