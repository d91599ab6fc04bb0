"""Whether API Gateway lets in what mail scanners open after a mailing: it answers the rest 429, in words of its own."""

from __future__ import annotations

from math import ceil
from typing import Any

from cli.doctor.capacity.classes import API, PARAMETER, Limits, classes, limits_of
from cli.doctor.finding import Finding, fine, warning
from cli.doctor.place import Client, Place, Plans

STAGE = "$default"
"""The stage that SAM makes for the API."""


def look(place: Place) -> Finding:
    """The limits of the stack's API and of the account. The local cloud lets everybody in."""
    place.not_local("limit of requests")
    return judge(_limits(place.stack, place.client), _account(place.client), place.plans)


def judge(limits: Limits, account: float, plans: Plans) -> Finding:
    """What the limits, and those of the account in requests a second, mean for a mailing to all readers."""
    visits = plans.visits_per_second
    mails = visits / plans.links
    said = (
        f"{limits.clicks:,.0f} clicks a second are let in, {limits.pages:,.0f} requests to each page of ours in mails, "
        f"and {account:,.0f} of the account; a mailing to {plans.all} at {plans.rate:g} a second "
        f"brings up to {visits:,.0f} visits"
    )
    mend, needed = [], limits.together
    if visits > limits.clicks or mails > limits.pages:
        wide = [each for each in classes() if each.limits.clicks >= visits and each.limits.pages >= mails]
        best = wide[0] if wide else classes()[-1]
        needed = max(needed, best.limits.together)
        mend.append(f"deploy with {PARAMETER}={best.mails}" + ("" if wide else ", the most that template.yaml has"))
    if needed > account:
        mend.append(
            f"ask AWS for {1_000 * ceil(needed / 1_000):,} requests a second first (Service Quotas, API Gateway, "
            '"Throttle rate"), or clicks take the place of people who leave'
        )
    return warning(said, "; ".join(mend)) if mend else fine(said)


def _limits(stack: str, client: Client) -> Limits:
    detail = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=API)
    api = detail["StackResourceDetail"]["PhysicalResourceId"]
    stage: Any = client("apigatewayv2").get_stage(ApiId=api, StageName=STAGE)
    return limits_of(stage)


def _account(client: Client) -> float:
    return float(client("apigateway").get_account()["throttleSettings"]["rateLimit"])
