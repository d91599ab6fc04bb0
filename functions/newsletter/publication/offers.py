"""The tables [[offers]] and [leads] of publication.toml: what readers can take up, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from newsletter.platform.errors import InvalidPublication
from newsletter.platform.links.urls import fault_of_link
from newsletter.publication.sequences import Sequence
from newsletter.publication.toml_table import Texts, TomlTable

ASKED = ("phone", "company", "message", "times")
"""What the page after the button can ask for, in the order of its form; all of it may be left empty."""


@dataclass(frozen=True)
class Offer:
    """What a reader can take up; `sequence` is the nurture series it starts, or empty.

    For so long as it `rests`, digests and the welcome do not show it to a reader who took it up; zero: they always do.
    Once `again_after` is over, or the lead was lost, taking it up again makes a new lead (a new episode); until then it
    updates the one there is. `ask` are the fields of ASKED that the page after the button has. `booking_url` and
    `ics_url` are links on it, to a page where a time can be booked and to a calendar file. A person's click on an
    article of one of `warm_topics` makes a warm lead.
    """

    key: str
    title: Texts
    text: Texts
    button: Texts
    landing: Texts
    accept: Texts
    sequence: str
    rests: timedelta = timedelta(days=180)
    again_after: timedelta = timedelta(days=180)
    ask: tuple[str, ...] = ASKED
    booking_url: str = ""
    ics_url: str = ""
    warm_topics: tuple[str, ...] = ()


def parse_offer(table: TomlTable, languages: tuple[str, ...], sequences: Mapping[str, Sequence]) -> Offer:
    sequence = table.optional("sequence")
    if sequence and sequence not in sequences:
        raise InvalidPublication(table.path("sequence"), f"there is no sequence {sequence!r}")
    return Offer(
        key=table.key("key"),
        title=table.texts("title", languages, one_line=True),
        text=table.texts("text", languages),
        button=table.texts("button", languages, one_line=True),
        landing=table.texts("landing", languages),
        accept=table.texts("accept", languages, one_line=True),
        sequence=sequence,
        rests=timedelta(days=table.number("rests_days", 0, 3650, default=Offer.rests.days)),
        again_after=timedelta(days=table.number("again_after_days", 1, 3650, default=Offer.again_after.days)),
        ask=_asked(table),
        booking_url=_web_address(table, "booking_url"),
        ics_url=_web_address(table, "ics_url"),
        warm_topics=table.lines("warm_topics"),
    )


def _asked(table: TomlTable) -> tuple[str, ...]:
    """The fields in the order of the form; all of them where the publication says nothing, none for an empty list."""
    if "ask" not in table:
        return ASKED
    wanted = table.lines("ask")
    for field in wanted:
        if field not in ASKED:
            raise InvalidPublication(table.path("ask"), f"{field!r} is none of {', '.join(ASKED)}")
    return tuple(field for field in ASKED if field in wanted)


def _web_address(table: TomlTable, field: str) -> str:
    """A link that readers can follow; empty when it is left out."""
    if field not in table:
        return ""
    url = table.url(field)
    fault = fault_of_link(url)
    if fault:
        raise InvalidPublication(table.path(field), f"{url} {fault}")
    return url


# --- [leads] -------------------------------------------------------------------------------------------------------

MOST_POINTS = 100


@dataclass(frozen=True)
class Points:
    """What each act of a reader adds to the score of their lead, on the day it happens; `lost` is taken off."""

    read: int = 2
    """A person opened an article; each article counts once."""
    offer: int = 8
    """A person looked at the page of an offer, once for each mailing that led there."""
    press: int = 30
    """The button was pressed; each day counts once."""
    reply: int = 40
    """They answered a mail."""
    answer: int = 15
    """They typed something for sales into the form after the button."""
    won: int = 20
    """An earlier lead of theirs was won."""
    lost: int = 15
    """An earlier lead of theirs was lost."""


@dataclass(frozen=True)
class LeadPolicy:
    """`hold` is how long a lead waits when it is not clear that a person pressed; `half_life` is how long it takes
    until an act counts half as much for the score.
    """

    hold: timedelta = timedelta(minutes=5)
    half_life: timedelta = timedelta(days=14)
    points: Points = Points()


DEFAULT_LEADS = LeadPolicy()


def parse_leads(table: TomlTable) -> LeadPolicy:
    """The policy; what the table leaves out has its default."""
    return LeadPolicy(
        hold=timedelta(minutes=table.number("hold_minutes", 1, 60, default=5)),
        half_life=timedelta(days=table.number("half_life_days", 1, 365, default=14)),
        points=table.table("points", _points) if "points" in table else Points(),
    )


def _points(table: TomlTable) -> Points:
    def of(name: str) -> int:
        return table.number(name, 0, MOST_POINTS, default=getattr(DEFAULT_LEADS.points, name))

    return Points(of("read"), of("offer"), of("press"), of("reply"), of("answer"), of("won"), of("lost"))
