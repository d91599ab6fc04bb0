"""Unsubscribe a reader from all mail at once, keep their reason, and let them ask to subscribe again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from newsletter.platform.links.links import LinkClaims
from newsletter.platform.observability import logger
from newsletter.platform.text import cut, one_line
from newsletter.readers.consents.consent import Consent
from newsletter.readers.consents.record_leaving import record_leaving
from newsletter.readers.signup.subscribe import request_confirmation, sign_up_from
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_REASON = 500
REASONS = ("too_often", "off_topic", "too_much_mail", "never_asked", "other")
"""Reasons for leaving to choose from; their texts are in templates/locales/."""
IN_WORDS = "+"
"""Ends the reason in the ledger where the reader added words of their own, which are in the profile alone."""
How = Literal["one-click", "page", "crm", "request", "mail", "answer"]
"""By their mailbox provider, by our page, because the CRM said that they want no more mail, by us as they asked, by a
mail to their address of List-Unsubscribe, or by an answer to a mail that says nothing else."""
HOW: tuple[str, ...] = get_args(How)


def unsubscribe(claims: LinkClaims, how: How, now: datetime, app: Container) -> None:
    """Unsubscribe the reader; repeating it, or an unknown reader, changes nothing and is no error (RFC 8058).

    The status is changed first, so that it does not depend on the consent record and the counters.
    """
    app.subscribers.deactivate(claims.subscriber, Status.UNSUBSCRIBED, how, now, app.publication.retention.left)
    profile = app.subscribers.profile(claims.subscriber)
    if profile is None or profile.left_how not in HOW:
        return
    withdrawn = Consent(
        "withdrawn", profile.left_how, now, profile.left_at, language=profile.language, mailing=claims.mailing
    )
    if record_leaving(claims.subscriber, withdrawn, app) and claims.mailing:
        app.deliveries.add_event(claims.mailing, claims.batch, "unsubscribed", claims.position)
    ids = {"subscriber": claims.subscriber, "mailing": claims.mailing, "batch": claims.batch}
    logger().info("left", extra={**ids, "how": profile.left_how})
    _end_sequences(claims.subscriber, now, app)


def _end_sequences(subscriber: str, now: datetime, app: Container) -> None:
    """End the reader's sequences now; what fails here, the tick does when their next step is due."""
    try:
        app.triggers.end(subscriber, "left", now)
    except Exception:  # noqa: BLE001 (they have left, and must be told so)
        logger().exception("sequences not ended", extra={"subscriber": subscriber})


def status_and_language(claims: LinkClaims, app: Container) -> tuple[str, str]:
    """The reader's status and language as they are stored, both empty for an unknown or erased reader.

    Nothing else of the profile is read: a reader must be able to unsubscribe even if other fields are broken.
    """
    profile = app.subscribers.profile(claims.subscriber)
    return (profile.status, profile.language) if profile and profile.email else ("", "")


def save_reason(claims: LinkClaims, chosen: str, words: str, app: Container) -> None:
    """Store why the reader unsubscribed: one of REASONS, words of their own, or both; nothing of both stores nothing.

    The profile has both as one line of at most 500 characters, until the reader comes back or is erased. Reports of
    the mail that they left with count what they chose, in the ledger.
    """
    chosen = chosen if chosen in REASONS else ""
    words = one_line(words)
    text = cut(": ".join(filter(None, (chosen, words))), MAX_REASON)
    if text and app.subscribers.explain_leaving(claims.subscriber, text) and claims.mailing:
        why = f"{chosen}{IN_WORDS if words else ''}"
        app.deliveries.explain_leaving(claims.mailing, claims.batch, claims.position, why)


def ask_to_resubscribe(claims: LinkClaims, now: datetime, app: Container) -> bool:
    """Send an unsubscribed reader a new confirmation mail with the choices they had; False for anybody else."""
    reader = app.subscribers.get(claims.subscriber)
    if reader is None or reader.status is not Status.UNSUBSCRIBED:
        return False
    request_confirmation(sign_up_from(reader, "way back from unsubscribing", now, app), now, app)
    return True
