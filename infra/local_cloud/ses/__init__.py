"""A strict stand-in for Amazon SES v2 behind the real boto3 client: what SES would refuse is refused here."""

from __future__ import annotations

from .fake import FakeSes
from .faults import Faults
from .mail import Mail, Mailbox
from .settings import ConfigurationSet, EventDestination, SesSettings

__all__ = ["ConfigurationSet", "EventDestination", "FakeSes", "Faults", "Mail", "Mailbox", "SesSettings"]
