"""What may come in at once: no route can use up what the account has for all, and sending keeps its executions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from cli.doctor.capacity import senders
from cli.doctor.capacity.front_door import IN_MAILS
from newsletter.mail.mail_links import MailLinks
from public_site.handler import PATHS
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.simulation.send import BESIDE_CLICKS
from tests.template.stacks import PARAMETERS, ROOT

ACCOUNT_RATE, ACCOUNT_BURST = 10_000, 5_000
"""Requests a second, and at once, that API Gateway takes of an account in a region unless more was asked for (AWS,
Amazon API Gateway quotas)."""
LINKS = 35
"""In the mail of a busy week."""
FREE = 100
"""Executions that AWS insists on leaving without a reservation (Lambda Developer Guide, reserved concurrency)."""
CLICK = "ANY /c/{token}/{link}"
SOURCE = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = read_yaml(ROOT / "template.yaml", "template.yaml")
SITE = TEMPLATE["Resources"]["Site"]["Properties"]
ROUTES: Mapping[str, Mapping[str, int]] = SITE["RouteSettings"]
CLICKS = int(TEMPLATE["Parameters"]["ClicksPerSecond"]["Default"])
MAILS_TOGETHER = 5_000 / LINKS
"""Scanned mails a second whose clicks the default takes."""


def in_mails() -> set[str]:
    """The routes of our own pages that a mail can link to. Mails that confirm are sent one by one."""
    links = MailLinks("https://letters.example", tracked=True)
    pages = [make() for name, make in links.scope().items() if name.endswith("_url") and name != "canary_url"]
    paths = {page.removeprefix("https://letters.example") for page in [*pages, links.series_url("key")]}
    shapes = {path: re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) for path, _ in PATHS}
    found = {next(shape for shape, pattern in shapes.items() if re.fullmatch(pattern, path)) for path in paths}
    return found - {"/confirm/{token}"}


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
    assert in_mails() >= {"/unsubscribe/{token}", "/preferences/{token}/less", "/preferences/{token}/series/{sequence}"}
    for path in in_mails():
        assert ROUTES[f"ANY {path}"]["ThrottlingRateLimit"] >= MAILS_TOGETHER, path


def test_pages_in_mails_take_what_scanners_ask_of_them_at_the_rate_that_the_template_names() -> None:
    """Clicks can be raised by a parameter, these cannot; so they have room beforehand."""
    mails, share = re.search(r"while (\d+) mails a second are sent, (\d+) % of them", SOURCE).groups()  # type: ignore[union-attr]
    for path in in_mails():
        assert ROUTES[f"ANY {path}"]["ThrottlingRateLimit"] >= int(mails) * int(share) / 100, path


def test_the_doctor_looks_at_the_pages_that_every_mail_links_to() -> None:
    of_steps_alone = {"/preferences/{token}/series/{sequence}"}
    assert {f"ANY {path}" for path in in_mails() - of_steps_alone} == set(IN_MAILS)


def test_the_doctor_knows_what_the_template_says_of_senders() -> None:
    parameter = TEMPLATE["Parameters"][senders.PARAMETER]
    assert parameter["MaxValue"] == senders.MOST
    each, two = senders.EACH, 2 * senders.EACH
    assert f"Two send {two:,} mails a second; one more for every {each} beyond" in parameter["Description"]


def test_the_guide_says_how_much_beside_clicks_an_account_needs() -> None:
    beside = sum(limits["ThrottlingRateLimit"] for limits in ROUTES.values())
    assert beside == BESIDE_CLICKS, "the simulation widens an account by that"
    assert f"beside clicks take {beside:,} a second" in (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")


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
