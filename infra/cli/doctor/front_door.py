"""Whether API Gateway lets in what mail scanners open after a mailing: it answers the rest 429, in words of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.doctor.finding import Client, Finding, Level, Plans

CHECK = "API Gateway"
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
RIGHTS = "allow cloudformation:DescribeStackResource and apigateway:GET to whoever runs this"


@dataclass(frozen=True)
class Limits:
    """Requests a second: clicks, the narrowest of the pages in mails, all routes but the click, and the account."""

    clicks: float
    pages: float
    beside: float
    account: float


def look(plans: Plans, client: Client) -> Iterator[Finding]:
    """One finding. The local cloud lets everybody in."""
    from newsletter.container import app

    if app.settings.local:
        yield Finding(Level.UNKNOWN, CHECK, "the local cloud lets everybody in; look at the account with --stack NAME")
        return
    try:
        found = _limits(app.settings.secrets_path.rpartition("/")[2], client)
    except (ClientError, BotoCoreError) as error:
        yield Finding(Level.UNKNOWN, CHECK, f"not looked at: {error}", RIGHTS)
        return
    yield judge(found, plans)


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
    return Finding(Level.WARNING if mend else Level.WELL, CHECK, said, "; ".join(mend))


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
