"""One reader with all that is known of them: choices, proof of consent, mails, visits by people, sequences, leads."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.leads.facts.what_they_did import doings_of
from newsletter.leads.lead import Lead, ReadArticle
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingState
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.shards import shard_of
from newsletter.platform.times import iso
from newsletter.readers.choices import stored_choices
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.current_subscriber import earlier_ids
from newsletter.readers.manage.find import known_id, masked
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.profiles.reader_data_store import KeptReply
from newsletter.readers.subscriber import SignUp, Subscriber
from newsletter.reports.certificate import recipient_lines
from newsletter.reports.count_mailing import planned_pages
from newsletter.sending.ledger import RecipientStatus

if TYPE_CHECKING:
    from newsletter.container import Container

MAILINGS = 20
"""Mailings that are searched for the reader, the newest first; what every reader gets, such as the welcome, is one."""


@dataclass(frozen=True)
class GotMail:
    """A mailing that has the reader among its recipients, and what became of that mail."""

    mailing: Mailing
    status: RecipientStatus


@dataclass(frozen=True)
class ShownReader:
    """`reader` is None for an address that never confirmed, for the mark of an erased reader, and for a broken profile.

    `looked_at` are the mailings that were searched for `mails`; `faults` are those of the proof of consent."""

    id: str
    profile: Profile
    reader: Subscriber | None
    waiting: SignUp | None
    consents: Sequence[ConsentRecord]
    faults: Sequence[str]
    mails: Sequence[GotMail]
    looked_at: int
    read: Sequence[ReadArticle]
    enrollments: Sequence[Enrollment]
    leads: Sequence[Lead]
    replies: Sequence[KeptReply]

    @property
    def status(self) -> str:
        """Their status; `pending` for a form that waits without a profile."""
        return self.profile.status or "pending"

    @property
    def email(self) -> str:
        """Their address, or that of the form that waits; empty for an erased reader."""
        return self.profile.email or (self.waiting.email if self.waiting else "")

    def as_json(self, *, addresses: bool) -> dict[str, Any]:
        """As the API and `newsletter subscribers show --json` answer; without `addresses`, those are masked and what
        they wrote is left out.
        """
        choices = stored_choices(self.reader.choices) if self.reader else {}
        if not addresses:
            choices.pop("name", None)
        return {
            "id": self.id,
            "status": self.status,
            "address": self.email if addresses else masked(self.email),
            "choices": {name: value for name, value in choices.items() if value is not None},
            "confirmed_at": iso(self.reader.confirmed_at) if self.reader else None,
            "left_at": self.profile.left_at or None,
            "left_how": self.profile.left_how,
            "sign_up_waits": self.waiting is not None,
            "consents": [
                {"act": record.consent.act, "how": record.consent.how, "at": iso(record.consent.at)}
                for record in self.consents
            ],
            "consent_faults": list(self.faults),
            "mails": [{"mailing": got.mailing.id, "status": got.status.value} for got in self.mails],
            "mailings_searched": self.looked_at,
            "read": [{"title": each.title, "url": each.url, "at": iso(each.at)} for each in self.read],
            "sequences": [
                {
                    "sequence": each.sequence,
                    "began_at": iso(each.enrolled_at),
                    "steps": list(each.done),
                    "ended": each.ended.value if each.ended else "",
                }
                for each in self.enrollments
            ],
            "replies": [
                {"mailing": each.mailing, "at": iso(each.at), "words": each.words if addresses else ""}
                for each in self.replies
            ],
            "leads": [{"id": lead.id, "offer": lead.offer, "state": lead.state.value} for lead in self.leads],
        }


def show_reader(subscriber: str, now: datetime, app: Container, *, seconds: float = 4.0) -> ShownReader:
    """Everything as of now; mailings are searched for at most `seconds`. Raises NotFound."""
    known_id(subscriber, app)
    profile = app.subscribers.profile(subscriber) or Profile(subscriber)
    ids = [subscriber, *earlier_ids(subscriber, app)]
    looked_at = 0
    mails: list[GotMail] = []
    stop = time.monotonic() + seconds
    for _, mailing in app.mailings.older("", MAILINGS):
        if time.monotonic() > stop:
            break
        looked_at += 1
        mails += _got(mailing, ids, now, app)
    return ShownReader(
        id=subscriber,
        profile=profile,
        reader=_readable(subscriber, app),
        waiting=next(iter(app.sign_ups.kept(subscriber, now)), None),
        consents=app.consents.chain(subscriber),
        faults=app.consents.faults(subscriber),
        mails=mails,
        looked_at=looked_at,
        read=doings_of(ids, app).read,
        enrollments=app.enrollments.of(subscriber),
        leads=[lead for name in app.reader_data.of(subscriber).leads if (lead := app.leads.get(name))],
        replies=[reply for each in reversed(ids) for reply in app.reader_data.of(each).replies],
    )


def _readable(subscriber: str, app: Container) -> Subscriber | None:
    try:
        return app.subscribers.get(subscriber)
    except (KeyError, ValueError):
        return None


def _got(mailing: Mailing, ids: Collection[str], now: datetime, app: Container) -> Iterator[GotMail]:
    """What the ledger says of the reader in a mailing: only their batches are read, or all of their shard where nothing
    was planned.
    """
    cancelled_at = now if mailing.status.state is MailingState.CANCELLED else None
    for shard in dict.fromkeys(shard_of(each) for each in ids):
        planned = [
            batch
            for _, manifest in planned_pages(mailing, shard, app)
            for batch in manifest.batches
            if set(ids).intersection(batch.recipients)
        ]
        ids_of_batches = (each for batch in planned for each in (batch.id, batch.resend_id))
        records = [record for each in ids_of_batches if (record := app.deliveries.record(mailing.id, each))]
        if mailing.kind.automated:
            records = list(app.deliveries.records(mailing.id, shard))
        for line in recipient_lines(records, planned, cancelled_at=cancelled_at):
            if line.subscriber in ids:
                yield GotMail(mailing, line.status)
