"""The description of the API is whole: every route, every request and every answer, with examples that are right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from console import openapi
from console.description.check import KNOWN
from console.handler import PATHS
from tests.support.console.described import document, faults, operations

OPERATIONS = [pytest.param(said, id=f"{method} {path}") for method, path, said in operations()]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
PUBLIC = {"showOpenapi"}


def contents(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What goes over the wire with an operation: the body, and that of every answer."""
    for where, part in [("body", said.get("requestBody", {})), *said["responses"].items()]:
        named = part
        if "$ref" in part:
            named = document()["components"]["responses"][part["$ref"].rpartition("/")[2]]
        yield from ((where, content) for content in named.get("content", {}).values())


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and every one in it, through references."""
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    inner += [
        each
        for name in ("items", "additionalProperties", "propertyNames")
        if isinstance(each := schema.get(name), dict)
    ]
    for each in inner:
        if not each.get("readOnly"):
            yield from parts(each)


def test_every_route_is_described_and_every_description_has_a_route() -> None:
    routed = {(method, path) for path, views in PATHS if path.startswith("/api/") for method in views}
    assert {(method, f"/api/v1{path}") for method, path, _ in operations()} == routed


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [said["operationId"] for _, _, said in operations()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("said", OPERATIONS)
def test_every_answer_has_its_schema_and_an_example_that_is_right(said: dict[str, Any]) -> None:
    for where, content in contents(said):
        if where == "200" and said["operationId"] in PUBLIC:
            continue
        assert "example" in content, where
        assert faults(content["example"], content["schema"]) == [], where
    for parameter in said.get("parameters", ()):
        if "example" in parameter:
            assert faults(parameter["example"], parameter["schema"]) == [], parameter["name"]
    expected = {"405", "422", "429", "500", "503"} | (set() if said["operationId"] in PUBLIC else {"401"})
    expected |= {"413", "415"} if "requestBody" in said else set()
    expected |= {"404"} if any(each["in"] == "path" for each in said.get("parameters", ())) else set()
    assert expected <= said["responses"].keys()


@pytest.mark.parametrize("said", OPERATIONS)
def test_nothing_is_asked_of_a_request_that_is_not_checked(said: dict[str, Any]) -> None:
    schemas = [parameter["schema"] for parameter in said.get("parameters", ())]
    schemas += [content["schema"] for where, content in contents(said) if where == "body"]
    for schema in schemas:
        for each in parts(schema):
            assert each.keys() <= KNOWN
            if each.get("type") == "object" and "properties" in each:
                assert each["additionalProperties"] is False
            if each.get("type") in ("string", ["string", "null"]):
                assert each.keys() & {"enum", "pattern", "maxLength", "format"}, f"{each} may be of any length"


def test_the_schemas_are_schemas() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid({"$schema": DRAFT, **schema}), name


def test_every_problem_is_of_one_kind() -> None:
    for _, path, said in operations():
        for status, answer in said["responses"].items():
            if status >= "400" and "$ref" not in answer:
                kinds = answer["content"]
                assert set(kinds) <= {"application/problem+json", "application/json"}, (path, status)
                assert kinds["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_it_is_json_and_the_same_each_time() -> None:
    assert json.loads(openapi.as_text()) == openapi.document()
