"""Stop all mail to a reader, at once and for good; and the way back, which a reader alone can open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from newsletter.platform.links.links import LinkClaims
from newsletter.readers.consents.consent import Consent
from newsletter.readers.consents.record_leaving import record_leaving
from newsletter.readers.signup.subscribe import ask, same_choices
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_REASON = 500
How = Literal["one-click", "page"]
HOW: tuple[str, ...] = get_args(How)


def unsubscribe(ref: LinkClaims, how: How, now: datetime, app: Container) -> None:
    """Unsubscribe the reader; a repeat, or an unknown reader, changes nothing and is no error (RFC 8058).

    Leaving comes first and must not fail for the bookkeeping around it.
    """
    app.subscribers.deactivate(ref.subscriber, Status.UNSUBSCRIBED, how, now, app.publication.retention.left)
    profile = app.subscribers.profile(ref.subscriber)
    if profile is None or profile.left_how not in HOW:
        return
    withdrawn = Consent(
        "withdrawn", profile.left_how, now, profile.left_at, language=profile.language, mailing=ref.mailing
    )
    if record_leaving(ref.subscriber, withdrawn, app) and ref.mailing:
        app.deliveries.add_event(ref.mailing, ref.batch, "unsubscribed", ref.position)


def standing(ref: LinkClaims, app: Container) -> tuple[str, str]:
    """The reader's status and language as they are stored, both empty for nobody we know.

    Nothing else of the profile is read: a record that is broken elsewhere must keep nobody from leaving.
    """
    profile = app.subscribers.profile(ref.subscriber)
    return (profile.status, profile.language) if profile and profile.email else ("", "")


def explain(ref: LinkClaims, reason: str, app: Container) -> None:
    """Keep the reason that a reader who has left gives, on one line and at most 500 characters; empty keeps nothing."""
    text = " ".join(reason.split())[:MAX_REASON]
    if text:
        app.subscribers.explain_leaving(ref.subscriber, text)


def come_back(ref: LinkClaims, now: datetime, app: Container) -> bool:
    """Send a reader who left a fresh confirmation with the choices they had; False for anybody else, who gets none."""
    reader = app.subscribers.get(ref.subscriber)
    if reader is None or reader.status is not Status.UNSUBSCRIBED:
        return False
    ask(same_choices(reader, "way back from unsubscribing", now, app), now, app)
    return True
