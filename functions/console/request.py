"""A request to the console, read with limits on all its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs

from newsletter.mail.pictures.picture import MAX_BYTES
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.multipart import MEDIA_TYPE, UploadedFile, read_multipart
from newsletter.platform.web.request import HttpRequest, read_json
from newsletter.platform.words.said import say

MAX_FIELDS = 200
PLACE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ#[\w.:-]{1,200}", re.ASCII)
"""A cursor of lists that are kept by time: the last line of the page before."""
JOB = re.compile(r"\d{14}-[0-9a-f]{16}", re.ASCII)
"""The id of an import or an export."""
LISTS = re.compile(r"/(?:console|api/v1)/imports(?:/[\w-]{1,60}/parts/\d{1,4})?", re.ASCII)
"""The paths that take lists of readers."""
PICTURES = ("/console/pictures", "/api/v1/pictures")
"""Those that take pictures."""
T = TypeVar("T")


class Attempt(Protocol):
    """Ids for what a request makes."""

    @property
    def draft_id(self) -> str:
        """For a draft."""

    @property
    def nonce(self) -> str:
        """For anything else."""


class Request(HttpRequest):
    """A request of a browser or a program."""

    MAX_BODY = 200_000
    """A campaign's text has at most 50,000 characters, which a form writes as up to six bytes each."""
    MAX_FILE = 4_100_000
    """A list of readers, or a part of it. API Gateway hands over at most 6 MB, and Base64 adds a third."""
    MAX_PICTURE = MAX_BYTES + 10_000
    """A picture, with the other fields of its form."""
    UNREADABLE = "not readable"
    defaults: Mapping[str, Any] = MappingProxyType({})
    """Of the parameters that the API's description gives one."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        super().__init__(event)
        self.told: dict[str, str] = {}
        """Headers that any answer to this request gets."""
        self.attempt: Attempt | None = None
        """Of a request with an Idempotency-Key: gives what it makes the same ids at every try (access/once.py)."""

    @property
    def max_body(self) -> int:
        """Bytes of the longest body that is read at this path."""
        if self.path in PICTURES:
            return self.MAX_PICTURE
        return self.MAX_FILE if LISTS.fullmatch(self.path) else self.MAX_BODY

    @property
    def is_multipart(self) -> bool:
        """Whether the body is a form that may have files."""
        return self.header("content-type").partition(";")[0].strip().lower() == MEDIA_TYPE

    @property
    def of_api(self) -> bool:
        """Whether the request is for the API, which answers with JSON."""
        return self.path.startswith("/api/")

    @property
    def address(self) -> str:
        """The path with its query."""
        query = self._event.get("rawQueryString") or ""
        return f"{self.path}?{query}" if query else self.path

    @cached_property
    def step(self) -> str:
        """The button of a form that was pressed, or what a program wants done with a campaign; may be empty."""
        try:
            if not self.of_api:
                return self.field("step")
            given = self.json_object() if self.method in ("POST", "PUT") else {}
        except InvalidInput:
            return ""
        if given.get("draft") is True:
            return "draft"
        return "schedule" if given.get("send_at") else ""

    def cookie(self, name: str) -> str:
        """The cookie's value; empty when it is not there."""
        cookies = (str(cookie).partition("=") for cookie in self._event.get("cookies") or ())
        return next((value for key, _, value in cookies if key == name), "")

    def limit(self) -> int:
        """How many lines of a list are wanted, within what the description of the API says of it."""
        return int(self.query("limit") or self.defaults["limit"])

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most` in the query. Raises InvalidInput."""
        text = self.query(name)
        if not text:
            return default
        if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
            raise InvalidInput(name, say("a whole number from 1 to {most}", most=most))
        return int(text)

    def place(self) -> str:
        """`?cursor=` of a list that is kept by time; empty for the first page. Raises InvalidInput."""
        cursor = self.query("cursor")
        if cursor and not PLACE.fullmatch(cursor):
            raise InvalidInput("cursor", say("give `cursor` of the page before"))
        return cursor

    def place_of_job(self) -> str:
        """`?cursor=` of a list of imports or exports; empty for the first page. Raises InvalidInput."""
        cursor = self.query("cursor")
        if cursor and not JOB.fullmatch(cursor):
            raise InvalidInput("cursor", say("give `cursor` of the page before"))
        return cursor

    def page(self, items: Sequence[T], name: Callable[[T], str], limit: int) -> tuple[Sequence[T], str | None]:
        """At most `limit` of the items, from after the one that `?cursor=` names, and the next page's cursor.

        None after the last item. Raises InvalidInput for a cursor that names none of them.
        """
        start, cursor = 0, self.query("cursor")
        if cursor:
            start = next((number for number, item in enumerate(items, 1) if name(item) == cursor), 0)
            if not start:
                raise InvalidInput(
                    "cursor", say("give `cursor` of the page before; what it named is gone, so begin anew")
                )
        shown = items[start : start + limit]
        return shown, name(shown[-1]) if start + limit < len(items) else None

    @cached_property
    def form(self) -> Mapping[str, Sequence[str]]:
        """The fields of a form, also of one with files (multipart/form-data; `files`). Raises InvalidInput."""
        if self.is_multipart:
            return self._parts[0]
        try:
            return parse_qs(self.body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError as error:
            raise InvalidInput("body", say("not a form in UTF-8")) from error

    @property
    def files(self) -> Mapping[str, UploadedFile]:
        """The files of a form, by field. Raises InvalidInput."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[Mapping[str, Sequence[str]], Mapping[str, UploadedFile]]:
        return read_multipart(self.header("content-type"), self.body, MAX_FIELDS)

    def field(self, name: str) -> str:
        """The first value of a form's field; empty when it is not there."""
        return next(iter(self.form.get(name, ())), "")

    def json_object(self) -> dict[str, Any]:
        """The JSON object in the body. Raises InvalidInput on `body`, or on a field with half of a surrogate pair."""
        try:
            data = read_json(self.body.decode())
        except (ValueError, RecursionError) as error:
            raise InvalidInput("body", "not JSON in UTF-8") from error
        if not isinstance(data, dict):
            raise InvalidInput("body", "a JSON object")
        for name, value in data.items():
            try:
                json.dumps([name, value], ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                field = name if name.isprintable() and name.isascii() else "body"
                raise InvalidInput(field, "give whole characters; half of a surrogate pair is none") from error
        return data
