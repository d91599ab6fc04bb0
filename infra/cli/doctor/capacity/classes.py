"""What template.yaml lets in and how many executions it lets send, for each value of the parameter MailsPerSecond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cli.target import REPOSITORY
from rehearsal.template.cloudformation import Account, Template, read_yaml

PARAMETER = "MailsPerSecond"
API = "Site"
"""The HTTP API of template.yaml."""
IN_MAILS = (
    "ANY /letter/{token}",
    "ANY /offer/{token}",
    "ANY /preferences/{token}",
    "ANY /preferences/{token}/less",
    "ANY /unsubscribe/{token}",
)
"""Pages of ours that every mail links to: a scanner opens each of them once."""


@dataclass(frozen=True)
class Limits:
    """Requests a second: clicks, the narrowest of the pages in mails, and all routes but the click together."""

    clicks: float
    pages: float
    beside: float

    @property
    def together(self) -> float:
        """What the account needs, so that no route can take another's place."""
        return self.clicks + self.beside


@dataclass(frozen=True)
class Class:
    """The stack at `mails` a second, which so many `senders` send."""

    mails: int
    limits: Limits
    senders: int


def limits_of(api: Mapping[str, Any]) -> Limits:
    """What the settings of an API's routes say: as the template has them, or as API Gateway tells them of a stage."""
    clicks = _rate(api["DefaultRouteSettings"])
    routes = {route: _rate(each) for route, each in api.get("RouteSettings", {}).items()}
    return Limits(clicks, min(routes.get(route, clicks) for route in IN_MAILS), sum(routes.values()))


@cache
def classes() -> tuple[Class, ...]:
    """Every value that the parameter takes, from the smallest."""
    said = read_yaml(REPOSITORY / "template.yaml", "template.yaml")["Parameters"]
    needed = {name: "https://x" for name, about in said.items() if "Default" not in about}
    needed |= {"SenderDomain": "example.com", "OidcIssuer": "https://x", "OidcAudience": "x"}  # of no weight here
    return tuple(_class(mails, needed) for mails in sorted(map(int, said[PARAMETER]["AllowedValues"])))


def class_of(rate: float) -> Class:
    """The smallest that mails a second need; the largest there is for more."""
    return next((each for each in classes() if each.mails >= rate), classes()[-1])


def _class(mails: int, needed: Mapping[str, str]) -> Class:
    account = Account("newsletter", "eu-north-1", "123456789012")
    template = Template(REPOSITORY, "template.yaml", {**needed, PARAMETER: str(mails)}, account)
    events = template.resource("Sender").properties["Events"]
    senders = int(events["Batches"]["Properties"]["ScalingConfig"]["MaximumConcurrency"])
    return Class(mails, limits_of(template.resource(API).properties), senders)


def _rate(settings: Mapping[str, float]) -> float:
    return float(settings.get("ThrottlingRateLimit", float("inf")))
