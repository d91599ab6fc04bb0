"""The sending quota of the SES account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@dataclass(frozen=True)
class Quota:
    """Recipients in 24 hours: the limit `most` (None: no limit), and those `used`."""

    most: int | None
    used: int

    @property
    def has_room(self) -> bool:
        """Whether at least 5 % of the quota is free. It frees up little by little, so less is not worth resuming."""
        return self.most is None or self.most - self.used >= max(self.most // 20, 1)


class Account:
    """Reads the account with GetAccount."""

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def quota(self) -> Quota:
        """The quota of the last 24 hours, which move with the clock (AWS: GetAccount; -1 is no limit)."""
        quota = self._client.get_account().get("SendQuota", {})
        most = int(quota.get("Max24HourSend", -1))
        return Quota(None if most < 0 else most, int(quota.get("SentLast24Hours", 0)))
