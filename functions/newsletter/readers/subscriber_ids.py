"""Ids of subscribers, from addresses: only with the secret pepper can one be worked out from the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.readers.signup.mailbox import mailbox_of
from newsletter.readers.subscriber import subscriber_id

if TYPE_CHECKING:
    from newsletter.platform.aws.secrets_client import Secrets


class SubscriberIds:
    """Reads the pepper at the first id that is asked for."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def of(self, email: str) -> str:
        """The id of a normalised address."""
        return subscriber_id(self._secrets.pepper, email)

    def of_mailbox(self, email: str) -> str:
        """What the limits of a mailbox go by: the same for all addresses that lead to it, and no address itself."""
        return self.of(mailbox_of(email))
