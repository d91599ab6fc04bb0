"""Whether SES lets the account mail all readers, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from cli.doctor.finding import Client, Finding, Level, Plans
from newsletter.platform.aws.throttling import is_of_aws
from newsletter.sending.ses.account_client import Quota

CHECK = "SES quota"
LONG_HOURS = 12


def look(plans: Plans, client: Client) -> Iterator[Finding]:  # noqa: ARG001 (as every check is called)
    """One finding."""
    from newsletter.container import app

    try:
        quota = app.account.quota()
    except Exception as error:
        if not is_of_aws(error):
            raise
        yield Finding(Level.UNKNOWN, CHECK, f"not looked at: {error}", "allow ses:GetAccount to whoever runs this")
        return
    yield judge(quota, plans)


def judge(quota: Quota, plans: Plans) -> Finding:
    """What the quota means for a mailing to all readers."""
    ask = "ask AWS for a higher sending quota (SES, Account dashboard; docs/deploy.md)"
    hours = plans.readers / plans.rate / 3600
    long = f"{hours:.1f} hours" if hours >= 1 else f"{ceil(60 * hours)} min"
    takes = f"a mailing to {plans.all} takes {long} at {plans.rate:g} a second"
    if quota.most is not None and quota.most <= 200:
        return Finding(
            Level.FAULT,
            CHECK,
            f"{quota.most:,} mails in 24 hours: the account is in SES's sandbox and mails verified addresses alone",
            "ask AWS for production access (docs/deploy.md)",
        )
    if quota.most is not None and quota.most < plans.readers:
        days = -(-plans.readers // quota.most)
        return Finding(
            Level.WARNING,
            CHECK,
            f"{quota.most:,} mails in 24 hours: a mailing to {plans.readers:,} takes {days} days",
            ask,
        )
    if hours > LONG_HOURS:
        return Finding(Level.WARNING, CHECK, takes, ask)
    room = (
        "no limit in 24 hours"
        if quota.most is None
        else f"{quota.most - quota.used:,} of {quota.most:,} mails are free"
    )
    return Finding(Level.WELL, CHECK, f"{room}; {takes}")
