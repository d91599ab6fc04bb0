"""Why mails came back, in plain words: the many codes of SES and of mail servers in a few groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.platform.words.said import say
from newsletter.sending.ses.bounce_reason import BounceReason, from_stored

MEANINGS = {
    "no_such_address": (
        say("The address does not exist"),
        say("a typing mistake, or somebody who has left the company"),
    ),
    "no_such_domain": (
        say("The domain takes no mail"),
        say("what stands behind the @ does not exist, or has no mail server"),
    ),
    "mailbox_closed": (say("The mailbox is closed"), say("its owner or provider has switched it off")),
    "mailbox_full": (say("The mailbox is full"), say("the reader has to make space")),
    "refused": (
        say("Refused as spam, or by a rule of the server"),
        say("the content, our domain or our servers are not welcome"),
    ),
    "too_large": (say("The mail is too large for it"), say("the server takes smaller ones alone")),
    "not_reachable": (
        say("The mail server was not reachable"),
        say("it was down, busy, or did not answer in time"),
    ),
    "not_tried": (
        say("Not tried again"),
        say("SES remembers that the address bounced, or that its owner called mail spam"),
    ),
    "other": (say("For another reason"), say("or the server gave none")),
}
"""Name and meaning of each group."""

_NOT_TRIED = {"OnAccountSuppressionList", "OnTenantSuppressionList", "EmailValidationSuppressed", "Suppressed"}
_BY_SUB_TYPE = {
    **dict.fromkeys(_NOT_TRIED, "not_tried"),
    "NoEmail": "no_such_address",
    "MailboxFull": "mailbox_full",
    "MessageTooLarge": "too_large",
    "ContentRejected": "refused",
    "AttachmentRejected": "refused",
    "CustomTimeoutExceeded": "not_reachable",
}
"""Of the subtypes that say more than a status does (AWS: SES, bounce types)."""
_BY_STATUS = {
    "1.2": "no_such_domain",
    "1.10": "no_such_domain",
    "2.1": "mailbox_closed",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.4": "too_large",
    "4.4": "no_such_domain",
}
"""By subject and detail of a status (RFC 3463, 7505)."""
_BY_SUBJECT = {"1": "no_such_address", "3": "not_reachable", "4": "not_reachable", "6": "refused", "7": "refused"}


@dataclass(frozen=True)
class BounceGroup:
    """Mails that came back for the reason `key` of MEANINGS, `for_good` or for now; `reported` is what SES said."""

    key: str
    for_good: bool
    mails: int
    reported: Mapping[BounceReason, int]

    @property
    def name(self) -> str:
        """In plain words."""
        return MEANINGS[self.key][0]

    @property
    def meaning(self) -> str:
        """What is behind it."""
        return MEANINGS[self.key][1]

    @property
    def codes(self) -> str:
        """What SES said, the most frequent first: `Permanent General 5.1.1 (3), …`."""
        ordered = sorted(self.reported.items(), key=lambda pair: (-pair[1], pair[0]))
        return ", ".join(f"{' '.join(filter(None, reason)) or '–'} ({mails:,})" for reason, mails in ordered)


def group_of(reason: BounceReason) -> str:
    """The key of the reason's group."""
    if reason.sub_type in _BY_SUB_TYPE:
        return _BY_SUB_TYPE[reason.sub_type]
    if reason.status:
        _, subject, detail = reason.status.split(".")
        return _BY_STATUS.get(f"{subject}.{detail}") or _BY_SUBJECT.get(subject, "other")
    return "other"


def bounce_groups(bounces: Mapping[str, int]) -> list[BounceGroup]:
    """The groups of stored reasons: those for good first, the most frequent before others."""
    found: dict[tuple[bool, str], Counter[BounceReason]] = {}
    for stored, mails in bounces.items():
        reason = from_stored(stored)
        found.setdefault((reason.for_good, group_of(reason)), Counter())[reason] += mails
    groups = [BounceGroup(key, for_good, reported.total(), reported) for (for_good, key), reported in found.items()]
    return sorted(groups, key=lambda group: (not group.for_good, -group.mails, group.key))


def bounce_as_json(reason: BounceReason) -> dict[str, Any]:
    """One reason, and its group."""
    return {"reason": group_of(reason), **reason._asdict()}


def bounces_as_json(bounces: Mapping[str, int]) -> list[dict[str, Any]]:
    """The groups with what SES reported."""
    return [
        {
            "reason": group.key,
            "for_good": group.for_good,
            "mails": group.mails,
            "reported": [{**reason._asdict(), "mails": mails} for reason, mails in sorted(group.reported.items())],
        }
        for group in bounce_groups(bounces)
    ]
