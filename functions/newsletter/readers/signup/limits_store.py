"""Limits on what strangers can cause. Each is one conditional write, so that parallel requests cannot exceed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.platform.aws.items import conditional, from_item, holds, to_item, to_value
from newsletter.platform.web.quotas_store import HOUR, Quotas, counter_key
from newsletter.readers.signup.bot_attack import SignUpRates

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BETWEEN_MAILS = timedelta(minutes=10)
MAIL_PERIOD = timedelta(days=1)
MAX_MAILS = 3
"""A mailbox gets at most one confirmation mail in ten minutes and three in any 24 hours, whoever asks for them."""
SIGN_UPS_AN_HOUR = 60
"""From one network (/24, /64). An office behind one address may sign up together; a list bomber needs thousands."""
FOREIGN_SIGN_UPS_AN_HOUR = 30
"""The same for forms of other websites, which have no token of ours."""
CHANGES_AN_HOUR = 5
"""To how many addresses a reader can ask to change: each may be a stranger's, who gets a mail."""
BETWEEN_READMISSIONS = timedelta(days=30)
"""How long after a form took an address off SES's suppression list none may do so again: it may just bounce again."""
BETWEEN_REMINDERS = timedelta(days=30)
"""A mailbox gets at most one reminder in this time, however many forms wait."""
BETWEEN_WAITS = timedelta(minutes=10)
"""In attack mode a network gets one sign-up without a proof of work in this time."""
FIGURES_LIFE = timedelta(hours=3)
ATTACK_TRUSTED = timedelta(seconds=10)
"""How long a process caches whether attack mode is on; until then the other limits apply."""


class SignUpLimits(Quotas):
    """Counters in the Guards table; all of them expire."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        self._last_hour: tuple[str, dict[str, Any]] = ("", {})
        self._attack = (datetime.min.replace(tzinfo=UTC), 0)

    def confirmation_mail(self, mailbox: str, now: datetime, form: str) -> str:
        """Take one of the mailbox's confirmation mails for a form; the form that got the last one, this or another.

        The item has the times of the last three. DynamoDB evaluates all of SET on the item as it was before, so the
        times move up by one place in the same write that checks them.
        """
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": f"confirmation#{mailbox}"}),
            UpdateExpression=(
                "SET sent_3 = if_not_exists(sent_2, :never), sent_2 = if_not_exists(sent_1, :never), sent_1 = :now,"
                " form = :form, expires = :expires"
            ),
            ConditionExpression=(
                "(attribute_not_exists(sent_1) OR sent_1 <= :pause)"
                " AND (attribute_not_exists(sent_3) OR sent_3 <= :day)"
            ),
            ExpressionAttributeValues=to_item(
                {
                    ":never": 0,
                    ":form": form,
                    ":now": int(now.timestamp()),
                    ":pause": int((now - BETWEEN_MAILS).timestamp()),
                    ":day": int((now - MAIL_PERIOD).timestamp()),
                    ":expires": int((now + MAIL_PERIOD).timestamp()) + 1,
                }
            ),
        )
        return form if written.took_place else str(from_item(written.item).get("form", ""))

    def reset_confirmation_mails(self, mailbox: str) -> None:
        """Reset the mailbox's limit: if a mail could not be queued, and after a confirmation."""
        self._client.delete_item(TableName=self._table, Key=to_item({"key": f"confirmation#{mailbox}"}))

    def readmission(self, subscriber: str, form: str, now: datetime) -> bool:
        """Whether the form may take the address off SES's suppression list; one form in 30 days may, repeatedly."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": f"readmitted#{subscriber}"}),
            UpdateExpression="SET readmitted_at = :now, form = :form, expires = :expires",
            ConditionExpression=("attribute_not_exists(readmitted_at) OR readmitted_at <= :pause OR form = :form"),
            ExpressionAttributeValues=to_item(
                {
                    ":now": int(now.timestamp()),
                    ":form": form,
                    ":pause": int((now - BETWEEN_READMISSIONS).timestamp()),
                    ":expires": int((now + BETWEEN_READMISSIONS).timestamp()) + 1,
                }
            ),
        )

    def reminder(self, mailbox: str, nonce: str, now: datetime) -> bool:
        """Whether the form may have the mailbox's reminder, also repeatedly; False if another had it lately."""
        return holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": f"reminder#{mailbox}"}),
            UpdateExpression="SET nonce = :nonce, latest = :now, expires = :expires",
            ConditionExpression="attribute_not_exists(latest) OR latest <= :pause OR nonce = :nonce",
            ExpressionAttributeValues=to_item(
                {
                    ":nonce": nonce,
                    ":now": int(now.timestamp()),
                    ":pause": int((now - BETWEEN_REMINDERS).timestamp()),
                    ":expires": int((now + BETWEEN_REMINDERS).timestamp()) + 1,
                }
            ),
        )

    def take_sign_up(self, network: str, now: datetime, most: int = SIGN_UPS_AN_HOUR) -> bool:
        """Take one of the network's sign-ups of this hour; False if `most` are taken."""
        return self.take(f"network#{network}", now, most) > 0

    def take_change(self, reader: str, address: str, now: datetime) -> bool:
        """Take one of the addresses to which the reader may ask to change in this hour; False if others were asked for.

        The same address counts once: what could not be done is asked for again, and the mailbox has limits of its own.
        """
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": counter_key(f"changes#{reader}", now)}),
            UpdateExpression="ADD #count :one, addresses :addresses SET expires = :expires",
            ConditionExpression=(
                "attribute_not_exists(#count) OR (#count < :most AND NOT contains(addresses, :address))"
            ),
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues=to_item(
                {
                    ":one": 1,
                    ":most": CHANGES_AN_HOUR,
                    ":address": address,
                    ":addresses": {address},
                    ":expires": int((now + 2 * HOUR).timestamp()),
                }
            ),
        )
        return written.took_place or address in from_item(written.item).get("addresses", ())

    def sign_ups(self, network: str, now: datetime) -> int:
        """How many sign-ups the network has had in this hour."""
        return int(self._get(counter_key(f"network#{network}", now)).get("count", 0))

    # --- attack mode -------------------------------------------------------------------------------------------------

    def count(self, what: str, now: datetime) -> SignUpRates:
        """Add one to `sign_ups` or `confirmations` (`what`); the numbers of this hour and the one before."""
        written = conditional(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": f"figures#{now:%Y%m%d%H}"}),
            UpdateExpression="ADD #what :one SET expires = :expires",
            ExpressionAttributeNames={"#what": what},
            ExpressionAttributeValues={
                ":one": to_value(1),
                ":expires": to_value(int((now + FIGURES_LIFE).timestamp())),
            },
            ReturnValues="ALL_NEW",
        )
        hours = (from_item(written.item), self._hour_before(now))
        return SignUpRates(
            sign_ups=sum(hour.get("sign_ups", 0) for hour in hours),
            confirmations=sum(hour.get("confirmations", 0) for hour in hours),
        )

    def _hour_before(self, now: datetime) -> dict[str, Any]:
        """The numbers of the last hour; they no longer change, so each process reads them once."""
        key = f"figures#{now - timedelta(hours=1):%Y%m%d%H}"
        if self._last_hour[0] != key:
            self._last_hour = (key, self._get(key))
        return self._last_hour[1]

    def attack_until(self, now: datetime) -> int:
        """Until when attack mode is on (Unix seconds), read at most ATTACK_TRUSTED ago; 0 if it was never on."""
        read_at, until = self._attack
        if not read_at <= now < read_at + ATTACK_TRUSTED:
            until = int(self._get("attack").get("until", 0))
            self._attack = (now, until)
        return until

    def start_attack_mode(self, until: datetime, now: datetime) -> bool:
        """Switch attack mode on, or extend it, until then; True only for the one caller that switched it on."""
        began = holds(
            self._client,
            "update_item",
            TableName=self._table,
            Key=to_item({"key": "attack"}),
            UpdateExpression="SET #until = :until",
            ConditionExpression="attribute_not_exists(#until) OR #until <= :now",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues=to_item({":until": int(until.timestamp()), ":now": int(now.timestamp())}),
        )
        if not began:
            holds(
                self._client,
                "update_item",
                repeatable=True,
                TableName=self._table,
                Key=to_item({"key": "attack"}),
                UpdateExpression="SET #until = :until",
                ConditionExpression="#until < :until",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues=to_item({":until": int(until.timestamp())}),
            )
        self._attack = (now, int(until.timestamp()))
        return began

    def accept_proof(self, challenge: str, form: str, expires: datetime) -> bool:
        """Accept a solved challenge for a form, also repeatedly; False if another had it."""
        return holds(
            self._client,
            "put_item",
            repeatable=True,
            TableName=self._table,
            Item=to_item({"key": f"proof#{challenge}", "form": form, "expires": int(expires.timestamp()) + 1}),
            ConditionExpression="attribute_not_exists(#key) OR form = :form",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues=to_item({":form": form}),
        )

    def accept_wait(self, network: str, form: str, now: datetime) -> bool:
        """Accept a form of the network after the wait, also repeatedly; False if another had it in ten minutes."""
        return holds(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=to_item({"key": f"wait#{network}"}),
            UpdateExpression="SET latest = :now, form = :form, expires = :expires",
            ConditionExpression="attribute_not_exists(latest) OR latest <= :pause OR form = :form",
            ExpressionAttributeValues=to_item(
                {
                    ":now": int(now.timestamp()),
                    ":form": form,
                    ":pause": int((now - BETWEEN_WAITS).timestamp()),
                    ":expires": int((now + BETWEEN_WAITS).timestamp()) + 1,
                }
            ),
        )

    def _get(self, key: str) -> dict[str, Any]:
        answer = self._client.get_item(TableName=self._table, Key=to_item({"key": key}), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else {}
