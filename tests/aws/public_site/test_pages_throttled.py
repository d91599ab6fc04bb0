"""When AWS refuses what a page shows, the page says so soon; what only counts its opening keeps nobody from it."""

from __future__ import annotations

import html

import pytest

from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.signup.confirm import SECONDS_TO_COUNT
from public_site.handler import SECONDS_FOR_AWS
from public_site.problems import BUSY_SECONDS
from tests.support.aws.throttled import everything, silent, throttled, writes
from tests.support.readers.site import Clock, link
from tests.support.readers.throttled_pages import AT_MOST, OTHER, SERIES, busy, reader_at_noon
from tests.support.stack.cloud import Cloud, link_to


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It goes on where somebody waits."""
    return reader_at_noon(cloud, monkeypatch)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/unsubscribe/{}",
        "/preferences/{}",
        "/preferences/{}/less",
        f"/preferences/{{}}/series/{SERIES}",
        "/my-data/{}",
        "/offer/{}",
        "/letter/{}",
        "/archive?lang=fi&before=2026-11-24",
        "/archive/feed.xml",
        "/archive/campaign-kevat",
        "/archive/campaign-kevat/share",
    ],
)
def test_a_page_that_cannot_be_shown_says_so(cloud: Cloud, clock: Clock, path: str, method: str) -> None:
    name = path.split("/")[1]
    purpose = LinkPurpose(name) if "{}" in path else LinkPurpose.LETTER
    token = link(purpose, mailing="m", batch="b", extra=SERIES if name == "offer" else "").rpartition("/")[2]
    shown = path.format(token)
    began = clock.now
    with throttled(everything):
        answer = cloud.http(method, shown, headers={"accept-language": "fi"})
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, str(BUSY_SECONDS))
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert (clock.now - began).total_seconds() <= SECONDS_FOR_AWS
    assert method == "HEAD" or busy(answer, "shown")
    assert method == "HEAD" or f'href="{html.escape(shown)}"' in answer["body"], "the button asks for the same page"
    assert cloud.http(method, shown)["statusCode"] in (200, 404, 410), "what AWS knows is said afterwards"


def test_the_page_with_the_button_is_there_while_its_opening_cannot_be_counted(cloud: Cloud, clock: Clock) -> None:
    path, began = link_to("confirm", cloud.mails(OTHER)[-1]), clock.now
    with throttled(writes) as refused:
        answer = cloud.http("GET", path)
    assert (answer["statusCode"], set(refused)) == (200, {"UpdateItem"})
    assert (clock.now - began).total_seconds() <= SECONDS_TO_COUNT
    with silent(writes, lambda seconds: clock.forward(seconds=seconds)):
        assert cloud.http("GET", path)["statusCode"] == 200
    assert (clock.now - began).total_seconds() <= AT_MOST
