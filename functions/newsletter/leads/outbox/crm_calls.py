"""The requests by which a CRM with an API of its own is told of a lead, as a template of templates/crm/ writes them.

A template gives a JSON list of calls: {"method", "path", "body"} and, where it needs them, `keep`, `unless` and
`not_taken`. A value that an earlier answer told is written as {"learned": "name"} in a body, which no text of a reader
can be taken for, and as `{name}` in a path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from newsletter.platform.errors import InvalidInput

METHODS = ("POST", "PATCH", "PUT")
MEMBERS = {"method", "path", "body", "keep", "unless", "not_taken"}
MAX_CALLS = 5
LEARNED = re.compile(r"\{([a-z_]{1,40})\}")
MAX_LEARNED = 200
"""Characters of a value that is kept of an answer: an id."""


@dataclass(frozen=True)
class Call:
    """`path` follows the address of the CRM, and `body` is JSON. `keep` are values of the answer by their names, as
    paths such as `data.id`; a call whose `unless` is known already is left out; statuses `not_taken` are no success.
    """

    method: str
    path: str
    body: str
    keep: Mapping[str, str] = field(default_factory=dict)
    unless: str = ""
    not_taken: tuple[int, ...] = ()

    @property
    def names_learned(self) -> bool:
        """Whether its path leads to something that an earlier answer named, and that the CRM may not have any more."""
        return LEARNED.search(self.path) is not None

    @property
    def needs(self) -> frozenset[str]:
        """The names of what earlier answers must have told, for its path and body."""
        return frozenset(LEARNED.findall(self.path)) | frozenset(_named(json.loads(self.body)))


def parse_calls(text: str) -> tuple[Call, ...]:
    """The calls in what a template gave. Raises InvalidInput that names the place, e.g. `[2].path`."""
    try:
        found = json.loads(text)
    except ValueError as fault:
        raise InvalidInput("template", f"what it gives is not JSON ({fault})") from fault
    if not isinstance(found, list) or not 1 <= len(found) <= MAX_CALLS:
        raise InvalidInput("template", f"gives no list of 1 to {MAX_CALLS} calls")
    return tuple(_call(each, f"[{number}]") for number, each in enumerate(found, start=1))


def _call(data: Any, at: str) -> Call:
    if not isinstance(data, dict) or not {"method", "path", "body"} <= data.keys() <= MEMBERS:
        raise InvalidInput(at, f"a call has method, path and body, and perhaps {', '.join(sorted(MEMBERS))}")
    path, keep, not_taken = data["path"], data.get("keep", {}), data.get("not_taken", [])
    if data["method"] not in METHODS:
        raise InvalidInput(f"{at}.method", f"is none of {', '.join(METHODS)}")
    if not isinstance(path, str) or not path.startswith("/") or not path.isprintable() or " " in path:
        raise InvalidInput(f"{at}.path", "begins with a slash and has no blanks")
    if not isinstance(data["body"], dict):
        raise InvalidInput(f"{at}.body", "is no JSON object")
    if not isinstance(keep, dict) or not all(isinstance(each, str) for each in keep.values()):
        raise InvalidInput(f"{at}.keep", 'names values of the answer: {"person_id": "data.id"}')
    if not isinstance(not_taken, list) or not all(isinstance(each, int) for each in not_taken):
        raise InvalidInput(f"{at}.not_taken", "is a list of HTTP statuses")
    body = json.dumps(data["body"], ensure_ascii=False, separators=(",", ":"))
    return Call(data["method"], path, body, keep, str(data.get("unless", "")), tuple(not_taken))


def filled(call: Call, learned: Mapping[str, Any]) -> tuple[str, str]:
    """Path and body with what earlier answers told. Raises InvalidInput for a value that none did."""

    def in_path(found: re.Match[str]) -> str:
        return quote(str(_known(found[1], learned)), safe="")

    body = json.dumps(_filled(json.loads(call.body), learned), ensure_ascii=False, separators=(",", ":"))
    return LEARNED.sub(in_path, call.path), body


def learned_from(call: Call, body: bytes) -> dict[str, Any]:
    """What the answer tells of what the call is to keep. Raises InvalidInput where it does not tell it."""
    if not call.keep:
        return {}
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise InvalidInput("answer", "is not JSON, or too long") from fault
    return {name: _at(answer, path) for name, path in call.keep.items()}


def _at(answer: Any, path: str) -> str | int:
    value = answer
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > MAX_LEARNED:
        raise InvalidInput("answer", f"has no {path}")
    return value


def _filled(value: Any, learned: Mapping[str, Any]) -> Any:
    match value:
        case {"learned": str(name)} if len(value) == 1:
            return _known(name, learned)
        case dict():
            return {name: _filled(each, learned) for name, each in value.items()}
        case list():
            return [_filled(each, learned) for each in value]
    return value


def _named(value: Any) -> list[str]:
    """What `_filled` would fill in."""
    match value:
        case {"learned": str(name)} if len(value) == 1:
            return [name]
        case dict():
            return [name for each in value.values() for name in _named(each)]
        case list():
            return [name for each in value for name in _named(each)]
    return []


def _known(name: str, learned: Mapping[str, Any]) -> Any:
    if name not in learned:
        raise InvalidInput(name, "no answer of the CRM has told it")
    return learned[name]
