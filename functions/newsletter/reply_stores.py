"""The parts of the container that receive answers to mails.

Apart from the other parts only to keep the files short; nobody else than stores.py imports this module.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.platform.aws import clients as aws
from newsletter.platform.errors import NotFound
from newsletter.reader_stores import ReaderStores

if TYPE_CHECKING:
    from newsletter.publication.feedback.replies import Replies as ReplySettings
    from newsletter.replies.addresses import ReplyAddresses
    from newsletter.replies.mailing_codes_store import MailingCodes
    from newsletter.replies.reader_replies_store import ReaderReplies
    from newsletter.replies.receiving.handled_replies_store import HandledReplies
    from newsletter.replies.receiving.received_mails_client import ReceivedMails
    from newsletter.replies.replies_store import Replies


class ReplyStores(ReaderStores):
    """Addresses that readers answer to, and what is kept of their answers. What each keeps is said at its class."""

    @property
    def reply_settings(self) -> ReplySettings:
        """The table [replies]. Raises NotFound where the publication has none."""
        if self.publication.replies is None:
            raise NotFound("the table [replies] in publication.toml")
        return self.publication.replies

    @cached_property
    def reply_addresses(self) -> ReplyAddresses | None:
        """Addresses to answer to and to leave by; None where the publication or the stack receives no answers."""
        from newsletter.replies.addresses import ReplyAddresses

        replies = self.publication.replies
        if replies is None or not self.settings.reply_queue:
            return None
        return ReplyAddresses(replies.domain, self.secrets.link_keys)

    @cached_property
    def received_mails(self) -> ReceivedMails:
        """Raw mails that SES received."""
        from newsletter.replies.receiving.received_mails_client import ReceivedMails

        return ReceivedMails(aws.client("s3"), self.settings.reply_bucket)

    @cached_property
    def replies(self) -> Replies:
        """Received mails, and what came of each."""
        from newsletter.replies.replies_store import Replies

        return Replies(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def mailing_codes(self) -> MailingCodes:
        """Which mailings the addresses that readers answer to are about."""
        from newsletter.replies.mailing_codes_store import MailingCodes

        return MailingCodes(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def handled_replies(self) -> HandledReplies:
        """Received mails that were handled already."""
        from newsletter.replies.receiving.handled_replies_store import HandledReplies

        return HandledReplies(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def reader_replies(self) -> ReaderReplies:
        """Answers, under the ids of those who wrote them."""
        from newsletter.replies.reader_replies_store import ReaderReplies

        env = self.settings
        return ReaderReplies(aws.client("dynamodb"), env.subscribers_table, self.publication.retention.clicks)
