"""What visits are judged to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.leads.visits.evidence import Visit


class VerdictKind(StrEnum):
    """Who made a visit."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Reason:
    """Why: the code of a sentence in templates/locales/<language>/leads.toml, and the values that it names."""

    code: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`rules` is the version of the rules (templates/scanners.toml) that it was reached by."""

    kind: VerdictKind
    reasons: tuple[Reason, ...]
    rules: str


@dataclass(frozen=True)
class Judgement:
    """The verdict on every visit of a trace, and what follows from them.

    `people` and `machines` are keys of links that a person, or only machines or nobody knows who, opened (a link that
    both opened is in `people` and in `machines`). `click` is the verdict on the clicks as a whole: `person` if at least
    one link was opened by a person. `press` is that on the presses of the offer's button and on answers: of the best of
    them; None without any. `read_at` is when a person opened a link for the first time, or None.
    """

    verdicts: tuple[tuple[Visit, VerdictKind], ...]
    people: frozenset[str]
    machines: frozenset[str]
    click: Verdict
    press: Verdict | None
    read_at: datetime | None
