"""What mailings without a subject of their own are called, and whom they are for."""

from __future__ import annotations

from newsletter.mailings.mailing import ALREADY, CONFIRMATION, INVITATION, MOVED, WELCOME
from newsletter.platform.words.said import say, say_number
from newsletter.readers.choice import Frequency

AUTOMATED = {
    CONFIRMATION: (say("Confirmation mails"), say("Everyone who fills in the form, to confirm")),
    INVITATION: (say("Invitations"), say("Everyone who was invited to subscribe")),
    WELCOME: (say("Welcome mails"), say("Each new reader, once they confirmed")),
    ALREADY: (say("Questions to readers"), say("Readers for whose address somebody filled in the form again")),
    MOVED: (say("Notices of a changed address"), say("Readers who moved to another address, at the one they left")),
}
"""Title and audience of the automated mailings."""
MONTHS = (
    *(say("January"), say("February"), say("March"), say("April"), say("May"), say("June"), say("July")),
    *(say("August"), say("September"), say("October"), say("November"), say("December")),
)


def name_of_month(month: int) -> str:
    """The name of a month, from 1."""
    return MONTHS[month - 1]


def digest_audience(frequency: str, articles: int) -> str:
    """Whom a digest with so many new articles is for."""
    if frequency == Frequency.MONTHLY:
        return say_number(
            "Every reader of the monthly digest with a topic among its 1 new article",
            "Every reader of the monthly digest with a topic among its {count} new articles",
            count=articles,
        )
    return say_number(
        "Every reader of the weekly digest with a topic among its 1 new article",
        "Every reader of the weekly digest with a topic among its {count} new articles",
        count=articles,
    )
