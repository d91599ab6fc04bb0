"""What may come in at once: no route can use up what the account has for all, and sending keeps its executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.template.stacks import PARAMETERS, ROOT

ACCOUNT_RATE, ACCOUNT_BURST = 10_000, 5_000
"""Requests a second, and at once, that API Gateway takes of an account in a region unless more was asked for (AWS,
Amazon API Gateway quotas)."""
LINKS = 35
"""In the mail of a busy week."""
FREE = 100
"""Executions that AWS insists on leaving without a reservation (Lambda Developer Guide, reserved concurrency)."""
CLICK = "ANY /c/{token}/{link}"
TEMPLATE = read_yaml(ROOT / "template.yaml", "template.yaml")
SITE = TEMPLATE["Resources"]["Site"]["Properties"]
ROUTES: Mapping[str, Mapping[str, int]] = SITE["RouteSettings"]
CLICKS = int(TEMPLATE["Parameters"]["ClicksPerSecond"]["Default"])
IN_MAILS = ("/preferences/{token}", "/unsubscribe/{token}", "/offer/{token}", "/letter/{token}")


def stack(**parameters: str) -> Stack:
    return load_stack(ROOT, {**PARAMETERS, **parameters})


def test_every_route_but_the_click_has_a_limit_of_its_own() -> None:
    routes = {f"{route.method} {route.path}" for function in stack().functions for route in function.routes}
    assert routes - {CLICK} == ROUTES.keys()
    assert CLICK in routes
    assert SITE["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "ClicksPerSecond"}


def test_all_routes_together_stay_within_the_account() -> None:
    """So that sign-up, leaving, clicks and console cannot take anything from each other."""
    assert CLICKS + sum(limits["ThrottlingRateLimit"] for limits in ROUTES.values()) <= ACCOUNT_RATE
    burst = SITE["DefaultRouteSettings"]["ThrottlingBurstLimit"]
    assert burst + sum(limits["ThrottlingBurstLimit"] for limits in ROUTES.values()) <= ACCOUNT_BURST


def test_the_default_takes_five_thousand_clicks_and_what_else_those_mails_link_to() -> None:
    assert CLICKS >= 5_000
    for path in IN_MAILS:
        assert ROUTES[f"ANY {path}"]["ThrottlingRateLimit"] >= CLICKS / LINKS


@pytest.mark.parametrize("folder", ["sender", "feedback"])
def test_sending_and_feedback_keep_executions_where_the_account_has_them(folder: str) -> None:
    def reserved(**parameters: str) -> Any:
        functions = stack(**parameters).of_type("AWS::Serverless::Function")
        found = next(each for each in functions if each.properties["Handler"].startswith(f"{folder}."))
        return found.properties.get("ReservedConcurrentExecutions")

    function = stack().function(folder)
    assert function is not None
    assert reserved() is None, "an account of ten refuses any reservation"
    kept = reserved(ReserveConcurrency="yes")
    assert kept >= sum(source.max_concurrency for source in function.queues)
    said = TEMPLATE["Parameters"]["ReserveConcurrency"]["Description"]
    together = sum(
        each.properties.get("ReservedConcurrentExecutions", 0)
        for each in stack(ReserveConcurrency="yes").of_type("AWS::Serverless::Function")
    )
    assert f"keep {together} concurrent executions" in said
    assert f"has {together + FREE} or more" in said
