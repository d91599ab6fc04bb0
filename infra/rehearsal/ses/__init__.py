"""A strict stand-in for Amazon SES v2 behind the real boto3 client: what SES would refuse is refused here."""

from __future__ import annotations

from rehearsal.ses.fake import FakeSes
from rehearsal.ses.faults import Faults
from rehearsal.ses.message.mail import Mail, Mailbox
from rehearsal.ses.settings import ConfigurationSet, EventDestination, SesSettings

__all__ = ["ConfigurationSet", "EventDestination", "FakeSes", "Faults", "Mail", "Mailbox", "SesSettings"]
