"""Stop all mail to a reader, at once and for good."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.links import Ref
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.subscriber import Consent, Status


def unsubscribe(
    ref: Ref,
    how: Literal["one-click", "page"],
    *,
    now: datetime,
    subscribers: Subscribers,
    deliveries: Deliveries,
) -> None:
    """Unsubscribe the reader; a repeat, or an unknown reader, changes nothing and is no error (RFC 8058).

    Leaving comes first and must not fail for the bookkeeping around it.
    """
    reader = subscribers.get(ref.subscriber)
    if reader is None or not subscribers.deactivate(ref.subscriber, Status.UNSUBSCRIBED, how, now):
        return
    subscribers.add_consent(
        ref.subscriber, Consent("withdrawn", how, now, language=reader.language, mailing=ref.mailing), "withdrawn"
    )
    if ref.mailing:
        deliveries.add(ref.mailing, ref.batch, "unsubscribed", ref.position)
