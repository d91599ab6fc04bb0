"""What readers followed in their mails, kept as evidence for as long as the publication says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from newsletter.adapters.items import to_item
from newsletter.domain.lead import Evidence
from newsletter.domain.times import iso


class Clicks:
    """One item per click in the Subscribers table; each expires after `life`."""

    def __init__(self, client: Any, table: str, life: timedelta) -> None:
        self._client = client
        self._table = table
        self._life = life

    def add(self, subscriber: str, mailing: str, link: str, evidence: Evidence, now: datetime) -> None:
        """Keep a click. A second click on the link within the same millisecond is the same click."""
        moment = f"{iso(now)[:-1]}.{now.microsecond // 1000:03}Z"
        self._client.put_item(
            TableName=self._table,
            Item=to_item(
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
                    "expires": int((now + self._life).timestamp()),
                }
            ),
        )
