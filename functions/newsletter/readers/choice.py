"""How what a reader chooses is read from a form or a list, kept in a table and shown. The choices are in choices.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from newsletter.articles.topic_names import topics_named, words_of
from newsletter.platform.errors import InvalidInput
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
"""As our export writes it, and as Excel saves that in Finnish and Swedish."""


class Frequency(StrEnum):
    """How often a reader wants the digest."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Rules:
    """What is allowed to be chosen. `today` is the day in the publication's time zone.

    `every_topic` says whether no topics mean all of them, `no_topics` what to tell who chose none otherwise.
    """

    publication: Publication
    today: date
    every_topic: bool = False
    no_topics: str = "pages.errors.no_topics"


Read = Callable[[Any, Rules], Any]
"""The value of what was typed or written. Raises InvalidInput that says what would be right, or ValueError: the locales
say it, in `pages.errors.<name of the choice>`."""


def unchanged(value: Any) -> Any:
    """A value that is stored as it is."""
    return value


@dataclass(frozen=True)
class Choice:
    """How one choice is read, kept and shown.

    `read` reads what a form or JSON holds (a text; of topics the texts; of a box whether it is ticked), `cell` the text
    of a cell in a list of readers, if that is read otherwise. `to_stored` and `from_stored` map it to the plain value
    of an attribute, which has the choice's own name. `needed`: every profile has the attribute, and one without it is
    broken; of other choices the usual value is not stored.
    """

    read: Read
    cell: Read | None = None
    to_stored: Callable[[Any], Any] = unchanged
    from_stored: Callable[[Any], Any] = unchanged
    kind: Literal["S", "BOOL", "L"] = "S"
    """DynamoDB's type of the attribute; a list is one of texts."""
    needed: bool = False
    on_form: bool = True
    """Whether the sign-up form asks for it, so that confirming one can change it."""
    always_shown: bool = False
    """Whether pages name it also where it is as usual."""
    autocomplete: str = ""
    """Of a text: what browsers fill in (HTML: autofill detail tokens). A choice with it is shown as a line to type."""
    for_audiences: bool = False
    """Whether planning reads it: it is in the projection of the index for planning (infra/storage.yaml)."""
    for_crm: bool = False
    """Whether a lead's webhook tells it to the CRM."""
    unreadable: Callable[[Rules], Any] | None = None
    """What counts in a list of who left where the cell cannot be read; without it, the usual value."""


# --- reading ---------------------------------------------------------------------------------------------------------


def read_text(typed: str, _: Rules) -> str:
    """Without surrounding and repeated blanks; no address of a web page, which mail programs would link."""
    found = " ".join(typed.split())
    if len(found) > MAX_TEXT or not found.isprintable() or "://" in found or "www." in found.casefold():
        raise ValueError(MAX_TEXT)
    return found


def read_topics(typed: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """In the publication's order, each once; none of them stand for all only where `every_topic` says so."""
    if not typed and not rules.every_topic:
        raise InvalidInput("topics", rules.no_topics)
    known = [topic.key for topic in rules.publication.topics]
    if not set(typed) <= set(known):
        raise ValueError(known)
    return tuple(key for key in known if key in typed)


def read_topics_cell(written: str, rules: Rules) -> tuple[str, ...]:
    """Keys or labels, in any language of the publication."""
    found, unknown = topics_named(words_of(written), rules.publication.topics)
    return read_topics((*found, *unknown), rules)


def read_language(typed: str, rules: Rules) -> str:
    """One that the publication speaks."""
    if typed not in rules.publication.languages:
        raise ValueError(rules.publication.languages)
    return typed


def read_language_cell(written: str, rules: Rules) -> str:
    """Also `fi-FI` and `fi_FI`; empty is the publication's first."""
    given = written or first_language(rules)
    return read_language(re.split(r"[-_]", given.strip().casefold())[0], rules)


def first_language(rules: Rules) -> str:
    """The publication's default."""
    return rules.publication.languages[0]


def read_frequency(typed: str, _: Rules) -> Frequency:
    """By its word."""
    return Frequency(typed)


def read_frequency_cell(written: str, _: Rules) -> Frequency:
    """By its word; empty is weekly."""
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
    """A day in any usual way of writing, past ones too; empty is no pause."""
    day = read_day(written) if written else None
    if written and day is None:
        raise InvalidInput("paused_until", "a day such as 2026-12-24")
    return day


def read_tracking(ticked: bool, _: Rules) -> bool:  # noqa: FBT001 # what a box holds
    """A box."""
    return ticked


def read_tracking_cell(written: str, _: Rules) -> bool:
    """True or false; empty is true."""
    try:
        return TRUE_OR_FALSE[written.casefold()]
    except KeyError:
        raise InvalidInput("tracking", "true or false") from None
