"""Which articles of a digest are new to each subscriber. Earlier digests are read once for all of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter.mailings.digests.digest import digest_id
from newsletter.mailings.digests.digests_store import Digests
from newsletter.mailings.digests.unseen_articles import UnseenArticles
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import NotFound
from newsletter.readers.shown_before import of_every_welcome
from newsletter.readers.subscriber import Recipient


class DigestRecipients:
    """Caches the digest it was asked about last, since pages of one digest come one after the other."""

    def __init__(self, digests: Digests, zone: ZoneInfo) -> None:
        self._digests = digests
        self._zone = zone
        self._unseen: tuple[str, UnseenArticles] | None = None

    def articles_for(self, mailing: Mailing, recipient: Recipient) -> tuple[str, ...] | None:
        """Ids of the articles that are new to the recipient, on any topic; None when they do not get the digest.

        Digests are only read for a recipient who ever changed their frequency, paused or came back, or whose welcome
        mail showed some of these articles. Raises NotFound for a digest that was not released, since nothing of it may
        be planned.
        """
        if not recipient.frequency_history and of_every_welcome(recipient.welcomed).isdisjoint(mailing.articles):
            return mailing.articles if mailing.audience.includes(recipient) else None
        if self._unseen is None or self._unseen[0] != mailing.id:
            digests = self._digests.history()
            digest = next((each for each in digests if digest_id(each.period) == mailing.id), None)
            if digest is None or digest.released_at is None:
                raise NotFound(f"a released digest {mailing.id}")
            self._unseen = mailing.id, UnseenArticles(digest, digests, self._zone)
        return self._unseen[1].articles_for(recipient)
