"""Everything that is kept of a reader: shown to them, or erased except for the mark that keeps them erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.times import iso, parse_iso
from newsletter.readers.current_subscriber import current_subscriber, earlier_ids
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.profiles.reader_data_store import KeptReply, StoredRecords, WaitingForm
from newsletter.readers.subscriber import Status

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.leads.leads_store import KeptLead

LONGEST_RUN = timedelta(minutes=15)
"""AWS: no Lambda function runs longer, so whatever was writing when the reader was erased has ended by then."""


@dataclass(frozen=True)
class AddressData:
    """What is kept under one id: its records, the visits among them as they are shown, the leads, and the forms that
    wait at addresses it is to change to.
    """

    records: StoredRecords
    visits: Sequence[Mapping[str, Any]]
    leads: Mapping[str, KeptLead]
    address_changes: Sequence[WaitingForm]

    @property
    def as_json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return {
            "subscriber": self.records.subscriber,
            "records": self.records.shown(without_leads=self.leads),
            "visits": list(self.visits),
            "leads": [lead.shown for lead in self.leads.values()],
            "address_changes": [form.shown for form in self.address_changes],
        }


@dataclass(frozen=True)
class SubscriberData:
    """What is kept of a reader: under their id, and under each address they had before, the latest first."""

    current: AddressData
    earlier: list[AddressData]

    @property
    def as_json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return {**self.current.as_json, "earlier": [each.as_json for each in self.earlier]}

    @property
    def earlier_addresses(self) -> list[str]:
        """The addresses before this one that are still kept."""
        profiles = (each.records.profile for each in self.earlier)
        return [profile.email for profile in profiles if profile and profile.email]

    @property
    def new_addresses(self) -> list[str]:
        """The addresses that they asked to change to and have not confirmed."""
        return [form.email for form in self.current.address_changes]

    @property
    def replies(self) -> list[KeptReply]:
        """Their answers to our mails from all addresses, the oldest first."""
        found = (reply for each in (*reversed(self.earlier), self.current) for reply in each.records.replies)
        return sorted(found, key=lambda reply: reply.at)

    @property
    def sent_to_crm(self) -> bool:
        """Whether the CRM was told of a lead of theirs at any of the addresses: what was sent to it stays there."""
        return any(lead.sent for each in (self.current, *self.earlier) for lead in each.leads.values())


def collect_data(subscriber: str, app: Container) -> SubscriberData:
    """All records under the reader's id and their leads, and those of their earlier addresses that are still kept."""
    current, *earlier = (_address_data(each, app) for each in (subscriber, *earlier_ids(subscriber, app)))
    return SubscriberData(current, earlier)


def _address_data(subscriber: str, app: Container) -> AddressData:
    records = app.reader_data.of(subscriber)
    found = ((lead, app.leads.kept(lead)) for lead in records.leads)
    forms = (app.reader_data.of(new).form_of(subscriber) for new in records.changes)
    return AddressData(
        records,
        app.visits.shown(records.visits),
        {lead: kept for lead, kept in found if kept is not None},
        [form for form in forms if form is not None],
    )


# --- erasure ---------------------------------------------------------------------------------------------------------


def erase_every_address(subscriber: str, now: datetime, app: Container) -> None:
    """Erase the reader, and what is kept of the addresses they had before.

    The earlier ones come first: after a crash, the profile that points to them is still there for the next try.
    """
    for earlier in reversed(earlier_ids(subscriber, app)):
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
    """Remove every record under the id, whatever it is, and all that it points to; False if nothing was erased.

    The mark is written first: from then on nothing more is kept under the id, no mail is sent and no import can add the
    address. Running it again finishes what a crash left over. With `unless_active`, a reader who has subscribed again
    is not erased. `moved_to` and `moved_from` are ids that the mark keeps. The tick checks once more when no function
    can still be writing (`erase_due`).
    """
    marked = app.reader_data.mark_erased(
        subscriber, now, unless_active=unless_active, moved_to=moved_to, moved_from=moved_from
    )
    if not marked:
        return False
    _remove(app.reader_data.of(subscriber), (), app)
    app.reader_data.schedule_check(subscriber, iso(now), now + LONGEST_RUN)
    return True


def erase_due(subscriber: str, now: datetime, app: Container) -> bool:
    """Erase a reader who left long ago, or finish an erasure that was begun; whether this call erased a reader.

    A form that was filled in after the erasure is a new sign-up: it and its consents are kept until it expires.
    """
    records = app.reader_data.of(subscriber)
    profile = records.profile
    if profile is None or not profile.erased:
        return _erase_expired(subscriber, profile, now, app)
    fresh = records.forms_since(profile.erased_at, now)
    _remove(records, fresh, app)
    settled = parse_iso(profile.erased_at) + LONGEST_RUN
    if fresh:
        over = max(fresh.values())
        app.reader_data.schedule_check(subscriber, profile.erased_at, over if now >= settled else settled)
    elif now < settled:
        app.reader_data.schedule_check(subscriber, profile.erased_at, settled)
    else:
        app.reader_data.finish_erasure(subscriber)
    return False


def _erase_expired(subscriber: str, profile: Profile | None, now: datetime, app: Container) -> bool:
    """Erase a reader who left long ago; False if they have subscribed again at this moment.

    For the old address of a reader who has changed it, the ids of the addresses after and before it stay in the mark:
    unsubscribe links in old mails must still end the mail to the new address. They are removed when the reader is
    erased at the last address.
    """
    today = current_subscriber(subscriber, app)
    if today.id != subscriber and today.status not in ("", Status.ERASED):
        after, before = (profile.moved_to, profile.moved_from) if profile else ("", "")
        return erase(subscriber, now, app, unless_active=True, moved_to=after, moved_from=before)
    earlier = earlier_ids(subscriber, app)
    if not erase(subscriber, now, app, unless_active=True):
        return False
    for each in earlier:
        erase(each, now, app, unless_active=True)
    return True


def _remove(records: StoredRecords, spare: Collection[str], app: Container) -> None:
    """Remove the leads before the records that point to them, so that after a crash the rest can still be found."""
    for lead in records.leads:
        app.leads.erase(lead)
    app.reader_data.remove(records.subscriber, spare)
