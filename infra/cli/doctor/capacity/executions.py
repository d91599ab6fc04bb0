"""Whether Lambda runs as many executions at once as the visits after a mailing need."""

from __future__ import annotations

from math import ceil

from cli.doctor.finding import Finding, fine, warning
from cli.doctor.place import Place, Plans

VISIT_S = 0.018
"""Seconds of an execution to reckon with for one visit. While containers are busy it takes 6 ms on average
(docs/benchmarks.md: measured in the simulation); three times as much, since visits do not come evenly and none waits
for a free execution. So one carries some fifty-five a second."""
BESIDE = 4
"""Executions that sending and feedback need at the least beside the visits."""


def look(place: Place) -> Finding:
    """The limit of the account against the list. The local cloud has no limit of its own."""
    place.not_local("limit of executions")
    settings = place.client("lambda").get_account_settings()
    limit = settings["AccountLimit"]
    executions = int(limit["ConcurrentExecutions"])
    return judge(executions, place.plans, executions - int(limit.get("UnreservedConcurrentExecutions", executions)))


def judge(executions: int, plans: Plans, reserved: int = 0) -> Finding:
    """What so many executions mean for a mailing to all readers. `reserved` are those that functions of the account, of
    this stack or of others, have to themselves: none of them is for the visits.
    """
    carried = max(0, executions - reserved - BESIDE) / VISIT_S
    of_them = f", of which {reserved:,} are reserved," if reserved else ""
    said = (
        f"{executions:,} concurrent executions{of_them} carry about {carried:,.0f} visits a second beside sending; "
        f"a mailing to {plans.all} at {plans.rate:g} a second brings up to {plans.visits_per_second:,.0f}, with "
        f"{plans.scanned:.0%} of them behind mail scanners"
    )
    if plans.visits_per_second <= carried:
        return fine(said)
    needed = ceil(plans.visits_per_second * VISIT_S) + BESIDE + reserved
    wanted = max(100, 100 * ceil(needed / 100))
    return warning(
        said,
        f"ask AWS for {wanted:,} before the first mailing to {plans.readers:,}; until then some visitors get no page:\n"
        "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 "
        f"--desired-value {wanted}",
    )
