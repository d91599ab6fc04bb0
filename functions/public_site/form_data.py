"""The fields of a form that was sent form-encoded, as multipart or as JSON. Errors name the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.request import read_json

JSON = "application/json"
MULTIPART = "multipart/form-data"
TYPES = frozenset({"", "application/x-www-form-urlencoded", MULTIPART, JSON})
"""Media types of the bodies that are read; a body without one is taken to be form-encoded."""
MAX_FIELDS = 100
YES = frozenset({"1", "true", "on", "yes", "kyllä", "ja"})
"""Values of a checkbox that mean yes, in upper or lower case; browsers send `on` for a checkbox without a value."""
FIELD = re.compile(r"[A-Za-z][\w-]{0,39}", re.ASCII)
"""Field names that an answer may repeat."""

Value = str | bool | int | float | None
"""One value. Forms send only text; in JSON, values of other types than these become `_Wrong`."""


class _Wrong:
    """Stands for a JSON value that no field takes: an object, or a list in a list."""


class Fields:
    """The fields of one body. A field is checked when it is read, so fields that are not used may have any value."""

    def __init__(self, values: Mapping[str, tuple[Any, ...]], *, listed: Iterable[str] = ()) -> None:
        self._values = values
        self._listed = frozenset(listed)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def texts(self, name: str, most: int = MAX_FIELDS) -> tuple[str, ...]:
        """The texts of a field. Raises InvalidInput on it for other types, and with `most` 1 for a list."""
        values = self._values.get(name, ())
        if any(not isinstance(value, str) for value in values) or (most == 1 and name in self._listed):
            raise InvalidInput(name, "pages.errors.type")
        return values

    def words(self, name: str) -> tuple[str, ...]:
        """The texts of a field, without an error for values of other types, which are left out."""
        return tuple(value.strip() for value in self._values.get(name, ()) if isinstance(value, str))

    def yes(self, name: str) -> bool:
        """Whether the field says yes: a word of YES, or true or 1 in JSON."""
        values = self._values.get(name, ())
        if name in self._listed or not values:
            return False
        value = values[0]
        if isinstance(value, str):
            return value.strip().lower() in YES
        return value is True or (type(value) is int and value == 1)


def read(body: bytes, content_type: str) -> Fields:
    """The fields of a body. Raises InvalidInput on `body`, or on a field, if they cannot be read."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == JSON:
        return _from_json(body)
    if media_type == MULTIPART:
        return _from_parts(content_type, body)
    try:
        pairs = parse_qsl(
            body.decode("ascii", "surrogateescape"),
            keep_blank_values=True,
            max_num_fields=MAX_FIELDS,
            errors="surrogateescape",
        )
    except ValueError as error:
        raise InvalidInput("body", "pages.errors.body") from error
    return Fields(_collected((_utf8(name), value) for name, value in pairs))


def _from_json(body: bytes) -> Fields:
    try:
        data = read_json(body.decode("utf-8-sig"), _once)
    except InvalidInput:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", "pages.errors.body") from error
    if not isinstance(data, dict) or len(data) > MAX_FIELDS:
        raise InvalidInput("body", "pages.errors.body")
    values: dict[str, tuple[Any, ...]] = {}
    for name, value in data.items():
        each = value if isinstance(value, list) else [value]
        for one in each:
            if isinstance(one, str):
                _whole(name, one)
        values[name] = tuple(_Wrong() if isinstance(one, list | dict) else one for one in each if one is not None)
    return Fields(values, listed=(name for name, value in data.items() if isinstance(value, list)))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different; with the same name twice it would not be clear which value is meant."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(_named(name), "pages.errors.twice")
        found[_whole("body", name)] = value
    return found


def _from_parts(content_type: str, body: bytes) -> Fields:
    from email import policy
    from email.parser import BytesParser

    message = BytesParser(policy=policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n" + body
    )
    pairs = []
    for part in islice(message.iter_parts(), MAX_FIELDS):
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            pairs.append((name, payload.decode("utf-8", "surrogateescape")))
    return Fields(_collected(pairs))


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), _whole(name, _utf8(value)))
    return fields


def _utf8(text: str) -> str:
    """Text in which bytes beyond ASCII are surrogates, decoded as UTF-8; bytes that are not UTF-8 stay surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") if not text.isascii() else text


def _whole(field: str, text: str) -> str:
    """The text, if it is valid UTF-8. Raises InvalidInput for half a surrogate pair, and for bytes of another encoding,
    which API Gateway replaces by U+FFFD in a body that is declared as text.
    """
    if "\ufffd" in text:
        raise InvalidInput(_named(field), "pages.errors.encoding")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(_named(field), "pages.errors.encoding") from error
    return text


def _named(field: str) -> str:
    return field if FIELD.fullmatch(field) else "body"
