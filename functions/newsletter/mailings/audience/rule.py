"""The rule that selects subscribers: what it asks of their choices, and of what they did and got before."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from newsletter.readers.subscriber import Recipient

Among = tuple[tuple[str, tuple[str, ...]], ...]


class Facts(Protocol):
    """Who did or got what: ids of subscribers, of one shard or of all."""

    def signed_up(self, first: date | None, before: date | None) -> AbstractSet[str]:
        """Who confirmed on that day or later, and before that other day."""

    def joined_by(self, doors: tuple[str, ...]) -> AbstractSet[str]:
        """Who came by one of these forms and imports."""

    def got(self, mailing: str) -> AbstractSet[str]:
        """To whom SES took the mail, and it did not come back."""

    def may_have_got(self, mailing: str) -> AbstractSet[str]:
        """The same, and of whom nobody knows."""

    def clicked(self, mailing: str) -> AbstractSet[str]:
        """Of whose mail a person opened a link."""

    def clicked_lately(self, days: int) -> AbstractSet[str]:
        """The same in any digest or campaign of the last days."""

    def leads(self, states: tuple[str, ...], score: int) -> AbstractSet[str]:
        """Who has a lead in one of the states (none: in any), with at least that score."""


@dataclass(frozen=True)
class Audience:
    """A rule that selects subscribers; an empty field does not restrict them, and every other one must fit.

    `topics` are those of which one, `topics_all` those of which each, `topics_none` those of which none was chosen; a
    subscriber without topics gets every topic. `among` restricts free-text choices: pairs of a choice's name and the
    texts of which a subscriber's must be one, compared without regard to case. Days are those of the confirmation, in
    the publication's time zone; `signed_up_by` are addresses of pages with a form, and `import NAME`.
    `got` and `clicked` name mailings of which one, `not_got` and `not_clicked` those of
    which none. `clicked_days` counts back from the day on which the rule is asked. `listed` are ids of subscribers.
    Whoever fits one of `exclude` is not in the audience; there, topics are those that were chosen by name.
    """

    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    frequency: str = ""
    among: Among = ()
    topics_all: tuple[str, ...] = ()
    topics_none: tuple[str, ...] = ()
    signed_up_from: date | None = None
    signed_up_before: date | None = None
    signed_up_by: tuple[str, ...] = ()
    got: tuple[str, ...] = ()
    not_got: tuple[str, ...] = ()
    clicked: tuple[str, ...] = ()
    not_clicked: tuple[str, ...] = ()
    clicked_days: int = 0
    not_clicked_days: int = 0
    lead_states: tuple[str, ...] = ()
    score: int = 0
    listed: tuple[str, ...] = ()
    exclude: tuple[Audience, ...] = ()

    def includes(self, recipient: Recipient) -> bool:
        """Whether the recipient's choices fit. A subscriber without topics gets every topic.

        Raises AttributeError for a choice that this version of the code does not know: then nothing is planned.
        """
        return next(self._choices_against(recipient, by_name=False), None) is None

    def keeps(self, subscriber: str, recipient: Recipient, facts: Facts) -> bool:
        """Whether the whole rule selects somebody whose choices fit."""
        return next(self.rest_against(subscriber, recipient, facts), None) is None

    def against(self, subscriber: str, recipient: Recipient, facts: Facts) -> Iterator[str]:
        """The names of the fields by which the rule leaves the subscriber out."""
        yield from self._choices_against(recipient, by_name=False)
        yield from self.rest_against(subscriber, recipient, facts)

    def rest_against(self, subscriber: str, recipient: Recipient, facts: Facts) -> Iterator[str]:
        """The same without the fields that ask of choices."""
        yield from self._facts_against(subscriber, facts)
        if any(each.fits_by_name(subscriber, recipient, facts) for each in self.exclude):
            yield "exclude"

    def fits_by_name(self, subscriber: str, recipient: Recipient, facts: Facts) -> bool:
        """Whether the rule fits as an exclusion: nobody is left out for a topic that they did not name."""
        return (
            next(self._choices_against(recipient, by_name=True), None) is None
            and next(self._facts_against(subscriber, facts), None) is None
        )

    @property
    def everyone(self) -> bool:
        """Whether nobody is excluded; language and frequency only choose the form they get."""
        return self == Audience(languages=self.languages, frequency=self.frequency)

    @property
    def by_choices(self) -> bool:
        """Whether choices alone decide, so that all with the same choices are in or out together."""
        return not (self.exclude or self.asks_the_past or self.listed)

    @property
    def asks_the_past(self) -> bool:
        """Whether it asks when somebody signed up, or what they got or did."""
        days = self.signed_up_from or self.signed_up_before or self.clicked_days or self.not_clicked_days
        return bool(days or self.signed_up_by or self.mailings or self.lead_states or self.score)

    @property
    def mailings(self) -> tuple[str, ...]:
        """The mailings that it names, those of its exclusions too."""
        own = (*self.got, *self.not_got, *self.clicked, *self.not_clicked)
        return (*own, *(mailing for each in self.exclude for mailing in each.mailings))

    @property
    def days_of_clicks(self) -> int:
        """Of how many days it asks for clicks in any mailing, its exclusions too; 0 if it does not."""
        return max(self.clicked_days, self.not_clicked_days, *(each.days_of_clicks for each in self.exclude), 0)

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self.listed)

    def _choices_against(self, recipient: Recipient, *, by_name: bool) -> Iterator[str]:
        choices = recipient.choices
        chosen = set(choices.topics)
        every = not chosen and not by_name
        if self.languages and choices.language not in self.languages:
            yield "languages"
        if self.frequency and choices.frequency != self.frequency:
            yield "frequency"
        for name, values in self.among:
            if getattr(choices, name).casefold() not in map(str.casefold, values):
                yield name
        if self.topics and not every and not chosen & set(self.topics):
            yield "topics"
        if self.topics_all and not every and not chosen >= set(self.topics_all):
            yield "topics_all"
        if self.topics_none and chosen & set(self.topics_none):
            yield "topics_none"

    def _facts_against(self, who: str, facts: Facts) -> Iterator[str]:
        if self.listed and who not in self._listed:
            yield "addresses"
        days = self.signed_up_from, self.signed_up_before
        if any(days) and who not in facts.signed_up(*days):
            yield "signed_up_from" if self.signed_up_from else "signed_up_before"
        if self.signed_up_by and who not in facts.joined_by(self.signed_up_by):
            yield "signed_up_by"
        yield from self._mails_against(who, facts)
        if (self.lead_states or self.score) and who not in facts.leads(self.lead_states, self.score):
            yield "lead_states" if self.lead_states else "score_at_least"

    def _mails_against(self, who: str, facts: Facts) -> Iterator[str]:
        if self.got and not any(who in facts.got(each) for each in self.got):
            yield "got"
        if any(who in facts.may_have_got(each) for each in self.not_got):
            yield "not_got"
        if self.clicked and not any(who in facts.clicked(each) for each in self.clicked):
            yield "clicked"
        if any(who in facts.clicked(each) for each in self.not_clicked):
            yield "not_clicked"
        if self.clicked_days and who not in facts.clicked_lately(self.clicked_days):
            yield "clicked_in_days"
        if self.not_clicked_days and who in facts.clicked_lately(self.not_clicked_days):
            yield "not_clicked_in_days"
