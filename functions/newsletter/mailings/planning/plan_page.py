"""Plan a mailing shard by shard and page by page: decide once who is in which batch, then queue the batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import DigestDecision, nobody_in_words
from newsletter.mailings.digests.recipients import DigestRecipients
from newsletter.mailings.experiments.gate import in_arm, released
from newsletter.mailings.experiments.not_clicked import readers_to_send_again
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning import ledger_keys
from newsletter.mailings.planning.backlog_store import BacklogPosition
from newsletter.mailings.planning.batches import Manifest, build_manifest
from newsletter.mailings.planning.enqueue import enqueue_batches
from newsletter.mailings.rendering.variants import Variants
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import PlanPage
from newsletter.platform.rate_limit import bulk_pace
from newsletter.platform.shards import SHARDS
from newsletter.platform.words.said import say_number
from newsletter.readers.subscriber import Recipient, broken_record

if TYPE_CHECKING:
    from newsletter.container import Container

PAGE_SIZE = 4000
"""Subscribers in one page: one query (AWS: 1 MB), one manifest of some 120 kB (AWS: an item may have 400 KB)."""


def plan_shards(mailing: str, app: Container, delay: float = 0) -> int:
    """Queue the planning, in `delay` seconds, of every shard that is not planned to its end; how many those are."""
    done = app.manifests.planned_to_the_end(mailing)
    missing = [shard for shard in SHARDS if shard not in done]
    app.queues.send_later(app.queues.plan, [(PlanPage(mailing, shard, 0), delay) for shard in missing])
    return len(missing)


def plan_page(message: PlanPage, now: datetime, app: Container) -> Manifest | None:
    """Plan one page, or read how it was planned; queue its batches, as far as there is room, and the next page.

    While the mailing is paused, held or waiting, no batch is queued; resuming it does that. None, and nothing is done,
    if the mailing is over or waits for approval, or if the shard is not part of its pilot. Raises NotFound.

    A crash at any line can be repaired by calling it again: the manifest is written once, and all else follows from it.
    """
    manifests, queues = app.manifests, app.queues
    mailing = app.mailings.get(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    if not mailing.status.plans_shard(message.shard):
        return None
    manifest = manifests.get(mailing.id, message.shard, message.page)
    if manifest is None:
        manifest = _plan_new_page(message, mailing, now, app)
    if mailing.status.state.is_sending:
        _enqueue_page_of(message, mailing, manifest, now, app)
    if not manifest.last:
        if mailing.status.plans_next_page(manifest.readers):
            queues.send(queues.plan, PlanPage(mailing.id, message.shard, message.page + 1))
    elif mailing.kind is Kind.DIGEST:
        shards = manifests.finish_shard(mailing.id, message.shard, manifest, now)
        if shards.keys() == set(SHARDS):
            _record_outcome(mailing, shards, app)
    return manifest


def _enqueue_page_of(message: PlanPage, mailing: Mailing, manifest: Manifest, now: datetime, app: Container) -> None:
    """Queue as many batches as there is room for; none while an earlier page of the shard is in the backlog."""
    if app.backlog.position(message.mailing, message.shard) is not None:
        return
    ready = released(manifest.batches, mailing)
    sent_now = [batch for place, batch in ready if manifest.first is None or place < manifest.first]
    enqueued = enqueue_batches(sent_now, now, app)
    if enqueued < len(ready):
        place = ready[enqueued][0]
        rest = manifest.first is not None and place >= manifest.first
        app.backlog.begin(message.mailing, message.shard, BacklogPosition(message.page, place, rest))


def _plan_new_page(message: PlanPage, mailing: Mailing, now: datetime, app: Container) -> Manifest:
    manifests = app.manifests
    carry: dict[str, tuple[str, ...]] = {}
    after, readers, nothing = None, 0, 0
    if message.page:
        before = manifests.end_of_page(mailing.id, message.shard, message.page - 1)
        if before is None:
            raise NotFound(f"page {message.page - 1} of {mailing.id}, shard {message.shard}")
        carry, after = dict(before.carry), before.cursor
        readers, nothing = before.readers, before.nothing
    recipients, cursor = app.subscribers.page(message.shard, after, PAGE_SIZE)
    assignment = VariantAssignment(mailing, app.variants, app.digest_recipients, app.publication.time_zone)
    left_out = manifests.left_out(mailing.id)
    meant = readers_to_send_again(mailing.again_of, message.shard, app)
    readers_of_page = app.planned_facts.keep(mailing, message.shard, recipients)
    assigned = assignment.assign(
        each for each in readers_of_page if each[0] not in left_out and (meant is None or each[0] in meant)
    )
    if mailing.kind is Kind.CAMPAIGN and app.publication.campaign_mails_per_week:
        assigned = app.planned_facts.lately(mailing, message.shard).assigned(assigned, dict(recipients))
    chosen = list(assigned)
    engaged = app.planned_facts.engaged(mailing, message.shard, now)
    # No batch is larger than what one slot of the rate limiter allows: a slow account would exceed its rate.
    size = bulk_pace(app.mailer.max_send_rate()).size
    manifest = replace(
        build_manifest(message, carry, chosen, cursor, size, ledger_keys.PLACES, engaged),
        readers=readers + len(chosen),
        nothing=nothing + assignment.nothing,
    )
    if manifests.put(mailing.id, message.shard, message.page, manifest, now):
        return manifest
    # Another run was faster: its manifest counts.
    return manifests.get(mailing.id, message.shard, message.page) or manifest


class VariantAssignment:
    """Assigns variants to the recipients of a page, once for all with the same choices: most of a page have the same.

    `nothing` counts the recipients of a digest that has no article on their topics.
    """

    def __init__(self, mailing: Mailing, variants: Variants, readers: DigestRecipients, zone: tzinfo) -> None:
        self._mailing = mailing
        self._day = mailing.day(zone)
        self._variants = variants
        self._readers = readers
        self._with_each_subject = mailing.with_each_subject
        self._by_choices: dict[Recipient, _Assigned] = {}
        self.nothing = 0

    def assign(self, recipients: Iterable[tuple[str, Recipient]]) -> Iterator[tuple[str, str]]:
        """Id and variant of each subscriber who gets the mailing."""
        decide = self._digest if self._mailing.kind is Kind.DIGEST else self._campaign
        for subscriber, recipient in recipients:
            decided = self._by_choices.get(recipient)
            if decided is None:
                decided = self._by_choices[recipient] = (
                    _Assigned(broken_record([recipient.broken])) if recipient.broken else decide(recipient)
                )
            if decided.variant is not None:
                yield subscriber, decided.in_arm(self._mailing, subscriber)
            elif decided.meant:
                self.nothing += 1

    def _digest(self, recipient: Recipient) -> _Assigned:
        articles = self._readers.articles_for(self._mailing, recipient)
        if articles is None:
            return _Assigned(None)
        return _Assigned(self._variants.digest(self._mailing, recipient, articles), meant=True)

    def _campaign(self, recipient: Recipient) -> _Assigned:
        if not self._mailing.audience.includes(recipient) or recipient.choices.paused(self._day):
            return _Assigned(None)
        keys = tuple(self._variants.campaign(each, recipient) for each in self._with_each_subject)
        return _Assigned(keys[0], meant=True, of_subjects=keys if self._mailing.ab else ())


@dataclass(frozen=True)
class _Assigned:
    """The variant for all with the same choices. None: they do not get the mailing, or (`meant`) it has nothing for
    them. `of_subjects` are the variants of the subjects in an A/B test.
    """

    variant: str | None
    meant: bool = False
    of_subjects: tuple[str, ...] = ()

    def in_arm(self, mailing: Mailing, subscriber: str) -> str:
        """What the manifest has as the variant for one of them."""
        if mailing.ab is None or not self.of_subjects:
            return self.variant or ""
        return in_arm(mailing.ab.arm_of(mailing.id, subscriber), self.of_subjects)


def _record_outcome(mailing: Mailing, shards: Mapping[str, tuple[int, int]], app: Container) -> None:
    """Record how many get the digest and for how many it has nothing, in place of the record of its release."""
    readers, nothing = (sum(counts[which] for counts in shards.values()) for which in (0, 1))
    why: str = say_number("it goes to 1 reader", "it goes to {count} readers", count=readers)
    if nothing:
        others = say_number(
            "it has nothing new on the topics of 1 other",
            "it has nothing new on the topics of {count} others",
            count=nothing,
        )
        why = f"{why}; {others}"
    if not readers:
        why = nobody_in_words(mailing.audience.frequency, nothing)
        app.digests.mark_nobody(mailing.id.removeprefix("digest-"))
        app.mailings.hide(mailing)
    status = mailing.status
    at, why = (status.since, f"{status.reason}; {why}") if status.reason else (mailing.created_at, why)
    decision = DigestDecision.SENT if readers else DigestDecision.NOBODY
    if status.state is MailingState.HELD:
        decision = DigestDecision.HELD
    app.decisions.put(at, mailing.id, decision, why)
