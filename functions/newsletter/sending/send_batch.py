"""Send one batch: read who may still get mail, claim the batch, call SES once, and store its answer.

The claim is the last step before the call and the result the first one after it. So a record that is still `claimed`
after its lease means that SES may have taken the batch: it becomes doubtful, and Send events of SES settle that
recipient by recipient (settle_doubt.py handles the rest).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.control.hold import hold_mailing
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.throttling import is_of_aws, patiently
from newsletter.platform.errors import NewsletterError, NotFound, NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.observability import count, logger
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.words.said import say
from newsletter.publication.sending_limits import too_many_refused
from newsletter.readers.subscriber import RecipientProfile
from newsletter.sending.envelope import envelope, reply_address
from newsletter.sending.ledger import BatchRecord, BatchStatus, SendResult
from newsletter.sending.reserve_slots import LATE, MAX_LATE, STALE, another_slot, sleep_until
from newsletter.sending.ses.mailer_client import Envelope
from newsletter.sending.settle_doubt import BatchBusy, already_handled, is_finished, schedule_doubt_check
from newsletter.sending.warm_up.count_mails import DayIsFull, count_mails, give_back

if TYPE_CHECKING:
    from newsletter.container import Container

STORE_FOR = 45.0
"""Seconds for which the result of a call is stored again and again, whatever stands in its way: most of the time that
the function has (60 s). After that the batch is in doubt, until Send events settle it."""
NEW_FOR = timedelta(days=30)
"""How long before a mailing (or a mail of its own) somebody who joined counts as a new reader in its report."""
MAILED = (SendResult.ACCEPTED, SendResult.DOUBTFUL)
PAUSED = say("the reader paused their mail")
"""Why a campaign that waited, for the winner of a test say, is not sent to somebody who wants no mail by now."""


class BreakerOpen(NewsletterError):
    """The breaker is open: only transactional mail is sent until a person closes it."""


LookUp = Callable[[tuple[str, ...]], Mapping[str, RecipientProfile]]
"""Reads the current profiles of a batch's recipients, by subscriber id."""


def send_batch(batch: Batch, mailing: Mailing, app: Container, look_up: LookUp, slot: float) -> int:
    """Send a batch whose slot (Unix seconds) has come; how many recipients are to be tried again.

    Nothing is done for a mailing that is not being sent any more. That is checked right before the claim, so that after
    a pause or cancellation only calls to SES that were under way are finished; resuming queues the batch again.

    Raises BatchBusy when another sender has claimed the batch, NotFound for a missing variant, SendingStopped when SES
    takes no mail from the account, BreakerOpen, and DayIsFull.
    """
    variant = None if batch.without_mail else app.mailings.variant(batch.mailing, batch.variant)
    if variant is None and not batch.without_mail:
        raise NotFound(f"variant {batch.variant} of {batch.mailing}")
    found = look_up(batch.recipients)
    attempt = _Attempt(batch, mailing, variant, app)
    attempt.choose_recipients(found)
    if not _is_sending(mailing, app):
        count("BatchesLeftUnsent")
        return 0
    counted = len(attempt.envelopes)
    try:
        day = count_mails(counted, mailing, app)
    except DayIsFull:
        if is_finished(batch, app):
            return 0
        raise
    try:
        claimed = attempt.claimed(found)
    except BatchBusy:
        give_back(counted, day, app)
        raise
    if claimed is None:
        give_back(counted, day, app)
        return 0
    if _in_its_slot(claimed, slot, look_up, app):
        claimed.send()
    else:
        claimed.give_back()
    try:
        return claimed.record()
    finally:
        give_back(counted - claimed.mailed, day, app)


def _in_its_slot(attempt: _Attempt, slot: float, look_up: LookUp, app: Container) -> bool:
    """Whether SES may be called now. Raises nothing, since the batch is claimed.

    A batch misses its slot where AWS is slow or throttles. Sent late, it would be in the second of others: it waits for
    another slot. What was looked at long before is looked at once more.
    """
    last, looked_at, transactional = slot + MAX_LATE, slot, attempt.mailing.kind.transactional
    try:
        while attempt.envelopes:
            now = app.now().timestamp()
            if now > last:
                return False
            if now > slot + LATE:
                another = another_slot(len(attempt.envelopes), app, transactional=transactional)
                if another is None:
                    return False
                slot = another
                sleep_until(slot, app)
            elif now > looked_at + STALE:
                looked_at = now
                attempt.choose_recipients(look_up(attempt.batch.recipients))
                if not _is_sending(attempt.mailing, app):
                    return False
            else:
                return True
    except Exception:  # noqa: BLE001 (it is tried again)
        logger().exception("no slot", extra={"mailing": attempt.mailing.id, "batch": attempt.batch.id})
        return False
    return True


def _is_sending(mailing: Mailing, app: Container) -> bool:
    """Whether the mailing is being sent at this moment.

    Automated mails have no status of their own; the breaker stops those that are not transactional (BreakerOpen).
    """
    if mailing.kind.automated:
        breaker = None if mailing.kind.transactional else app.reputation.breaker()
        if breaker is not None:
            raise BreakerOpen(f"{mailing.id}: {breaker.reason}")
        return True
    status = app.statuses.status(mailing.id)
    return status is not None and status.state.is_sending


class _Attempt:
    """One try to send a batch, with an outcome letter per position.

    `variant` is None for a batch of recipients whose records could not be read when it was planned.
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
        self.envelopes: list[Envelope] = []
        self.reply_to = reply_address(batch, app)
        self.stop: SendingStopped | None = None
        self.refused = 0
        self.new_readers: set[int] = set()
        zone = app.publication.time_zone
        # Never before the day by which the mailing was planned, which a rehearsal may have moved.
        self.today = max(app.now().astimezone(zone).date(), mailing.day(zone)).isoformat()
        self.new_since = iso((app.now() if mailing.kind.automated else mailing.created_at) - NEW_FOR)

    def _pauses(self, recipient: RecipientProfile) -> bool:
        """Whether a campaign that was planned before comes into a pause. A digest's articles would be lost to them."""
        return self.mailing.kind is Kind.CAMPAIGN and not self.batch.unreadable and self.today < recipient.paused_until

    def choose_recipients(self, found: Mapping[str, RecipientProfile]) -> None:
        """Decide for each open position whether it is sent to, suppressed, or rejected as unreadable."""
        self.envelopes = []
        for position, subscriber in enumerate(self.batch.recipients):
            if self.outcomes[position] not in (SendResult.OPEN, SendResult.RETRY):
                continue
            recipient = found.get(subscriber)
            if recipient is None or recipient.stopped:
                self._note(position, SendResult.SUPPRESSED, recipient.stopped if recipient else "unknown")
            elif self._pauses(recipient):
                self._note(position, SendResult.SUPPRESSED, str(PAUSED))
            elif self.batch.enough:
                self._note(position, SendResult.SUPPRESSED, self.batch.enough)
            elif self.variant is None or recipient.broken:
                self._note(position, SendResult.REJECTED, self.batch.unreadable or recipient.broken)
            else:
                if self.outcomes[position] != SendResult.OPEN:
                    self._note(position, SendResult.OPEN, "")
                if recipient.joined >= self.new_since:
                    self.new_readers.add(position)
                place = LinkClaims(subscriber, self.mailing.id, self.batch.id, position)
                self.envelopes.append(envelope(place, recipient, self.mailing, self.variant.placeholders, self.app))

    def claimed(self, found: Mapping[str, RecipientProfile]) -> _Attempt | None:
        """The batch as this sender's: this try, or one more after an earlier one; None if nothing is left to do.

        Raises BatchBusy.
        """
        batch, app = self.batch, self.app
        known = app.deliveries.claim(batch, self.letters(), self.reasons, app.now(), self.new_readers)
        if known is None:
            return self
        if already_handled(known, app):
            return None
        again = _Attempt(batch, self.mailing, self.variant, app, known)
        again.choose_recipients(found)
        if not app.deliveries.claim_again(known, again.letters(), again.reasons, app.now()):
            raise BatchBusy(f"{batch.mailing}/{batch.id}")
        return again

    @property
    def mailed(self) -> int:
        """To how many of this try SES took a mail, or perhaps did."""
        return sum(self.outcomes[who.position] in MAILED for who in self.envelopes)

    def give_back(self) -> None:
        """Note that SES was not called, so that all of it is tried again."""
        count("SlotsMissed")
        for who in self.envelopes:
            self._note(who.position, SendResult.RETRY, "its slot had passed")
        self.envelopes = []

    def send(self) -> None:
        """Call SES once and note its answer for each recipient."""
        if self.variant is None or not self.envelopes:
            return
        try:
            results = self.app.mailer.send(self.batch, self.variant, self.envelopes, self.mailing.kind, self.reply_to)
        except (NotSentYet, SentPerhaps) as error:
            outcome = SendResult.DOUBTFUL if isinstance(error, SentPerhaps) else SendResult.RETRY
            for who in self.envelopes:
                self._note(who.position, outcome, str(error)[:200])
            self.stop = error if isinstance(error, SendingStopped) else None
            return
        for result in results:
            self._note(result.position, result.outcome, result.reason)
            self.stop = self.stop or result.stop
            self.refused += result.outcome is SendResult.REJECTED

    def record(self) -> int:
        """Store the result; how many recipients are to be tried again. Raises SendingStopped after storing it.

        A call with too many refused recipients holds its mailing at once; the monitor sees those that add up over many
        calls.
        """
        letters = self.letters()
        again = letters.count(SendResult.RETRY)
        state = (
            BatchStatus.RETRY if again else BatchStatus.DOUBTFUL if SendResult.DOUBTFUL in letters else BatchStatus.DONE
        )
        self._store(state, letters)
        ids = {"mailing": self.mailing.id, "batch": self.batch.id}
        if len(self.batch.recipients) == 1:
            ids["subscriber"] = self.batch.recipients[0]
        accepted = letters.count(SendResult.ACCEPTED)
        logger().info("batch sent", extra={**ids, "state": state, "accepted": accepted, "again": again})
        count("MailsAccepted", accepted)
        count("MailsDoubtful", letters.count(SendResult.DOUBTFUL))
        count("MailsRejected", self.refused)
        if state is BatchStatus.DOUBTFUL:
            schedule_doubt_check(self.batch, self.app)
        reason = too_many_refused(self.refused, len(self.envelopes))
        if reason and not self.mailing.kind.automated:
            now = whole_seconds(self.app.now())
            hold_mailing(self.mailing.id, reason, self.app, now=now, rings=False)  # so many MailsRejected do
        if self.stop is not None:
            logger().error("sending stopped", extra={**ids, "reason": str(self.stop)})
            raise self.stop
        return again

    def _store(self, state: BatchStatus, letters: str) -> None:
        """Store the result, with patience: without it, nobody would know whether the mails went out."""
        patiently(
            lambda: self.app.deliveries.record_result(
                self.batch, self.attempts, state, letters, self.reasons, self.app.now()
            ),
            STORE_FOR,
            self.app,
            passes=is_of_aws,
        )

    def letters(self) -> str:
        """The outcomes as the ledger stores them."""
        return "".join(self.outcomes)

    def _note(self, position: int, outcome: SendResult, reason: str) -> None:
        self.outcomes[position] = outcome
        self.reasons.pop(position, None)
        if reason:
            self.reasons[position] = reason
