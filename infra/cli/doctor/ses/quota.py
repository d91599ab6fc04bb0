"""Whether SES lets the account mail all readers, and how long that takes."""

from __future__ import annotations

from math import ceil

from cli.doctor.finding import Finding, fault, fine, warning
from cli.doctor.place import Place, Plans
from newsletter.sending.ses.account_client import Quota

LONG_HOURS = 12
SANDBOX = 200
"""Mails in 24 hours that an account in the sandbox may send (AWS: SES quotas)."""


def look(place: Place) -> Finding:
    """The quota as SES tells it now, against the list."""
    quota = place.account.get("SendQuota", {})
    most = int(quota.get("Max24HourSend", -1))
    return judge(Quota(None if most < 0 else most, int(quota.get("SentLast24Hours", 0))), place.plans)


def judge(quota: Quota, plans: Plans) -> Finding:
    """What the quota means for a mailing to all readers."""
    ask = (
        "ask AWS for a higher sending quota, days ahead:\n"
        "aws service-quotas request-service-quota-increase --service-code ses --quota-code L-804C8AE8 "
        f"--desired-value {_wanted(plans)}"
    )
    hours = plans.readers / plans.rate / 3600
    long = f"{hours:.1f} hours" if hours >= 1 else f"{ceil(60 * hours)} min"
    takes = f"a mailing to {plans.all} takes {long} at {plans.rate:g} a second"
    if quota.most is not None and quota.most <= SANDBOX:
        return fault(
            f"{quota.most:,} mails in 24 hours: the account is in SES's sandbox and mails verified addresses alone",
            "ask AWS for production access (docs/deploy.md)",
        )
    if quota.most is not None and quota.most < plans.readers:
        days = -(-plans.readers // quota.most)
        return warning(f"{quota.most:,} mails in 24 hours: a mailing to {plans.readers:,} takes {days} days", ask)
    if hours > LONG_HOURS:
        return warning(
            takes,
            "ask AWS for a higher sending rate, days ahead:\n"
            "aws service-quotas request-service-quota-increase --service-code ses --quota-code L-CDEF9B6B "
            f"--desired-value {ceil(plans.readers / 4 / 3600)}",
        )
    if quota.most is None:
        return fine(f"no limit in 24 hours; {takes}")
    free = f"{quota.most - quota.used:,} of {quota.most:,} mails are free"
    if quota.most - quota.used < plans.readers:
        return warning(f"{free}: a mailing to {plans.readers:,} would wait for the rest until tomorrow; {takes}", ask)
    return fine(f"{free}; {takes}")


def _wanted(plans: Plans) -> int:
    """Twice the list, so that a campaign fits beside a digest."""
    return 1_000 * ceil(2 * plans.readers / 1_000)
