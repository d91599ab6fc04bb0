"""What caches may share is the same for everybody; nothing of a reader may stay in one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.signup.limits_store import ATTACK_TRUSTED
from public_site.handler import PATHS
from public_site.sign_up_form import MAX_AGE
from tests.support.aws.throttled import everything, throttled
from tests.support.readers.site import READER, Clock, heading, link, post, text
from tests.support.stack.cloud import Cloud

SHARED = {
    "/subscribe": 60,
    "/archive": 300,
    "/archive/feed.xml": 300,
    "/altcha.js": 3600,
}
"""Seconds for which caches may keep an answer to GET."""


def caching(cloud: Cloud, path: str) -> str:
    return str(cloud.http("GET", path)["headers"]["Cache-Control"])


@pytest.mark.parametrize("path", SHARED)
def test_what_is_the_same_for_everybody_may_be_kept_by_a_cache(cloud: Cloud, path: str) -> None:
    assert caching(cloud, path) == f"public, max-age={SHARED[path]}"


def test_nothing_behind_a_token_is_ever_kept(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    purposes = {path.split("/")[1]: path for path, _ in PATHS if "{token}" in path}
    assert purposes.keys() >= {"confirm", "preferences", "unsubscribe", "my-data", "c", "offer", "letter"}
    for path, _ in PATHS:
        if "{token}" not in path:
            continue
        name = path.split("/")[1]
        purpose = LinkPurpose.CLICK if name == "c" else LinkPurpose(name)
        good = link(purpose, mailing="m", batch="b", extra="sparraus").rpartition("/")[2]
        for token in (good, "forged"):
            shown = path.replace("{token}", token).replace("{link}", "k")
            assert caching(cloud, shown) == "no-store", shown
            assert post(cloud, shown, {})["headers"]["Cache-Control"] == "no-store", shown


def test_a_form_with_an_address_in_it_is_nobody_elses(cloud: Cloud) -> None:
    assert caching(cloud, f"/subscribe?email={READER}") == "no-store"


def test_a_form_with_a_proof_of_work_is_for_one_reader(cloud: Cloud) -> None:
    now = app.now()
    app.sign_up_limits.start_attack_mode(now + MAX_AGE, now)
    assert caching(cloud, "/subscribe") == "no-store"


def test_the_form_is_there_while_tables_are_throttled(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert cloud.http("GET", "/subscribe")["statusCode"] == 200  # the function has its secrets
    clock.forward(seconds=2 * ATTACK_TRUSTED.total_seconds())
    with throttled(everything):
        answer = cloud.http("GET", "/subscribe?lang=fi")
    assert (answer["statusCode"], heading(answer)) == (200, text("subscribe.heading"))
