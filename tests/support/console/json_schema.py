"""Checks JSON against a schema, for the keywords that ours use; any other keyword is an error of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TYPES: Mapping[str, type | tuple[type, ...]] = {"object": dict, "array": list, "string": str, "integer": int}
ABOUT = {"$schema", "title", "description", "$defs"}
KNOWN = {
    *ABOUT,
    *("$ref", "type", "enum", "pattern", "maxLength", "minimum", "maximum"),
    *("required", "properties", "items", "maxItems"),
}


def faults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, at: str = "") -> list[str]:
    """What of the value the schema does not allow, each with its place; empty if all is well."""
    return list(_faults(value, schema, schema if root is None else root, at or "$"))


def unknown_fields(value: Any, schema: Mapping[str, Any], at: str = "$") -> list[str]:
    """Fields of the value that the schema does not name, in objects of which it names any."""
    if isinstance(value, list):
        return [each for one in value for each in unknown_fields(one, schema.get("items", {}), at)]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    named = schema["properties"]
    found = [f"{at}.{name}" for name in value if name not in named]
    return found + [
        x for name in value if name in named for x in unknown_fields(value[name], named[name], f"{at}.{name}")
    ]


def _faults(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[str]:
    assert schema.keys() <= KNOWN, f"{at}: this check does not know {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from _faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, at)
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or isinstance(value, bool)):
        yield f"{at}: {value!r} is no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    match value:
        case str():
            yield from _of_text(value, schema, at)
        case int() if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{at}: {value} is out of bounds"
        case dict():
            yield from (f"{at}: no {name}" for name in schema.get("required", ()) if name not in value)
            inner = {name: each for name, each in schema.get("properties", {}).items() if name in value}
            for name, each in inner.items():
                yield from _faults(value[name], each, root, f"{at}.{name}")
        case list():
            yield from _of_list(value, schema, root, at)


def _of_text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not re.search(schema.get("pattern", ""), value):
        yield f"{at}: {value!r} does not match {schema['pattern']}"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: longer than {schema['maxLength']}"


def _of_list(value: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[str]:
    if len(value) > schema.get("maxItems", len(value)):
        yield f"{at}: more than {schema['maxItems']}"
    for number, one in enumerate(value):
        yield from _faults(one, schema.get("items", {}), root, f"{at}[{number}]")
