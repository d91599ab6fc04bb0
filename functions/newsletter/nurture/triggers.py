"""What brings readers into sequences and ends their way: the rest of the product calls these, and nothing else here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.nurture.enrollments.enrollment import Enrollment, begin, ended, may_begin, retracted, stopped
from newsletter.nurture.enrollments.next_step import Facts, rules_for, scheduled
from newsletter.platform.errors import NotNow
from newsletter.platform.times import whole_seconds
from newsletter.publication.sequences import Exit, Sequence, Trigger, offers_of
from newsletter.readers.subscriber import Status, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container

TRIES = 5
"""How often a change is tried that others are faster than, before NotNow."""


class Triggers:
    """Every call can be repeated, at any time later: it brings nobody in twice. Nobody comes in who is not active."""

    def __init__(self, app: Container) -> None:
        self._app = app

    def confirmed(self, subscriber: str, at: datetime) -> None:
        """The reader confirmed a subscription (not a change of choices or address)."""
        self._bring_in(subscriber, self._by(Trigger.CONFIRMED), Trigger.CONFIRMED, at)

    def clicked(self, subscriber: str, topics: Collection[str], at: datetime) -> None:
        """The reader, as a person, followed a link to an article on these topics."""
        wanted = [each for each in self._by(Trigger.CLICK) if set(each.topics) & set(topics)]
        self._bring_in(subscriber, wanted, Trigger.CLICK, at)

    def lead_made(self, subscriber: str, offer: str, at: datetime, *, begins: bool = True) -> None:
        """The reader took up the offer: sequences they are in count it, and those of the offer begin.

        Not (`begins`) for somebody who wrote to us: a person answers them.
        """
        self._mark(subscriber, at, lambda each: each if each.lead_at else replace(each, lead_at=whole_seconds(at)))
        if begins:
            self._bring_in(subscriber, self._of_offer(offer), Trigger.LEAD, at)

    def lead_retracted(self, subscriber: str, offer: str, at: datetime) -> None:
        """It was a machine that took the offer up: what began by that ends."""
        wanted = {each.key for each in self._of_offer(offer)}
        for each in self._app.enrollments.of(subscriber):
            if each.active and each.sequence in wanted and each.trigger is Trigger.LEAD and each.enrolled_at <= at:
                self._change(each, lambda now: retracted(now, whole_seconds(at)))

    def lead_lost(self, subscriber: str, offer: str, at: datetime) -> None:
        """Sales gave the lead up: sequences end that have this exit, and those that begin by it begin."""
        self.end(subscriber, Exit.LEAD_LOST, at)
        wanted = [each for each in self._by(Trigger.LEAD_LOST) if not each.offers or offer in each.offers]
        self._bring_in(subscriber, wanted, Trigger.LEAD_LOST, at)

    def joined(self, subscriber: str, sequence: str, at: datetime) -> bool:
        """Marketing put the reader into the sequence, whatever its trigger; whether a round of theirs is under way.

        Raises KeyError for a sequence that the publication does not have.
        """
        self._bring_in(subscriber, [self._app.publication.sequences[sequence]], Trigger.JOINED, at)
        return any(each.active for each in self._app.enrollments.of(subscriber, sequence))

    def end(self, subscriber: str, reason: str, at: datetime) -> None:
        """End what the reader is in, for `left`, `lead_won`, `lead_lost`, `answered` or `other_sequence`.

        Who left ends every sequence; the other reasons end those that have that exit. What began after `at` goes on.
        """
        why = Exit(reason)
        if why is Exit.LEAD_WON:
            self._mark(subscriber, at, lambda each: replace(each, won=True, lead_at=each.lead_at or whole_seconds(at)))
        self._end(subscriber, why, at, lambda each: each.enrolled_at <= at and self._ends(each, why))

    def stop(self, subscriber: str, sequence: str, at: datetime) -> None:
        """End one sequence because the reader wants no more of it, now or in another round."""
        for each in self._app.enrollments.of(subscriber, sequence):
            self._change(each, lambda now: stopped(now, whole_seconds(at)))

    # --- coming in ---------------------------------------------------------------------------------------------------

    @property
    def _sequences(self) -> Iterable[Sequence]:
        return self._app.publication.sequences.values()

    def _by(self, trigger: Trigger) -> list[Sequence]:
        return [each for each in self._sequences if each.trigger is trigger]

    def _of_offer(self, offer: str) -> list[Sequence]:
        named_by = {each.key: each.sequence for each in self._app.publication.offers}
        return [each for each in self._sequences if offer in offers_of(each, named_by)]

    def _bring_in(self, subscriber: str, wanted: Iterable[Sequence], trigger: Trigger, at: datetime) -> None:
        wanted, at = list(wanted), whole_seconds(at)
        if not wanted:
            return
        reader = self._app.subscribers.get(subscriber)
        if reader is None or reader.status is not Status.ACTIVE:
            return
        for sequence in wanted:
            rounds = self._app.enrollments.of(subscriber, sequence.key)
            number = may_begin(rounds, sequence, at)
            if number:
                self._begin(reader, sequence, number, trigger, at)
        self._end_others(subscriber, {each.key for each in wanted}, at)

    def _begin(self, reader: Subscriber, sequence: Sequence, number: int, trigger: Trigger, at: datetime) -> None:
        entered = begin(reader.id, sequence, number, trigger, at)
        rules = rules_for(sequence, self._app.publication)
        self._app.enrollments.begin(scheduled(entered, sequence, facts_of(reader), at, rules))

    def _end_others(self, subscriber: str, entered: set[str], at: datetime) -> None:
        """End what has the exit `other_sequence`, if the reader came into one of these after that."""
        all_rounds = self._app.enrollments.of(subscriber)
        since = [each.enrolled_at for each in all_rounds if each.active and each.sequence in entered]
        if not since:
            return
        last = max(since)
        self._end(
            subscriber,
            Exit.OTHER_SEQUENCE,
            at,
            lambda each: (
                each.sequence not in entered and each.enrolled_at <= last and self._ends(each, Exit.OTHER_SEQUENCE)
            ),
            all_rounds,
        )

    # --- changes -----------------------------------------------------------------------------------------------------

    def _ends(self, enrollment: Enrollment, why: Exit) -> bool:
        sequence = self._app.publication.sequences.get(enrollment.sequence)
        if why is Exit.LEFT or sequence is None:
            return True
        # A series for those whom sales gave up does not end by that, however late or often it is said.
        return why in sequence.exits and not (why is Exit.LEAD_LOST and sequence.trigger is Trigger.LEAD_LOST)

    def _end(
        self,
        subscriber: str,
        why: Exit,
        at: datetime,
        which: Callable[[Enrollment], bool],
        rounds: list[Enrollment] | None = None,
    ) -> None:
        for each in self._app.enrollments.of(subscriber) if rounds is None else rounds:
            if each.active and which(each):
                self._change(each, lambda now: ended(now, why, whole_seconds(at)))

    def _mark(self, subscriber: str, at: datetime, change: Callable[[Enrollment], Enrollment]) -> None:
        for each in self._app.enrollments.of(subscriber):
            if each.counts(whole_seconds(at)):
                self._change(each, change)

    def _change(self, enrollment: Enrollment, change: Callable[[Enrollment], Enrollment]) -> None:
        """Change the round, as it is by then if another run was faster. Raises NotNow where that never ends."""
        found: Enrollment | None = enrollment
        for _ in range(TRIES):
            if found is None:
                return
            after = change(found)
            if after == found or self._app.enrollments.replace(found, after):
                return
            found = self._app.enrollments.get(enrollment.subscriber, enrollment.sequence, enrollment.round)
        raise NotNow(f"the enrollment of {enrollment.subscriber} in {enrollment.sequence} changes all the time")


def facts_of(reader: Subscriber) -> Facts:
    """What the profile says of the reader; clicks (not looked for) and mails of late are not among it."""
    choices = reader.choices
    return Facts(choices.topics, reader.language, choices.paused_until, clicked=None, lead=bool(reader.taken))
