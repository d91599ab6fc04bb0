"""A reader takes another address while a mailing is being planned: it comes to one of the two, and the next one too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.digests.digest import WEEK, digest_id, week_of
from newsletter.mailings.status import MailingState
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.shards import shard_of
from newsletter.publication.sending_limits import pilot_shards
from newsletter.readers.subscriber import Status
from tests.support.readers.site import post
from tests.support.stack.cloud import Cloud, link_to

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _pilots(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mailing to more than one reader has a pilot."""
    assert cloud.mails() == []
    publication = app.templates.publication
    careful = replace(publication, sending_limits=replace(publication.sending_limits, pilot_above=1))
    monkeypatch.setitem(app.templates.__dict__, "publication", careful)


def digest(cloud: Cloud) -> None:
    app.articles.put(Article("uusi", "https://b.example/uusi", "uusi", "", (), (), "fi", "", "", None, NOW))
    assert cloud.run("planner", NOW + timedelta(hours=1))["weekly"]["decision"] == "started"


def campaign(_: Cloud) -> None:
    start_campaign(Campaign("kevat", "Kevät", "Hei!", "fi"), app, now=NOW)


STARTS = [
    (digest, digest_id(week_of(NOW + timedelta(hours=1), ZoneInfo("Europe/Helsinki")))),
    (campaign, "campaign-kevat"),
]


def address(mailing: str, name: str, *, in_pilot: bool) -> str:
    """An address that is, or is not, in the pilot of the mailing."""
    pilot = pilot_shards(mailing, 3, app.publication.sending_limits)
    found = (f"{name}{number}@example.com" for number in count())
    return next(each for each in found if (shard_of(app.ids.of(each)) in pilot) is in_pilot)


def move(cloud: Cloud, old: str, new: str) -> None:
    path = f"/preferences/{app.links.token(LinkPurpose.PREFERENCES, LinkClaims(app.ids.of(old)))}"
    assert post(cloud, path, {"new_email": new})["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(new)[-1]))["statusCode"] == 200
    cloud.drain()
    reader = app.subscribers.get(app.ids.of(new))
    assert reader is not None
    assert reader.status is Status.ACTIVE


def got(cloud: Cloud, mailing: str, *addresses: str) -> list[str]:
    return sorted(mail.to[0] for mail in cloud.mails() if mail.tags["mailing"] == mailing and mail.to[0] in addresses)


def begin(cloud: Cloud, start: Callable[[Cloud], None], mailing: str, *readers: str) -> None:
    """Start the mailing; its pilot has gone out."""
    for reader in readers:
        cloud.subscribe(reader)
    start(cloud)
    cloud.drain()
    stored = app.mailings.get(mailing)
    assert stored is not None
    assert stored.status.state is MailingState.PILOT


def finish(cloud: Cloud, mailing: str) -> None:
    resume_mailing(mailing, app, by="test", now=app.now())
    cloud.drain()


@pytest.mark.parametrize(("start", "mailing"), STARTS)
def test_what_the_old_address_got_does_not_come_to_the_new_one(
    cloud: Cloud, start: Callable[[Cloud], None], mailing: str
) -> None:
    old, other = address(mailing, "vanha", in_pilot=True), address(mailing, "muu", in_pilot=False)
    new, third = address(mailing, "uusi", in_pilot=False), address(mailing, "kolmas", in_pilot=False)
    begin(cloud, start, mailing, old, other)
    assert got(cloud, mailing, old, new, other) == [old]
    move(cloud, old, new)
    move(cloud, new, third)
    finish(cloud, mailing)
    assert got(cloud, mailing, old, new, third, other) == sorted([old, other])


@pytest.mark.parametrize(("start", "mailing"), STARTS)
def test_what_was_not_planned_for_the_old_address_comes_to_the_new_one(
    cloud: Cloud, start: Callable[[Cloud], None], mailing: str
) -> None:
    old, new = address(mailing, "vanha", in_pilot=False), address(mailing, "uusi", in_pilot=False)
    begin(cloud, start, mailing, old, address(mailing, "muu", in_pilot=True))
    move(cloud, old, new)
    finish(cloud, mailing)
    assert got(cloud, mailing, old, new) == [new]


def test_the_digest_after_it_comes_to_the_new_address_without_what_the_old_one_got(cloud: Cloud) -> None:
    mailing = STARTS[0][1]
    old, new = address(mailing, "vanha", in_pilot=True), address(mailing, "uusi", in_pilot=False)
    begin(cloud, digest, mailing, old, address(mailing, "muu", in_pilot=False))
    move(cloud, old, new)
    finish(cloud, mailing)
    at = NOW + WEEK
    app.articles.put(Article("seuraava", "https://b.example/seuraava", "seuraava", "", (), (), "fi", "", "", None, at))
    at += timedelta(hours=1)
    assert cloud.run("planner", at)["weekly"]["decision"] == "started"
    cloud.drain()
    following = digest_id(week_of(at, app.publication.time_zone))
    finish(cloud, following)
    (mail,) = [mail for mail in cloud.mails(new) if mail.tags["mailing"] == following]
    assert "b.example/seuraava" in (mail.text or "") or "seuraava" in mail.subject
    assert "uusi" not in mail.subject
