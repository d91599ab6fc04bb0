"""What a reader chooses, declared in one place for forms, tables, pages, import, export and the CRM.

A new choice is one more field of `Choices`; what else it needs is in CONTRIBUTING.md, "a field that a reader chooses".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Annotated, Any, get_type_hints

from newsletter.platform.errors import InvalidInput
from newsletter.readers import choice
from newsletter.readers.choice import Choice, Frequency, Rules


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a reader chooses, in the order in which pages show it.

    No topics mean every topic. `paused_until` is the first day with mail again. `tracking` is whether clicks on links
    in mails may be recorded.
    """

    topics: Annotated[
        tuple[str, ...],
        Choice(
            choice.read_topics,
            choice.read_topics_cell,
            kind="L",
            to_stored=list,
            from_stored=tuple,
            needed=True,
            always_shown=True,
            for_audiences=True,
            for_crm=True,
        ),
    ] = ()
    frequency: Annotated[
        Frequency,
        Choice(
            choice.read_frequency,
            choice.read_frequency_cell,
            from_stored=Frequency,
            needed=True,
            always_shown=True,
            for_audiences=True,
        ),
    ] = Frequency.WEEKLY
    paused_until: Annotated[
        date | None,
        Choice(
            choice.read_pause,
            choice.read_pause_cell,
            to_stored=date.isoformat,
            from_stored=date.fromisoformat,
            on_form=False,
            for_audiences=True,
        ),
    ] = None
    language: Annotated[
        str,
        Choice(
            choice.read_language,
            choice.read_language_cell,
            needed=True,
            always_shown=True,
            for_audiences=True,
            for_crm=True,
            unreadable=choice.first_language,
        ),
    ] = ""
    name: Annotated[str, Choice(choice.read_text, autocomplete="given-name", needed=True, for_crm=True)] = ""
    tracking: Annotated[
        bool,
        Choice(
            choice.read_tracking,
            choice.read_tracking_cell,
            kind="BOOL",
            needed=True,
            for_audiences=True,
            unreadable=lambda _: False,
        ),
    ] = True

    def paused(self, on: date) -> bool:
        """Whether the reader wants no mail on that day."""
        return self.paused_until is not None and on < self.paused_until

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, name) for name in CHOICES))

    def __hash__(self) -> int:
        """Worked out once per object, because planning asks for it with every reader."""
        return self._hash


CHOICES: Mapping[str, Choice] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Choices, include_extras=True).items()
}
"""The declarations by name, in the order of the fields. A field without one fails here, when this is imported."""
DEFAULT_CHOICES: Mapping[str, Any] = {each.name: each.default for each in fields(Choices)}
TEXTS: Mapping[str, Choice] = {name: each for name, each in CHOICES.items() if each.autocomplete}
LINES = tuple(name for name, each in CHOICES.items() if each.kind == "S")
"""The choices that a form sends as one text each, typed or chosen."""
FILTERS = tuple(name for name, each in TEXTS.items() if each.for_audiences)
"""The texts by which a campaign's audience can be filtered (`Audience.among`)."""
ON_FORM = tuple(name for name, each in CHOICES.items() if each.on_form)


def read_choices(given: Mapping[str, Any], rules: Rules, *, from_list: bool = False) -> tuple[Choices, dict[str, str]]:
    """The choices, and what is wrong by field ({field: locale key or text}); what is not `given` has its default.

    `from_list`: the values are the texts of a row in a list of readers. A choice that cannot be read gets
    `Choice.unreadable`, so that the row of a reader who left can be used for unsubscribing them in any case.
    """
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, each in CHOICES.items():
        if name in given:
            try:
                values[name] = (each.read_cell if from_list and each.read_cell else each.read)(given[name], rules)
            except (InvalidInput, ValueError) as wrong:
                faults[name] = wrong.message if isinstance(wrong, InvalidInput) else f"pages.errors.{name}"
                values[name] = each.unreadable(rules) if each.unreadable else DEFAULT_CHOICES[name]
    return Choices(**values), faults


def stored_choices(choices: Choices) -> dict[str, Any]:
    """The attributes as plain values; None for one that is not stored because it has its default."""
    values = ((name, each, getattr(choices, name)) for name, each in CHOICES.items())
    return {
        name: each.to_stored(value) if each.needed or value != DEFAULT_CHOICES[name] else None
        for name, each, value in values
    }


def choices_from(stored: Mapping[str, Any], names: Iterable[str] | None = None) -> Choices:
    """The inverse of `stored_choices`. With `names` only those are read, and the others have their default.

    Raises KeyError if a needed attribute is missing, ValueError for an impossible value.
    """
    return Choices(
        **{
            name: CHOICES[name].from_stored(stored[name])
            for name in names or CHOICES
            if CHOICES[name].needed or stored.get(name) is not None
        }
    )
