"""Everything we hold on a reader, for the reader; and erasure, which leaves only the mark that keeps them erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.leads.lead import lead_id
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.publication import Publication
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.records_store import CHANGE, LEAD, PROFILE, is_sign_up, sign_up_record
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container

INTERNAL = {"due_shard", "mailable"}
"""Attributes that say nothing of a reader: places in an index."""
SETTLED = timedelta(minutes=15)
"""AWS: no function runs longer. Who was writing when the reader was erased has written by then."""
CONSENT = "consent#"

Records = list[dict[str, Any]]


def everything(subscriber: str, app: Container) -> dict[str, Any]:
    """All records under the reader's id and their leads, as plain values for JSON.

    `address_changes` are the forms that wait to be confirmed from another address. `earlier` is the same of each
    address they had before, the latest first, as long as it is kept.
    """
    found = [_of_one(each, app) for each in (subscriber, *_earlier(subscriber, app))]
    return {**found[0], "earlier": found[1:]}


def _of_one(subscriber: str, app: Container) -> dict[str, Any]:
    records = app.subscribers.records(subscriber)
    kept = {
        key: lead for key in _leads(subscriber, records, app.publication) if (lead := app.leads.item(key)) is not None
    }
    return {
        "subscriber": subscriber,
        "records": [_shown(item) for item in records if item["record"].removeprefix(LEAD) not in kept],
        "leads": list(kept.values()),
        "address_changes": [
            _shown(form)
            for new in _ids(records, CHANGE)
            for form in app.subscribers.records(new)
            if form["record"] == sign_up_record(subscriber)
        ],
    }


def _shown(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in INTERNAL and name != "id"}


# --- erasure ---------------------------------------------------------------------------------------------------------


def erase_every_address(subscriber: str, now: datetime, app: Container) -> None:
    """Erase the reader, and what is kept of the addresses they had before.

    Those come first: after a crash, the profile that knows of them is still there for the next try.
    """
    for earlier in reversed(_earlier(subscriber, app)):
        erase(earlier, now, app, unless_active=True)
    erase(subscriber, now, app)


def erase(
    subscriber: str,
    now: datetime,
    app: Container,
    *,
    unless_active: bool = False,
    moved_to: str = "",
    moved_from: str = "",
) -> bool:
    """Remove every record under the id, whatever it is, and all it points to; False for who is left alone.

    The mark comes first: whatever happens after it, nothing more is kept under the id, no mail is sent and no import
    wakes the address up. Doing it again finishes what a crash left over. `unless_active` leaves alone who came back
    since they left. `moved_to` and `moved_from` are ids that the mark keeps. The tick looks once more when nobody can
    still be writing (`erase_who_is_due`).
    """
    marked = app.subscribers.mark_erased(
        subscriber, now, unless_active=unless_active, moved_to=moved_to, moved_from=moved_from
    )
    if not marked:
        return False
    _remove(subscriber, app.subscribers.records(subscriber), (), app)
    app.subscribers.look_again(subscriber, iso(now), now + SETTLED)
    return True


def erase_who_is_due(subscriber: str, now: datetime, app: Container) -> bool:
    """Erase who left long ago, or end the erasure of who was erased already; whether a reader was erased by it.

    A form that was filled in since the erasure is a new beginning. It and its consents are left alone until it is over.
    """
    records = app.subscribers.records(subscriber)
    profile = next((item for item in records if item["record"] == PROFILE), {})
    if profile.get("status") != Status.ERASED:
        return _forget(subscriber, profile, now, app)
    erased_at = profile["erased_at"]
    fresh = [
        item
        for item in records
        if is_sign_up(item["record"]) and item["at"] >= erased_at and item["expires"] > now.timestamp()
    ]
    spare = {CONSENT, *(item["record"] for item in fresh)} if fresh else ()
    _remove(subscriber, records, spare, app)
    settled = parse_iso(erased_at) + SETTLED
    if fresh:
        over = datetime.fromtimestamp(max(item["expires"] for item in fresh), now.tzinfo)
        app.subscribers.look_again(subscriber, erased_at, over if now >= settled else settled)
    elif now < settled:
        app.subscribers.look_again(subscriber, erased_at, settled)
    else:
        app.subscribers.finish_erasure(subscriber)
    return False


def _forget(subscriber: str, profile: dict[str, Any], now: datetime, app: Container) -> bool:
    """Erase who left long ago; False for who came back at this moment.

    Of an old address, the way to the one its reader goes on with stays, as ids: its mails are still about, and their
    unsubscribe links must end the mail of today. It goes with the reader at its end.
    """
    today = current_subscriber(subscriber, app)
    if today.id != subscriber and today.status not in ("", Status.ERASED):
        way = {name: profile[name] for name in ("moved_to", "moved_from") if name in profile}
        return erase(subscriber, now, app, unless_active=True, **way)
    earlier = _earlier(subscriber, app)
    if not erase(subscriber, now, app, unless_active=True):
        return False
    for each in earlier:
        erase(each, now, app, unless_active=True)
    return True


def _remove(subscriber: str, records: Records, spare: Collection[str], app: Container) -> None:
    """Leads go before what points to them, so that a crash in between leaves nothing that cannot be found."""
    for lead in _leads(subscriber, records, app.publication):
        app.leads.erase(lead)
    app.subscribers.remove_records(subscriber, spare)


def _leads(subscriber: str, records: Records, publication: Publication) -> Iterable[str]:
    """The ids of the reader's leads: those that are pointed to, and those of before there were pointers."""
    return dict.fromkeys([*_ids(records, LEAD), *(lead_id(subscriber, offer.key) for offer in publication.offers)])


def _ids(records: Records, prefix: str) -> list[str]:
    return [item["record"].removeprefix(prefix) for item in records if item["record"].startswith(prefix)]


def _earlier(subscriber: str, app: Container) -> list[str]:
    """The ids of the addresses that the reader changed for this one, the latest first. Not one that is in use again."""
    found = [subscriber]
    profile = app.subscribers.profile(subscriber) or {}
    while (before := profile.get("moved_from", "")) and before not in found:
        profile = app.subscribers.profile(before) or {}
        if profile.get("moved_to") != found[-1]:
            break
        found.append(before)
    return found[1:]
