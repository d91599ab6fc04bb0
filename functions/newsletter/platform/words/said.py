"""English sentences that remember how they were made, so that the console can say them in its reader's language.

The English stands in the code, where API and command line show it. Its translations stand in
templates/locales/<language>/console/said.toml, under the English pattern; a test finds a pattern without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Self

ABOUT_SOMETHING = "{field}: {message}"
"""The pattern of `about`."""
VALUE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Said(str):
    """Text in English, with the `pattern` and the `values` that it was made of."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, values: dict[str, Any], one: str = "") -> Self:
        """`one` is the English for a `count` of 1, where it differs."""
        form = one if one and values.get("count") == 1 else pattern
        said = super().__new__(cls, filled(form, values))
        said.pattern, said.values = pattern, values
        return said

    def __deepcopy__(self, memo: object) -> Self:
        """Itself, which nobody changes."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Where it is pickled it becomes plain text."""
        return str, (str(self),)

    def with_values(self, **values: Any) -> Said:
        """The same with values that were not known where it was written down."""
        return Said(self.pattern, {**self.values, **values})


class Stored(Said):
    """Text that was read from a table: perhaps a sentence of ours, which is then recognized by its pattern."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """`text` is as it was read."""
        return super().__new__(cls, "{text}", {"text": text})


def say(pattern: str, /, **values: Any) -> Said:
    """The sentence with its `{name}`s filled in. A value may be a sentence itself; a whole number gets separators."""
    return Said(pattern, values)


def say_number(one: str, other: str, /, *, count: int, **values: Any) -> Said:
    """A sentence about `count` things: `one` for a single one, `other` for any other number."""
    return Said(other, {"count": count, **values}, one)


def about(what: object, sentence: str) -> Said:
    """`what: sentence`, where the first is a name or an address, and no word."""
    return say("{field}: {message}", field=str(what), message=sentence)


def joined(parts: Sequence[str], last: Callable[[str, str], Said] | None = None) -> str:
    """`a; b; c`; with `last`, `a, b` and then the last one as that says it. Empty of no part."""
    if not parts:
        return ""
    words = parts[0]
    for part in parts[1 : None if last is None else -1]:
        if last is None:
            words = say("{first}; {second}", first=words, second=part)
        else:
            words = say("{first}, {second}", first=words, second=part)
    return last(words, parts[-1]) if last and len(parts) > 1 else words


def either(parts: Sequence[str]) -> str:
    """`a, b or c`."""
    return joined(parts, lambda first, second: say("{first} or {second}", first=first, second=second))


def filled(pattern: str, values: dict[str, Any]) -> str:
    """The English text. A value that is not known yet keeps its place."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        given = values[found[1]]
        return f"{given:,}" if isinstance(given, int) and not isinstance(given, bool) else str(given)

    return VALUE.sub(value, pattern)
