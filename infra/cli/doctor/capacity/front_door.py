"""Whether API Gateway lets in what mail scanners open after a mailing: it answers the rest 429, in words of its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from cli.doctor.finding import Finding, fine, warning
from cli.doctor.place import Client, Place, Plans

API, STAGE = "Site", "$default"
"""The HTTP API of template.yaml, and the stage that SAM makes for it."""
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
    """Requests a second: clicks, the narrowest of the pages in mails, all routes but the click, and the account."""

    clicks: float
    pages: float
    beside: float
    account: float


def look(place: Place) -> Finding:
    """The limits of the stack's API and of the account. The local cloud lets everybody in."""
    place.not_local("limit of requests")
    return judge(_limits(place.stack, place.client), place.plans)


def judge(limits: Limits, plans: Plans) -> Finding:
    """What the limits mean for a mailing to all readers."""
    visits = plans.visits_per_second
    mails = visits / plans.links
    said = (
        f"{limits.clicks:,.0f} clicks a second are let in, {limits.pages:,.0f} requests to each page of ours in mails, "
        f"and {limits.account:,.0f} of the account; a mailing to {plans.all} at {plans.rate:g} a second "
        f"brings up to {visits:,.0f} visits"
    )
    mend = []
    if visits > limits.clicks:
        mend.append(f"deploy with ClicksPerSecond={100 * ceil(visits / 100)} or more")
    if mails > limits.pages:
        mend.append(f"give the pages of ours that mails link to {100 * ceil(mails / 100):,} a second in template.yaml")
    needed = max(visits, limits.clicks) + limits.beside
    if needed > limits.account:
        mend.append(
            f"ask AWS for {1_000 * ceil(needed / 1_000):,} requests a second first (Service Quotas, API Gateway, "
            '"Throttle rate"), or clicks take the place of people who leave'
        )
    return warning(said, "; ".join(mend)) if mend else fine(said)


def _limits(stack: str, client: Client) -> Limits:
    detail = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=API)
    api = detail["StackResourceDetail"]["PhysicalResourceId"]
    stage: Any = client("apigatewayv2").get_stage(ApiId=api, StageName=STAGE)
    clicks = _rate(stage["DefaultRouteSettings"])
    routes = {route: _rate(settings) for route, settings in stage.get("RouteSettings", {}).items()}
    account = client("apigateway").get_account()["throttleSettings"]["rateLimit"]
    return Limits(clicks, min(routes.get(route, clicks) for route in IN_MAILS), sum(routes.values()), float(account))


def _rate(settings: Any) -> float:
    return float(settings.get("ThrottlingRateLimit", float("inf")))
