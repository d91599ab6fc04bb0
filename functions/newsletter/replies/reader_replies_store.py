"""That a reader answered, and what they wrote, under their id: theirs to see, and erased with everything of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from newsletter.platform.times import iso
from newsletter.readers.profiles.records_store import REPLY, ReaderRecords
from newsletter.replies.reply import Reply

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ReaderReplies:
    """One record of the Subscribers table per answer, kept for `life` as visits are."""

    def __init__(self, client: DynamoDBClient, table: str, life: timedelta) -> None:
        self._records = ReaderRecords(client, table)
        self._life = life

    def add(self, subscriber: str, reply: Reply, words: str) -> None:
        """Keep the answer, with its own `words` unless they are empty; not for a reader who was erased."""
        self._records.add(
            {
                "id": subscriber,
                "record": f"{REPLY}{reply.id}",
                "mailing": reply.mailing,
                "at": iso(reply.at),
                "expires": int((reply.at + self._life).timestamp()),
                **({"words": words} if words else {}),
            }
        )
