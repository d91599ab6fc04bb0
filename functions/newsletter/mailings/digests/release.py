"""Freeze and release digests.

A frozen digest is stored: what its period carries does not change any more. A released one is sent: at once when it is
frozen, or after an answer where approval is required. Preflight runs before both, and later runs rely on what is
stored, so that a run after a crash does not decide differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mailings.digests.decision import Answer
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.rendering.preflight import Fault, PreflightFailed, preflight_digest
from newsletter.platform.errors import NotFound
from newsletter.publication.publication import Publication

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class FreezeResult:
    """A digest as it is stored, whether this run froze it (`first`), and preflight's warnings."""

    digest: Digest
    first: bool
    warnings: tuple[Fault, ...]


def get_digest(period: str, app: Container) -> Digest:
    """The digest of a period such as `2026-W48`. Raises NotFound."""
    found = app.digests.get(period)
    if found is None:
        raise NotFound(f"a digest of {period}")
    return found


def digest_of_mailing(mailing: str, app: Container) -> Digest:
    """The digest of a mailing such as `digest-2026-W48`. Raises NotFound."""
    return get_digest(mailing.removeprefix("digest-"), app)


def digest_mailing(digest: Digest, publication: Publication) -> Mailing:
    """The mailing that sends the digest."""
    return Mailing(
        id=digest_id(digest.period),
        kind=Kind.DIGEST,
        created_at=digest.window.end,
        audience=Audience(frequency=digest.frequency),
        articles=digest.articles,
        related=digest.related,
        offer=publication.offers[0].key if publication.offers else "",
    )


def freeze_digest(digest: Digest, articles: Iterable[Article], now: datetime, app: Container) -> FreezeResult:
    """Store what the period's digest carries, once.

    It is released at once, or waits for approval where the publication requires it. Raises PreflightFailed, and stores
    nothing, when preflight blocks it: the first run after it is mended freezes it.
    """
    warnings = _require_no_blocking_fault(digest, articles, app)
    approval = app.publication.digest.approval
    if approval:
        digest = replace(digest, deadline=now + approval.within, sent_unanswered=approval.then_send)
    else:
        digest = replace(digest, released_at=app.now())
    if app.digests.create(digest):
        return FreezeResult(digest, first=True, warnings=warnings)
    return FreezeResult(get_digest(digest.period, app), first=False, warnings=warnings)


def pass_over(digest: Digest, app: Container) -> bool:
    """Store that the period's window passed without a digest, as nobody would get it; False if there is a digest."""
    return app.digests.create(replace(digest, released_at=app.now(), nobody=True, passed_over=True))


def answer_digest(digest: Digest, answer: Answer, now: datetime, app: Container) -> bool:
    """Release or drop a waiting digest; False when it waits no more. Raises PreflightFailed when it is blocked.

    Links and articles may have changed since it was frozen, so preflight runs again. A blocked digest waits on.
    """
    if not answer.send:
        return app.digests.drop(digest.period, answer.verdict, now)
    _require_no_blocking_fault(digest, app.articles.all(), app)
    return app.digests.release(digest.period, app.now(), answer.verdict, now)


def _require_no_blocking_fault(digest: Digest, articles: Iterable[Article], app: Container) -> tuple[Fault, ...]:
    """Preflight's warnings. Raises PreflightFailed when a fault blocks the digest."""
    faults = preflight_digest(digest_mailing(digest, app.publication), articles, app.templates, digest.note)
    if any(fault.blocks for fault in faults):
        raise PreflightFailed(faults)
    return tuple(faults)
