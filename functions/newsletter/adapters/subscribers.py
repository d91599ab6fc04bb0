"""Readers in the Subscribers table: sign-ups, profiles, consent records, clicks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from newsletter.adapters.items import from_item, holds, to_item, to_value
from newsletter.domain.lead import Evidence
from newsletter.domain.subscriber import SIGN_UP_LIFE, Consent, Recipient, SignUp, Status, Subscriber, shard_of
from newsletter.domain.times import iso, parse_iso

CLICK_LIFE = timedelta(days=400)
GET_LIMIT = 100
"""AWS: at most 100 items in one BatchGetItem."""


class Subscribers:
    """One item per record of a reader, under the reader's id."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    # --- sign-up -----------------------------------------------------------------------------------------------------

    def put_sign_up(self, sign_up: SignUp) -> None:
        """Keep a filled-in form until it is confirmed or expires. A newer form replaces an older one."""
        self._put(
            {
                "id": sign_up.id,
                "record": "sign-up",
                "email": sign_up.email,
                "topics": list(sign_up.topics),
                "language": sign_up.language,
                "name": sign_up.name,
                "consent_version": sign_up.consent_version,
                "origin": sign_up.origin,
                "network": sign_up.network,
                "at": iso(sign_up.at),
                "nonce": sign_up.nonce,
                "expires": int((sign_up.at + SIGN_UP_LIFE).timestamp()),
            }
        )

    def sign_up(self, subscriber: str, now: datetime) -> SignUp | None:
        """The sign-up that waits. DynamoDB removes expired items late, so the time is checked here too."""
        item = self._get(subscriber, "sign-up")
        if item is None or item["expires"] <= now.timestamp():
            return None
        return SignUp(
            id=item["id"],
            email=item["email"],
            topics=tuple(item["topics"]),
            language=item["language"],
            name=item["name"],
            consent_version=item["consent_version"],
            origin=item["origin"],
            network=item["network"],
            at=parse_iso(item["at"]),
            nonce=item["nonce"],
        )

    def forget_sign_up(self, sign_up: SignUp) -> None:
        """Remove the sign-up, unless a newer form took its place."""
        holds(
            self._client,
            "delete_item",
            TableName=self._table,
            Key=to_item({"id": sign_up.id, "record": "sign-up"}),
            ConditionExpression="nonce = :nonce",
            ExpressionAttributeValues={":nonce": to_value(sign_up.nonce)},
        )

    # --- profile -----------------------------------------------------------------------------------------------------

    def get(self, subscriber: str) -> Subscriber | None:
        """The profile, or None for an address that never confirmed."""
        item = self._get(subscriber, "profile")
        return _subscriber(item) if item else None

    def confirmed_by(self, subscriber: str) -> str:
        """The nonce of the sign-up that was confirmed last, or empty."""
        item = self._get(subscriber, "profile")
        return str(item["confirmed_by"]) if item else ""

    def activate(self, sign_up: SignUp, now: datetime) -> bool:
        """Make the reader active with what the form says; False when this very form was confirmed before.

        So an old confirmation link, pressed again after the reader left, wakes nobody up.
        """
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"id": sign_up.id, "record": "profile"}),
            UpdateExpression=(
                "SET email = :email, #status = :active, topics = :topics, #language = :language, #name = :name,"
                " confirmed_at = :now, confirmed_by = :nonce, consent_version = :version, mailable = :shard"
                " REMOVE left_at, left_how"
            ),
            ConditionExpression="attribute_not_exists(confirmed_by) OR confirmed_by <> :nonce",
            ExpressionAttributeNames={"#status": "status", "#language": "language", "#name": "name"},
            ExpressionAttributeValues=to_item(
                {
                    ":email": sign_up.email,
                    ":active": Status.ACTIVE,
                    ":topics": list(sign_up.topics),
                    ":language": sign_up.language,
                    ":name": sign_up.name,
                    ":now": iso(now),
                    ":nonce": sign_up.nonce,
                    ":version": sign_up.consent_version,
                    ":shard": shard_of(sign_up.id),
                }
            ),
        )

    def deactivate(self, subscriber: str, status: Status, how: str, now: datetime) -> bool:
        """Stop all mail to the reader from this moment; False when they were not active."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": "profile"}),
            UpdateExpression="SET #status = :status, left_at = :now, left_how = :how REMOVE mailable",
            ConditionExpression="#status = :active",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=to_item(
                {":status": status, ":active": Status.ACTIVE, ":now": iso(now), ":how": how}
            ),
        )

    def choose(self, subscriber: str, topics: tuple[str, ...], language: str, name: str) -> bool:
        """Keep new preferences; False for an address that never confirmed."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"id": subscriber, "record": "profile"}),
            UpdateExpression="SET topics = :topics, #language = :language, #name = :name",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#language": "language", "#name": "name"},
            ExpressionAttributeValues=to_item({":topics": list(topics), ":language": language, ":name": name}),
        )

    # --- many readers ------------------------------------------------------------------------------------------------

    def page(self, shard: str, after: str | None, limit: int) -> tuple[list[Recipient], str | None]:
        """Active readers of a shard in the order of their ids, and the id to go on from (None: the shard is done)."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "mailable",
            "KeyConditionExpression": "mailable = :shard",
            "ExpressionAttributeValues": {":shard": to_value(shard)},
            "Limit": limit,
        }
        if after is not None:
            query["ExclusiveStartKey"] = to_item({"mailable": shard, "id": after, "record": "profile"})
        answer = self._client.query(**query)
        recipients = [_recipient(item) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return recipients, last["id"]["S"] if last else None

    def many(self, subscribers: Iterable[str]) -> dict[str, Subscriber]:
        """The profiles of at most 100 readers, read consistently: whoever has left is seen to have left."""
        keys = [to_item({"id": subscriber, "record": "profile"}) for subscriber in dict.fromkeys(subscribers)]
        if len(keys) > GET_LIMIT:
            message = f"{len(keys)} readers at once; at most {GET_LIMIT}"
            raise ValueError(message)
        found: dict[str, Subscriber] = {}
        while keys:
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            for item in answer["Responses"].get(self._table, []):
                profile = _subscriber(from_item(item))
                found[profile.id] = profile
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found

    # --- evidence ----------------------------------------------------------------------------------------------------

    def add_consent(self, subscriber: str, consent: Consent, unique: str) -> None:
        """Append a consent record; the same `unique` at the same moment is the same record."""
        self._put(
            {
                "id": subscriber,
                "record": f"consent#{iso(consent.at)}#{unique}",
                "act": consent.act,
                "how": consent.how,
                "at": iso(consent.at),
                "text_version": consent.text_version,
                "language": consent.language,
                "network": consent.network,
                "mailing": consent.mailing,
            }
        )

    def add_click(self, subscriber: str, mailing: str, link: str, evidence: Evidence, now: datetime) -> None:
        """Keep a click as evidence; it expires. A second click within the same millisecond is the same click."""
        moment = f"{iso(now)[:-1]}.{now.microsecond // 1000:03}Z"
        self._put(
            {
                "id": subscriber,
                "record": f"click#{moment}#{mailing}#{link}",
                "mailing": mailing,
                "link": link,
                "at": iso(now),
                "method": evidence.method,
                "user_agent": evidence.user_agent,
                "network": evidence.network,
                "headers": dict(evidence.headers),
                "expires": int((now + CLICK_LIFE).timestamp()),
            }
        )

    def _put(self, values: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._table, Item=to_item(values))

    def _get(self, subscriber: str, record: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key=to_item({"id": subscriber, "record": record}), ConsistentRead=True
        )
        return from_item(answer["Item"]) if "Item" in answer else None


def _subscriber(item: dict[str, Any]) -> Subscriber:
    return Subscriber(
        id=item["id"],
        email=item["email"],
        status=Status(item["status"]),
        topics=tuple(item["topics"]),
        language=item["language"],
        name=item["name"],
        confirmed_at=parse_iso(item["confirmed_at"]),
        consent_version=item["consent_version"],
    )


def _recipient(item: dict[str, Any]) -> Recipient:
    return Recipient(
        id=item["id"]["S"],
        topics=tuple(topic["S"] for topic in item["topics"]["L"]),
        language=item["language"]["S"],
    )
