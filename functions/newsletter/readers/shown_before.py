"""What mails should not show a reader again: the articles of their welcome mail, and offers that they took up.

Both are short texts on the profile (attributes `welcomed` and `taken`), which planning reads with the reader's choices.
Most readers have neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache

from newsletter.publication.offers import Offer

EARLIER = "/"
MAX_WELCOMED = 20
"""Articles kept of all welcome mails to a reader: each has at most 10, and older ones come in no digest any more."""
MAX_TAKEN = 20
"""Offers kept, the ones taken up last."""


def after_welcome(articles: Iterable[str], before: str) -> str:
    """The text to store when a welcome mail shows these articles: `a b / c`, with those of earlier ones after /."""
    new = tuple(articles)
    older = [article for article in _words(before) if article not in new][: MAX_WELCOMED - len(new)]
    return " ".join([*new, *([EARLIER, *older] if older else [])])


def of_last_welcome(welcomed: str) -> tuple[str, ...]:
    """The articles of the last welcome mail."""
    return tuple(welcomed.partition(EARLIER)[0].split())


@lru_cache(1000)
def of_every_welcome(welcomed: str) -> frozenset[str]:
    """The articles of all welcome mails. Cached, because planning asks for it with every reader."""
    return frozenset(_words(welcomed))


def after_taking(taken: str, offer: str, on: date) -> str:
    """The text to store when an offer is taken up on that day: `sparring=2026-11-28 audit=2026-12-01`.

    Of each offer the latest day counts, so that a repeated or late message changes nothing.
    """
    days = days_taken(taken)
    days[offer] = max(on, days.get(offer, on))
    kept = sorted(days.items(), key=lambda each: (each[1], each[0]))[-MAX_TAKEN:]
    return " ".join(f"{key}={day.isoformat()}" for key, day in kept)


def days_taken(taken: str) -> dict[str, date]:
    """When the reader took up each offer last. A word that cannot be read is left out: nobody loses mail over it."""
    found = {}
    for word in taken.split():
        key, _, day = word.partition("=")
        with suppress(ValueError):
            found[key] = date.fromisoformat(day)
    return found


def rests(offer: Offer, taken: str, on: date) -> bool:
    """Whether mails of that day leave the offer out, because the reader took it up not long before (or after)."""
    if not taken or not offer.rests:
        return False
    day = days_taken(taken).get(offer.key)
    return day is not None and on - day < offer.rests


def _words(welcomed: str) -> list[str]:
    return [word for word in welcomed.split() if word != EARLIER]
