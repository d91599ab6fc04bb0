"""When a reader was mailed in the last days: for the cap on mails a week."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mailings.audience.mailed_lately import went_out_lately
from newsletter.mailings.digests.digest import matches_topics
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.readers.subscriber import Recipient, Subscriber

if TYPE_CHECKING:
    from newsletter.container import Container


@dataclass(frozen=True)
class SentLately:
    """The digests and campaigns of the last seven days, and the articles of these digests by id.

    Readers pause by days of `zone`.
    """

    mailings: tuple[Mailing, ...]
    articles: Mapping[str, Article]
    zone: tzinfo = UTC

    def to(self, reader: Subscriber, enrollments: Iterable[Enrollment]) -> tuple[datetime, ...]:
        """When the reader was mailed: steps by their enrollments, digests and campaigns by whom these are for.

        Nothing is kept per reader and mailing: that a mailing was for them follows from its audience, their choices,
        and the topics of a digest's articles, as planning decides it. Who changed their choices since may be counted
        by the new ones; who confirmed or ended a pause after a mailing started was not in it.
        """
        steps = [done.at for enrollment in enrollments for done in enrollment.done.values()]
        return (*steps, *(mailing.created_at for mailing in self.mailings if self._was_for(mailing, reader)))

    def _was_for(self, mailing: Mailing, reader: Subscriber) -> bool:
        choices = reader.choices
        if reader.confirmed_at > mailing.created_at or choices.paused(mailing.day(self.zone)):
            return False
        if not mailing.audience.includes(Recipient(choices)):
            return False
        found = [self.articles[each] for each in mailing.articles if each in self.articles]
        return mailing.kind is Kind.CAMPAIGN or any(matches_topics(article, choices.topics) for article in found)


NOTHING_SENT = SentLately((), {})


def sent_lately(now: datetime, app: Container) -> SentLately:
    """Read what was sent to many in the last seven days; nothing where the publication has no cap."""
    if not app.publication.nurture.mails_per_week:
        return NOTHING_SENT
    mailings = went_out_lately(now, app)
    ids: Collection[str] = dict.fromkeys(each for mailing in mailings for each in mailing.articles)
    return SentLately(tuple(mailings), app.articles.some(tuple(ids)), app.publication.time_zone)
