"""The expressions of DynamoDB as far as our adapters write them; anything else is an error, never a guess.

Grammar: AWS, DynamoDB Developer Guide, "Condition and filter expressions" and "Update expressions". Paths are
attribute names or `#names` at the top of an item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

Item = dict[str, Any]
Names = Mapping[str, str]
Values = Mapping[str, Any]
Test = Callable[[Item, Names, Values], Any]

TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),]|[#:]?\w+)")
CLAUSE = re.compile(r"\b(SET|REMOVE|ADD|DELETE)\b")
COMMA = re.compile(r",(?![^(]*\))")
SIGN = re.compile(r"\s+([+-])\s+")
CALL = re.compile(r"(if_not_exists|list_append)\(\s*(.+)\)")
FIRST = re.compile(r"([#:]?\w+(?:\([^()]*\))?)\s*,\s*(.+)")
"""The first operand of a call, which may be a call itself, and the second."""
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<": lambda a, b: a is not None and a < b,
    "<=": lambda a, b: a is not None and a <= b,
    ">": lambda a, b: a is not None and a > b,
    ">=": lambda a, b: a is not None and a >= b,
}


class UnknownExpression(Exception):
    """An expression that the stub would have to guess at."""


def plain(value: Mapping[str, Any] | None) -> Any:
    """What comparisons compare: numbers as Decimal, everything else as it is in JSON; None for no attribute."""
    if value is None:
        return None
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


@cache
def condition(text: str) -> Test:
    """The test that a condition, filter or key condition stands for."""
    tokens = _Tokens(text)
    test = _either(tokens)
    if tokens.peek():
        raise UnknownExpression(text)
    return test


def updated(text: str, item: Item, names: Names, values: Values) -> Item:
    """The item after the update; `item` itself stays as it was."""
    after = dict(item)
    parts = CLAUSE.split(text)
    if parts[0].strip():
        raise UnknownExpression(text)
    for verb, actions in zip(parts[1::2], parts[2::2], strict=True):
        for action in COMMA.split(actions):
            _apply(verb, action.strip(), item, after, names, values)
    return after


def projected(item: Item, text: str | None, names: Names) -> Item:
    """The item with only the attributes of a projection expression."""
    if text is None:
        return item
    wanted = [_name(path.strip(), names) for path in text.split(",")]
    return {name: item[name] for name in wanted if name in item}


def equal_to(name: str, text: str, names: Names, values: Values) -> Any:
    """The value that a key condition demands of the attribute `name`: the partition it reads."""
    tokens = list(_Tokens(text))
    for (path, sign), value in zip(pairwise(tokens), tokens[2:], strict=False):
        if sign == "=" and _name(path, names) == name:
            return plain(values[value])
    raise UnknownExpression(f"{text}: nothing says which {name}")


def _apply(verb: str, action: str, before: Item, after: Item, names: Names, values: Values) -> None:
    match verb:
        case "SET":
            path, _, formula = action.partition("=")
            after[_name(path.strip(), names)] = _result(formula.strip(), before, names, values)
        case "REMOVE":
            after.pop(_name(action, names), None)
        case "ADD":
            path, value = action.split()
            name = _name(path, names)
            after[name] = _sum(before.get(name), values[value])
        case "DELETE":
            path, value = action.split()
            name = _name(path, names)
            ((kind, gone),) = values[value].items()
            left = [element for element in after.get(name, {}).get(kind, ()) if element not in gone]
            after.pop(name, None)
            after |= {name: {kind: left}} if left else {}
        case _:
            raise UnknownExpression(f"{verb} {action}")


def _result(formula: str, item: Item, names: Names, values: Values) -> Any:
    match SIGN.split(formula):
        case [one]:
            return _operand(one, item, names, values)
        case [one, sign, other]:
            total = plain(_operand(one, item, names, values))
            change = plain(_operand(other, item, names, values))
            return {"N": str(total + change if sign == "+" else total - change)}
    raise UnknownExpression(formula)


def _operand(text: str, item: Item, names: Names, values: Values) -> Any:
    if text.startswith(":"):
        return values[text]
    match CALL.fullmatch(text):
        case None:
            return item[_name(text, names)]
        case found:
            name, operands = found.groups()
    both = FIRST.fullmatch(operands.strip())
    if both is None:
        raise UnknownExpression(text)
    first, second = both.groups()
    if name == "if_not_exists":
        return item.get(_name(first, names)) or _operand(second, item, names, values)
    lists = (_operand(part, item, names, values)["L"] for part in (first, second))
    return {"L": [element for part in lists for element in part]}


def _sum(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, content),) = new.items()
    if kind == "N":
        return {"N": str((plain(old) or 0) + Decimal(content))}
    if kind not in {"NS", "SS"}:
        raise UnknownExpression(f"ADD of {kind}")
    return {kind: sorted({*content, *(old[kind] if old else ())})}


def _name(path: str, names: Names) -> str:
    name = names.get(path, path)
    if not re.fullmatch(r"\w+", name):
        raise UnknownExpression(f"path {path}")
    return name


class _Tokens:
    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise UnknownExpression(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tokens)

    def peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def take(self, *wanted: str) -> str:
        if not self._tokens or (wanted and self._tokens[0] not in wanted):
            raise UnknownExpression(self.text)
        return str(self._tokens.pop(0))

    def took(self, token: str) -> bool:
        found = self.peek() == token
        if found:
            self._tokens.pop(0)
        return found


def _either(tokens: _Tokens) -> Test:
    tests = [_all(tokens)]
    while tokens.took("OR"):
        tests.append(_all(tokens))
    return lambda *context: any(test(*context) for test in tests)


def _all(tokens: _Tokens) -> Test:
    tests = [_single(tokens)]
    while tokens.took("AND"):
        tests.append(_single(tokens))
    return lambda *context: all(test(*context) for test in tests)


def _single(tokens: _Tokens) -> Test:
    if tokens.took("NOT"):
        test = _single(tokens)
        return lambda *context: not test(*context)
    if tokens.took("("):
        test = _either(tokens)
        tokens.take(")")
        return test
    first = tokens.take()
    if tokens.took("("):
        arguments = [tokens.take()]
        while tokens.took(","):
            arguments.append(tokens.take())
        tokens.take(")")
        return _function(first, arguments)
    if tokens.took("BETWEEN"):
        low = _value(tokens.take())
        tokens.take("AND")
        high, value = _value(tokens.take()), _value(first)
        return lambda *context: low(*context) <= value(*context) <= high(*context)
    compare = COMPARE[tokens.take(*COMPARE)]
    left, right = _value(first), _value(tokens.take())
    return lambda *context: compare(left(*context), right(*context))


def _function(name: str, arguments: list[str]) -> Test:
    match name, arguments:
        case "attribute_exists", [path]:
            return lambda item, names, _: _name(path, names) in item
        case "attribute_not_exists", [path]:
            return lambda item, names, _: _name(path, names) not in item
        case "begins_with", [path, prefix]:
            value, start = _value(path), _value(prefix)
            return lambda *context: (value(*context) or "").startswith(start(*context))
    raise UnknownExpression(f"{name}({', '.join(arguments)})")


def _value(token: str) -> Test:
    if token.startswith(":"):
        return lambda _item, _names, values: plain(values[token])
    return lambda item, names, _values: plain(item.get(_name(token, names)))
