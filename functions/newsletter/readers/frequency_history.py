"""What a reader chose and when: how often the digest comes, pauses, leaving and coming back.

It is one short text on the profile (attribute `cadence`), stored only once something changed; most readers have none.
From it and the times at which digests were released follows which digests were meant for a reader, so that nothing has
to be stored per reader and digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Status, Subscriber

LEFT = "left"
MAX_PERIODS = 40
"""Periods kept. Older ones are dropped; digests from before the first one kept count as sent, never as new."""


@dataclass(frozen=True)
class FrequencyPeriod:
    """From `since` until the next period. `frequency` is None while not subscribed; `joined`: a subscription begins."""

    since: datetime
    frequency: Frequency | None
    paused_until: date | None = None
    joined: bool = False

    def paused(self, on: date) -> bool:
        """Whether the reader wanted no mail on that day."""
        return self.paused_until is not None and on < self.paused_until


def parse(text: str) -> tuple[FrequencyPeriod, ...]:
    """The periods of a text such as
    `2026-11-24T06:00:00.000000Z+weekly 2026-12-01T08:15:00.000000Z=monthly/2026-12-24`: `+` is `joined`, the day after
    `/` the end of a pause, the word `left` no subscription.
    """
    return tuple(_parse_period(word) for word in text.split())


def as_text(periods: tuple[FrequencyPeriod, ...]) -> str:
    """The inverse of parse, without the oldest periods when there are more than MAX_PERIODS."""
    kept = periods[-MAX_PERIODS:]
    return " ".join(
        f"{period.since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}{'+' if period.joined else '='}"
        f"{period.frequency or LEFT}{f'/{period.paused_until}' if period.paused_until else ''}"
        for period in kept
    )


def periods_until_now(reader: Subscriber) -> tuple[FrequencyPeriod, ...]:
    """All periods until now, also where nothing is stored yet."""
    periods = parse(reader.frequency_history) or (
        FrequencyPeriod(reader.confirmed_at, reader.choices.frequency, joined=True),
    )
    if reader.status is not Status.ACTIVE and periods[-1].frequency is not None:
        periods += (FrequencyPeriod(reader.left_at or periods[-1].since, None),)
    return periods


def after_choice(reader: Subscriber, choices: Choices, now: datetime) -> str:
    """The text to store when the reader makes these choices; the present text if that changes nothing."""
    periods = periods_until_now(reader)
    last = periods[-1]
    if last.frequency is None:
        return as_text(periods)
    if (last.frequency, last.paused_until) == (choices.frequency, choices.paused_until):
        return reader.frequency_history
    return as_text((*periods, FrequencyPeriod(now, choices.frequency, choices.paused_until)))


def after_confirming(reader: Subscriber, choices: Choices, now: datetime) -> str:
    """The text to store when a known reader confirms a form: for one who had left, a new subscription begins.

    An empty text means: since the confirmation. As that is a new one now, the history of a monthly reader is written
    out, or they would miss the articles from before it that they still wait for.
    """
    if reader.status is Status.ACTIVE:
        text = after_choice(reader, choices, now)
        return text or (as_text(periods_until_now(reader)) if choices.frequency is Frequency.MONTHLY else "")
    return as_text((*periods_until_now(reader), FrequencyPeriod(now, choices.frequency, joined=True)))


def _parse_period(word: str) -> FrequencyPeriod:
    moment, joined, rest = word.partition("+")
    if not joined:
        moment, _, rest = word.partition("=")
    what, _, day = rest.partition("/")
    return FrequencyPeriod(
        since=datetime.fromisoformat(moment),
        frequency=None if what == LEFT else Frequency(what),
        paused_until=date.fromisoformat(day) if day else None,
        joined=bool(joined),
    )
