"""Whether SES lets the account mail all readers, and how long that takes."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from cli.doctor.finding import Finding, State, fault, fine, warning
from cli.doctor.place import Place, Plans
from newsletter.platform.times import iso
from newsletter.publication.sending_limits import WarmUp
from newsletter.sending.ses.account_client import Quota

LONG_HOURS = 12
LONG_LIST = 10_000
"""Readers from which on a sender that nobody knows should begin with a part of them."""
KNOWN_AFTER = timedelta(days=30)
"""Reputation builds in weeks: a stack that sent mailings longer ago than this is taken as known."""
SANDBOX = 200
"""Mails in 24 hours that an account in the sandbox may send (AWS: SES quotas)."""


def look(place: Place) -> Finding:
    """The quota as SES tells it now, against the list."""
    quota = place.account.get("SendQuota", {})
    most = int(quota.get("Max24HourSend", -1))
    known = Quota(None if most < 0 else most, int(quota.get("SentLast24Hours", 0)))
    found = judge(known, place.plans)
    if found.state is not State.FINE:
        return found
    app = place.app
    before = iso(app.now() - KNOWN_AFTER)
    today = app.now().astimezone(app.publication.time_zone).date()
    return warmed_up(
        found, known, place.plans, app.publication.warm_up, today, mailed=bool(app.mailings.older(before, 1))
    )


def warmed_up(found: Finding, quota: Quota, plans: Plans, plan: WarmUp | None, today: date, *, mailed: bool) -> Finding:
    """Whether mailbox providers know who sends, or a plan makes them acquainted.

    `mailed`: this stack sent mailings long enough ago.
    """
    most = plan.allowed(today) if plan else None
    if plan and most is not None:
        return fine(f"{found.message}; the warm-up plan sends at most {most:,} mails today, and ends on {plan.ends}")
    if plans.readers < LONG_LIST or mailed or quota.used * 10 >= plans.readers:
        return found
    return warning(
        f"mailbox providers do not know this account or domain yet: SES sent {quota.used:,} mails in 24 hours, and "
        f"this stack no mailing before the last {KNOWN_AFTER.days} days. {plans.readers:,} at once look like spam",
        'add a plan, [warm_up], to templates/publication.toml: "Warming up" in docs/operate.md',
    )


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
