"""Which leads a list shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from newsletter.leads.lead import Lead, LeadState, Temperature
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import parse_iso
from newsletter.platform.words.said import say

FIELDS = ("state", "temperature", "offer", "mailing", "since")
KEY = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
"""Keys of offers and ids of mailings; those of before too, which the publication does not have any more."""
Value = TypeVar("Value", bound=StrEnum)


@dataclass(frozen=True)
class LeadFilter:
    """Every field that is set must fit; `since` is when the lead was made, at the earliest."""

    state: LeadState | None = None
    temperature: Temperature | None = None
    offer: str = ""
    mailing: str = ""
    since: datetime | None = None

    def fits(self, lead: Lead) -> bool:
        """Whether the list shows the lead."""
        return (
            (self.state is None or lead.state is self.state)
            and (self.temperature is None or lead.temperature is self.temperature)
            and self.offer in ("", lead.offer)
            and self.mailing in ("", lead.mailing)
            and (self.since is None or lead.at >= self.since)
        )


def read_filter(given: Mapping[str, str], zone: ZoneInfo) -> LeadFilter:
    """The filter of these texts by the names in FIELDS; empty ones and those left out filter nothing.

    `since` is a day of the zone, or a time with its UTC offset. Raises InvalidInput.
    """
    return LeadFilter(
        state=_one_of(LeadState, "state", given),
        temperature=_one_of(Temperature, "temperature", given),
        offer=_key("offer", given),
        mailing=_key("mailing", given),
        since=_moment("since", given, zone),
    )


def _one_of(values: type[Value], field: str, given: Mapping[str, str]) -> Value | None:
    text = given.get(field, "")
    if text and text not in list(values):
        raise InvalidInput(field, say("one of {values}", values=", ".join(values)))
    return values(text) if text else None


def _key(field: str, given: Mapping[str, str]) -> str:
    text = given.get(field, "")
    if text and not KEY.fullmatch(text):
        raise InvalidInput(field, say("letters, digits, hyphens and underscores, at most 100"))
    return text


def _moment(field: str, given: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
    text = given.get(field, "")
    if not text:
        return None
    wrong = InvalidInput(field, say("a day as 2026-11-24, or a time with its UTC offset as 2026-11-24T08:00:00+02:00"))
    if len(text) > 40:
        raise wrong
    try:
        if len(text) == len("2026-11-24"):
            return parse_iso(datetime.combine(date.fromisoformat(text), time(), zone).isoformat())
        return parse_iso(text)
    except (ValueError, OverflowError) as error:
        raise wrong from error
