"""Conditions, filters and key conditions as trees, made once for each text.

Grammar: AWS, DynamoDB Developer Guide, "Condition and filter expressions, operators, and functions". Paths are names
of attributes or `#names`, at the top of an item; what the product does not write is Unsupported, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.aws.dynamodb.errors import Unsupported, invalid

TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]?\w+)")
COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "begins_with": 2,
    "contains": 2,
    "if_not_exists": 2,
    "list_append": 2,
}
"""Those that the product calls, with the number of their operands."""
OTHER_FUNCTIONS = ("attribute_type", "size")
RESERVED = frozenset(Path(__file__).with_name("reserved_words.txt").read_text("ascii").split())
"""Words that are no attribute names in an expression (AWS: "Reserved words in DynamoDB")."""


class SyntaxFault(Exception):
    """What DynamoDB says after `Invalid ConditionExpression: `."""


@dataclass(frozen=True)
class Operand:
    """`:value`, `#name` or the name of an attribute."""

    text: str

    @property
    def is_value(self) -> bool:
        """Whether it stands for one of ExpressionAttributeValues."""
        return self.text.startswith(":")


@dataclass(frozen=True)
class Comparison:
    """`left` = `right`, and so on."""

    sign: str
    left: Operand
    right: Operand


@dataclass(frozen=True)
class Between:
    """`low` <= `middle` <= `high`."""

    middle: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True)
class Call:
    """A function with its operands."""

    name: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Not:
    """The opposite."""

    of: Node


@dataclass(frozen=True)
class Joined:
    """All (`AND`) or some (`OR`) of them."""

    word: str
    parts: tuple[Node, ...]


Node = Comparison | Between | Call | Not | Joined


@cache
def parsed(text: str) -> Node:
    """The tree of a condition. Raises SyntaxFault."""
    tokens = Tokens(text)
    node = _either(tokens)
    tokens.end()
    return node


def attribute(operand: str, names: Mapping[str, str]) -> str:
    """The attribute that a path names. Raises SyntaxFault."""
    if operand.startswith("#"):
        if operand not in names:
            raise SyntaxFault(
                "An expression attribute name used in the document path is not defined; attribute name: " + operand
            )
        return names[operand]
    if operand.upper() in RESERVED:
        raise SyntaxFault(f"Attribute name is a reserved keyword; reserved keyword: {operand}")
    return operand


class Tokens:
    """The words and signs of an expression, one after the other."""

    def __init__(self, text: str) -> None:
        if not text.strip():
            raise SyntaxFault("The expression can not be empty;")
        self._tokens: list[str] = TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise Unsupported(f"the expression {text}")
        self._at = 0

    def peek(self) -> str:
        """The next one; empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, *wanted: str) -> str:
        """The next one, which must be one of these."""
        token = self.peek()
        if not token or (wanted and token.upper() not in wanted):
            raise self.fault()
        self._at += 1
        return token

    def took(self, word: str) -> bool:
        """Whether the next one is this, which is taken then."""
        found = self.peek().upper() == word
        self._at += found
        return found

    def operand(self) -> Operand:
        """The next one, which must be a name or a value."""
        token = self.take()
        if not re.fullmatch(r"[#:]?\w+", token):
            self._at -= 1
            raise self.fault()
        return Operand(token)

    def end(self) -> None:
        """There must be nothing more."""
        if self.peek():
            raise self.fault()

    def fault(self) -> SyntaxFault:
        """The next token does not belong there."""
        near = " ".join(self._tokens[max(0, self._at - 1) : self._at + 2])
        return SyntaxFault(f'Syntax error; token: "{self.peek() or "<EOF>"}", near: "{near}"')

    def __iter__(self) -> Iterator[str]:
        return iter(self._tokens)


def call(tokens: Tokens, name: str) -> Call:
    """The operands of a function, whose name and bracket have been taken."""
    if name in OTHER_FUNCTIONS:
        raise Unsupported(f"the function {name}")
    if name not in FUNCTIONS:
        raise SyntaxFault(f"Invalid function name; function: {name}")
    operands = [tokens.operand()]
    while tokens.took(","):
        operands.append(tokens.operand())
    tokens.take(")")
    if len(operands) != FUNCTIONS[name]:
        raise SyntaxFault(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {name}, number of operands: {len(operands)}"
        )
    if operands[0].is_value and name.startswith("attribute_"):
        raise SyntaxFault(f"Operator or function requires a document path; operator or function: {name}")
    return Call(name, tuple(operands))


def _either(tokens: Tokens) -> Node:
    parts = [_all(tokens)]
    while tokens.took("OR"):
        parts.append(_all(tokens))
    return parts[0] if len(parts) == 1 else Joined("OR", tuple(parts))


def _all(tokens: Tokens) -> Node:
    parts = [_single(tokens)]
    while tokens.took("AND"):
        parts.append(_single(tokens))
    return parts[0] if len(parts) == 1 else Joined("AND", tuple(parts))


def _single(tokens: Tokens) -> Node:
    if tokens.took("NOT"):
        return Not(_single(tokens))
    if tokens.took("("):
        node = _either(tokens)
        tokens.take(")")
        return node
    first = tokens.operand()
    if tokens.took("("):
        if first.text in ("if_not_exists", "list_append"):
            raise SyntaxFault(f"The function is not allowed in a condition expression; function: {first.text}")
        return call(tokens, first.text)
    if tokens.took("BETWEEN"):
        low = tokens.operand()
        tokens.take("AND")
        return Between(first, low, tokens.operand())
    if tokens.peek().upper() == "IN":
        raise Unsupported("the operator IN")
    return Comparison(tokens.take(*COMPARATORS), first, tokens.operand())


def check_context(request: Mapping[str, Any], used: frozenset[str]) -> None:
    """Raise AwsError where a request defines names or values that none of its expressions uses.

    `used`: what all of them use together.
    """
    for parameter in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        defined = request.get(parameter)
        if defined is None:
            continue
        if not defined:
            raise invalid(f"{parameter} must not be empty")
        if unused := [name for name in defined if name not in used]:
            raise invalid(f"Value provided in {parameter} unused in expressions: keys: {{{', '.join(unused)}}}")


@cache
def operands(text: str) -> frozenset[str]:
    """The `#names` and `:values` of an expression."""
    return frozenset(token for token in TOKEN.findall(text) if token[0] in "#:")
