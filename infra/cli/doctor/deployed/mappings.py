"""The event source mappings: whether Lambda reads the queues."""

from __future__ import annotations

from collections.abc import Iterator

from cli.checks.stack import events
from cli.doctor.finding import Finding, fault, together, unknown
from cli.doctor.place import Place

READING = frozenset({"Creating", "Enabling", "Enabled", "Updating"})
"""States in which a mapping reads its queue, or will within a minute (AWS, Lambda API, GetEventSourceMapping)."""


def look(place: Place) -> Finding:
    """Whether each is enabled: `newsletter work stop` switches them off, and so does who ends a flood by hand."""
    if place.local:
        return unknown("the local cloud has no event source mappings: it hands queues over by itself")
    wanted = list(events(place.deployed.wanted, "SQS", place.client))
    return together(_switched_off(wanted, place), f"{len(wanted)} readers of queues are enabled")


def _switched_off(wanted: list[tuple[str, str]], place: Place) -> Iterator[Finding]:
    for logical_id, uuid in wanted:
        state = place.client("lambda").get_event_source_mapping(UUID=uuid)["State"]
        if state not in READING:
            yield fault(
                f"{logical_id} is {state}: nobody reads its queue",
                f"newsletter work start --stack {place.stack}",
            )
