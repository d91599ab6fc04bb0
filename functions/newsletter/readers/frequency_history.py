"""What a reader chose and when: how often the digest comes, pauses, leaving and coming back.

Kept as one short text on the profile, and only once something changed: of most readers there is nothing to keep. With
it and the times at which digests were released, anybody can work out, at any time and in any order, which digests were
meant for a reader, so that nothing has to be written down per reader and digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Status, Subscriber

LEFT = "left"
MOST = 40
"""Stretches kept. Older ones are forgotten; what went out before the first one kept counts as read, never as new."""


@dataclass(frozen=True)
class FrequencyPeriod:
    """From `since` on, and until the next stretch. `frequency` None: not a reader; `joined`: the beginning of one."""

    since: datetime
    frequency: Frequency | None
    paused_until: date | None = None
    joined: bool = False

    def paused(self, on: date) -> bool:
        """Whether the reader asked for silence on that day."""
        return self.paused_until is not None and on < self.paused_until


def parse(text: str) -> tuple[FrequencyPeriod, ...]:
    """The stretches of `2026-11-24T06:00:00.000000Z+weekly 2026-12-01T08:15:00.000000Z=monthly/2026-12-24`."""
    return tuple(_stretch(word) for word in text.split())


def as_text(stretches: tuple[FrequencyPeriod, ...]) -> str:
    """The inverse of parse, without the oldest stretches when there are more than MOST."""
    kept = stretches[-MOST:]
    return " ".join(
        f"{stretch.since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}{'+' if stretch.joined else '='}"
        f"{stretch.frequency or LEFT}{f'/{stretch.paused_until}' if stretch.paused_until else ''}"
        for stretch in kept
    )


def so_far(reader: Subscriber) -> tuple[FrequencyPeriod, ...]:
    """Everything until now, also where nothing has been kept yet."""
    stretches = parse(reader.frequency_history) or (
        FrequencyPeriod(reader.confirmed_at, reader.choices.frequency, joined=True),
    )
    if reader.status is not Status.ACTIVE and stretches[-1].frequency is not None:
        stretches += (FrequencyPeriod(reader.left_at or stretches[-1].since, None),)
    return stretches


def after_choice(reader: Subscriber, choices: Choices, now: datetime) -> str:
    """The text to keep once the reader chooses so; what is kept already when that changes nothing."""
    stretches = so_far(reader)
    last = stretches[-1]
    if last.frequency is None:
        return as_text(stretches)
    if (last.frequency, last.paused_until) == (choices.frequency, choices.paused_until):
        return reader.frequency_history
    return as_text((*stretches, FrequencyPeriod(now, choices.frequency, choices.paused_until)))


def after_confirming(reader: Subscriber, choices: Choices, now: datetime) -> str:
    """The text to keep once somebody whom we know confirms a form: a reader stays one, who had left begins anew.

    An empty text counts from the confirmation, which is a new one now: what a monthly reader waits for lies before it.
    """
    if reader.status is Status.ACTIVE:
        text = after_choice(reader, choices, now)
        return text or (as_text(so_far(reader)) if choices.frequency is Frequency.MONTHLY else "")
    return as_text((*so_far(reader), FrequencyPeriod(now, choices.frequency, joined=True)))


def _stretch(word: str) -> FrequencyPeriod:
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
