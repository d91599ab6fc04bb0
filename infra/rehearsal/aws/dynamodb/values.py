"""Attribute values: what may be stored, how many bytes it is, what is equal to what and what comes first.

AWS, DynamoDB Developer Guide: "Supported data types and naming rules", "Item sizes and formats", "Service quotas".
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from rehearsal.aws.dynamodb.errors import AwsError, Item, Unsupported, invalid, invalid_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLAIN_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,37}")
"""A whole number as DynamoDB itself writes it."""
EXACT = Context(prec=38)
"""AWS: up to 38 digits of precision."""
DEEPEST = 32
"""AWS: nested attributes may go 32 levels deep."""
Value = dict[str, Any]


def weigh_item(item: Item) -> int:
    """Bytes of an item as DynamoDB bills them. Numbers in it are written as DynamoDB writes them; AwsError for what may
    not be stored.
    """
    return sum(size_of_name(name) + weigh(value) for name, value in item.items())


def size_of_name(name: str) -> int:
    """Bytes of an attribute's name."""
    return len(name) if name.isascii() else len(name.encode())


def weigh(value: Value, depth: int = 0) -> int:  # noqa: C901 (one case for each type)
    """The same for one attribute value."""
    if len(value) != 1:
        raise _not_one_type(value)
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content) if content.isascii() else len(content.encode())
        case "N":
            value["N"] = number = written(content)
            return _size_of_number(number)
        case "BOOL":
            return 1
        case "NULL":
            if content is not True:
                raise invalid_parameter("Null attribute value types must have the value of true")
            return 1
        case "SS" | "NS":
            return _weigh_set(value, kind)
        case "L":
            _not_too_deep(depth)
            return 3 + sum(1 + weigh(element, depth + 1) for element in content)
        case "M":
            _not_too_deep(depth)
            return 3 + sum(1 + size_of_name(name) + weigh(element, depth + 1) for name, element in content.items())
        case "B" | "BS":
            raise Unsupported(f"attribute values of type {kind}")
    raise _not_one_type({})


def _not_one_type(value: Value) -> AwsError:
    wrong = "has more than one datatypes set" if value else "is empty"
    return invalid(f"Supplied AttributeValue {wrong}, must contain exactly one of the supported datatypes")


def _not_too_deep(depth: int) -> None:
    if depth > DEEPEST:
        raise invalid("Nesting Levels have exceeded supported limits")


def _weigh_set(value: Value, kind: str) -> int:
    elements: list[str] = value[kind]
    if not elements:
        raise invalid_parameter(f"An {'string' if kind == 'SS' else 'number'} set  may not be empty")
    if kind == "NS":
        value[kind] = elements = [written(element) for element in elements]
    if len(set(elements)) != len(elements):
        if kind == "NS":
            raise invalid("Input collection contains duplicates")
        raise invalid_parameter(f"Input collection [{', '.join(elements)}] contains duplicates.")
    return sum(map(_size_of_number if kind == "NS" else size_of_name, elements))


def _size_of_number(digits: str) -> int:
    """About one byte for two significant digits, and one more (AWS gives no exact rule)."""
    return (len(digits.strip("-").replace(".", "").strip("0") or "0") + 1) // 2 + 1 + digits.startswith("-")


def written(number: str) -> str:
    """The number as DynamoDB writes it: no exponent, no zeros that say nothing. AwsError for what is no number or is
    beyond its range.
    """
    if PLAIN_NUMBER.fullmatch(number):
        return number
    if not number:
        raise invalid("The parameter cannot be converted to a numeric value")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise invalid(f"The parameter cannot be converted to a numeric value: {number}")
    return _as_text(value)


def _as_text(value: Decimal) -> str:
    if not value:
        return "0"
    if value.adjusted() > 125:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if value.adjusted() < -130:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    digits = value.as_tuple().digits
    if len(str("".join(map(str, digits))).strip("0")) > 38:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def total(old: str, new: str, sign: int = 1) -> str:
    """The sum of two numbers, or their difference."""
    left, right = Decimal(old), Decimal(new)
    return _as_text(EXACT.add(left, right) if sign > 0 else EXACT.subtract(left, right))


def equal(one: Value | None, other: Value | None) -> bool:
    """Whether two values are of the same type and the same; nothing is equal to what is not there."""
    if one is None or other is None:
        return False
    ((kind, content),), ((kind_of_other, other_content),) = one.items(), other.items()
    if kind != kind_of_other:
        return False
    match kind:
        case "SS" | "NS":
            return set(content) == set(other_content)
        case "L":
            return len(content) == len(other_content) and all(map(equal, content, other_content))
        case "M":
            return content.keys() == other_content.keys() and all(equal(content[k], other_content[k]) for k in content)
    return bool(content == other_content)


def ordered(one: Value | None, other: Value | None, holds: Callable[[Any, Any], bool]) -> bool:
    """Whether `holds`, like `<`, for two values of one type that has an order: text or number."""
    if one is None or other is None:
        return False
    ((kind, content),), ((kind_of_other, other_content),) = one.items(), other.items()
    if kind != kind_of_other:
        return False
    if kind == "N":
        return holds(Decimal(content), Decimal(other_content))
    # UTF-8 keeps the order of the characters.
    return kind == "S" and holds(content, other_content)


def key_part(value: Value, kind: str) -> str | Decimal:
    """A key attribute, comparable."""
    return value["S"] if kind == "S" else Decimal(value["N"])


def check_values(values: Mapping[str, Value]) -> None:
    """Check values that an expression brings, and write their numbers as DynamoDB does."""
    for name, value in values.items():
        try:
            weigh(value)
        except AwsError as error:
            raise invalid(f"ExpressionAttributeValues contains invalid value: {error} for key {name}") from None
