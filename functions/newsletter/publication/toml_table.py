"""A TOML table that knows its path, so that every error names the place, and what has been read of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar

from newsletter.platform.errors import InvalidPublication
from newsletter.platform.text import composed

KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
LINE = re.compile(r"^[^\r\n]{1,200}$")

T = TypeVar("T")
Texts = Mapping[str, str]
"""One text per language of the publication."""


class TomlTable:
    """Reads typed values by name. Every method raises InvalidPublication with the path of the wrong value.

    With `faults`, those after which reading can continue are added to that list instead: texts that are missing or too
    many, numbers and choices out of bounds, unknown fields.
    """

    def __init__(
        self, data: Mapping[str, Any], path: str = "", *, faults: list[InvalidPublication] | None = None
    ) -> None:
        self._data = {field: _composed(value) for field, value in data.items()}
        self._path = path
        self._read: set[str] = set()
        self._faults = faults

    def path(self, field: str) -> str:
        """Where the field stands, e.g. `topics[2].key`."""
        return f"{self._path}.{field}" if self._path else field

    def __contains__(self, field: object) -> bool:
        return field in self._data

    def _take(self, field: str, kind: type | UnionType, right: str, default: Any = None) -> Any:
        self._read.add(field)
        value = self._data.get(field, default)
        if value is None:
            raise InvalidPublication(self.path(field), f"missing; give {right}")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InvalidPublication(self.path(field), f"give {right}")
        return value

    def _note(self, path: str, message: str) -> None:
        """A fault after which reading can continue."""
        fault = InvalidPublication(path, message)
        if self._faults is None:
            raise fault
        self._faults.append(fault)

    def refuse(self, field: str, message: str) -> None:
        """A fault of a field that was read, by what others say."""
        self._note(self.path(field), message)

    def line(self, field: str) -> str:
        """One line of 1 to 200 characters."""
        value: str = self._take(field, str, "a line of text")
        if not LINE.match(value) or not value.strip():
            raise InvalidPublication(self.path(field), "one line of 1 to 200 characters")
        return value.strip()

    def optional(self, field: str) -> str:
        """A line, or empty when the field is left out."""
        return self.line(field) if field in self._data else ""

    def key(self, field: str) -> str:
        """A name that may stand in ids and addresses."""
        value = self.line(field)
        if not KEY.match(value):
            raise InvalidPublication(self.path(field), f"{value!r}: lower-case letters, digits and hyphens only")
        return value

    def url(self, field: str) -> str:
        """An http(s) address."""
        value = self.line(field)
        if not re.match(r"^https?://[^\s/]+", value):
            raise InvalidPublication(self.path(field), f"{value!r} is no http(s) address")
        return value

    def one_of(self, field: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed values."""
        value = self.line(field)
        if value not in allowed:
            self._note(self.path(field), f"{value!r} is none of {', '.join(allowed)}")
            return allowed[0]
        return value

    def number(self, field: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number from `least` to `most`."""
        value: int = self._take(field, int, f"a whole number from {least} to {most}", default)
        if not least <= value <= most:
            self._note(self.path(field), f"{value} is not from {least} to {most}")
            return least
        return value

    def decimal(self, field: str, least: float, most: float, default: float | None = None) -> float:
        """A number from `least` to `most`, which may have decimals."""
        value: float = self._take(field, int | float, f"a number from {least} to {most}", default)
        if not least <= value <= most:
            self._note(self.path(field), f"{value} is not from {least} to {most}")
            return least
        return value

    def day(self, field: str) -> date:
        """A day as TOML writes it, without quotes and time."""
        value = self._take(field, date, "a day without quotes, such as 2027-01-11")
        if isinstance(value, datetime):
            raise InvalidPublication(self.path(field), "give a day without a time, such as 2027-01-11")
        found: date = value
        return found

    def yes_no(self, field: str, *, default: bool) -> bool:
        """true or false, possibly left out."""
        self._read.add(field)
        value = self._data.get(field, default)
        if not isinstance(value, bool):
            raise InvalidPublication(self.path(field), "give true or false")
        return value

    def lines(self, field: str) -> tuple[str, ...]:
        """A list of texts, possibly empty or left out."""
        values: list[Any] = self._take(field, list, "a list of texts", default=[])
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise InvalidPublication(self.path(field), "a list of texts, none of them empty")
        return tuple(value.strip() for value in values)

    def texts(self, field: str, languages: tuple[str, ...], *, one_line: bool = False) -> Texts:
        """One text for each language, and for no other. `one_line` is for subjects, titles and buttons."""
        values: dict[str, Any] = self._take(field, dict, "one text per language")
        texts = {}
        for language in languages:
            value = values.get(language)
            text = texts[language] = value.strip() if isinstance(value, str) else ""
            if not text:
                self._note(f"{self.path(field)}.{language}", "missing; every language needs its text")
            elif one_line and not LINE.fullmatch(text):
                self._note(f"{self.path(field)}.{language}", "one line of 1 to 200 characters")
        for language in sorted(set(values) - set(languages)):
            right = f"not one of the publication's languages; remove this text, or add {language!r} to `languages`"
            self._note(f"{self.path(field)}.{language}", right)
        return texts

    def plain(self, field: str) -> Mapping[str, Any]:
        """A table of any names with single values or lists of them, possibly left out."""
        values: dict[str, Any] = self._take(field, dict, f"a table [{self.path(field)}]", default={})
        for name, value in values.items():
            if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(e, dict | list) for e in value)):
                raise InvalidPublication(
                    f"{self.path(field)}.{name}", "give a text, a number, true or false, or a list"
                )
        return values

    def table(self, field: str, build: Callable[[TomlTable], T]) -> T:
        """What `build` makes of the table [field]."""
        return self._built(self._take(field, dict, f"a table [{self.path(field)}]"), self.path(field), build)

    def each(self, field: str, build: Callable[[TomlTable], T]) -> tuple[T, ...]:
        """What `build` makes of each table [[field]]."""
        rows: list[Any] = self._take(field, list, f"tables [[{self.path(field)}]]", default=[])
        tables = []
        for number, row in enumerate(rows, start=1):
            path = f"{self.path(field)}[{number}]"
            if not isinstance(row, dict):
                raise InvalidPublication(path, 'give a table, { key = "value" }')
            tables.append(self._built(row, path, build))
        return tuple(tables)

    def _built(self, data: Mapping[str, Any], path: str, build: Callable[[TomlTable], T]) -> T:
        table = TomlTable(data, path, faults=self._faults)
        value = build(table)
        table.refuse_leftovers()
        return value

    def refuse_leftovers(self) -> None:
        """Report fields that were not read: they are probably misspelt."""
        for unknown in sorted(set(self._data) - self._read):
            self._note(self.path(unknown), "unknown field; is it misspelt?")


def _composed(value: Any) -> Any:
    """The value with its texts in the form in which texts are compared; tables within it are read as TomlTable too."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        return [composed(each) if isinstance(each, str) else each for each in value]
    if isinstance(value, dict):
        return {name: composed(each) if isinstance(each, str) else each for name, each in value.items()}
    return value
