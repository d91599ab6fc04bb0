"""The tables [[sequences]] of publication.toml: nurture series and their steps; and [nurture], what holds for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.nurture.sending_window import ALWAYS, Window, parse_window
from newsletter.publication.nurture.steps import Step, check_names, parse_step, refuse_unknown
from newsletter.publication.toml_table import Texts, TomlTable

MAX_STEPS = 50
MONTH = timedelta(days=30)
"""The months of `again_after_months`."""


class Trigger(StrEnum):
    """What brings a reader into a sequence."""

    CONFIRMED = "confirmed"
    CLICK = "click"
    LEAD = "lead"
    LEAD_LOST = "lead_lost"
    JOINED = "joined"


class Exit(StrEnum):
    """Why a reader's way through a sequence ended."""

    FINISHED = "finished"
    LEFT = "left"
    STOPPED = "stopped"
    REMOVED = "removed"
    RETRACTED = "retracted"
    LEAD_WON = "lead_won"
    LEAD_LOST = "lead_lost"
    ANSWERED = "answered"
    OTHER_SEQUENCE = "other_sequence"


CHOSEN_EXITS = (Exit.LEAD_WON, Exit.LEAD_LOST, Exit.ANSWERED, Exit.OTHER_SEQUENCE)
"""Exits that a sequence may have or not. Whoever leaves the newsletter or stops the series has left it in any case."""
DEFAULT_EXITS = frozenset({Exit.LEAD_WON, Exit.LEAD_LOST, Exit.ANSWERED})


@dataclass(frozen=True)
class Sequence:
    """A nurture series.

    `topics` are those of the articles by which a click is the `trigger`; `offers` those whose leads are (none: the
    offers that name the sequence; of lost leads: any). `window` None is that of the publication. Once a reader's round
    began, another may begin `again_after` it; None: never.
    """

    key: str
    steps: tuple[Step, ...]
    trigger: Trigger = Trigger.LEAD
    topics: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    window: Window | None = None
    again_after: timedelta | None = None
    exits: frozenset[Exit] = DEFAULT_EXITS
    title: Texts = field(default_factory=dict)

    def step(self, key: str) -> Step | None:
        """The step that has that key, or had it before."""
        return next((step for step in self.steps if key in step.names), None)


@dataclass(frozen=True)
class Nurture:
    """What holds for all sequences: when steps go out, and how many mails a week a reader gets by them (0: any)."""

    window: Window = ALWAYS
    mails_per_week: int = 0


NO_NURTURE = Nurture()


def parse_nurture(root: TomlTable) -> Nurture:
    """The tables [nurture] and [sending_window], both possibly left out."""
    window = root.table("sending_window", parse_window) if "sending_window" in root else ALWAYS
    cap = root.table("nurture", lambda t: t.number("mails_per_week", 0, 50, default=0)) if "nurture" in root else 0
    return Nurture(window, cap)


def parse_sequence(table: TomlTable, languages: tuple[str, ...]) -> Sequence:
    """A table [[sequences]]; a file of before, with `after_days`, `subject` and `body` alone, means what it meant."""
    key = table.key("key")
    steps = table.each("steps", lambda t: parse_step(t, key, languages))
    if not steps:
        raise InvalidPublication(table.path("steps"), "a sequence needs at least one step")
    if len(steps) > MAX_STEPS:
        raise InvalidPublication(table.path("steps"), f"at most {MAX_STEPS}")
    check_names(table, steps)
    trigger = Trigger(table.one_of("trigger", tuple(Trigger))) if "trigger" in table else Trigger.LEAD
    topics, offers = table.lines("topics"), table.lines("offers")
    if (trigger is Trigger.CLICK) != bool(topics):
        wrong = "name the topics of the articles that a click must be on" if not topics else 'only with trigger "click"'
        raise InvalidPublication(table.path("topics"), wrong)
    if offers and trigger not in (Trigger.LEAD, Trigger.LEAD_LOST):
        raise InvalidPublication(table.path("offers"), 'only with trigger "lead" or "lead_lost"')
    return Sequence(
        key=key,
        steps=steps,
        trigger=trigger,
        topics=topics,
        offers=offers,
        window=table.table("window", parse_window) if "window" in table else None,
        again_after=_again_after(table),
        exits=_exits(table),
        title=table.texts("title", languages, one_line=True) if "title" in table else {},
    )


def check_sequences(sequences: Iterable[Sequence], topics: Collection[str], offers: Collection[str]) -> None:
    """Raises InvalidPublication for a topic or offer that there is not, and for two steps of the same mailing."""
    mailings: dict[str, str] = {}
    for number, sequence in enumerate(sequences, start=1):
        path = f"sequences[{number}]"
        refuse_unknown(f"{path}.topics", sequence.topics, topics, "topic")
        refuse_unknown(f"{path}.offers", sequence.offers, offers, "offer")
        for place, step in enumerate(sequence.steps, start=1):
            refuse_unknown(f"{path}.steps[{place}].only_for.topics", step.condition.topics, topics, "topic")
            for name in step.names:
                mailing = f"{sequence.key}-{name}"
                if mailing in mailings:
                    raise InvalidPublication(
                        f"{path}.steps[{place}].key",
                        f"with its sequence it makes the id {mailing!r}, as in {mailings[mailing]}; choose another",
                    )
                mailings[mailing] = path


def _again_after(table: TomlTable) -> timedelta | None:
    if "again_after_days" in table and "again_after_months" in table:
        raise InvalidPublication(table.path("again_after_days"), "give days or months, not both")
    if "again_after_months" in table:
        return MONTH * table.number("again_after_months", 1, 120)
    return timedelta(days=table.number("again_after_days", 1, 3650)) if "again_after_days" in table else None


def _exits(table: TomlTable) -> frozenset[Exit]:
    if "exits" not in table:
        return DEFAULT_EXITS
    named = table.lines("exits")
    for each in named:
        if each not in CHOSEN_EXITS:
            allowed = ", ".join(CHOSEN_EXITS)
            raise InvalidPublication(table.path("exits"), f"{each!r} is none of {allowed}; who leaves has left anyway")
    return frozenset(map(Exit, named))


def offers_of(sequence: Sequence, named_by: Mapping[str, str]) -> Collection[str]:
    """The offers whose leads come into the sequence; `named_by` has the sequence that each offer names."""
    named = [offer for offer, key in named_by.items() if key == sequence.key]
    return [*named, *sequence.offers] if sequence.trigger is Trigger.LEAD else named
