"""States of the product in which somebody then does something, such as a reader whose form waits to be confirmed.

Each gives what the action in it needs: a link, a mailing, an address of a feed. Nothing goes wrong while it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.articles.article import Article
from newsletter.articles.feeds.feed_state import FeedState, Hold
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.digests.digest import week_of
from newsletter.mailings.mailing import Variant
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.shards import shard_of
from newsletter.publication.publication import Approval
from newsletter.sending.feedback.reputation_store import Breaker
from tests.support.readers.site import FORM, ID, READER, Clock, hidden, link, post, token
from tests.support.stack.cloud import BROWSER, DWELL, HOME, PUBLIC_URL, Cloud, earlier, link_to

NOON = datetime(2027, 1, 12, 11, tzinfo=UTC)
"""A Tuesday."""
HELSINKI = ZoneInfo("Europe/Helsinki")
NEW = "maija@uusi.example.com"
OURS = {"origin": PUBLIC_URL, "sec_fetch_site": "same-origin"}
"""What a browser says of a form on a page of ours."""


def press(cloud: Cloud, path: str, **fields: str | list[str]) -> dict[str, Any]:
    """Open the page and press its button, as a browser does: with what the page hides in the form."""
    with earlier(DWELL):
        page = cloud.http("GET", path, headers=BROWSER)["body"]
    sent = {name.replace("-", "_"): value for name, value in (BROWSER | {"origin": PUBLIC_URL}).items()}
    return post(cloud, path, {**(hidden(page, 0) if "<form" in page else {}), **fields}, source=HOME, **sent)


def good(answer: dict[str, Any]) -> None:
    """The page says that it is done."""
    assert answer["statusCode"] in {200, 303}, answer


def empty(_cloud: Cloud, _clock: Clock) -> None:
    """Nobody and nothing."""


def asked(cloud: Cloud, _clock: Clock) -> str:
    """A form was filled in; the link of the mail that came."""
    good(post(cloud, "/subscribe", {**FORM, "topics": "linkedin"}))
    cloud.drain()
    return link_to("confirm", cloud.mails(READER)[-1])


def reading(cloud: Cloud, clock: Clock) -> None:
    """A reader since yesterday."""
    clock.forward(days=-1)
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.drain()
    clock.forward(days=1)


def moving(cloud: Cloud, clock: Clock) -> str:
    """A reader in a sequence, who has asked for another address; the link that came there."""
    with_a_step_to_come(cloud, clock)
    good(post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW}, **OURS))
    cloud.drain()
    return link_to("confirm", cloud.mails(NEW)[-1])


def left(cloud: Cloud, clock: Clock) -> None:
    """A reader who left an hour ago."""
    reading(cloud, clock)
    good(press(cloud, link(LinkPurpose.UNSUBSCRIBE)))
    cloud.drain()
    clock.forward(hours=1)


def offered(cloud: Cloud, clock: Clock) -> str:
    """A reader with an offer before them."""
    reading(cloud, clock)
    return link(LinkPurpose.OFFER, mailing="welcome", extra="sparraus")


def linked(cloud: Cloud, clock: Clock) -> str:
    """A reader with a link to an article."""
    reading(cloud, clock)
    app.mailings.put_variant("m", Variant("fi", "", "", "", ()), [("abc", "https://blog.example.com/a")])
    return f"/c/{token(LinkPurpose.CLICK, mailing='m', batch='b', position=0)}/abc"


def with_a_step_to_come(cloud: Cloud, clock: Clock) -> None:
    """A reader who took up the offer four days ago, so that a step of its sequence is due."""
    path = offered(cloud, clock)
    clock.forward(days=-4)
    good(press(cloud, path))
    assert cloud.drain() == []
    clock.forward(days=4)


def published(cloud: Cloud, clock: Clock) -> str:
    """A reader and an article; the week."""
    reading(cloud, clock)
    url = "https://blog.example.com/a"
    article = Article("a", url, "Kirjoitus", "", ("linkedin",), (), "fi", "", "", None, clock.now - timedelta(hours=9))
    app.articles.put(article)
    return week_of(clock.now, HELSINKI)


def with_a_campaign(cloud: Cloud, clock: Clock) -> str:
    """A reader, and a campaign that is being sent; nothing of it is planned yet."""
    reading(cloud, clock)
    mailing = campaign(clock)
    cloud.messages("PlanQueue")
    clock.forward(minutes=1)
    return mailing


def with_a_paused_campaign(cloud: Cloud, clock: Clock) -> str:
    """The same, paused."""
    mailing = with_a_campaign(cloud, clock)
    pause_mailing(mailing, app, by="Maija", now=clock.now)
    clock.forward(minutes=1)
    return mailing


def with_a_waiting_campaign(cloud: Cloud, clock: Clock) -> str:
    """The same, waiting for the quota of SES, and it is time to look again."""
    mailing = with_a_campaign(cloud, clock)
    status = app.statuses.status(mailing)
    assert status is not None
    assert app.statuses.compare_and_set(
        mailing, status, MailingStatus(MailingState.WAITING, clock.now, "quota", until=clock.now)
    )
    clock.forward(minutes=1)
    return mailing


def with_a_pilot(cloud: Cloud, clock: Clock) -> str:
    """The same, with its pilot sent and watched for long enough."""
    mailing = with_a_campaign(cloud, clock)
    status = app.statuses.status(mailing)
    assert status is not None
    pilot = MailingStatus(
        MailingState.PILOT, clock.now, until=clock.now + timedelta(minutes=1), pilot_shards=shard_of(ID)
    )
    assert app.statuses.compare_and_set(mailing, status, replace(pilot, needs_requeue=True))
    cloud.run("nurture", clock.now)
    cloud.drain()
    clock.forward(minutes=2)
    return mailing


def with_a_sent_campaign(cloud: Cloud, clock: Clock) -> str:
    """The same, sent to its end."""
    reading(cloud, clock)
    mailing = campaign(clock)
    cloud.drain()
    clock.forward(minutes=1)
    return mailing


def awaiting_approval(cloud: Cloud, clock: Clock) -> str:
    """A digest that waits for marketing's yes; its period."""
    week = published(cloud, clock)
    with approval():
        cloud.run("planner", clock.now)
    cloud.drain()
    clock.forward(minutes=1)
    return week


def mailed(cloud: Cloud, clock: Clock) -> str:
    """A reader with a mail of ours; its id."""
    reading(cloud, clock)
    return cloud.mails(READER)[-1].id


def with_an_open_breaker(_cloud: Cloud, clock: Clock) -> None:
    """The breaker is open."""
    assert app.reputation.open(Breaker(clock.now, "too many bounces"))


def with_a_held_feed(_cloud: Cloud, _clock: Clock) -> str:
    """A feed that is held; its address."""
    feed = "https://blog.example.com/feed"
    first, since = datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2027, 1, 12, 6, tzinfo=UTC)
    assert app.feed_states.put(feed, FeedState(first_fetched_at=first, hold=Hold(since, "it changed")))
    return feed


def campaign(clock: Clock) -> str:
    """Start the campaign; its mailing."""
    return start_campaign(Campaign("kevat", "Kevät", "Hei!", "fi"), app, now=clock.now).mailing.id


@contextmanager
def approval() -> Iterator[None]:
    """Meanwhile the publication has its digests approved."""
    templates = app.templates
    before = templates.publication
    digest = replace(before.digest, approval=Approval(timedelta(days=1), then_send=True))
    templates.__dict__["publication"] = replace(before, digest=digest)
    try:
        yield
    finally:
        templates.__dict__["publication"] = before
