"""How the list grows: who joined and who left, week by week and by form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.readers.profiles.movements_store import Movement, week_of
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

WEEK = timedelta(days=7)
WEEKS = 8
"""Weeks that the start page shows, this one among them."""


@dataclass
class GrowthOfWeek:
    """A week (`2026-W48`, in UTC). Whoever came back is counted where they joined last, and has not left.

    `joined` confirmed a form, without imports and without readers who only changed their address. `left` went by
    themselves; `bounced` and `complained` are those whom SES reported.
    """

    week: str
    joined: int = 0
    left: int = 0
    bounced: int = 0
    complained: int = 0
    by_form: Counter[str] = field(default_factory=Counter)

    @property
    def net(self) -> int:
        """How many more readers there are after it."""
        return self.joined - self.left - self.bounced - self.complained


@dataclass(frozen=True)
class Growth:
    """Weeks, the oldest first. Not `complete`: there is more than was read, and the numbers are the least there are."""

    weeks: Sequence[GrowthOfWeek]
    complete: bool

    @property
    def by_form(self) -> Mapping[str, int]:
        """How many joined in these weeks by each form, the most first."""
        counted: Counter[str] = sum((week.by_form for week in self.weeks), Counter())
        return dict(counted.most_common())

    @property
    def as_json(self) -> dict[str, Any]:
        """As the API answers."""
        weeks = [
            {
                **{name: getattr(each, name) for name in ("week", "joined", "left", "bounced", "complained")},
                "by_form": dict(each.by_form),
            }
            for each in self.weeks
        ]
        return {"weeks": weeks, "complete": self.complete}


def growth(app: Container, now: datetime, weeks: int = WEEKS) -> Growth:
    """The last `weeks` weeks: at most 16 MB are read of each, whatever the list has."""
    names = weeks_until(now, weeks)
    movements = app.movements.of_weeks(names)
    return Growth(weekly(movements.found, names), movements.complete)


def weeks_until(now: datetime, weeks: int) -> list[str]:
    """The names of the last weeks, the oldest first."""
    return [week_of(now - back * WEEK) for back in reversed(range(weeks))]


def weekly(movements: Iterable[Movement], weeks: Iterable[str]) -> list[GrowthOfWeek]:
    """The movements counted by week. A reader may have joined in one of them and left in another."""
    counted = {week: GrowthOfWeek(week) for week in weeks}
    for movement in movements:
        if movement.joined_at and (came := counted.get(week_of(movement.joined_at))):
            came.joined += 1
            came.by_form[movement.by] += 1
        if movement.left_at and (went := counted.get(week_of(movement.left_at))):
            match movement.status:
                case Status.BOUNCED:
                    went.bounced += 1
                case Status.COMPLAINED:
                    went.complained += 1
                case _:
                    went.left += 1
    return list(counted.values())
