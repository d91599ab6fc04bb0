"""SES's suppression list: addresses that bounced or complained. SES accepts mail to them and does not send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

BOUNCE = "BOUNCE"
COMPLAINT = "COMPLAINT"


@dataclass(frozen=True)
class Suppressed:
    """An entry of the list: why (BOUNCE or COMPLAINT), and since when."""

    reason: str
    since: datetime


class SuppressionList:
    """The account's list in the stack's region (AWS: sending-email-suppression-list).

    When it sends, SES ignores the case of addresses, but this API only finds an address that is spelled as on the
    list; we use lower case here and when we send.
    """

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def entry(self, address: str) -> Suppressed | None:
        """The address's entry, or None. Raises botocore's errors."""
        try:
            found = self._client.get_suppressed_destination(EmailAddress=address)["SuppressedDestination"]
        except self._client.exceptions.NotFoundException:
            return None
        return Suppressed(found["Reason"], found["LastUpdateTime"].astimezone(UTC))

    def remove(self, address: str) -> bool:
        """Take the address off the list; False when it was not there. Raises botocore's errors."""
        try:
            self._client.delete_suppressed_destination(EmailAddress=address)
        except self._client.exceptions.NotFoundException:
            return False
        return True
