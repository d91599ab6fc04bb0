"""Ids of subscribers, worked out from their addresses with a secret, the pepper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.readers.signup.mailbox import mailbox_of
from newsletter.readers.subscriber import subscriber_id

if TYPE_CHECKING:
    from newsletter.platform.aws.secrets_client import Secrets


class SubscriberIds:
    """Makes ids; the pepper is read when the first one is needed."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def of(self, email: str) -> str:
        """The id of a normalised address."""
        return subscriber_id(self._secrets.pepper, email)

    def of_mailbox(self, email: str) -> str:
        """The id of the mailbox, by which mails are limited: the same for all addresses that lead to it."""
        return self.of(mailbox_of(email))
