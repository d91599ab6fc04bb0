"""SES's own list of addresses that bounced or whose owners complained: it takes mail to them, and never sends it."""

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
    """An address on the list: why (BOUNCE or COMPLAINT), and since when."""

    reason: str
    since: datetime


class SuppressionList:
    """The account's list in the stack's region (AWS: sending-email-suppression-list).

    SES compares addresses without regard to case when it sends, but here only an address spelled as it stands on the
    list is found; ours are in lower case, as we mail them.
    """

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def entry(self, address: str) -> Suppressed | None:
        """What the list says of the address, if it is there. Raises botocore's errors."""
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
