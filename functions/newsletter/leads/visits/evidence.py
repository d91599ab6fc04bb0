"""What a request to one of our links shows about its sender, and all such requests of one subscriber and mailing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Evidence:
    """What a request shows about its sender, stored unchanged so that it can be judged again later.

    `network` is the truncated IP address.
    """

    method: str
    user_agent: str
    network: str
    headers: Mapping[str, str]


class VisitKind(StrEnum):
    """What was asked for."""

    LINK = "link"
    """A link to an article or another page: it was redirected."""
    CANARY = "canary"
    """The link that no reader can see."""
    OFFER = "offer"
    """The page of an offer: it was shown."""
    PRESS = "press"
    """The button on the page of an offer."""
    ANSWER = "answer"
    """An answer to the mail, which a person wrote (replies/): no link was opened."""


NOT_OPENED = (VisitKind.PRESS, VisitKind.ANSWER)
"""What asks for something, and opens nothing."""


@dataclass(frozen=True)
class Visit:
    """One request, or one answer. `link` is the link's key, of an offer the offer's; `at` has milliseconds.

    Of a press: `page_age` are the seconds since its page was shown, None if it came without a page of ours;
    `from_page` is whether it came from the network and user agent to which that page was shown (of an answer: from the
    address that the mail went to); `typed` is whether its
    sender wrote something into the form.
    """

    at: datetime
    kind: VisitKind
    link: str
    evidence: Evidence
    page_age: float | None = None
    from_page: bool = True
    typed: bool = False


@dataclass(frozen=True)
class Trace:
    """The visits of one subscriber to one mailing, in any order. `delivered_at` is when SES delivered the mail, or None
    if that is not known (yet); then `sent_at` is when it was handed to SES.
    """

    visits: tuple[Visit, ...]
    delivered_at: datetime | None = None
    sent_at: datetime | None = None
