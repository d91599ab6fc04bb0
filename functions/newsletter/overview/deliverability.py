"""How well mails arrive: bounces and complaints of the last 24 hours beside the limits of SES and our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.platform.times import iso
from newsletter.platform.words.said import say
from newsletter.publication.sending_limits import BREAKER_VOLUME, Feedback, SendingLimits
from newsletter.sending.feedback.reputation_store import Breaker

if TYPE_CHECKING:
    from newsletter.container import Container

SES_BOUNCES, SES_COMPLAINTS = 500, 10
"""In 10,000 mails: from there on SES reviews an account (AWS: SES, "Sending review process FAQs")."""


@dataclass(frozen=True)
class Deliverability:
    """What SES told of the last 24 hours, and the breaker if it is open."""

    feedback: Feedback
    limits: SendingLimits
    breaker: Breaker | None

    @property
    def enough(self) -> bool:
        """Whether so many mails were sent that the rates say something: below that the breaker stays closed too."""
        return self.feedback.volume >= BREAKER_VOLUME

    @property
    def bounce_rate(self) -> float:
        """In per cent of the mails of which the end is known."""
        return _per_cent(self.feedback.bounced, self.feedback.volume)

    @property
    def complaint_rate(self) -> float:
        """In per cent of those mails."""
        return _per_cent(self.feedback.complained, self.feedback.volume)

    @property
    def rows(self) -> list[tuple[str, int, float, float, float]]:
        """What, how many, their rate, where sending stops by itself, and where SES reviews the account; in per cent."""
        return [
            (say("Bounced"), self.feedback.bounced, self.bounce_rate, self.limits.bounces / 100, SES_BOUNCES / 100),
            (
                *(say("Called spam"), self.feedback.complained, self.complaint_rate),
                *(self.limits.complaints / 100, SES_COMPLAINTS / 100),
            ),
        ]

    @property
    def as_json(self) -> dict[str, Any]:
        """As the API answers; rates and limits in per cent."""
        return {
            "delivered": self.feedback.delivered,
            "bounced": self.feedback.bounced,
            "complained": self.feedback.complained,
            "bounce_rate": self.bounce_rate,
            "complaint_rate": self.complaint_rate,
            "bounce_limit": self.limits.bounces / 100,
            "complaint_limit": self.limits.complaints / 100,
            "breaker": {"since": iso(self.breaker.since), "reason": self.breaker.reason} if self.breaker else None,
        }


def deliverability(now: datetime, app: Container) -> Deliverability:
    """As of now."""
    return Deliverability(app.reputation.last_day(now), app.publication.sending_limits, app.reputation.breaker())


def _per_cent(number: int, of: int) -> float:
    return round(100 * number / of, 3) if of else 0.0
