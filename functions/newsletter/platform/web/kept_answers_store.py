"""Answers to requests with an Idempotency-Key, in the Guards table, which forgets them after a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import change, conditional, from_item, holds, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""How long a request counts as being worked on: Lambda ends it after 29 seconds (template.yaml)."""
MAX_BODY = 300_000
"""Bytes of an answer that is kept: an item of DynamoDB holds 400 kB."""


@dataclass(frozen=True)
class KeptAnswer:
    """What the first request was answered; `body` is None where it must not be kept."""

    status: int
    headers: Mapping[str, str]
    body: str | None


@dataclass(frozen=True)
class Claim:
    """What is known of a key: who may work on it now, and what became of it.

    `mine`: the request is to be done now. `same`: the key was used for this very request. `began` is when the first
    attempt did, so that what a later one makes gets the same ids.
    """

    mine: bool
    same: bool
    began: datetime
    answer: KeptAnswer | None = None


class KeptAnswers:
    """One item for each key of each user: a digest of the request, who works on it until when, and the answer."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def claim(self, key: str, request: str, attempt: str, now: datetime) -> Claim:
        """Begin to work on the request, if nobody does and it has no answer yet.

        An attempt that ended without a word, as by a crash, holds the key for LEASE; then the next one takes over.
        """
        while True:
            seconds = int(now.timestamp())
            written = conditional(
                self._client,
                "update_item",
                TableName=self._table,
                Key=_key(key),
                ReturnValues="ALL_NEW",
                **change(
                    {
                        "request": request,
                        "attempt": attempt,
                        "until": int((now + LEASE).timestamp()),
                        "expires": int((now + LIFE).timestamp()),
                    },
                    unless_there={"began": seconds},
                    condition="attribute_not_exists(#key) OR (#request = :request AND attribute_not_exists(#status)"
                    " AND #until <= :now AND #expires > :now)",
                    compared={"now": seconds},
                ),
            )
            item = from_item(written.item)
            if written.took_place or item["expires"] > seconds:
                return _claim(item, request, mine=written.took_place)
            # DynamoDB deletes what has expired when it has time; until then it stands in the way.
            gone = change({}, condition="#expires = :expires", compared={"expires": item["expires"]})
            del gone["UpdateExpression"]
            holds(self._client, "delete_item", TableName=self._table, Key=_key(key), **gone)

    def finish(self, key: str, attempt: str, answer: KeptAnswer) -> None:
        """Keep the answer, unless another attempt has taken over since."""
        self._change(key, attempt, {"status": answer.status, "headers": dict(answer.headers), "body": answer.body})

    def give_back(self, key: str, attempt: str) -> None:
        """Nobody knows whether it was done: the same request may be tried again at once, and no other."""
        self._change(key, attempt, {"until": 0})

    def forget(self, key: str, attempt: str) -> None:
        """Nothing was done: the key is as good as unused."""
        mine = change({}, condition="#attempt = :attempt", compared={"attempt": attempt})
        del mine["UpdateExpression"]
        holds(self._client, "delete_item", TableName=self._table, Key=_key(key), **mine)

    def _change(self, key: str, attempt: str, values: dict[str, Any]) -> None:
        given = {name: value for name, value in values.items() if value is not None}
        mine = change(given, condition="#attempt = :attempt", compared={"attempt": attempt})
        holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=_key(key), **mine)


def _claim(item: dict[str, Any], request: str, *, mine: bool) -> Claim:
    answer = KeptAnswer(item["status"], item["headers"], item.get("body")) if "status" in item else None
    return Claim(mine, item["request"] == request, datetime.fromtimestamp(item["began"], UTC), answer)


def _key(key: str) -> dict[str, Any]:
    return to_item({"key": f"idempotency#{key}"})
