"""How one choice of a reader is read from a form or a list, stored and shown. The choices are in choices.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from newsletter.articles.classification.topic_names import topics_named, words_of
from newsletter.platform.errors import InvalidInput
from newsletter.platform.text import is_one_line, one_line
from newsletter.readers.imports.written_dates import read_day

if TYPE_CHECKING:
    from newsletter.publication.publication import Publication

MAX_TEXT = 80
"""Characters of a text such as a name."""
LONGEST_PAUSE = timedelta(days=365)
TRUE_OR_FALSE = {
    "": True,
    "true": True,
    "tosi": True,
    "sant": True,
    "false": False,
    "epätosi": False,
    "falskt": False,
}
"""Booleans in a list as our export writes them, and as Excel in Finnish and Swedish saves them; empty is true."""


class Frequency(StrEnum):
    """How often a reader wants the digest."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Rules:
    """What may be chosen. `today` is the day in the publication's time zone.

    `every_topic` is whether no topics mean all of them; if not, `no_topics` is the locale key of the error for none.
    """

    publication: Publication
    today: date
    every_topic: bool = False
    no_topics: str = "pages.errors.no_topics"


Read = Callable[[Any, Rules], Any]
"""Turns what was typed or written into the value. Raises InvalidInput with what would be right, or ValueError; then the
text is that of the locale key `pages.errors.<name of the choice>`."""


def unchanged(value: Any) -> Any:
    """The value itself, for choices that are stored as they are."""
    return value


@dataclass(frozen=True)
class Choice:
    """How one choice is read, stored and shown.

    `read` takes the value of a form field or JSON (a text; for topics a tuple of texts; for a checkbox a bool).
    `read_cell` takes the text of a cell in a list of readers, where that is read differently. `to_stored` and
    `from_stored` convert to and from the plain value of the attribute, which has the choice's name. `needed`: every
    profile must have the attribute, and one without it is broken; of other choices the default is not stored.
    """

    read: Read
    read_cell: Read | None = None
    to_stored: Callable[[Any], Any] = unchanged
    from_stored: Callable[[Any], Any] = unchanged
    kind: Literal["S", "BOOL", "L"] = "S"
    """DynamoDB's type of the attribute; a list is one of texts."""
    needed: bool = False
    on_form: bool = True
    """Whether the sign-up form asks for it, so that confirming one can change it."""
    always_shown: bool = False
    """Whether pages show it even if it has the default value."""
    autocomplete: str = ""
    """The HTML autofill token of a text (attribute `autocomplete`). A choice with one is shown as a text field."""
    for_audiences: bool = False
    """Whether planning reads it: it must be in the projection of the index for planning (infra/storage.yaml)."""
    for_crm: bool = False
    """Whether a lead's webhook sends it to the CRM."""
    unreadable: Callable[[Rules], Any] | None = None
    """The value where a cell cannot be read in the row of a reader who left; without it, the default."""


# --- reading ---------------------------------------------------------------------------------------------------------


def read_text(typed: str, _: Rules) -> str:
    """The text on one line (text.py). Web addresses are refused, because mail programs link them."""
    found = one_line(typed)
    if (
        len(found) > MAX_TEXT
        or not is_one_line(" ".join(typed.split()))
        or "://" in found
        or "www." in found.casefold()
    ):
        raise ValueError(MAX_TEXT)
    return found


def read_topics(typed: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """The topics in the publication's order, each once. None are refused unless `every_topic` is true."""
    if not typed and not rules.every_topic:
        raise InvalidInput("topics", rules.no_topics)
    known = [topic.key for topic in rules.publication.topics]
    if not set(typed) <= set(known):
        raise ValueError(known)
    return tuple(key for key in known if key in typed)


def read_topics_cell(written: str, rules: Rules) -> tuple[str, ...]:
    """Topics given by their keys, or by their labels in any language of the publication."""
    found, unknown = topics_named(words_of(written), rules.publication.topics)
    return read_topics((*found, *unknown), rules)


def read_language(typed: str, rules: Rules) -> str:
    """One of the publication's languages."""
    if typed not in rules.publication.languages:
        raise ValueError(rules.publication.languages)
    return typed


def read_language_cell(written: str, rules: Rules) -> str:
    """A language, also written as `fi-FI` or `fi_FI`; empty is the publication's first."""
    given = written or first_language(rules)
    return read_language(re.split(r"[-_]", given.strip().casefold())[0], rules)


def first_language(rules: Rules) -> str:
    """The publication's first language, which is its default."""
    return rules.publication.languages[0]


def read_frequency(typed: str, _: Rules) -> Frequency:
    """`weekly` or `monthly`."""
    return Frequency(typed)


def read_frequency_cell(written: str, _: Rules) -> Frequency:
    """`weekly` or `monthly`; empty is weekly."""
    return Frequency(written or Frequency.WEEKLY)


def read_pause(typed: str, rules: Rules) -> date | None:
    """The first day of mail again, as date fields send it (ISO 8601), within the next year; empty is no pause."""
    if not typed:
        return None
    day = date.fromisoformat(typed)
    if not rules.today < day <= rules.today + LONGEST_PAUSE:
        raise ValueError(LONGEST_PAUSE)
    return day


def read_pause_cell(written: str, _: Rules) -> date | None:
    """A day in any common notation (written_dates.py), also one that is past; empty is no pause."""
    day = read_day(written) if written else None
    if written and day is None:
        raise InvalidInput("paused_until", "a day such as 2026-12-24")
    return day


def read_tracking(ticked: bool, _: Rules) -> bool:  # noqa: FBT001 # the value of a checkbox
    """Whether the checkbox is ticked."""
    return ticked


def read_tracking_cell(written: str, _: Rules) -> bool:
    """True or false, in the words of TRUE_OR_FALSE; empty is true."""
    try:
        return TRUE_OR_FALSE[written.casefold()]
    except KeyError:
        raise InvalidInput("tracking", "true or false") from None
