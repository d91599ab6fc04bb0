"""Where the doctor looks: the stack or local cloud, what AWS says of it (asked once), and what is to be expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cli.doctor.finding import Unknown
from newsletter.sending.ses.mailer_client import FALLBACK_RATE, UNLIMITED

if TYPE_CHECKING:
    from cli.checks.stack import DeployedStack
    from cli.doctor.dns.resolver import Resolver
    from newsletter.container import Container
    from rehearsal.template.model import Stack

R = TypeVar("R")
Client = Callable[[str], Any]
"""A client of boto3 for a service that is named."""

SCANNED_WITHIN = 10
"""Seconds after the delivery within which a scanner has opened every link of a mail (as they are seen to do)."""
COUNTED = 200_000
"""Readers that are counted one by one; of more, DynamoDB's own figure is used, which is at most six hours old."""


@dataclass(frozen=True)
class Plans:
    """What the account is to take, of whose rate `rate` is this stack's share.

    `scanned` is the share of `readers` behind mail scanners, which open all `links`.
    """

    readers: int
    rate: float
    scanned: float
    links: int

    @property
    def all(self) -> str:
        """All readers, in words."""
        return f"{self.readers:,} readers" if self.readers > 1 else "1 reader"

    @property
    def visits_per_second(self) -> float:
        """At the most: a scanner opens the links of a mail within ten seconds of its delivery."""
        return min(self.rate, self.readers / SCANNED_WITHIN) * self.scanned * self.links


@dataclass(frozen=True)
class Wishes:
    """The options. Without `readers` it is about the list as it is now. `wait` is in seconds.

    `send`: mails to the simulator of SES, and test events also to a CRM with an API of its own.
    """

    readers: int | None = None
    scanned: float = 0.6
    links: int = 35
    send: bool = False
    wait: float = 120.0


class Once(Generic[R]):
    """What `make` returns or raises, the same for all threads that ask, and made by the first of them."""

    def __init__(self, make: Callable[[], R]) -> None:
        self._make, self._lock = make, Lock()
        self._made: list[R] = []
        self._failed: Exception | None = None

    def __call__(self) -> R:
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if not self._made:
                try:
                    self._made.append(self._make())
                except Exception as error:
                    self._failed = error
                    raise
            return self._made[0]

    @property
    def known(self) -> R | None:
        """What was made, without making it; None where nobody asked yet, or it failed."""
        return self._made[0] if self._made else None


class Place:
    """One per run; all checks share it, side by side."""

    def __init__(self, app: Container, client: Client, resolver: Resolver, wishes: Wishes) -> None:
        self.app, self.client, self.resolver, self.wishes = app, client, resolver, wishes
        self._plans: Once[Plans] = Once(self._read_plans)
        self._deployed: Once[DeployedStack] = Once(self._read_deployed)
        self._identity: Once[dict[str, Any]] = Once(self._read_identity)
        self._account: Once[dict[str, Any]] = Once(lambda: dict(self.client("sesv2").get_account()))
        self._template: Once[Stack] = Once(self._read_template)

    @cached_property
    def local(self) -> bool:
        """Whether it is the local cloud."""
        return self.app.settings.local

    @cached_property
    def stack(self) -> str:
        """The name of the stack, from the path of its secrets."""
        return self.app.settings.secrets_path.rpartition("/")[2]

    @cached_property
    def options(self) -> str:
        """How another command is told of the same place."""
        return "--local" if self.local else f"--stack {self.stack}"

    @property
    def domain(self) -> str:
        """The domain of the sender. Raises InvalidPublication."""
        return self.app.publication.sender.address.rpartition("@")[2].lower()

    @property
    def plans(self) -> Plans:
        """What is to come."""
        return self._plans()

    @property
    def known_plans(self) -> Plans | None:
        """What is to come, as far as a check has asked for it."""
        return self._plans.known

    @property
    def deployed(self) -> DeployedStack:
        """What CloudFormation says of the stack, which the local cloud has not."""
        return self._deployed()

    @property
    def identity(self) -> dict[str, Any]:
        """GetEmailIdentity of the sender's domain."""
        return self._identity()

    @property
    def account(self) -> dict[str, Any]:
        """GetAccount of SES."""
        return self._account()

    @property
    def template(self) -> Stack:
        """The stack as template.yaml and infra/*.yaml describe it, with this one's parameters where they are known."""
        return self._template()

    def not_local(self, what: str) -> None:
        """Raises Unknown in the local cloud, which has no `what`."""
        if self.local:
            raise Unknown(f"the local cloud has no {what}; look at a stack with --stack NAME")

    def _read_plans(self) -> Plans:
        wishes = self.wishes
        readers = wishes.readers if wishes.readers is not None else self._count_readers()
        rate = float(self.account.get("SendQuota", {}).get("MaxSendRate", FALLBACK_RATE))
        ours = self.app.settings.rate_share * (UNLIMITED if rate < 0 else max(rate, 0.1))
        return Plans(max(readers, 1), ours, wishes.scanned, wishes.links)

    def _count_readers(self) -> int:
        from newsletter.mailings.count_audience import active_recipients

        counted = list(active_recipients(self.app, at_most=COUNTED))
        if None not in counted:
            return len(counted)
        env = self.app.settings
        table = self.client("dynamodb").describe_table(TableName=env.subscribers_table)["Table"]
        indexes = {each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes", [])}
        return max(len(counted) - 1, int(indexes.get(env.mailable_index, {}).get("ItemCount", 0)))

    def _read_deployed(self) -> DeployedStack:
        from cli.checks.stack import read_stack

        self.not_local("CloudFormation")
        return read_stack(self.stack, self.client)

    def _read_identity(self) -> dict[str, Any]:
        return dict(self.client("sesv2").get_email_identity(EmailIdentity=self.domain))

    def _read_template(self) -> Stack:
        from cli.checks.stack import stack_of_environment

        return stack_of_environment(self.app.publication) if self.local else self.deployed.wanted
