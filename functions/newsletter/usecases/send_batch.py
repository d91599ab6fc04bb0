"""Send one batch: wait for a slot, look who may still get mail, claim, call SES once, write down what it said.

The order is the promise. The claim is the last thing before the call and the outcome the first thing after it, so a
record that says `claimed` after its lease means: SES may have taken the batch. Nobody guesses then; the batch becomes
doubtful, is never sent again, and the Send events of SES settle it recipient by recipient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.guards import Guards
from newsletter.adapters.links import Links, Purpose, Ref
from newsletter.adapters.mailer import Addressed, Mailer
from newsletter.adapters.queues import MAX_DELAY, Queues
from newsletter.adapters.sign_ups import SignUps
from newsletter.adapters.subscribers import Subscribers
from newsletter.adapters.templates import Templates
from newsletter.domain.errors import NewsletterError, NotFound, NotSentYet, SentPerhaps
from newsletter.domain.ledger import BatchRecord, Outcome, State
from newsletter.domain.mailing import Mailing, Variant
from newsletter.domain.messages import ConfirmSignUp, SendBatch
from newsletter.domain.planning import Batch
from newsletter.domain.subscriber import Status
from newsletter.observability import count

TRANSACTIONAL_SHARE = 0.1
"""The part of the account's rate that only mail a reader waits for may use."""
CALLS_PER_SECOND = 20.0
"""AWS does not say how many bulk calls a second it takes; a lane never makes more than this."""
PATIENCE = 5.0
"""Seconds a sender sleeps for its slot; a slot further ahead sends the message back to the queue instead."""
TRANSACTIONAL_PATIENCE = 20.0
"""The same where a reader waits at the screen; beyond it the queue offers the message again later."""


class Busy(NewsletterError):
    """Another sender holds the batch, or the lane is full; the queue will offer the message again."""


@dataclass(frozen=True)
class Addressee:
    """To whom a mail goes. `stopped` says why it must not; `nonce` ties a confirmation to its form."""

    email: str
    name: str
    language: str
    stopped: str = ""
    nonce: str = ""


@dataclass(frozen=True)
class Sending:
    """What a batch needs on its way to SES."""

    templates: Templates
    subscribers: Subscribers
    sign_ups: SignUps
    content: Content
    deliveries: Deliveries
    guards: Guards
    mailer: Mailer
    links: Links
    queues: Queues
    public_url: str
    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def send_batch(message: SendBatch, sending: Sending) -> None:
    """Send a batch of a planned mailing or a sequence step to those of its readers who are still active."""
    mailing = sending.content.mailing(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    batch = Batch(message.mailing, message.batch, message.variant, message.recipients)

    def readers(ids: tuple[str, ...]) -> dict[str, Addressee]:
        return {
            reader.id: Addressee(
                reader.email,
                reader.name,
                reader.language,
                stopped="" if reader.status is Status.ACTIVE else reader.status,
            )
            for reader in sending.subscribers.many(ids).values()
        }

    deliver(batch, mailing, sending, readers, message)


def deliver(
    batch: Batch,
    mailing: Mailing,
    sending: Sending,
    look_up: Callable[[tuple[str, ...]], Mapping[str, Addressee]],
    message: SendBatch | ConfirmSignUp | None = None,
) -> None:
    """Deliver a batch to whom `look_up` finds, right before the call, by subscriber id.

    `message` is what goes back to the queue when the batch's slot is far ahead. Raises Busy, NotSentYet: the queue
    shall offer the message again. Returns when nothing is left to do.
    """
    record = sending.deliveries.record(batch.mailing, batch.id)
    if record is not None and _over(record, sending):
        return
    variant = sending.content.variant(batch.mailing, batch.variant)
    if variant is None:
        raise NotFound(f"variant {batch.variant} of {batch.mailing}")
    if not _slot_taken(batch, mailing, sending, message):
        return
    attempt = _Attempt(batch, mailing, variant, sending, record)
    attempt.look_at(look_up(batch.recipients))
    attempt.claim()
    attempt.call()
    attempt.settle()


def _over(record: BatchRecord, sending: Sending) -> bool:
    """Whether an earlier try leaves nothing to do. A claim past its lease is the mark of a crash."""
    match record.state:
        case State.DONE | State.DOUBTFUL:
            return True
        case State.CLAIMED if record.lease > sending.now():
            raise Busy(f"{record.batch.mailing}/{record.batch.id}")
        case State.CLAIMED:
            outcomes = record.outcomes.replace(Outcome.OPEN, Outcome.DOUBTFUL)
            sending.deliveries.settle(
                record.batch, record.attempts, State.DOUBTFUL, outcomes, record.reasons, sending.now()
            )
            count("BatchesDoubtful")
            return True
        case State.RETRY:
            return False


def _slot_taken(batch: Batch, mailing: Mailing, sending: Sending, message: SendBatch | ConfirmSignUp | None) -> bool:
    """Wait for the batch's slot in the rate lane; False when it is far ahead and the message went back to the queue."""
    now = sending.now().timestamp()
    awaited = mailing.kind.awaited
    slot = message.slot if message else 0.0
    if not now - PATIENCE <= slot <= now + MAX_DELAY:
        rate = sending.mailer.max_send_rate() * (TRANSACTIONAL_SHARE if awaited else 1 - TRANSACTIONAL_SHARE)
        seconds = max(len(batch.recipients) / rate, 1 / CALLS_PER_SECOND)
        slot = sending.guards.reserve("transactional" if awaited else "bulk", seconds, now)
    wait = slot - now
    if awaited or message is None:
        if wait > TRANSACTIONAL_PATIENCE:
            raise Busy(f"the rate lane, for {wait:.0f} seconds")
    elif wait > PATIENCE:
        sending.queues.send(sending.queues.batch, replace(message, slot=slot), delay=int(wait))
        return False
    if wait > 0:
        sending.sleep(wait)
    return True


class _Attempt:
    """One try to send a batch: an outcome letter per position, from look-up to settlement."""

    def __init__(
        self, batch: Batch, mailing: Mailing, variant: Variant, sending: Sending, record: BatchRecord | None
    ) -> None:
        self.batch = batch
        self.mailing = mailing
        self.variant = variant
        self.sending = sending
        self.record = record
        self.attempts = record.attempts + 1 if record else 1
        self.outcomes = list(record.outcomes if record else Outcome.OPEN * len(batch.recipients))
        self.reasons: dict[int, str] = dict(record.reasons) if record else {}
        self.addressed: list[Addressed] = []
        self.broken: NewsletterError | None = None

    def look_at(self, found: Mapping[str, Addressee]) -> None:
        """Decide for each position that is open: to be sent to, suppressed, or rejected for what its record lacks."""
        for position, subscriber in enumerate(self.batch.recipients):
            if self.outcomes[position] not in (Outcome.OPEN, Outcome.RETRY):
                continue
            addressee = found.get(subscriber)
            if addressee is None or addressee.stopped:
                self._note(position, Outcome.SUPPRESSED, addressee.stopped if addressee else "unknown")
                continue
            self._note(position, Outcome.OPEN, "")
            self.addressed.append(self._addressed(position, subscriber, addressee))

    def claim(self) -> None:
        """Take the batch. Raises Busy when another sender was faster."""
        deliveries, now = self.sending.deliveries, self.sending.now()
        if self.record is None:
            claimed = deliveries.claim(self.batch, self._letters(), self.reasons, now)
        else:
            claimed = deliveries.claim_again(self.record, self._letters(), self.reasons, now)
        if not claimed:
            raise Busy(f"{self.batch.mailing}/{self.batch.id}")

    def call(self) -> None:
        """Call SES once and note what it said to each recipient."""
        if not self.addressed:
            return
        try:
            results = self.sending.mailer.send(self.batch, self.variant, self.addressed, self.mailing.kind)
        except (NotSentYet, SentPerhaps) as error:
            self.broken = error
            outcome = Outcome.DOUBTFUL if isinstance(error, SentPerhaps) else Outcome.RETRY
            for who in self.addressed:
                self._note(who.position, outcome, str(error)[:200])
            return
        for result in results:
            self._note(result.position, result.outcome, result.reason)

    def settle(self) -> None:
        """Write the outcome down. Raises NotSentYet when some are to be tried again."""
        letters = self._letters()
        retry = Outcome.RETRY in letters
        state = State.RETRY if retry else State.DOUBTFUL if isinstance(self.broken, SentPerhaps) else State.DONE
        self.sending.deliveries.settle(self.batch, self.attempts, state, letters, self.reasons, self.sending.now())
        count("MailsAccepted", letters.count(Outcome.ACCEPTED))
        count("MailsDoubtful", letters.count(Outcome.DOUBTFUL))
        if retry:
            raise NotSentYet(f"{self.batch.mailing}/{self.batch.id}: {letters.count(Outcome.RETRY)} to try again")

    def _note(self, position: int, outcome: Outcome, reason: str) -> None:
        self.outcomes[position] = outcome
        self.reasons.pop(position, None)
        if reason:
            self.reasons[position] = reason

    def _letters(self) -> str:
        return "".join(self.outcomes)

    def _addressed(self, position: int, subscriber: str, addressee: Addressee) -> Addressed:
        ref = Ref(subscriber, self.mailing.id, self.batch.id, position)
        data = {name: self._value(name, ref, addressee) for name in self.variant.placeholders}
        return Addressed(position, addressee.email, data, self._headers(ref))

    def _value(self, placeholder: str, ref: Ref, addressee: Addressee) -> str:
        """The value of a placeholder. SES accepts a mail that lacks one, then loses it: an unknown name stops here."""
        links = self.sending.links
        match placeholder:
            case "hello_html":
                return self.sending.templates.greeting(addressee.language, addressee.name)[0]
            case "hello_text":
                return self.sending.templates.greeting(addressee.language, addressee.name)[1]
            case "click" | "unsubscribe" | "preferences":
                return links.token(Purpose(placeholder), ref)
            case "offer":
                return links.token(Purpose.OFFER, _with_extra(ref, self.mailing.offer))
            case "confirm":
                return links.token(Purpose.CONFIRM, _with_extra(ref, addressee.nonce))
        raise NotFound(f"placeholder {placeholder}")

    def _headers(self, ref: Ref) -> dict[str, str]:
        """RFC 8058: one https address of the reader's own, and the Post header. A confirmation has nothing to leave."""
        if not self.mailing.kind.to_subscribers:
            return {"Auto-Submitted": "auto-generated"}
        token = self.sending.links.token(Purpose.UNSUBSCRIBE, ref)
        return {
            "List-Unsubscribe": f"<{self.sending.public_url}/unsubscribe/{token}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def _with_extra(ref: Ref, extra: str) -> Ref:
    return Ref(ref.subscriber, ref.mailing, ref.batch, ref.position, extra)
