"""Whether as many executions may send as the account's rate needs."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, isfinite

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Client, Finding, Level, Plans

CHECK = "Senders"
PARAMETER = "Senders"
EACH = 500
"""Mails a second of one execution that sends (template.yaml)."""
MOST = 10
"""What the parameter takes."""


def look(plans: Plans, client: Client) -> Iterator[Finding]:
    """One finding. In the local cloud one process sends everything."""
    from newsletter.container import app

    if app.settings.local:
        yield Finding(Level.UNKNOWN, CHECK, "one process sends here; look at the account with --stack NAME")
        return
    stack = app.settings.secrets_path.rpartition("/")[2]
    try:
        about = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as error:
        yield Finding(
            Level.UNKNOWN, CHECK, f"not looked at: {error}", "allow cloudformation:DescribeStacks to whoever runs this"
        )
        return
    given = {each["ParameterKey"]: each["ParameterValue"] for each in about.get("Parameters", [])}
    if PARAMETER not in given:
        yield Finding(Level.UNKNOWN, CHECK, "the stack is of a version without this parameter", "deploy this version")
        return
    yield judge(int(given[PARAMETER]), plans)


def judge(senders: int, plans: Plans) -> Finding:
    """What so many of them mean at the rate of the account."""
    carried = senders * EACH
    said = f"{senders} executions send up to {carried:,} mails a second; the account may send {plans.rate:g}"
    if plans.rate <= carried:
        return Finding(Level.WELL, CHECK, said)
    needed = min(MOST, ceil(plans.rate / EACH)) if isfinite(plans.rate) else MOST
    if needed <= senders:
        return Finding(Level.WELL, CHECK, f"{said}, which this version does not use up")
    return Finding(Level.WARNING, CHECK, said, f"deploy with Senders={needed}, or mailings take longer than they need")
