"""Every run of the digest leaves a record of what it did and why; and a run that dies is made up for."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from newsletter.articles.article import Article
from newsletter.articles.feeds.feed_state import Failure, FeedState, Hold
from newsletter.container import app
from newsletter.mailings.digests.digest import WEEK, digest_id, week_of
from newsletter.mailings.status import MailingState
from newsletter.platform.messages import PlanPage, from_json
from newsletter.platform.shards import SHARDS
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, subscriber_id
from newsletter.sending.feedback.reputation_store import Breaker
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime(2027, 1, 12, 6, tzinfo=UTC)
PERIOD = week_of(NOW, ZoneInfo("Europe/Helsinki"))
FEED = "https://www.sanaharju.example/blogi/feed.xml"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALL = "botocore.client.BaseClient._make_api_call"


@pytest.fixture(autouse=True)
def _fed(cloud: Cloud) -> None:
    """Two readers, of whom one follows LinkedIn alone, and a feed that was read an hour ago."""
    assert cloud.stack is not None
    join("kaikki@example.com")
    join("linkedin@example.com", "linkedin")
    leave_feed(FeedState(read_at=NOW - HOUR))


def join(email: str, *topics: str, frequency: Frequency = Frequency.WEEKLY) -> None:
    reader = subscriber_id(PEPPER.encode(), email)
    form = SignUp(
        reader, email, Choices(topics=topics, language="fi", frequency=frequency), "1", "", "", NOW - 99 * WEEK, email
    )
    app.subscribers.activate(form, NOW - 99 * WEEK)


def leave_feed(state: FeedState) -> None:
    """What the last reading of the feed left behind."""
    assert app.feed_states.put(FEED, replace(state, revision=app.feed_states.get(FEED).revision))


def publish(name: str, *topics: str, at: datetime = NOW - HOUR) -> None:
    app.articles.put(Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", None, at))


def record(period: str = PERIOD) -> tuple[str, str]:
    """Decision and reason of the newest record of a digest."""
    line = next(line for line in app.decisions.newest(1000) if line["run"] == digest_id(period))
    return line["decision"], line["why"]


def digests_to(cloud: Cloud, email: str) -> list[str]:
    """The text of each digest that came, oldest first."""
    return [mail.text or "" for mail in cloud.mails(email) if mail.tags["mailing"].startswith("digest-2027-W")]


def test_the_record_says_how_many_get_it_and_how_many_it_has_nothing_for(cloud: Cloud) -> None:
    publish("kriisi", "kriisit")
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "started"
    cloud.drain()
    assert record() == ("sent", "it goes to 1 reader; it has nothing new on the topics of 1 other")
    cloud.run("planner", NOW)
    cloud.drain()
    assert record()[0] == "sent", "the same run again does not hide what the first one did"


def test_new_articles_on_nobodys_topics_are_a_digest_to_nobody(cloud: Cloud) -> None:
    reader = app.subscribers.get(subscriber_id(PEPPER.encode(), "kaikki@example.com"))
    assert reader is not None
    app.subscribers.deactivate(reader.id, reader.status.UNSUBSCRIBED, "page", NOW)
    publish("kriisi", "kriisit")
    cloud.run("planner", NOW)
    cloud.drain()
    why = "1 new article; nobody gets it: it has nothing new on the topics of its 1 reader"
    assert record() == ("nobody", why)


def test_a_digest_of_a_cadence_that_nobody_chose_says_so(cloud: Cloud) -> None:
    publish("kriisi", "kriisit")
    monthly = cloud.run("planner", NOW)["monthly"]
    why = "1 new article; nobody gets it: there is no reader at present who gets it monthly"
    assert (monthly["decision"], monthly["why"]) == ("nobody", why)
    assert record(monthly["period"]) == ("nobody", why)


def test_a_week_without_articles_says_since_when_there_are_none() -> None:
    cloud_run(NOW)
    assert record() == ("empty", "no new article since 2027-01-05 08:00")


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (
            FeedState(failure=Failure(NOW - 50 * HOUR, "HTTP 503")),
            "cannot be read since 2027-01-10 06:00: HTTP 503",
        ),
        (FeedState(read_at=NOW - 2 * WEEK), "was not read since 2026-12-29 08:00"),
        (
            FeedState(hold=Hold(NOW - 2 * DAY, "lost all")),
            "is held since 2027-01-10 08:00, until somebody accepts it: lost all",
        ),
        (FeedState(), "was never read"),
    ],
)
def test_no_article_of_a_feed_that_nobody_could_read_is_not_the_same_as_none(state: FeedState, why: str) -> None:
    leave_feed(state)
    cloud_run(NOW)
    assert record() == ("feed down", f"no new article since 2027-01-05 08:00; {FEED} {why}")


def test_a_digest_that_goes_out_says_which_feed_may_be_missing_in_it() -> None:
    leave_feed(FeedState(failure=Failure(NOW - HOUR, "HTTP 503")))
    publish("uusi")
    assert "HTTP 503" in cloud_run(NOW)["weekly"]["why"]


def test_while_the_breaker_is_open_a_digest_is_planned_and_held(cloud: Cloud) -> None:
    app.reputation.open(Breaker(NOW, "7 % of mails bounce"))
    publish("uusi")
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "breaker open"
    cloud.drain()
    assert record()[0] == "held"
    assert "7 % of mails bounce" in record()[1]
    mailing = app.mailings.get(digest_id(PERIOD))
    assert mailing is not None
    assert mailing.status.state is MailingState.HELD


def test_a_digest_to_many_readers_starts_with_a_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = app.templates
    publication = templates.publication
    careful = replace(publication, sending_limits=replace(publication.sending_limits, pilot_above=1))
    monkeypatch.setitem(templates.__dict__, "publication", careful)
    publish("uusi")
    assert cloud_run(NOW)["weekly"]["decision"] == "started"
    mailing = app.mailings.get(digest_id(PERIOD))
    assert mailing is not None
    assert mailing.status.state is MailingState.PILOT
    assert 0 < len(mailing.status.pilot_shards) < len(SHARDS)


def cloud_run(now: datetime) -> Any:
    """Run the planner's schedule; nothing is planned."""
    return import_module("planner.handler").handle({"now": now.isoformat()}, None)


# --- runs that die ---------------------------------------------------------------------------------------------------


class Dies(BaseException):
    """The function is gone; nothing in it can catch that."""


def dying(way: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The way to AWS, which dies before its change number `at`: to die anywhere between two changes leaves the same."""
    changes = count()

    def call(client: Any, operation: str, parameters: Any) -> Any:
        if operation not in ("GetItem", "Query") and next(changes) == at:
            raise Dies
        return way(client, operation, parameters)

    return call


def test_a_run_that_dies_at_any_call_is_made_up_for_and_carries_nothing_twice(cloud: Cloud) -> None:
    """Week after week the run dies one call later, until it comes through; then its digests are looked after."""
    way = pkgutil.resolve_name(CALL)
    for week in count():
        now = NOW + week * WEEK
        publish(f"viikko{week:02}", at=now - HOUR)
        died = False
        with patch(CALL, dying(way, week)):
            try:
                cloud_run(now)
            except Dies:
                died = True
        cloud.messages("PlanQueue")
        cloud.run("planner", now + HOUR)
        asked_for = [from_json(body) for body in cloud.messages("PlanQueue")]
        period = week_of(now, ZoneInfo("Europe/Helsinki"))
        shards = [each.shard for each in asked_for if isinstance(each, PlanPage) and each.mailing == digest_id(period)]
        assert set(shards) == set(SHARDS)
        if not died:
            break
    assert week > 10, "a run changes some things"
    weekly = [digest for digest in app.digests.all() if digest.frequency is Frequency.WEEKLY]
    carried = [article for digest in weekly for article in digest.articles]
    assert sorted(carried) == [f"viikko{number:02}" for number in range(week + 1)]
    assert all(app.mailings.get(digest_id(digest.period)) for digest in weekly)
