"""What may come in at once: no route can use up what the account has for all, and sending keeps its executions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from cli.doctor.capacity import senders
from cli.doctor.capacity.classes import IN_MAILS, PARAMETER, Class, class_of, classes
from newsletter.mail.mail_links import MailLinks
from public_site.handler import PATHS
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
SCANNED = 0.7
"""Of the readers are behind mail scanners."""
SAID = read_yaml(ROOT / "template.yaml", "template.yaml")["Parameters"]


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


def site(mails: int) -> Mapping[str, Any]:
    """The settings of the API at so many mails a second."""
    (found,) = stack(**{PARAMETER: str(mails)}).of_type("AWS::Serverless::HttpApi")
    return found.properties


def rates(mails: int) -> dict[str, float]:
    """The limit of each route but the click."""
    return {route: limits["ThrottlingRateLimit"] for route, limits in site(mails)["RouteSettings"].items()}


every_class = pytest.mark.parametrize("laid_out", classes(), ids=lambda each: str(each.mails))


def test_every_route_but_the_click_has_a_limit_of_its_own() -> None:
    routes = {f"{route.method} {route.path}" for function in stack().functions for route in function.routes}
    assert CLICK in routes
    assert routes - {CLICK} == rates(int(SAID[PARAMETER]["Default"])).keys()


@every_class
def test_every_limit_is_a_number_whatever_cloudformation_makes_of_references(laid_out: Class) -> None:
    settings = [site(laid_out.mails)["DefaultRouteSettings"], *site(laid_out.mails)["RouteSettings"].values()]
    assert {type(value) for each in settings for value in each.values()} == {int}


@every_class
def test_no_class_lets_in_less_than_the_one_below(laid_out: Class) -> None:
    below = [each for each in classes() if each.mails < laid_out.mails][-1:]
    for each in below:
        assert laid_out.limits.clicks > each.limits.clicks
        assert all(rates(laid_out.mails)[route] >= rate for route, rate in rates(each.mails).items())


@every_class
def test_all_routes_together_stay_within_what_the_account_is_said_to_need(laid_out: Class) -> None:
    """So that sign-up, leaving, clicks and console cannot take anything from each other."""
    api = site(laid_out.mails)
    together = api["DefaultRouteSettings"]["ThrottlingRateLimit"] + sum(rates(laid_out.mails).values())
    assert laid_out.limits.together == together
    for said in (SAID[PARAMETER]["Description"], (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")):
        assert f"{together:,}" in said
    bursts = [each["ThrottlingBurstLimit"] for each in (api["DefaultRouteSettings"], *api["RouteSettings"].values())]
    assert sum(bursts) <= ACCOUNT_BURST, "AWS says nobody what it makes of the burst when it raises the rate"


def test_a_new_account_takes_the_default() -> None:
    assert class_of(int(SAID[PARAMETER]["Default"])).limits.together <= ACCOUNT_RATE


@every_class
def test_clicks_and_the_pages_in_mails_take_what_scanners_ask_of_them(laid_out: Class) -> None:
    assert laid_out.limits.clicks >= laid_out.mails * SCANNED * LINKS
    assert in_mails() >= {"/unsubscribe/{token}", "/preferences/{token}/less", "/preferences/{token}/series/{sequence}"}
    for path in in_mails():
        assert rates(laid_out.mails)[f"ANY {path}"] >= 1.25 * laid_out.mails * SCANNED, path


def test_the_doctor_looks_at_the_pages_that_every_mail_links_to() -> None:
    of_steps_alone = {"/preferences/{token}/series/{sequence}"}
    assert {f"ANY {path}" for path in in_mails() - of_steps_alone} == set(IN_MAILS)


@every_class
def test_as_many_executions_send_as_the_class_needs(laid_out: Class) -> None:
    assert laid_out.senders == max(2, laid_out.mails // senders.EACH)


@pytest.mark.parametrize("folder", ["sender", "feedback"])
def test_sending_and_feedback_keep_executions_where_the_account_has_them(folder: str) -> None:
    def reserved(**parameters: str) -> Any:
        functions = stack(**parameters).of_type("AWS::Serverless::Function")
        found = next(each for each in functions if each.properties["Handler"].startswith(f"{folder}."))
        return found.properties.get("ReservedConcurrentExecutions")

    assert reserved() is None, "an account of ten refuses any reservation"
    kept = reserved(ReserveConcurrency="yes")
    largest = stack(**{PARAMETER: str(classes()[-1].mails), "ReplyDomain": "vastaa.example.com"}).function(folder)
    assert largest is not None
    assert kept >= sum(source.max_concurrency for source in largest.queues)
    said = SAID["ReserveConcurrency"]["Description"]
    together = sum(
        each.properties.get("ReservedConcurrentExecutions", 0)
        for each in stack(ReserveConcurrency="yes").of_type("AWS::Serverless::Function")
    )
    assert f"keep {together} concurrent executions" in said
    assert f"has {together + FREE} or more" in said
