"""Plan a mailing shard by shard, page by page: decide once who is in which batch, then emit the batches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.queues import Queues
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.errors import NotFound
from newsletter.domain.mailing import Kind, Mailing
from newsletter.domain.messages import PlanPage, SendBatch
from newsletter.domain.planning import Manifest
from newsletter.domain.planning import plan_page as plan
from newsletter.domain.subscriber import SHARDS, Recipient
from newsletter.usecases.render_variant import Variants

PAGE = 2000
"""Readers in one page: one query, one manifest of some 60 kB (an item may have 400 kB)."""


def plan_shards(mailing: str, deliveries: Deliveries, queues: Queues) -> int:
    """Have every shard planned that is not planned to its end; how many those were."""
    manifests = deliveries.manifests(mailing)
    done = {shard for shard, manifest in manifests if manifest.last}
    missing = [shard for shard in SHARDS if shard not in done]
    queues.send_all(queues.plan, [PlanPage(mailing, shard, 0) for shard in missing])
    return len(missing)


def plan_page(
    message: PlanPage,
    *,
    now: datetime,
    subscribers: Subscribers,
    content: Content,
    deliveries: Deliveries,
    queues: Queues,
    variants: Variants,
) -> Manifest:
    """Plan one page, or read back how it was planned, and emit its batches and the next page.

    Safe to repeat at any line: the manifest is written once, and everything after it is derived from it.
    """
    mailing = content.mailing(message.mailing)
    if mailing is None:
        raise NotFound(f"mailing {message.mailing}")
    manifest = deliveries.manifest(mailing.id, message.shard, message.page)
    if manifest is None:
        manifest = _decide(message, mailing, now, subscribers, deliveries, variants)
    queues.send_all(
        queues.batch, [SendBatch(mailing.id, batch.id, batch.variant, batch.recipients) for batch in manifest.batches]
    )
    if not manifest.last:
        queues.send(queues.plan, PlanPage(mailing.id, message.shard, message.page + 1))
    return manifest


def _decide(
    message: PlanPage,
    mailing: Mailing,
    now: datetime,
    subscribers: Subscribers,
    deliveries: Deliveries,
    variants: Variants,
) -> Manifest:
    carry, after = {}, None
    if message.page:
        before = deliveries.manifest(mailing.id, message.shard, message.page - 1)
        if before is None:
            raise NotFound(f"page {message.page - 1} of {mailing.id}, shard {message.shard}")
        carry, after = dict(before.carry), before.cursor
    recipients, cursor = subscribers.page(message.shard, after, PAGE)
    chosen = list(_chosen(mailing, recipients, variants))
    manifest = plan(mailing.id, message.shard, message.page, carry, chosen, cursor)
    if deliveries.put_manifest(mailing.id, message.shard, message.page, manifest, now):
        return manifest
    # Another run was faster: what it settled holds.
    return deliveries.manifest(mailing.id, message.shard, message.page) or manifest


def _chosen(mailing: Mailing, recipients: list[Recipient], variants: Variants) -> Iterator[tuple[str, str]]:
    for recipient in recipients:
        if not mailing.audience.includes(recipient) or recipient.paused(mailing.created_at.date()):
            continue
        if mailing.kind is Kind.DIGEST:
            variant = variants.digest(mailing, recipient)
        else:
            variant = variants.campaign(mailing, recipient)
        if variant is not None:
            yield recipient.id, variant
