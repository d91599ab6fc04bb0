"""Writes into the ledger what the visits of recipients were judged to be: one item for each batch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.mailings.planning.ledger_keys import batch_key
from newsletter.platform.aws.items import holds, to_item
from newsletter.sending.feedback.visit_marks import VisitMark, number_of, written

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VISITS = "#visits"
"""Ends the sort key of the item: it comes right after the batch's events."""


class VisitMarks:
    """An attribute for each position, `p0` to `p49`, with the mark of its recipient (visit_marks.py).

    Visits only become more, so that of two marks the one of more visits is right. An item takes a write unit, even
    when every recipient is behind a scanner.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, mailing: str, batch: str, marks: Mapping[int, VisitMark], expires: datetime) -> None:
        """Keep these marks by position, in one write; those of fewer visits than what is there already are left out."""
        if marks and not self._put(mailing, batch, marks, expires):
            for position, mark in marks.items():
                self._put(mailing, batch, {position: mark}, expires)

    def _put(self, mailing: str, batch: str, marks: Mapping[int, VisitMark], expires: datetime) -> bool:
        """False if one of them is of fewer visits than what is there."""
        names = {position: f"#p{position}" for position in marks}
        return holds(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"mailing": batch_key(mailing, batch), "part": f"batch#{batch}{VISITS}"}),
            UpdateExpression="SET expires = :expires, "
            + ", ".join(f"{name} = :p{position}" for position, name in names.items()),
            ConditionExpression=" AND ".join(
                f"(attribute_not_exists({name}) OR {name} < :n{position})" for position, name in names.items()
            ),
            ExpressionAttributeNames={name: name[1:] for name in names.values()},
            ExpressionAttributeValues=to_item(
                {
                    ":expires": int(expires.timestamp()),
                    **{f":p{position}": written(mark) for position, mark in marks.items()},
                    **{f":n{position}": number_of(mark, more=1) for position, mark in marks.items()},
                }
            ),
        )
