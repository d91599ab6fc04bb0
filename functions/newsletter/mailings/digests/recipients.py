"""Which articles of a digest are new to each reader, with what that takes read once per container."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter.mailings.digests.digest import digest_id
from newsletter.mailings.digests.digests_store import Digests
from newsletter.mailings.digests.unseen_articles import UnseenArticles
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import NotFound
from newsletter.readers.subscriber import Recipient


class DigestReaders:
    """Remembers the digest it was asked about last: pages of one digest come one after the other."""

    def __init__(self, digests: Digests, zone: ZoneInfo) -> None:
        self._digests = digests
        self._zone = zone
        self._readings: tuple[str, UnseenArticles] | None = None

    def articles_for(self, mailing: Mailing, recipient: Recipient) -> tuple[str, ...] | None:
        """Ids of what is new to the reader, whatever the topics; None when the digest is not meant for them.

        What the digests before it brought is only read for readers who ever changed something. Raises NotFound for a
        digest that was not released: nothing of it may be planned.
        """
        if not recipient.frequency_history:
            return mailing.articles if mailing.audience.includes(recipient) else None
        if self._readings is None or self._readings[0] != mailing.id:
            settled = self._digests.all()
            digest = next((each for each in settled if digest_id(each.period) == mailing.id), None)
            if digest is None or digest.released_at is None:
                raise NotFound(f"a released digest {mailing.id}")
            self._readings = mailing.id, UnseenArticles(digest, settled, self._zone)
        return self._readings[1].articles_for(recipient)
