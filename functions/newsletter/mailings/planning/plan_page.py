"""Plan a mailing shard by shard, page by page: decide once who is in which batch, then emit the batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.digests.decision import DigestDecision
from newsletter.mailings.digests.recipients import DigestReaders
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.backlog_store import Place
from newsletter.mailings.planning.batches import Manifest
from newsletter.mailings.planning.batches import plan_page as plan
from newsletter.mailings.planning.enqueue import emit
from newsletter.mailings.rendering.variants import Variants
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import NotFound
from newsletter.platform.messages import PlanPage
from newsletter.platform.rate_limit import bulk_pace
from newsletter.platform.shards import SHARDS
from newsletter.readers.subscriber import Recipient, broken_record

if TYPE_CHECKING:
    from newsletter.container import Container

PAGE = 4000
"""Readers in one page: one query (AWS: 1 MB), one manifest of some 120 kB (AWS: an item may have 400 KB)."""


def plan_shards(mailing: str, app: Container, delay: float = 0) -> int:
    """Have every shard planned, `delay` seconds from now, that is not planned to its end; how many those were."""
    manifests = app.deliveries.manifests(mailing)
    done = {shard for shard, manifest in manifests if manifest.last}
    missing = [shard for shard in SHARDS if shard not in done]
    app.queues.send_later(app.queues.plan, [(PlanPage(mailing, shard, 0), delay) for shard in missing])
    return len(missing)


def plan_page(message: PlanPage, now: datetime, app: Container) -> Manifest | None:
    """Plan one page, or read back how it was planned, and emit its batches, as far as the queue has room, and the next
    page.

    Of a mailing that stands still nothing is emitted: going on does that. None, and nothing is done, for one that is
    over or waits for approval, and for a shard that its pilot is not part of.

    Safe to repeat at any line: the manifest is written once, and everything after it is derived from it.
    """
    deliveries, queues = app.deliveries, app.queues
    mailing = app.mailings.get(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    if not mailing.status.plans(message.shard):
        return None
    manifest = deliveries.manifest(mailing.id, message.shard, message.page)
    if manifest is None:
        manifest = _decide(message, mailing, now, app)
    if mailing.status.state.sends:
        _emit(message, manifest, now, app)
    if not manifest.last:
        if mailing.status.follows(manifest.readers):
            queues.send(queues.plan, PlanPage(mailing.id, message.shard, message.page + 1))
    elif mailing.kind is Kind.DIGEST:
        shards = deliveries.finish_shard(mailing.id, message.shard, manifest, now)
        if shards.keys() == set(SHARDS):
            _record_outcome(mailing, shards, app)
    return manifest


def _emit(message: PlanPage, manifest: Manifest, now: datetime, app: Container) -> None:
    """Emit what there is room for. Where an earlier page of the shard waits, this one waits with it."""
    if app.backlog.place(message.mailing, message.shard) is not None:
        return
    emitted = emit(manifest.batches, now, app)
    if emitted < len(manifest.batches):
        app.backlog.leave(message.mailing, message.shard, Place(message.page, emitted))


def _decide(message: PlanPage, mailing: Mailing, now: datetime, app: Container) -> Manifest:
    deliveries = app.deliveries
    carry: dict[str, tuple[str, ...]] = {}
    after, readers, nothing = None, 0, 0
    if message.page:
        before = deliveries.end_of_page(mailing.id, message.shard, message.page - 1)
        if before is None:
            raise NotFound(f"page {message.page - 1} of {mailing.id}, shard {message.shard}")
        carry, after = dict(before.carry), before.cursor
        readers, nothing = before.readers, before.nothing
    recipients, cursor = app.subscribers.page(message.shard, after, PAGE)
    chooser = Chooser(mailing, app.variants, app.digest_readers)
    chosen = list(chooser.chosen(recipients))
    # No batch is larger than a slot of the rate lane: a slow account would send it in one burst.
    size = bulk_pace(app.mailer.max_send_rate()).size
    manifest = replace(
        plan(mailing.id, message.shard, message.page, carry, chosen, cursor, size),
        readers=readers + len(chosen),
        nothing=nothing + chooser.nothing,
    )
    if deliveries.put_manifest(mailing.id, message.shard, message.page, manifest, now):
        return manifest
    # Another run was faster: what it settled holds.
    return deliveries.manifest(mailing.id, message.shard, message.page) or manifest


class Chooser:
    """Who of a page gets which variant, decided once for all who chose alike: most of a page did.

    `nothing` counts whom a digest is meant for and has nothing for.
    """

    def __init__(self, mailing: Mailing, variants: Variants, readers: DigestReaders) -> None:
        self._mailing = mailing
        self._variants = variants
        self._readers = readers
        self._decided: dict[Recipient, _Decided] = {}
        self.nothing = 0

    def chosen(self, recipients: Iterable[tuple[str, Recipient]]) -> Iterator[tuple[str, str]]:
        """Id and variant of each reader who gets the mailing."""
        decide = self._digest if self._mailing.kind is Kind.DIGEST else self._campaign
        for subscriber, recipient in recipients:
            decided = self._decided.get(recipient)
            if decided is None:
                decided = self._decided[recipient] = (
                    _Decided(broken_record([recipient.broken])) if recipient.broken else decide(recipient)
                )
            if decided.variant is not None:
                yield subscriber, decided.variant
            elif decided.meant:
                self.nothing += 1

    def _digest(self, recipient: Recipient) -> _Decided:
        articles = self._readers.articles_for(self._mailing, recipient)
        if articles is None:
            return _Decided(None)
        return _Decided(self._variants.digest(self._mailing, recipient, articles), meant=True)

    def _campaign(self, recipient: Recipient) -> _Decided:
        if not self._mailing.audience.includes(recipient) or recipient.choices.paused(self._mailing.created_at.date()):
            return _Decided(None)
        return _Decided(self._variants.campaign(self._mailing, recipient), meant=True)


@dataclass(frozen=True)
class _Decided:
    """The variant for all who chose alike; None with `meant` when the mailing has nothing on their topics."""

    variant: str | None
    meant: bool = False


def _record_outcome(mailing: Mailing, shards: Mapping[str, tuple[int, int]], app: Container) -> None:
    """How many get it and how many have nothing in it, in place of the record of what let the digest go out."""
    readers, nothing = (sum(counts[which] for counts in shards.values()) for which in (0, 1))
    others = f"{nothing:,} other{'' if nothing == 1 else 's'}"
    why = f"it goes to {readers:,} reader{'' if readers == 1 else 's'}, and has nothing on the topics of {others}"
    if not readers and not nothing:
        why = f"there is no reader at present who gets it {mailing.audience.frequency}"
    status = mailing.status
    at, why = (status.since, f"{status.reason}; {why}") if status.reason else (mailing.created_at, why)
    decision = DigestDecision.SENT if readers else DigestDecision.NOBODY
    if status.state is MailingState.HELD:
        decision = DigestDecision.HELD
    app.decisions.put(at, mailing.id, decision, why)
