"""Which mailing a code in an address of ours stands for, in the Deliveries table as long as its ledger."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.planning.ledger_keys import LIFE
from newsletter.platform.aws.items import from_item, to_item
from newsletter.replies.addresses import mailing_code

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PART = "mailing"


class MailingCodes:
    """One item per mailing, which is written before the first address that has its code."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._kept: set[str] = set()

    def keep(self, mailing: str, now: datetime) -> None:
        """Keep the code of the mailing; one write for each container and mailing."""
        if mailing in self._kept:
            return
        values = {"of": mailing, "expires": int((now + LIFE).timestamp())}
        self._client.put_item(TableName=self._table, Item=to_item({**_key(mailing_code(mailing)), **values}))
        self._kept.add(mailing)

    def find(self, code: str) -> str:
        """The id of the mailing; empty where none is known (any more)."""
        answer = self._client.get_item(TableName=self._table, Key=to_item(_key(code)))
        return str(from_item(answer["Item"])["of"]) if "Item" in answer else ""


def _key(code: str) -> dict[str, str]:
    return {"mailing": f"code#{code}", "part": PART}
