"""How the CRM's endpoint stands, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth
from newsletter.platform.words.said import say


@dataclass(frozen=True)
class EndpointInWords:
    """`label` is short, for a tag; `is_off` is whether a person must switch it on."""

    label: str
    words: str
    is_off: bool
    works: bool


def endpoint_in_words(health: EndpointHealth, now: datetime, clock: Callable[[datetime], str]) -> EndpointInWords:
    """What is wrong with it, and what happens next."""
    access = health.access(now)
    if access is Access.OFF and health.off_at is not None:
        words = say(
            "The CRM is told nothing since {since}, because it refused us: {why}. Leads wait. Mend the CRM or its "
            "secret, then switch it on.",
            since=clock(health.off_at),
            why=health.off_why or say("it gave no reason"),
        )
        return EndpointInWords(say("off"), words, is_off=True, works=False)
    if access is Access.OPEN:
        return EndpointInWords(say("works"), say("The CRM is told of leads at once."), is_off=False, works=True)
    if access is Access.PROBE or health.resting_until is None:
        words = say(
            "The CRM failed or asked us to wait. That rest is over: the next lead is tried at once. No lead is lost."
        )
    else:
        words = say(
            "The CRM failed or asked us to wait, so it is left alone until {until}; then one lead is tried. No lead is "
            "lost.",
            until=clock(health.resting_until),
        )
    return EndpointInWords(say("rests"), words, is_off=False, works=False)
