"""A fingerprint of the pepper that the ids of a table were made with, kept in that table from first use."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.platform.aws.items import from_item, holds, to_item
from newsletter.platform.errors import WrongPepper
from newsletter.platform.times import iso, whole_seconds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"id": {"S": "pepper"}, "record": {"S": "fingerprint"}}
"""No subscriber can have this key, since ids are 26 characters long. It is in none of the table's indexes."""


class Fingerprints:
    """The one item of the table Subscribers that belongs to no subscriber."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self.table = table

    def kept(self) -> str:
        """The fingerprint that is kept; empty before the first use of a pepper."""
        answer = self._client.get_item(TableName=self.table, Key=KEY, ConsistentRead=True)
        return str(from_item(answer["Item"])["fingerprint"]) if "Item" in answer else ""

    def check(self, pepper: bytes, parameter: str) -> None:
        """Keep the fingerprint of `pepper` if none is kept yet. Raises WrongPepper if that of another pepper is.

        Two functions may write at once, and the answer to a write may be lost, so what is kept afterwards decides.
        """
        ours = pepper_fingerprint(pepper)
        kept = self.kept()
        if not kept:
            holds(
                self._client,
                "put_item",
                TableName=self.table,
                Item={
                    **KEY,
                    **to_item({"fingerprint": ours, "kept_at": iso(whole_seconds(datetime.now(UTC)))}),
                },
                ConditionExpression="attribute_not_exists(id)",
            )
            kept = self.kept()
        if kept != ours:
            raise WrongPepper(
                f"the pepper in the SSM parameter {parameter} is not the one that the readers' ids in the table "
                f"{self.table} were made with, so nothing was read or written: put the earlier value back "
                f"(`aws ssm get-parameter-history --with-decryption --name {parameter}`, or your own copy); "
                "docs/operate.md, Secrets, says how"
            )

    def refuse_without_pepper(self, parameter: str) -> None:
        """Raises WrongPepper when the table holds ids that a pepper was needed for, and there is no pepper now."""
        if self.kept():
            raise WrongPepper(
                f"the SSM parameter {parameter} is missing, but the readers' ids in the table {self.table} were made "
                "with the pepper that it held, so nothing was read or written: put that very value back. SSM keeps no "
                "history of a parameter that was deleted, so take it from your own copy; docs/operate.md, Secrets, "
                "says how"
            )


def pepper_fingerprint(pepper: bytes) -> str:
    """64 bits in hex that tell one pepper from another and nothing about it (HMAC-SHA-256 of a constant).

    The constant is no mail address, so no subscriber's id has anything in common with it.
    """
    return hmac.new(pepper, b"fingerprint", hashlib.sha256).hexdigest()[:16]
