"""Whether as many executions may send as the account's rate needs."""

from __future__ import annotations

from math import ceil, isfinite

from cli.doctor.finding import Finding, Unknown, fine, warning
from cli.doctor.place import Place, Plans

PARAMETER = "Senders"
EACH = 500
"""Mails a second of one execution that sends (template.yaml)."""
MOST = 10
"""What the parameter takes."""


def look(place: Place) -> Finding:
    """The parameter of the stack. In the local cloud one process sends everything."""
    place.not_local("executions that send")
    given = place.deployed.given
    if PARAMETER not in given:
        raise Unknown("the stack is of a version without this parameter", "make deploy")
    return judge(int(given[PARAMETER]), place.plans)


def judge(senders: int, plans: Plans) -> Finding:
    """What so many of them mean at the rate of the account."""
    carried = senders * EACH
    said = f"{senders} executions send up to {carried:,} mails a second; the account may send {plans.rate:g}"
    if plans.rate <= carried:
        return fine(said)
    needed = min(MOST, ceil(plans.rate / EACH)) if isfinite(plans.rate) else MOST
    if needed <= senders:
        return fine(f"{said}, which this version does not use up")
    return warning(said, f"deploy with Senders={needed}, or mailings take longer than they need")
