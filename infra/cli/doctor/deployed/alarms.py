"""The alarms: does anybody hear them, and does one ring now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.checks.stack import physical_id
from cli.doctor.finding import Finding, together, warning
from cli.doctor.place import Place

NESTED, TOPIC = "Messaging", "AlarmTopic"
PENDING = "PendingConfirmation"


def look(place: Place) -> Finding:
    """Who is subscribed to their topic, and which are in the state ALARM."""
    place.not_local("alarms")
    nested = physical_id(place.stack, NESTED, place.client)
    topic = physical_id(nested, TOPIC, place.client)
    pages = place.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    found = unheard([each for page in pages for each in page.get("Subscriptions", [])], topic)
    ringing = _ringing(place)
    found += [warning(f"{name} rings", 'see "Alarms" in docs/operate.md for what it means') for name in ringing]
    return together(found, "somebody is told of them, and none rings")


def unheard(subscriptions: Sequence[Mapping[str, str]], topic: str) -> list[Finding]:
    """Whether the topic reaches anybody: AWS asks a mail address to confirm first."""
    if any(each["SubscriptionArn"] != PENDING for each in subscriptions):
        return []
    again = f"aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS"
    if subscriptions:
        anew = f"press the link in it, or have it sent anew:\n{again}"
        return [warning("nobody hears them: AWS's mail was not confirmed", anew)]
    return [
        warning("nobody hears them", f"set AlarmAddress in deploy.<stage>.toml, then make deploy; or at once:\n{again}")
    ]


def _ringing(place: Place) -> list[str]:
    """The logical ids of the stack's alarms that ring."""
    pages = place.client("cloudwatch").get_paginator("describe_alarms")
    names: list[Any] = [
        each["AlarmName"]
        for page in pages.paginate(AlarmNamePrefix=f"{place.stack}-", StateValue="ALARM")
        for each in page.get("MetricAlarms", [])
    ]
    return sorted({logical for name in names if (logical := _logical(name, place.stack))})


def _logical(name: str, stack: str) -> str:
    """`newsletter-Alarms-1ABC-LeadWaitAlarm-2DEF` is LeadWaitAlarm of `newsletter`; empty for one of another stack.

    CloudFormation puts a name together from the stack, the nested stack with its suffix, and the alarm with its own.
    """
    parts = name.removeprefix(f"{stack}-").split("-")
    return parts[-2] if len(parts) in (2, 4) else ""
