"""Which received mails are handled, in the Guards table: SNS and SQS deliver a notification at least once."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import change, conditional, holds, to_item
from newsletter.platform.errors import NotNow

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE = timedelta(minutes=2)
"""For longer than the function may run (30 s), nobody else handles the same mail."""
LIFE = timedelta(days=30)
"""For longer than a queue and its dead letters deliver."""

COUNTED, FORWARDED = "counted", "forwarded"
"""What is done with a mail once: it is counted by the limits of the hour, and it goes on."""


class HandledReplies:
    """One expiring item per received mail, and one per mail that somebody wrote, however often it comes in."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, reply: str, now: datetime) -> bool:
        """Begin to handle the mail of that id; False if it is done. Raises NotNow while another run handles it.

        A run that dies leaves its claim for LEASE; whoever comes then does all of it again.
        """
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(reply),
            UpdateExpression="SET leased = :leased, expires = :expires",
            ConditionExpression="attribute_not_exists(done) AND (attribute_not_exists(leased) OR leased < :now)",
            ExpressionAttributeValues=to_item(
                {
                    ":leased": int((now + LEASE).timestamp()),
                    ":now": int(now.timestamp()),
                    ":expires": int((now + LIFE).timestamp()),
                }
            ),
        )
        if written.took_place:
            return True
        if "done" in written.item:
            return False
        raise NotNow(f"received mail {reply} is being handled")

    def end(self, reply: str) -> None:
        """It is done."""
        holds(self._client, "update_item", TableName=self._table, Key=_key(reply), **change({"done": True}))

    def give_back(self, reply: str) -> None:
        """It is not done, and may be tried at once."""
        holds(self._client, "update_item", TableName=self._table, Key=_key(reply), **change({}, remove=("leased",)))

    def marks(self, reply: str) -> frozenset[str]:
        """Those of COUNTED and FORWARDED that runs before have left, which did not come to their end."""
        answer = self._client.get_item(TableName=self._table, Key=_key(reply), ConsistentRead=True)
        return frozenset(answer.get("Item", {})) & {COUNTED, FORWARDED}

    def mark(self, reply: str, what: str) -> None:
        """Leave one of them for whoever does it again; a run that dies before this does the thing once more."""
        holds(self._client, "update_item", TableName=self._table, Key=_key(reply), **change({what: True}))

    def is_first(self, reply: str, sender: str, message_id: str, text: str, now: datetime) -> bool:
        """Whether what this sender wrote has not come in before, as another received mail.

        `message_id` is that of their mail program (RFC 5322, 3.6.4); mails without one are never the same.
        """
        if not message_id:
            return True
        named = sha256(f"{sender}\n{message_id}\n{text}".encode("utf-8", "replace")).hexdigest()
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({"key": f"answer#{named}", "of": reply, "expires": int((now + LIFE).timestamp())}),
            ConditionExpression="attribute_not_exists(#key) OR #of = :of",
            ExpressionAttributeNames={"#key": "key", "#of": "of"},
            ExpressionAttributeValues=to_item({":of": reply}),
        )


def _key(reply: str) -> dict[str, Any]:
    return to_item({"key": f"received#{reply}"})
