"""How many digests and campaigns readers had in the last seven days, for the cap on campaigns: as planned, and of what
was cancelled or is held, who may have got it before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.batches import enough_mails, is_without_mail
from newsletter.mailings.status import MailingState

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.planning.batches import Manifest
    from newsletter.readers.subscriber import Recipient

MayHaveGot = Callable[[str], AbstractSet[str]]
"""Of a mailing's id: the ids of the readers who may have got it."""
WEEK = timedelta(days=7)
MOST = 100
"""Mailings looked at, the newest first: read by one call, and far more than go out in a week where there is a cap."""
STOPPED = (MailingState.CANCELLED, MailingState.HELD)
NOT_SENT = (MailingState.APPROVAL, *STOPPED)


def went_out_lately(now: datetime, app: Container) -> list[Mailing]:
    """The digests and campaigns that went out in the last week, or are going out."""
    return [each for each in _of_the_week(now, app) if each.status.state not in NOT_SENT]


def stopped_lately(now: datetime, app: Container) -> list[Mailing]:
    """Those of the last week that were cancelled or are held; part of their readers may have got them before."""
    return [each for each in _of_the_week(now, app) if each.status.state in STOPPED]


def _of_the_week(now: datetime, app: Container) -> Iterator[Mailing]:
    for _, mailing in app.mailings.older("", MOST):
        if now - WEEK < mailing.created_at <= now and not mailing.kind.automated and not mailing.nobody:
            yield mailing


class MailedLately:
    """What the readers of a shard had in the seven days before `now`, a campaign's start, without that campaign.

    Of mailings that began in the same second, the first by name counts for the second, so that neither leaves a reader
    out for the other. A mailing that is still being planned counts for those whom it is for by their choices.
    `may_have_got` tells of a stopped mailing which readers of the shard may have got it (`ReadFacts`).
    """

    def __init__(self, app: Container, now: datetime, shard: str, may_have_got: MayHaveGot, *, but: str = "") -> None:
        self._had: Counter[str] = Counter()
        self._coming: list[tuple[Mailing, set[str]]] = []
        self._zone = app.publication.time_zone
        self._most = app.publication.campaign_mails_per_week
        if not self._most:
            return
        for mailing in _of_the_week(now, app):
            if mailing.id == but or (but and mailing.created_at == now and mailing.id > but):
                continue
            if mailing.status.state in STOPPED:
                self._had.update(may_have_got(mailing.id))
            if mailing.status.state in NOT_SENT:
                continue
            pages = list(app.manifests.of_shard(mailing.id, shard))
            planned = set(_recipients(pages))
            self._had.update(planned)
            if not pages or not pages[-1].last:
                self._coming.append((mailing, planned))

    def had_enough(self, subscriber: str, recipient: Recipient) -> bool:
        """Whether another campaign would be more than the publication allows."""
        return bool(self._most) and self._mails(subscriber, recipient) >= self._most

    def assigned(self, chosen: Iterable[tuple[str, str]], of: dict[str, Recipient]) -> Iterator[tuple[str, str]]:
        """Ids and variants, with `enough_mails` in place of the variant of those who are left out."""
        for subscriber, variant in chosen:
            enough = not is_without_mail(variant) and self.had_enough(subscriber, of[subscriber])
            yield subscriber, enough_mails(self._most) if enough else variant

    def _mails(self, subscriber: str, recipient: Recipient) -> int:
        return self._had[subscriber] + sum(
            subscriber not in planned
            and mailing.audience.includes(recipient)
            and not recipient.choices.paused(mailing.day(self._zone))
            for mailing, planned in self._coming
        )


def _recipients(pages: list[Manifest]) -> Iterator[str]:
    """Who is in a batch that has a mail, or is carried to a page that is not planned yet."""
    for page in pages:
        for batch in page.batches:
            if not batch.without_mail:
                yield from batch.recipients
    for variant, carried in pages[-1].carry.items() if pages else ():
        if not is_without_mail(variant):
            yield from carried
