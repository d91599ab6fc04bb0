"""Release a digest: at once when it is frozen, or by an answer to one that waits. Nothing broken is released.

A frozen digest is what a period carries, written once; a released one goes out. Preflight stands before both, since
from then on nothing but the store is asked: a crash in between must not make a second run decide anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mailings.digests.decision import Answer
from newsletter.mailings.digests.digest import SettledDigest, digest_id
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.rendering.preflight import Fault, NotFit, preflight_digest
from newsletter.platform.errors import NotFound
from newsletter.publication.publication import Publication

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class Frozen:
    """A digest as it is stored, whether this run froze it, and what preflight said of it then."""

    digest: SettledDigest
    first: bool
    warnings: tuple[Fault, ...]


def digest_of(period: str, app: Container) -> SettledDigest:
    """The digest of a period such as `2026-W48`. Raises NotFound."""
    found = next((digest for digest in app.digests.all() if digest.period == period), None)
    if found is None:
        raise NotFound(f"a digest of {period}")
    return found


def digest_of_mailing(mailing: str, app: Container) -> SettledDigest:
    """The digest that the mailing sends. Raises NotFound."""
    return digest_of(mailing.removeprefix("digest-"), app)


def mailing_of(digest: SettledDigest, publication: Publication) -> Mailing:
    """The mailing of a frozen digest."""
    return Mailing(
        id=digest_id(digest.period),
        kind=Kind.DIGEST,
        created_at=digest.window.end,
        audience=Audience(frequency=digest.frequency),
        articles=digest.articles,
        related=digest.related,
        offer=publication.offers[0].key if publication.offers else "",
    )


def freeze_digest(digest: SettledDigest, articles: Iterable[Article], now: datetime, app: Container) -> Frozen:
    """Keep what the period's digest carries, once and for all.

    It is released at once, or waits for approval where the publication asks for that. Raises NotFit, and keeps nothing,
    when it is broken: the first run after it is mended freezes it.
    """
    warnings = _require_fit(digest, articles, app)
    approval = app.publication.digest.approval
    if approval:
        digest = replace(digest, deadline=now + approval.within, sent_unanswered=approval.then_send)
    else:
        digest = replace(digest, released_at=app.now())
    if app.digests.settle(digest):
        return Frozen(digest, first=True, warnings=warnings)
    return Frozen(digest_of(digest.period, app), first=False, warnings=warnings)


def answer_digest(digest: SettledDigest, answer: Answer, now: datetime, app: Container) -> bool:
    """End a digest's waiting; False when a faster answer did. Raises NotFit, and it waits on, when it is broken.

    Links and articles may have changed since it was frozen, so it is examined again.
    """
    if not answer.send:
        return app.digests.drop(digest.period, answer.verdict, now)
    _require_fit(digest, app.articles.all(), app)
    return app.digests.release(digest.period, app.now(), answer.verdict, now)


def _require_fit(digest: SettledDigest, articles: Iterable[Article], app: Container) -> tuple[Fault, ...]:
    """What preflight only warns of. Raises NotFit."""
    faults = preflight_digest(mailing_of(digest, app.publication), articles, app.templates)
    if any(fault.blocks for fault in faults):
        raise NotFit(faults)
    return tuple(faults)
