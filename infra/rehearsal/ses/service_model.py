"""A request is what botocore's own model of SES v2 allows, or it is refused as AWS refuses it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.loaders import Loader

from rehearsal.ses.errors import SesError, invalid

Check = Callable[[object, str], None]
"""Raises SesError when the value at this path breaks a rule of the model."""

_JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (str, int, float),
}


@dataclass(frozen=True)
class Operation:
    """One operation of SES v2: how its URI reads and what its input may hold."""

    name: str
    method: str
    uri: re.Pattern[str]
    check: Check
    query: Mapping[str, tuple[str, str]]
    """Name in the query string -> name and type of the input member."""

    def arguments(self, path: Mapping[str, str], query: Iterable[tuple[str, str]], body: object) -> dict[str, Any]:
        """The input structure from path, query string and JSON body, checked; SesError names what is wrong."""
        if not isinstance(body, dict):
            raise SesError("SerializationException", "The body must be a JSON object.")
        asked: dict[str, Any] = {}
        for key, value in query:
            name, kind = self.query.get(key, (key, "string"))
            if kind == "list":
                asked.setdefault(name, []).append(value)
            else:
                asked[name] = _integer(name, value) if kind == "integer" else value
        arguments = {**body, **asked, **path}
        self.check(arguments, "")
        return arguments


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation behind an HTTP method and path with the values of its path parameters."""
    for operation in _operations():
        if operation.method == method and (match := operation.uri.fullmatch(path)):
            return operation, match.groupdict()
    return None


def bulk_statuses() -> frozenset[str]:
    """BulkEmailStatus: every status that an entry of SendBulkEmail can have."""
    return frozenset(_model()["shapes"]["BulkEmailStatus"]["enum"])


COMMON_ERRORS = {
    "AccessDeniedException": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 403,
    "InvalidClientTokenId": 403,
    "InvalidSignatureException": 403,
    "MissingAuthenticationToken": 403,
    "NotAuthorized": 401,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 403,
}
"""Errors of all actions, which the model leaves out, with their HTTP status (AWS: Common Errors of SES v2)."""


def error_status(code: str) -> int:
    """HTTP status of a modelled exception or common error; ValueError when SES has no such exception."""
    if code in COMMON_ERRORS:
        return COMMON_ERRORS[code]
    shape = _model()["shapes"].get(code)
    if shape is None or not shape.get("exception"):
        raise ValueError(f"{code!r} is not an exception of SES v2")
    return int(shape["error"]["httpStatusCode"])


@functools.cache
def _model() -> dict[str, Any]:
    return dict(Loader().load_service_model("sesv2", "service-2"))


@functools.cache
def _operations() -> tuple[Operation, ...]:
    return tuple(_operation(name, description) for name, description in _model()["operations"].items())


def _operation(name: str, description: Mapping[str, Any]) -> Operation:
    shapes = _model()["shapes"]
    http = description["http"]
    input_shape = description.get("input", {}).get("shape")
    members = shapes[input_shape].get("members", {}) if input_shape else {}
    return Operation(
        name=name,
        method=http["method"],
        uri=re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(http["requestUri"]))),
        # A hundred operations, ten of them used: the rules of one are read when it is first called.
        check=lambda value, path: _checker(input_shape)(value, path) if input_shape else None,
        query={
            member["locationName"]: (key, shapes[member["shape"]]["type"])
            for key, member in members.items()
            if member.get("location") == "querystring"
        },
    )


@functools.cache
def _checker(name: str) -> Check:
    shape = _model()["shapes"][name]
    kind = shape["type"]
    if kind == "structure":
        return _structure(shape)
    if kind == "list":
        return _list(shape)
    if kind == "map":
        return _map
    return _scalar(shape)


def _structure(shape: Mapping[str, Any]) -> Check:
    members = {key: (_checker(member["shape"]), key[0].lower() + key[1:]) for key, member in shape["members"].items()}
    required = tuple(shape.get("required", ()))

    def check(value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise _violation(path, "must be an object")
        for key in required:
            if value.get(key) is None:
                raise _violation(_join(path, key[0].lower() + key[1:]), "must not be null")
        for key, item in value.items():
            if key not in members:
                raise _violation(_join(path, str(key)), "is not a member that SES knows")
            if item is not None:
                member, name = members[key]
                member(item, _join(path, name))

    return check


def _list(shape: Mapping[str, Any]) -> Check:
    item_check = _checker(shape["member"]["shape"])
    most = shape.get("max")

    def check(value: object, path: str) -> None:
        if not isinstance(value, list):
            raise _violation(path, "must be a list")
        if most is not None and len(value) > most:
            raise _violation(path, f"must have length less than or equal to {most}")
        for number, item in enumerate(value, 1):
            item_check(item, f"{path}.{number}.member")

    return check


def _scalar(shape: Mapping[str, Any]) -> Check:
    types, kind = _JSON_TYPES[shape["type"]], shape["type"]
    least, most, enum = shape.get("min"), shape.get("max"), shape.get("enum")
    pattern = re.compile(shape["pattern"]) if "pattern" in shape else None

    def check(value: object, path: str) -> None:
        if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
            raise _violation(path, f"must be a {kind}")
        size = len(value) if isinstance(value, str) else value
        if least is not None and size < least:
            raise _violation(path, f"must have length greater than or equal to {least}")
        if most is not None and size > most:
            raise _violation(path, f"must have length less than or equal to {most}")
        if pattern is not None and not pattern.fullmatch(value):
            raise _violation(path, f"must satisfy regular expression pattern: {shape['pattern']}")
        if enum is not None and value not in enum:
            raise _violation(path, f"must satisfy enum value set: {enum}")

    return check


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _map(value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise _violation(path, "must be an object")


def _violation(path: str, rule: str) -> SesError:
    # The value is not repeated, as AWS would: it may be an address or a reader's link.
    return invalid(f"1 validation error detected: Value at '{path}' failed to satisfy constraint: Member {rule}")


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise _violation(name[0].lower() + name[1:], "must be an integer") from None
