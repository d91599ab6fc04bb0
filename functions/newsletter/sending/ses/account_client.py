"""What SES says of our account: how much may still be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


@dataclass(frozen=True)
class Quota:
    """Recipients in 24 hours: the most, and those used up. `most` is None where SES sets no limit."""

    most: int | None
    used: int

    @property
    def has_room(self) -> bool:
        """Whether a twentieth of the quota is free, so that going on is worth it: it frees itself little by little."""
        return self.most is None or self.most - self.used >= max(self.most // 20, 1)


class Account:
    """GetAccount."""

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def quota(self) -> Quota:
        """The quota of the last 24 hours, which move with the clock (AWS: GetAccount; -1 is no limit)."""
        quota = self._client.get_account().get("SendQuota", {})
        most = int(quota.get("Max24HourSend", -1))
        return Quota(None if most < 0 else most, int(quota.get("SentLast24Hours", 0)))
