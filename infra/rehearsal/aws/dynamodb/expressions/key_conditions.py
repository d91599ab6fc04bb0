"""The partition and the span of sort keys that a key condition asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rehearsal.aws.dynamodb.errors import Unsupported, empty_key, invalid, invalid_parameter
from rehearsal.aws.dynamodb.expressions.conditions import Names, Values, refuse_crossed_bounds
from rehearsal.aws.dynamodb.expressions.syntax import (
    Between,
    Call,
    Comparison,
    Joined,
    Node,
    Operand,
    SyntaxFault,
    attribute,
    parsed,
)
from rehearsal.aws.dynamodb.partition import Part, Span
from rehearsal.aws.dynamodb.values import key_part

if TYPE_CHECKING:
    from rehearsal.aws.dynamodb.schema import Key


def key_condition(text: str, key: Key, names: Names, values: Values) -> tuple[Part, Span]:
    """The partition key and the span. Raises SyntaxFault, or AwsError for what is no key condition."""
    partition: Part | None = None
    span: Span | None = None
    supported = True
    for node in _parts(parsed(text)):
        path, sign, given = _operands(node)
        name = attribute(path.text, names)
        if name not in key.names or (name == key.hash and sign != "="):
            supported = False
            continue
        bounds = [_bound(operand, name, key, values) for operand in given]
        if name == key.hash and partition is None:
            (partition,) = bounds
        elif name == key.range and span is None:
            span = Span(sign, bounds[0], bounds[-1])
            if sign == "BETWEEN":
                refuse_crossed_bounds(*(values[operand.text] for operand in given))
        else:
            raise invalid("KeyConditionExpressions must only contain one condition per key")
    if partition is None:
        raise invalid(f"Query condition missed key schema element: {key.hash}")
    if not supported:
        raise invalid("Query key condition not supported")
    return partition, span or Span()


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, Joined):
        if node.word == "OR":
            raise invalid("Invalid operator used in KeyConditionExpression: OR")
        for part in node.parts:
            yield from _parts(part)
    else:
        yield node


def _operands(node: Node) -> tuple[Operand, str, tuple[Operand, ...]]:
    """The path, the sign, and what stands on the other side of it."""
    match node:
        case Comparison(sign, left, right) if not left.is_value:
            if sign == "<>":
                raise invalid("Invalid operator used in KeyConditionExpression: <>")
            return left, sign, (right,)
        case Between(middle, low, high) if not middle.is_value:
            return middle, "BETWEEN", (low, high)
        case Call("begins_with", (path, start)) if not path.is_value:
            return path, "begins_with", (start,)
        case Call(name):
            raise invalid(f"Invalid operator used in KeyConditionExpression: {name}")
    raise Unsupported("a key condition whose first operand is no path")


def _bound(operand: Operand, name: str, key: Key, values: Values) -> Part:
    if not operand.is_value:
        raise invalid("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
    if operand.text not in values:
        raise SyntaxFault(
            f"An expression attribute value used in expression is not defined; attribute value: {operand.text}"
        )
    value = values[operand.text]
    if key.types[name] not in value:
        raise invalid_parameter("Condition parameter type does not match schema type")
    if value.get("S") == "":
        raise empty_key(name)
    return key_part(value, key.types[name])
