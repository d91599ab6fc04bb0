"""Whether an item meets a condition or filter."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rehearsal.aws.dynamodb.errors import Item
from rehearsal.aws.dynamodb.expressions.syntax import (
    Between,
    Call,
    Comparison,
    Joined,
    Node,
    Not,
    Operand,
    SyntaxFault,
    attribute,
    parsed,
)
from rehearsal.aws.dynamodb.values import Value, equal, ordered

Names = Mapping[str, str]
Values = Mapping[str, Value]
Test = Callable[[Item, Names, Values], bool]
ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@cache
def condition(text: str) -> Test:
    """The test that a condition stands for; all of it is looked at for names and values that are not defined.

    Raises SyntaxFault, when it is made or when it is asked.
    """
    return _test(parsed(text))


def value_of(operand: Operand, item: Item, names: Names, values: Values) -> Value | None:
    """What an operand stands for; None for an attribute that the item does not have. Raises SyntaxFault."""
    if not operand.is_value:
        return item.get(attribute(operand.text, names))
    if operand.text not in values:
        raise SyntaxFault(
            f"An expression attribute value used in expression is not defined; attribute value: {operand.text}"
        )
    return values[operand.text]


def _test(node: Node) -> Test:
    match node:
        case Joined(word, parts):
            tests = [_test(part) for part in parts]
            decide = all if word == "AND" else any
            # Not lazily: a name that is not defined is an error wherever it stands.
            return lambda *context: decide([test(*context) for test in tests])
        case Not(of):
            test = _test(of)
            return lambda *context: not test(*context)
        case Comparison("=", left, right):
            return lambda *context: equal(value_of(left, *context), value_of(right, *context))
        case Comparison("<>", left, right):
            return lambda *context: not equal(value_of(left, *context), value_of(right, *context))
        case Comparison(sign, left, right):
            holds = ORDERED[sign]
            return lambda *context: ordered(_scalar(left, sign, *context), _scalar(right, sign, *context), holds)
        case Between(middle, low, high):
            return lambda *context: _between((middle, low, high), *context)
        case Call():
            return _call(node)


def _call(node: Call) -> Test:
    match node:
        case Call("attribute_exists", (path,)):
            return lambda item, names, _: attribute(path.text, names) in item
        case Call("attribute_not_exists", (path,)):
            return lambda item, names, _: attribute(path.text, names) not in item
        case Call("begins_with", (path, start)):
            return lambda *context: _begins(value_of(path, *context), _text(start, *context))
        case Call("contains", (path, what)):
            return lambda *context: _contains(value_of(path, *context), value_of(what, *context))
    raise SyntaxFault(f"The function is not allowed in a condition expression; function: {node.name}")


def _between(operands: tuple[Operand, Operand, Operand], item: Item, names: Names, values: Values) -> bool:
    middle, low, high = (_scalar(each, "BETWEEN", item, names, values) for each in operands)
    if low is not None and high is not None and all(each.is_value for each in operands[1:]):
        refuse_crossed_bounds(low, high)
    return ordered(low, middle, operator.le) and ordered(middle, high, operator.le)


def refuse_crossed_bounds(low: Value, high: Value) -> None:
    """Raises SyntaxFault for values of a BETWEEN of which the first is greater, or of two types: whatever the item."""
    same = low.keys() == high.keys()
    if same and not ordered(low, high, operator.gt):
        return
    need = (
        "upper bound to be greater than or equal to lower bound"
        if same
        else "same data type for lower and upper bounds"
    )
    lower, upper = (f"AttributeValue: {{{kind}:{content}}}" for each in (low, high) for kind, content in each.items())
    raise SyntaxFault(
        f"The BETWEEN operator requires {need}; lower bound operand: {lower}, upper bound operand: {upper}"
    )


def _begins(value: Value | None, start: str) -> bool:
    return value is not None and str(value.get("S", "")).startswith(start) and "S" in value


def _contains(value: Value | None, what: Value | None) -> bool:
    """A text within a text, or an element of a set or of a list (AWS: `contains`)."""
    if value is None or what is None:
        return False
    ((kind, held),) = value.items()
    if kind == "L":
        return any(equal(each, what) for each in held)
    ((sought, of),) = what.items()
    return (kind, sought) in (("S", "S"), ("SS", "S"), ("NS", "N"), ("BS", "B")) and of in held


def _scalar(operand: Operand, sign: str, item: Item, names: Names, values: Values) -> Value | None:
    """An operand that must have an order."""
    value = value_of(operand, item, names, values)
    if value is not None and operand.is_value and value.keys().isdisjoint({"S", "N"}):
        raise _wrong_type(f"operator: {sign}", value)
    return value


def _text(operand: Operand, item: Item, names: Names, values: Values) -> str:
    value = value_of(operand, item, names, values)
    if value is not None and operand.is_value and "S" not in value:
        raise _wrong_type("operator or function: begins_with", value)
    return str((value or {}).get("S", ""))


def _wrong_type(what: str, value: Value) -> SyntaxFault:
    return SyntaxFault(f"Incorrect operand type for operator or function; {what}, operand type: {next(iter(value))}")
