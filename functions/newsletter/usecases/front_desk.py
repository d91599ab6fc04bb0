"""Everything that a reader's request may need; built once per container by wiring.py."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.adapters.clicks import Clicks
from newsletter.adapters.consents import Consents
from newsletter.adapters.content import Content
from newsletter.adapters.deliveries import Deliveries
from newsletter.adapters.enrollments import Enrollments
from newsletter.adapters.leads import Leads
from newsletter.adapters.limits import Limits
from newsletter.adapters.presses import Presses
from newsletter.adapters.queues import Queues
from newsletter.adapters.secrets import Secrets
from newsletter.adapters.sign_ups import SignUps
from newsletter.adapters.subscribers import Subscribers
from newsletter.domain.mailbox import mailbox_of
from newsletter.domain.publication import Publication
from newsletter.domain.subscriber import subscriber_id


@dataclass(frozen=True)
class FrontDesk:
    """The adapters behind the public pages. `allow_test_domains` admits addresses such as a@b.test (local cloud)."""

    publication: Publication
    subscribers: Subscribers
    sign_ups: SignUps
    consents: Consents
    clicks: Clicks
    enrollments: Enrollments
    content: Content
    deliveries: Deliveries
    leads: Leads
    limits: Limits
    presses: Presses
    queues: Queues
    secrets: Secrets
    allow_test_domains: bool = False

    def id_of(self, email: str) -> str:
        """The id of a normalised address."""
        return subscriber_id(self.secrets.pepper, email)

    def mailbox_id(self, email: str) -> str:
        """What the limits of a mailbox go by: the same for all addresses that lead to it, and like an id no address."""
        return self.id_of(mailbox_of(email))
