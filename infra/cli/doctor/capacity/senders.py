"""Whether as many executions may send as the account's rate needs."""

from __future__ import annotations

from cli.doctor.capacity.classes import PARAMETER, classes
from cli.doctor.finding import Finding, Unknown, fine, warning
from cli.doctor.place import Place, Plans

EACH = 500
"""Mails a second of one execution that sends (template.yaml)."""


def look(place: Place) -> Finding:
    """The parameter of the stack. In the local cloud one process sends everything."""
    place.not_local("executions that send")
    given = place.deployed.given
    if PARAMETER not in given:
        raise Unknown("the stack is of a version without this parameter", "make deploy")
    return judge(int(given[PARAMETER]), place.plans)


def judge(mails: int, plans: Plans) -> Finding:
    """What the executions of the class mean at the rate of the account."""
    senders = {each.mails: each.senders for each in classes()}
    carried = senders[mails] * EACH
    said = f"{senders[mails]} executions send up to {carried:,} mails a second; the account may send {plans.rate:g}"
    if plans.rate <= carried:
        return fine(said)
    wide = [each for each in classes() if each.senders * EACH >= plans.rate]
    needed = wide[0].mails if wide else classes()[-1].mails
    if needed <= mails:
        return fine(f"{said}, which this version does not use up")
    return warning(said, f"deploy with {PARAMETER}={needed}, or mailings take longer than they need")
