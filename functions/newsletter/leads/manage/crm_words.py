"""How the CRM's endpoint stands, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from newsletter.leads.outbox.endpoint_health import Access, EndpointHealth


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
        why = f": {health.off_why}" if health.off_why else ""
        words = f"The CRM is told nothing since {clock(health.off_at)}, because it refused us{why}. Leads wait."
        return EndpointInWords(
            "off", f"{words} Mend the CRM or its secret, then switch it on.", is_off=True, works=False
        )
    if access is Access.OPEN:
        return EndpointInWords("works", "The CRM is told of leads at once.", is_off=False, works=True)
    if access is Access.PROBE or health.resting_until is None:
        words = "The CRM failed or asked us to wait. That rest is over: the next lead is tried at once."
    else:
        until = clock(health.resting_until)
        words = f"The CRM failed or asked us to wait, so it is left alone until {until}; then one lead is tried."
    words += " No lead is lost."
    return EndpointInWords("rests", words, is_off=False, works=False)
