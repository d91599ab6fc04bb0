"""Which entries of a feed stay out of the newsletter: `exclude` of [[feeds]]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.platform.errors import InvalidPublication
from newsletter.platform.text import folded
from newsletter.publication.toml_table import TomlTable

MAX_EXCLUSIONS = 50


@dataclass(frozen=True)
class Exclusion:
    """A pattern for each field that must fit, empty where any value does: the title, a category, the address.

    A pattern fits the whole value, without regard to upper and lower case; `*` stands for any text, also for none.
    """

    title: str = ""
    category: str = ""
    url: str = ""

    def covers(self, title: str, categories: Sequence[str], url: str) -> bool:
        """Whether every pattern fits; of the categories one has to."""
        return (
            (not self.title or fits(self.title, title))
            and (not self.category or any(fits(self.category, each) for each in categories))
            and (not self.url or fits(self.url, url))
        )

    def __str__(self) -> str:
        given = {"title": self.title, "category": self.category, "url": self.url}
        return ", ".join(f'{name} = "{pattern}"' for name, pattern in given.items() if pattern)


def fits(pattern: str, value: str) -> bool:
    """Whether the pattern fits the whole value. Takes time in proportion to its length, whatever the pattern."""
    first, *others = folded(pattern).split("*")
    text = folded(value)
    if not others:
        return text == first
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def parse_exclusion(table: TomlTable) -> Exclusion:
    """One entry of `exclude`. Raises InvalidPublication."""
    exclusion = Exclusion(table.optional("title"), table.optional("category"), table.optional("url"))
    if exclusion == Exclusion():
        raise InvalidPublication(
            table.path("title"), 'missing; give a title, category or url, e.g. { title = "Ad: *" }'
        )
    for field in ("title", "category", "url"):
        pattern = getattr(exclusion, field)
        if pattern and not pattern.strip("* "):
            raise InvalidPublication(table.path(field), f"{pattern!r} fits everything; nothing would be mailed")
    return exclusion


def parse_exclusions(table: TomlTable, field: str) -> tuple[Exclusion, ...]:
    """All entries of `exclude`, none when it is left out. Raises InvalidPublication."""
    exclusions = table.each(field, parse_exclusion)
    if len(exclusions) > MAX_EXCLUSIONS:
        raise InvalidPublication(table.path(field), f"at most {MAX_EXCLUSIONS}")
    return exclusions
