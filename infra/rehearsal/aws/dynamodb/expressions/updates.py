"""Update and projection expressions.

Grammar: AWS, DynamoDB Developer Guide, "Using update expressions in DynamoDB".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rehearsal.aws.dynamodb.errors import AwsError, Item, invalid
from rehearsal.aws.dynamodb.expressions.conditions import Names, Values, value_of
from rehearsal.aws.dynamodb.expressions.syntax import Call, Operand, SyntaxFault, Tokens, attribute, call
from rehearsal.aws.dynamodb.values import Value, total

SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")


@dataclass(frozen=True)
class Formula:
    """What an attribute is set to: an operand or call, or the sum or difference of two."""

    first: Operand | Nested
    sign: str = ""
    second: Operand | Nested | None = None


@dataclass(frozen=True)
class Nested:
    """A call of `if_not_exists` or `list_append`, whose operands may be calls."""

    name: str
    operands: tuple[Operand | Nested, ...]


@dataclass(frozen=True)
class Action:
    """One change of one attribute."""

    section: str
    path: Operand
    formula: Formula | None = None


@cache
def update(text: str) -> tuple[Action, ...]:
    """The changes that an update expression makes. Raises SyntaxFault."""
    tokens = Tokens(text)
    actions: list[Action] = []
    seen: set[str] = set()
    while tokens.peek():
        section = tokens.take(*SECTIONS).upper()
        if section in seen:
            raise SyntaxFault(f'The "{section}" section can only be used once in an update expression;')
        seen.add(section)
        actions.append(_action(tokens, section))
        while tokens.took(","):
            actions.append(_action(tokens, section))
    return tuple(actions)


def changed_attributes(text: str, names: Names) -> list[str]:
    """The attributes that an update names, each once. Raises SyntaxFault."""
    paths = [attribute(action.path.text, names) for action in update(text)]
    for path in paths:
        if paths.count(path) > 1:
            raise SyntaxFault(
                "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                f"path one: [{path}], path two: [{path}]"
            )
    return paths


def given_values(text: str, names: Names, values: Values) -> Item:
    """The attributes that an update sets to a value of the request itself. Raises SyntaxFault."""
    return {
        attribute(action.path.text, names): values[action.formula.first.text]
        for action in update(text)
        if action.section == "SET"
        and action.formula is not None
        and action.formula.second is None
        and isinstance(action.formula.first, Operand)
        and action.formula.first.text in values
    }


def updated(text: str, item: Item, names: Names, values: Values) -> Item:
    """The item after the update; `item` itself stays as it was. Raises SyntaxFault, or AwsError where the item does not
    fit the update.
    """
    after = dict(item)
    for action in update(text):
        name = attribute(action.path.text, names)
        if action.formula is None:
            after.pop(name, None)
        elif action.section == "SET":
            after[name] = _result(action.formula, item, names, values)
        else:
            new = _with(action.section, item.get(name), _value(action.formula.first, item, names, values))
            after.pop(name, None)
            after |= {name: new} if new else {}
    return after


def projected(item: Item, text: str | None, names: Names) -> Item:
    """The item with only the attributes of a projection expression. Raises SyntaxFault."""
    if text is None:
        return item
    return {name: item[name] for name in projection(text, names) if name in item}


def projection(text: str, names: Names) -> list[str]:
    """The attributes of a projection expression. Raises SyntaxFault."""
    return [attribute(path, names) for path in _paths(text)]


@cache
def _paths(text: str) -> tuple[str, ...]:
    tokens = Tokens(text)
    paths = [tokens.operand().text]
    while tokens.took(","):
        paths.append(tokens.operand().text)
    tokens.end()
    return tuple(paths)


def _action(tokens: Tokens, section: str) -> Action:
    path = tokens.operand()
    if section == "REMOVE":
        return Action(section, path)
    if section == "SET":
        tokens.take("=")
        first = _operand(tokens)
        if tokens.peek() in ("+", "-"):
            return Action(section, path, Formula(first, tokens.take(), _operand(tokens)))
        return Action(section, path, Formula(first))
    value = tokens.operand()
    if not value.is_value:
        raise tokens.fault()
    return Action(section, path, Formula(value))


def _operand(tokens: Tokens) -> Operand | Nested:
    first = tokens.operand()
    if not tokens.took("("):
        return first
    if first.text not in ("if_not_exists", "list_append"):
        known: Call = call(tokens, first.text)
        raise SyntaxFault(f"The function is not allowed in an update expression; function: {known.name}")
    operands = [_operand(tokens)]
    while tokens.took(","):
        operands.append(_operand(tokens))
    tokens.take(")")
    if len(operands) != 2:
        raise SyntaxFault(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {first.text}, number of operands: {len(operands)}"
        )
    path = operands[0]
    if first.text == "if_not_exists" and (isinstance(path, Nested) or path.is_value):
        raise SyntaxFault("Operator or function requires a document path; operator or function: if_not_exists")
    return Nested(first.text, tuple(operands))


def _result(formula: Formula, item: Item, names: Names, values: Values) -> Value:
    first = _value(formula.first, item, names, values)
    if formula.second is None:
        return first
    second = _value(formula.second, item, names, values)
    _check_given((formula.first, formula.second), "N", formula.sign, values)
    if "N" not in first or "N" not in second:
        raise _wrong_type()
    return {"N": total(first["N"], second["N"], 1 if formula.sign == "+" else -1)}


def _value(operand: Operand | Nested, item: Item, names: Names, values: Values) -> Value:
    if isinstance(operand, Operand):
        found = value_of(operand, item, names, values)
        if found is None:
            raise invalid("The provided expression refers to an attribute that does not exist in the item")
        return found
    if operand.name == "if_not_exists":
        path, other = operand.operands
        found = value_of(path, item, names, values) if isinstance(path, Operand) else None
        return found or _value(other, item, names, values)
    parts = [_value(part, item, names, values) for part in operand.operands]
    _check_given(operand.operands, "L", operand.name, values)
    if any("L" not in part for part in parts):
        raise _wrong_type()
    return {"L": [element for part in parts for element in part["L"]]}


def _check_given(operands: Iterable[Operand | Nested], kind: str, name: str, values: Values) -> None:
    """Raise SyntaxFault where the request itself brings a value of another type."""
    for operand in operands:
        if isinstance(operand, Operand) and operand.is_value and kind not in values[operand.text]:
            raise SyntaxFault(
                "Incorrect operand type for operator or function; "
                f"operator or function: {name}, operand type: {next(iter(values[operand.text]))}"
            )


def _with(section: str, old: Value | None, given: Value) -> Value | None:
    """The attribute after ADD or DELETE; None when nothing is left of it."""
    ((kind, content),) = given.items()
    if kind not in ("NS", "SS") and not (kind == "N" and section == "ADD"):
        raise SyntaxFault(
            f"Incorrect operand type for operator or function; operator: {section}, operand type: {_LONG[kind]}"
        )
    if old is not None and kind not in old:
        raise _wrong_type()
    if kind == "N":
        return {"N": total(old["N"] if old else "0", content)}
    before: Mapping[str, None] = dict.fromkeys(old[kind] if old else ())
    if section == "ADD":
        return {kind: sorted({*before, *content})}
    left = [element for element in before if element not in content]
    return {kind: left} if left else None


_LONG = {"S": "STRING", "N": "NUMBER", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP"}


def _wrong_type() -> AwsError:
    return invalid("An operand in the update expression has an incorrect data type")
