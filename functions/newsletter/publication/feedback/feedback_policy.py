"""The table [feedback]: when soft bounces end a subscription, and what happens to mail that SES may not have taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.publication.toml_table import TomlTable

WAIT_MINUTES = (15, 1440)
"""The shortest and the longest time to wait for Send events of SES; nearly all come within seconds."""


class OnDoubt(StrEnum):
    """What to do for a recipient whose mail SES may or may not have taken, when no Send event came in time."""

    NEVER_TWICE = "never_twice"
    """Nothing more is sent; the report names the recipient."""
    RESEND = "resend"
    """The mail is sent once more; if a Send event comes late, the report names the recipients who got it twice."""


@dataclass(frozen=True)
class FeedbackPolicy:
    """A reader gets no more mail after `transient_bounces` mails that soft-bounced `within` a time."""

    transient_bounces: int = 3
    within: timedelta = timedelta(days=30)
    doubt: OnDoubt = OnDoubt.NEVER_TWICE
    doubt_wait: timedelta = timedelta(minutes=60)

    def of_mailing(self, doubt: str, wait_minutes: int) -> FeedbackPolicy:
        """The policy of a mailing that may have its own values; an empty text or 0 keeps those of the publication."""
        return replace(
            self,
            doubt=OnDoubt(doubt) if doubt else self.doubt,
            doubt_wait=timedelta(minutes=wait_minutes) if wait_minutes else self.doubt_wait,
        )

    def gives_up(self, mailed_at: Iterable[datetime], confirmed_at: datetime) -> bool:
        """Whether these bounces are too many. Mails sent before the reader last confirmed do not count."""
        counted = sorted(moment for moment in mailed_at if moment >= confirmed_at)
        spans = zip(counted, counted[self.transient_bounces - 1 :], strict=False)
        return any(last - first <= self.within for first, last in spans)


DEFAULT_FEEDBACK = FeedbackPolicy()
"""For a publication without the table."""


def parse_feedback(table: TomlTable) -> FeedbackPolicy:
    """The table [feedback]. Raises InvalidPublication."""
    return FeedbackPolicy(
        transient_bounces=table.number("transient_bounces", 1, 20),
        within=timedelta(days=table.number("within_days", 1, 365)),
        doubt=OnDoubt(table.one_of("doubt", tuple(OnDoubt))),
        doubt_wait=timedelta(minutes=table.number("doubt_wait_minutes", *WAIT_MINUTES)),
    )
