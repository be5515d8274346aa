"""The small language of formulas: text to a syntax tree, and nothing more.

The grammar, loosest binding first::

    formula    = clause { ";" clause }                      each clause is judged by itself
    clause     = condition [ "for" pattern { "," pattern } ]   `cell` then runs over the keys of the patterns
    condition  = implication [ "unless" implication ]       A unless B  =  B or A
    implication = any [ "implies" any ]
    any        = all { "or" all }
    all        = negation { "and" negation }
    negation   = "not" negation | comparison
    comparison = sum { ("==" | "!=" | "<=" | ">=" | "<" | ">") sum }
    sum        = product { ("+" | "-") product }
    product    = factor { ("*" | "/") factor }
    factor     = number | string | pattern | name [ "(" arguments ")" ] { "[" condition "]" }
               | "-" factor | "(" condition ")"

A pattern is a cell key of cells.yaml in which ``*`` stands for one whole row key or one column and ``{var}`` for a
variable of the catalogue. Nothing is ever handed to Python's own evaluator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


class FormulaError(ValueError):
    """A formula that cannot be parsed; the message shows where."""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure written in the formula."""

    value: int | Decimal


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A quoted text."""

    value: str


@dataclass(frozen=True, slots=True)
class Key:
    """A cell key or a pattern of keys."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name: ``year``, ``params.jump_factor``, ``registry.can_make_regulations``, ``cell``."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language applied to its arguments."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """One entry of a table of parameters."""

    table: Node
    entry: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """Minus something."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left op right`` with one of ``+ - * /``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """A chain of comparisons: ``a <= b <= c`` has two links and holds where all hold."""

    first: Node
    links: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold (``and``)."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds (``or``; ``implies`` and ``unless`` are written with it)."""

    parts: tuple[Node, ...]


Node = Number | QuotedText | Key | Name | Call | Index | Negative | Arithmetic | Compare | Not | Every | Some


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition; with ``patterns`` it is judged for each of their cells, called ``cell`` in it."""

    condition: Node
    patterns: tuple[str, ...] = ()


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      |(?P<key>(?:proactive|applications|disputes)(?:\.(?:[a-z_0-9]+|\{[a-z0-9_]+\}|\*))+)
      |(?P<number>\d+(?:\.\d+)?)
      |(?P<text>"[^"]*"|'[^']*')
      |(?P<name>[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*)
      |(?P<op>==|!=|<=|>=|[<>+\-*/(),;\[\]])""",
    re.VERBOSE,
)
_WORDS = frozenset({"and", "or", "not", "implies", "unless", "for"})
_COMPARISONS = frozenset({"==", "!=", "<=", ">=", "<", ">"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the language and where it stands."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of a formula. Raises ``FormulaError`` at a character that begins none."""
    out: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"cannot read {text[at : at + 20]!r} at {at} in {text!r}")
        kind = match.lastgroup or ""
        if kind != "space":
            word = match.group()
            out.append(Token("word" if kind == "name" and word in _WORDS else kind, word, at))
        at = match.end()
    return out


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0

    def peek(self, *texts: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind != "text" and self.tokens[self.at].text in texts

    def take(self, *texts: str) -> bool:
        if self.peek(*texts):
            self.at += 1
            return True
        return False

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.error(f"{text!r} expected")

    def error(self, what: str) -> FormulaError:
        where = self.tokens[self.at].at if self.at < len(self.tokens) else len(self.text)
        return FormulaError(f"{what} at {where} in {self.text!r}")

    def formula(self) -> tuple[Clause, ...]:
        clauses = [self.clause()]
        while self.take(";"):
            clauses.append(self.clause())
        if self.at < len(self.tokens):
            raise self.error("end expected")
        return tuple(clauses)

    def clause(self) -> Clause:
        condition = self.condition()
        patterns: list[str] = []
        if self.take("for"):
            patterns.append(self.pattern())
            while self.take(","):
                patterns.append(self.pattern())
        return Clause(condition, tuple(patterns))

    def pattern(self) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "key":
            self.at += 1
            return self.tokens[self.at - 1].text
        raise self.error("a cell key expected")

    def condition(self) -> Node:
        node = self.implication()
        if self.take("unless"):
            return Some((self.implication(), node))
        return node

    def implication(self) -> Node:
        node = self.any()
        if self.take("implies"):
            return Some((Not(node), self.any()))
        return node

    def any(self) -> Node:
        parts = [self.all()]
        while self.take("or"):
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all(self) -> Node:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def negation(self) -> Node:
        return Not(self.negation()) if self.take("not") else self.comparison()

    def comparison(self) -> Node:
        first = self.sum()
        links: list[tuple[str, Node]] = []
        while self.peek(*_COMPARISONS):
            self.at += 1
            links.append((self.tokens[self.at - 1].text, self.sum()))
        return Compare(first, tuple(links)) if links else first

    def sum(self) -> Node:
        node = self.product()
        while self.peek("+", "-"):
            self.at += 1
            op = self.tokens[self.at - 1].text
            node = Arithmetic(op, node, self.product())
        return node

    def product(self) -> Node:
        node = self.factor()
        while self.peek("*", "/"):
            self.at += 1
            op = self.tokens[self.at - 1].text
            node = Arithmetic(op, node, self.factor())
        return node

    def factor(self) -> Node:
        if self.take("-"):
            return Negative(self.factor())
        if self.take("("):
            node = self.condition()
            self.need(")")
            return node
        if self.at >= len(self.tokens):
            raise self.error("a value expected")
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "number":
            return Number(Decimal(token.text) if "." in token.text else int(token.text))
        if token.kind == "text":
            return QuotedText(token.text[1:-1])
        if token.kind == "key":
            return Key(token.text)
        if token.kind != "name":
            self.at -= 1
            raise self.error("a value expected")
        node = self.call(token.text) if self.peek("(") else Name(token.text)
        while self.take("["):
            node = Index(node, self.condition())
            self.need("]")
        return node

    def call(self, name: str) -> Node:
        self.need("(")
        args: list[Node] = []
        if not self.peek(")"):
            args.append(self.condition())
            while self.take(","):
                args.append(self.condition())
        self.need(")")
        return Call(name, tuple(args))


def parse(text: str) -> tuple[Clause, ...]:
    """The clauses of a formula. Raises ``FormulaError`` with the place of the first fault."""
    return _Parser(text).formula()


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, left to right."""
    match node:
        case Call(args=args):
            return args
        case Index(table=table, entry=entry):
            return (table, entry)
        case Negative(operand=operand) | Not(operand=operand):
            return (operand,)
        case Arithmetic(left=left, right=right):
            return (left, right)
        case Compare(first=first, links=links):
            return (first, *(right for _, right in links))
        case Every(parts=parts) | Some(parts=parts):
            return parts
        case _:
            return ()


def keys_in(node: Node) -> list[str]:
    """The cell keys and patterns below a node, in order, repeats left in."""
    if isinstance(node, Key):
        return [node.pattern]
    return [key for child in children(node) for key in keys_in(child)]


def fill(node: Node, binding: dict[str, str]) -> Node:
    """The node with each ``{var}`` of its keys replaced."""
    match node:
        case Key(pattern=pattern):
            for name, value in binding.items():
                pattern = pattern.replace("{" + name + "}", value)
            return Key(pattern)
        case Call(name=name, args=args):
            return Call(name, tuple(fill(arg, binding) for arg in args))
        case Index(table=table, entry=entry):
            return Index(fill(table, binding), fill(entry, binding))
        case Negative(operand=operand):
            return Negative(fill(operand, binding))
        case Not(operand=operand):
            return Not(fill(operand, binding))
        case Arithmetic(op=op, left=left, right=right):
            return Arithmetic(op, fill(left, binding), fill(right, binding))
        case Compare(first=first, links=links):
            return Compare(fill(first, binding), tuple((op, fill(right, binding)) for op, right in links))
        case Every(parts=parts):
            return Every(tuple(fill(part, binding) for part in parts))
        case Some(parts=parts):
            return Some(tuple(fill(part, binding) for part in parts))
        case _:
            return node


def unparse(node: Node) -> str:  # noqa: C901  one branch a kind of node of the language
    """The node as text of the language; brackets wherever they may matter."""
    match node:
        case Number(value=value):
            return str(value)
        case QuotedText(value=value):
            return f'"{value}"'
        case Key(pattern=pattern):
            return pattern
        case Name(path=path):
            return path
        case Call(name=name, args=args):
            return f"{name}({', '.join(unparse(arg) for arg in args)})"
        case Index(table=table, entry=entry):
            return f"{unparse(table)}[{unparse(entry)}]"
        case Negative(operand=operand):
            return f"-{_bracketed(operand)}"
        case Not(operand=operand):
            return f"not ({unparse(operand)})"
        case Arithmetic(op=op, left=left, right=right):
            return f"{unparse(left) if op in '+-' else _bracketed(left)} {op} {_bracketed(right)}"
        case Compare(first=first, links=links):
            return " ".join([unparse(first), *(f"{op} {unparse(right)}" for op, right in links)])
        case Every(parts=parts):
            return " and ".join(f"({unparse(part)})" for part in parts)
        case Some(parts=parts):
            return " or ".join(f"({unparse(part)})" for part in parts)


def _bracketed(node: Node) -> str:
    text = unparse(node)
    return text if isinstance(node, Number | QuotedText | Key | Name | Call | Index) else f"({text})"
