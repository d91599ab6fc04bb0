"""What the local SES account looks like: who may send, how fast, and where its events go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

BOTH_REASONS = frozenset({"BOUNCE", "COMPLAINT"})
"""What an account suppresses unless it says otherwise (AWS: sending-email-suppression-list)."""

EVENT_TYPES = frozenset(
    {
        "SEND",
        "REJECT",
        "BOUNCE",
        "COMPLAINT",
        "DELIVERY",
        "OPEN",
        "CLICK",
        "RENDERING_FAILURE",
        "DELIVERY_DELAY",
        "SUBSCRIPTION",
    }
)
"""EventType of the sesv2 service model."""


@dataclass(frozen=True)
class EventDestination:
    """An SNS topic and the event types it gets.

    `types` may be spelled as the API does (RENDERING_FAILURE) or as CloudFormation does (renderingFailure); they are
    kept in the API's spelling. ValueError names a type that SES does not have.
    """

    topic_arn: str
    types: frozenset[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", frozenset(map(_api_spelling, self.types)))


@dataclass(frozen=True)
class ConfigurationSet:
    """A configuration set: its event destinations, and what the account's suppression list means for its mails.

    `suppressed_reasons`: for these an address is put on the list and its mails are not sent (BOUNCE, COMPLAINT); None
    leaves it to the account, which has both. Empty means that the list is passed over. `tls_policy` is shown, and all
    that it means here.
    """

    event_topics: tuple[EventDestination, ...] = ()
    suppressed_reasons: frozenset[str] | None = None
    tls_policy: str = "OPTIONAL"


@dataclass(frozen=True)
class SesSettings:
    """The account.

    `identities`: verified domains and addresses. `max_send_rate`: recipients per second; `max_24_hour_send`:
    recipients per 24 hours; -1 is no limit, as in GetAccount. `auto_deliver`: a Delivery event follows every Send
    that nothing else stops. `sandbox`: only verified recipients and the mailbox simulator get mail.
    """

    identities: frozenset[str]
    configuration_sets: Mapping[str, ConfigurationSet] = field(default_factory=dict)
    max_send_rate: float = 14.0
    max_24_hour_send: float = 50_000.0
    region: str = "eu-north-1"
    account_id: str = "123456789012"
    auto_deliver: bool = True
    sandbox: bool = False


def _api_spelling(name: str) -> str:
    spelled = name if name in EVENT_TYPES else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    if spelled not in EVENT_TYPES:
        raise ValueError(f"{name!r} is not an SES event type; right would be one of {', '.join(sorted(EVENT_TYPES))}")
    return spelled
