"""Checks a value against a schema of the API's description, so that what is described is what is checked.

It knows the keywords of JSON Schema that descriptions of requests use, and says in words what would be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from newsletter.platform.times import parse_iso

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]
"""By name, for `$ref`."""

NOTES = {"title", "description", "default", "examples", "deprecated", "readOnly"}
"""Keywords that allow and forbid nothing."""
KNOWN = NOTES | {
    *("$ref", "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minimum", "maximum"),
    *("items", "minItems", "maxItems", "properties", "required", "additionalProperties", "propertyNames"),
    *("anyOf", "oneOf"),
}
WORDS = {
    "string": "give a text",
    "boolean": "give true or false",
    "integer": "give a whole number",
    "number": "give a number",
    "object": "give an object",
    "array": "give a list",
    "null": "give null",
}
UNKNOWN = "unknown field; is it misspelt?"
APART = "not together with the other fields that are here"
MISSING = "missing"
MOST_FAULTS = 50
"""Faults in one answer. Whoever sends a thousand wrong fields need not hear of each."""


def faults(value: Any, schema: Schema, schemas: Schemas) -> dict[str, str]:
    """What the schema does not allow: {field: what would be right}; a fault of the value itself is under ``.

    Of `anyOf` beside `properties` only `required` is looked at, and the first alternative says what is missing: values
    that are wrong by themselves are named by what takes them, which knows all that is wrong and says it at once.
    """
    found: dict[str, str] = {}
    for at, words in _faults(value, schema, schemas, ""):
        found.setdefault(at, words)
        if len(found) == MOST_FAULTS:
            break
    return found


def _faults(value: Any, schema: Schema, schemas: Schemas, at: str) -> Iterator[tuple[str, str]]:
    schema = resolved(schema, schemas)
    either = schema.get("anyOf") or schema.get("oneOf")
    if schema.get("readOnly"):
        return
    if either and "properties" not in schema:
        yield from _of_either(value, either, schemas, at)
    elif not _has_type(value, _types(schema)):
        yield at, _type_words(schema, schemas)
    elif value is not None and not _is_among(value, schema):
        yield at, f"one of {', '.join(map(str, schema.get('enum', [schema.get('const')])))}"
    else:
        yield from _in_value(value, schema, schemas, at)


def _is_among(value: Any, schema: Schema) -> bool:
    return ("enum" not in schema or value in schema["enum"]) and ("const" not in schema or value == schema["const"])


def _in_value(value: Any, schema: Schema, schemas: Schemas, at: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield from ((at, words) for words in _of_text(value, schema))
        case bool() | None:
            return
        case int() | float():
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
                yield at, _type_words(schema, schemas)
        case list():
            yield from _of_list(value, schema, schemas, at)
        case dict():
            yield from _of_object(value, schema, schemas, at)


def resolved(schema: Schema, schemas: Schemas) -> Schema:
    """The schema that a `$ref` names; any other as it is."""
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _of_either(value: Any, either: list[Schema], schemas: Schemas, at: str) -> Iterator[tuple[str, str]]:
    """What is wrong by that of them that fits best; nothing if one fits.

    One of the value's type fits better than others, then one that knows more of its fields, then one with fewer faults;
    of equals, the first.
    """
    of_type = [each for each in either if _has_type(value, _types(resolved(each, schemas)))]
    tried = [list(_faults(value, each, schemas, at)) for each in of_type or either]
    own = {_inside(at, name) for name in value} if isinstance(value, dict) else set()
    found = min(
        tried, key=lambda faults: (sum(each in own and words == UNKNOWN for each, words in faults), len(faults))
    )
    known = {_inside(at, name) for each in either for name in resolved(each, schemas).get("properties", ())}
    yield from ((place, APART if words == UNKNOWN and place in known else words) for place, words in found)


def _types(schema: Schema) -> tuple[str, ...]:
    kind = schema.get("type", ())
    return (kind,) if isinstance(kind, str) else tuple(kind)


_IS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}


def _has_type(value: Any, kinds: tuple[str, ...]) -> bool:
    return not kinds or any(_IS[kind](value) for kind in kinds)


def _type_words(schema: Schema, schemas: Schemas) -> str:
    kind = next((each for each in _types(schema) if each != "null"), "null")
    words = WORDS[kind]
    if kind == "array" and "string" in _types(resolved(schema.get("items", {}), schemas)):
        words = "give a list of texts"
    if kind in ("integer", "number") and "minimum" in schema:
        words += (
            f" from {schema['minimum']} to {schema['maximum']}"
            if "maximum" in schema
            else f" from {schema['minimum']} on"
        )
    return words


def _of_text(text: str, schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength", len(text))
    if len(text) < least:
        yield "empty; give a text" if least == 1 else f"{len(text)} characters; give at least {least}"
    elif len(text) > most:
        yield f"{len(text)} characters; give at most {most}"
    elif "pattern" in schema and not re.search(schema["pattern"], text, re.ASCII):
        yield f"not of the right form: {schema.get('description', schema['pattern'])}"
    elif schema.get("format") == "date-time" and not _is_moment(text):
        yield "give date, time and offset, e.g. 2026-12-01T08:00:00+02:00"


def _is_moment(text: str) -> bool:
    try:
        return len(text) <= 40 and bool(parse_iso(text))
    except ValueError:
        return False


def _of_list(values: list[Any], schema: Schema, schemas: Schemas, at: str) -> Iterator[tuple[str, str]]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(values))
    if not least <= len(values) <= most:
        yield at, f"{len(values)} items; give {least} to {most}" if "maxItems" in schema else f"give at least {least}"
        return
    items = schema.get("items", {})
    of_objects = "object" in _types(resolved(items, schemas))
    for number, value in enumerate(values, 1):
        place = f"{at}[{number}]"
        for where, words in _faults(value, items, schemas, place):
            if of_objects:
                yield where, words
            else:
                whole = words == _type_words(resolved(items, schemas), schemas)
                yield at, _type_words(schema, schemas) if whole else f"item {number}: {words}"


def _of_object(value: dict[str, Any], schema: Schema, schemas: Schemas, at: str) -> Iterator[tuple[str, str]]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in _missing(value, schema):
        yield _inside(at, name), MISSING
    for name, each in value.items():
        place = _inside(at, name)
        if name in properties:
            yield from _faults(each, properties[name], schemas, place)
        elif others is False:
            yield place, UNKNOWN
        elif any(_faults(name, schema.get("propertyNames", {}), schemas, "")):
            yield at or place, f"{name[:50]!r} is not the name of a field here"
        elif isinstance(others, Mapping):
            yield from ((at or place, words) for _, words in _faults(each, others, schemas, place))


def _missing(value: dict[str, Any], schema: Schema) -> list[str]:
    """The fields that are required and not there."""
    missing = [name for name in schema.get("required", ()) if name not in value]
    either = schema.get("anyOf", ())
    if either and all(_missing(value, each) or not _is_chosen(value, each) for each in either):
        missing += _missing(value, either[0])
    return missing


def _is_chosen(value: dict[str, Any], schema: Schema) -> bool:
    """Whether the constants by which one alternative is chosen are there."""
    constants = {name: each["const"] for name, each in schema.get("properties", {}).items() if "const" in each}
    return all(value.get(name) == constant for name, constant in constants.items())


def _inside(at: str, name: str) -> str:
    shown = name if len(name) <= 80 else f"{name[:80]}…"
    return f"{at}.{shown}" if at else shown
