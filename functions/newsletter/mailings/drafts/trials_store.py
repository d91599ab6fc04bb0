"""Test mails until they are sent, in the table Guards, which forgets them after a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.mailings.drafts.try_out import TrialMail
from newsletter.mailings.mailing import Variant
from newsletter.platform.aws.items import change, from_item, holds, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=1)


class TrialMails:
    """Each has one item: the rendered mail, its addresses, and to which of them it was tried to send."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, mail: TrialMail, now: datetime) -> None:
        """Store a test mail that is to be sent; one that is there stays, with what was tried of it."""
        variant = mail.variant
        values = {
            "to": list(mail.to),
            "name": mail.name,
            "language": variant.language,
            "subject": variant.subject,
            "html": variant.html,
            "text": variant.text,
            "placeholders": list(variant.placeholders),
            "expires": int((now + LIFE).timestamp()),
        }
        holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item={**_key(mail.id), **to_item(values)},
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        )

    def get(self, mail: str) -> TrialMail | None:
        """The test mail of that id, or None once it is forgotten."""
        answer = self._client.get_item(TableName=self._table, Key=_key(mail), ConsistentRead=True)
        if "Item" not in answer:
            return None
        item = from_item(answer["Item"])
        variant = Variant(item["language"], item["subject"], item["html"], item["text"], tuple(item["placeholders"]))
        return TrialMail(mail, tuple(item["to"]), variant, item["name"])

    def claim(self, mail: str, position: int) -> bool:
        """Note that the mail to that address is tried; False if it was before."""
        there = f"attribute_exists(#key) AND attribute_not_exists(#tried_{position})"
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=_key(mail),
            **change({f"tried_{position}": True}, condition=there),
        )

    def give_back(self, mail: str, position: int) -> None:
        """SES certainly did not take the mail to that address: it can be tried again."""
        change_back = change({}, remove=(f"tried_{position}",))
        holds(self._client, "update_item", TableName=self._table, Key=_key(mail), **change_back)


def _key(mail: str) -> dict[str, Any]:
    return to_item({"key": f"test-mail#{mail}"})
