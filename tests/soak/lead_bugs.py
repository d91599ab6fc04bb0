"""Bugs of leads and sequences to plant, so that we know the harness finds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple
from unittest.mock import patch

from newsletter.leads.leads_store import Leads
from newsletter.leads.outbox.outbox_event import OutboxEvent
from newsletter.leads.outbox.outbox_store import Outbox
from newsletter.leads.visits.verdict import Verdict, VerdictKind
from newsletter.nurture import run_due_work
from newsletter.nurture.enrollments.enrollments_store import Enrollments
from tests.soak.bugs import reports_success_after_failure
from tests.soak.virtual import everywhere
from tests.soak.weather import FAIR, Weather

Acts = tuple[tuple[str, ...], ...]


def takes_machines_for_people() -> AbstractContextManager[None]:
    """Whoever presses is a person."""
    return everywhere("press_verdict", lambda *_: Verdict(VerdictKind.PERSON, (), ""))


def forgets_held_leads() -> AbstractContextManager[Any]:
    """The tick settles nothing."""
    return patch.object(run_due_work, "settle_held", lambda *_: {"settled": 0})


def keeps_leads_of_the_erased() -> AbstractContextManager[Any]:
    """Erasure leaves leads where they are."""
    return patch.object(Leads, "erase", lambda *_: 0)


def sends_the_last_event_first() -> AbstractContextManager[Any]:
    """The events of a lead go out in the wrong order."""
    of = Outbox.of

    def reversed_(self: Outbox, lead: str) -> list[OutboxEvent]:
        return list(reversed(of(self, lead)))

    return patch.object(Outbox, "of", reversed_)


def writes_bodies_anew() -> AbstractContextManager[Any]:
    """An event is sent with what is known when it is sent."""
    of = Outbox.of

    def thawed(self: Outbox, lead: str) -> list[OutboxEvent]:
        return [replace(event, body=event.body[:-1] + " " * event.tries + "}") for event in of(self, lead)]

    return patch.object(Outbox, "of", thawed)


def forgets_who_left() -> AbstractContextManager[Any]:
    """Sequences go on, and the funnel loses who is in them."""
    return patch.object(Enrollments, "standings", lambda *_: {})


class PlantedInLeads(NamedTuple):
    """A bug, the weather and the acts of readers with which it soon shows, and the seed that is tried first."""

    plant: Callable[[], AbstractContextManager[Any]]
    weather: Weather | None
    acts: Acts
    seed: int = 1


PEOPLE: Acts = (("person",),) * 4
LEAD_BUGS: Mapping[str, PlantedInLeads] = {
    bug.plant.__name__: bug
    for bug in (
        PlantedInLeads(takes_machines_for_people, FAIR, (("machine",),)),
        PlantedInLeads(forgets_held_leads, FAIR, (("unsure",),)),
        PlantedInLeads(keeps_leads_of_the_erased, FAIR, (("person", "erase"),)),
        PlantedInLeads(sends_the_last_event_first, Weather(twice=0.4), PEOPLE),
        PlantedInLeads(writes_bodies_anew, Weather(twice=0.4), PEOPLE),
        PlantedInLeads(forgets_who_left, FAIR, (("person",),)),
        PlantedInLeads(reports_success_after_failure, Weather(throttle=0.5), PEOPLE),
    )
}
