"""The alarms: does anybody hear them, and does one ring now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cli.checks.stack import physical_id
from cli.doctor.finding import Finding, together, warning
from cli.doctor.place import Place

NESTED, TOPIC = "Messaging", "AlarmTopic"
PENDING = "PendingConfirmation"
OF_STACKS = ("Storage", "Messaging", "Email", "Observability", "Alarms")
"""The nested stacks of template.yaml. An alarm's name begins with its stack's, and other stacks may begin like ours."""


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
    return [warning("nobody hears them", f"set AlarmAddress in samconfig.toml, then make deploy; or at once:\n{again}")]


def _ringing(place: Place) -> list[str]:
    """The logical ids of the stack's alarms that ring."""
    pages = place.client("cloudwatch").get_paginator("describe_alarms")
    names: list[Any] = [
        each["AlarmName"]
        for page in pages.paginate(AlarmNamePrefix=f"{place.stack}-", StateValue="ALARM")
        for each in page.get("MetricAlarms", [])
    ]
    ours = tuple(f"{place.stack}-{nested}-" for nested in OF_STACKS)
    return sorted({_logical(name) for name in names if name.startswith(ours)})


def _logical(name: str) -> str:
    """`newsletter-Messaging-1ABC-PlanDeadLettersAlarm-2DEF` is PlanDeadLettersAlarm."""
    return next((part for part in name.split("-") if part.endswith("Alarm")), name)
