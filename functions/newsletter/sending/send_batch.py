"""Send one batch: look who may still get mail, claim, call SES once, write down what it said.

The order is the promise. The claim is the last thing before the call and the outcome the first thing after it, so a
record that says `claimed` after its lease means: SES may have taken the batch. Nobody guesses then; the batch becomes
doubtful, and the Send events of SES settle it recipient by recipient (settle_doubt.py says what becomes of the rest).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.queues_client import MAX_DELAY
from newsletter.platform.errors import NewsletterError, NotFound, NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import SettleDoubt
from newsletter.platform.observability import count, logger
from newsletter.platform.times import whole_seconds
from newsletter.publication.sending_limits import too_many_refused
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.ledger import BatchRecord, BatchStatus, SendResult
from newsletter.sending.ses.mailer_client import Envelope

if TYPE_CHECKING:
    from newsletter.container import Container


class Busy(NewsletterError):
    """Another sender holds the batch; the queue will offer the message again."""


class BreakerOpen(NewsletterError):
    """Nothing is sent that no reader waits for, until a person closes the breaker."""


LookUp = Callable[[tuple[str, ...]], Mapping[str, RecipientProfile]]
"""Finds the recipients of a batch, as they are at this moment, by subscriber id."""


def send_batch(batch: Batch, mailing: Mailing, app: Container, look_up: LookUp) -> int:
    """Send a batch whose slot has come; how many recipients are to be tried again.

    Nothing is done for a mailing that is not being sent any more: the last look at that comes right before the claim,
    so that after a pause or a cancellation only calls of SES go out that were under way. Whoever resumes it emits the
    batch anew.

    Raises Busy when another sender holds the batch, NotFound for a variant that does not exist, and, for whoever is
    left to wait with it, SendingStopped when SES takes nothing from us and BreakerOpen.
    """
    variant = None if batch.unreadable else app.mailings.variant(batch.mailing, batch.variant)
    if variant is None and not batch.unreadable:
        raise NotFound(f"variant {batch.variant} of {batch.mailing}")
    found = look_up(batch.recipients)
    attempt = _Attempt(batch, mailing, variant, app)
    attempt.look_at(found)
    if not _still_sends(mailing, app):
        count("BatchesLeftUnsent")
        return 0
    known = app.deliveries.claim(batch, attempt.letters(), attempt.reasons, app.now())
    if known is not None:
        if _over(known, app):
            return 0
        attempt = _Attempt(batch, mailing, variant, app, known)
        attempt.look_at(found)
        if not app.deliveries.claim_again(known, attempt.letters(), attempt.reasons, app.now()):
            raise Busy(f"{batch.mailing}/{batch.id}")
    attempt.call()
    return attempt.settle()


def _still_sends(mailing: Mailing, app: Container) -> bool:
    """Whether the mailing is being sent at this moment.

    Mails that follow what one reader did are not stopped one by one; the breaker stops those that nobody waits for.
    """
    if mailing.kind.automated:
        breaker = None if mailing.kind.transactional else app.reputation.breaker()
        if breaker is not None:
            raise BreakerOpen(f"{mailing.id}: {breaker.reason}")
        return True
    status = app.statuses.status(mailing.id)
    return status is not None and status.state.is_sending


def _over(record: BatchRecord, app: Container) -> bool:
    """Whether an earlier try leaves nothing to do. A claim past its lease is the mark of a crash."""
    match record.state:
        case BatchStatus.DONE:
            return True
        case BatchStatus.DOUBTFUL:
            _await_events(record.batch, app)
            return True
        case BatchStatus.CLAIMED if record.lease > app.now():
            raise Busy(f"{record.batch.mailing}/{record.batch.id}")
        case BatchStatus.CLAIMED:
            outcomes = record.outcomes.replace(SendResult.OPEN, SendResult.DOUBTFUL)
            app.deliveries.settle(
                record.batch, record.attempts, BatchStatus.DOUBTFUL, outcomes, record.reasons, app.now()
            )
            count("BatchesDoubtful")
            _await_events(record.batch, app)
            return True
        case BatchStatus.RETRY:
            return False


def _await_events(batch: Batch, app: Container) -> None:
    """Come back to the batch when its Send events have had their time.

    The doubt is in the ledger before this, and the batch's own message is on the queue until after it: a crash in
    between brings that back, and this with it.
    """
    app.queues.send(app.queues.batch, SettleDoubt(batch.mailing, batch.id), delay=MAX_DELAY)


class _Attempt:
    """One try to send a batch: an outcome letter per position, from look-up to settlement.

    Without a variant, its recipients are those whose records could not be read when it was planned.
    """

    def __init__(
        self,
        batch: Batch,
        mailing: Mailing,
        variant: Variant | None,
        app: Container,
        record: BatchRecord | None = None,
    ) -> None:
        self.batch = batch
        self.mailing = mailing
        self.variant = variant
        self.app = app
        self.attempts = record.attempts + 1 if record else 1
        self.outcomes = list(record.outcomes if record else SendResult.OPEN * len(batch.recipients))
        self.reasons: dict[int, str] = dict(record.reasons) if record else {}
        self.addressed: list[Envelope] = []
        self.stop: SendingStopped | None = None
        self.refused = 0

    def look_at(self, found: Mapping[str, RecipientProfile]) -> None:
        """Decide for each position that is open: to be sent to, suppressed, or rejected for what its record lacks."""
        for position, subscriber in enumerate(self.batch.recipients):
            if self.outcomes[position] not in (SendResult.OPEN, SendResult.RETRY):
                continue
            addressee = found.get(subscriber)
            if addressee is None or addressee.stopped:
                self._note(position, SendResult.SUPPRESSED, addressee.stopped if addressee else "unknown")
            elif self.variant is None or addressee.broken:
                self._note(position, SendResult.REJECTED, self.batch.unreadable or addressee.broken)
            else:
                if self.outcomes[position] != SendResult.OPEN:
                    self._note(position, SendResult.OPEN, "")
                self.addressed.append(self._addressed(position, subscriber, addressee, self.variant.placeholders))

    def call(self) -> None:
        """Call SES once and note what it said to each recipient."""
        if self.variant is None or not self.addressed:
            return
        try:
            results = self.app.mailer.send(self.batch, self.variant, self.addressed, self.mailing.kind)
        except (NotSentYet, SentPerhaps) as error:
            outcome = SendResult.DOUBTFUL if isinstance(error, SentPerhaps) else SendResult.RETRY
            for who in self.addressed:
                self._note(who.position, outcome, str(error)[:200])
            self.stop = error if isinstance(error, SendingStopped) else None
            return
        for result in results:
            self._note(result.position, result.outcome, result.reason)
            self.stop = self.stop or result.stop
            self.refused += result.outcome is SendResult.REJECTED

    def settle(self) -> int:
        """Write the outcome down; how many are to be tried again. Raises SendingStopped once that is done.

        A call of which too much was refused stops its mailing at once; what adds up over many calls, the tick sees.
        """
        letters = self.letters()
        again = letters.count(SendResult.RETRY)
        state = (
            BatchStatus.RETRY if again else BatchStatus.DOUBTFUL if SendResult.DOUBTFUL in letters else BatchStatus.DONE
        )
        self.app.deliveries.settle(self.batch, self.attempts, state, letters, self.reasons, self.app.now())
        count("MailsAccepted", letters.count(SendResult.ACCEPTED))
        count("MailsDoubtful", letters.count(SendResult.DOUBTFUL))
        count("MailsRejected", self.refused)
        if state is BatchStatus.DOUBTFUL:
            _await_events(self.batch, self.app)
        reason = too_many_refused(self.refused, len(self.addressed))
        if reason and not self.mailing.kind.automated:
            now = whole_seconds(self.app.now())
            hold_mailing(self.mailing.id, reason, self.app, now=now)
        if self.stop is not None:
            logger().error("sending stopped", extra={"mailing": self.mailing.id, "reason": str(self.stop)})
            raise self.stop
        return again

    def letters(self) -> str:
        """The outcomes as the ledger keeps them."""
        return "".join(self.outcomes)

    def _note(self, position: int, outcome: SendResult, reason: str) -> None:
        self.outcomes[position] = outcome
        self.reasons.pop(position, None)
        if reason:
            self.reasons[position] = reason

    def _addressed(
        self, position: int, subscriber: str, addressee: RecipientProfile, placeholders: Iterable[str]
    ) -> Envelope:
        links = self.app.links
        place = subscriber, self.mailing.id, self.batch.id, position
        payload = links.payload(LinkClaims(*place))
        unsubscribe = links.signed(LinkPurpose.UNSUBSCRIBE, payload)
        hello_html, hello_text = self.app.templates.greeting(addressee.language, addressee.name)
        data: dict[str, str] = {}
        for name in placeholders:
            match name:
                case "hello_html":
                    data[name] = hello_html
                case "hello_text":
                    data[name] = hello_text
                case "unsubscribe":
                    data[name] = unsubscribe
                case "click":
                    data[name] = links.signed(LinkPurpose.CLICK, payload)
                case "preferences":
                    data[name] = links.signed(LinkPurpose.PREFERENCES, payload)
                case "offer":
                    data[name] = links.token(LinkPurpose.OFFER, LinkClaims(*place, self.mailing.offer))
                case "confirm":
                    data[name] = links.token(LinkPurpose.CONFIRM, LinkClaims(*place, addressee.nonce))
                case _:
                    # SES accepts a mail that lacks a value, then loses it: an unknown name stops here.
                    raise NotFound(f"placeholder {name}")
        headers = own_headers(self.mailing.kind, self.app.settings.public_url, unsubscribe)
        return Envelope(position, addressee.email, data, headers)


def own_headers(kind: Kind, public_url: str, unsubscribe: str) -> dict[str, str]:
    """RFC 8058: one https address of the reader's own, and the Post header. A confirmation has nothing to leave."""
    if not kind.to_subscribers:
        return {}
    return {
        "List-Unsubscribe": f"<{public_url}/unsubscribe/{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
