"""What the API and the pages need of a running local cloud."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Protocol

from rehearsal.aws.backends import Backends
from rehearsal.clock import Clock
from rehearsal.lambda_.log_groups import LogGroups
from rehearsal.lambda_.pollers import Pollers
from rehearsal.lambda_.runtime import Functions
from rehearsal.limits.front_door import FrontDoor
from rehearsal.playing import Moved, Run
from rehearsal.ses.fake import FakeSes
from rehearsal.ses.receiving.receiver import Receiver
from rehearsal.site.crm import Crm
from rehearsal.site.http_api import Router
from rehearsal.site.oidc import Issuer
from rehearsal.template.model import Stack


class Cloud(Protocol):
    """A local cloud, as far as its doors look."""

    url: str
    port: int
    environment: dict[str, str]
    ready: threading.Event
    clock: Clock
    stack: Stack
    functions: Functions
    pollers: Pollers
    backends: Backends
    router: Router
    front_door: FrontDoor
    log_groups: LogGroups
    ses: FakeSes
    receiver: Receiver
    crm: Crm
    issuer: Issuer

    @property
    def started_at(self) -> datetime:
        """When it was started."""

    @property
    def blog_time(self) -> datetime:
        """The present of the sample blog."""

    def run(self, function: str, now: str | None = None, *, wait: bool = True) -> Run:
        """Run a scheduled function."""

    def move_clock(self, now: object) -> Moved:
        """Move the clock, or bring the computer's back."""

    def retry_now(self) -> int:
        """Deliver what waits for its next try."""
