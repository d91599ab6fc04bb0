"""A digest that nobody would get is nothing: it is in no list, and what was in it is not lost to the next reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cli.main import main
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.archive import list_archive
from newsletter.mailings.digests.digest import digest_id, week_of
from newsletter.mailings.mailing import Kind
from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import Status
from tests.support.console.console_calls import Program, trust
from tests.support.console.issuer import Issuer, issuing
from tests.support.stack.cloud import Cloud

READER = "maija@example.com"
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _no_mail(cloud: Cloud) -> None:
    assert cloud.mails() == []


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    with issuing() as made:
        trust(made, monkeypatch)
        yield made


def publish(name: str, at: datetime, *topics: str) -> None:
    app.articles.put(Article(name, f"https://b.example/{name}", name, "", topics, (), "fi", "", "", None, at))


def run(cloud: Cloud, at: datetime) -> str:
    decided = cloud.run("planner", at)["weekly"]["decision"]
    cloud.drain()
    return str(decided)


def record() -> tuple[str, str]:
    """Decision and reason of the newest record of this week's digest."""
    run = digest_id(week_of(NOW, app.publication.time_zone))
    line = next(line for line in app.decisions.newest(9) if line["run"] == run)
    return line["decision"], line["why"]


def lists(cloud: Cloud, issuer: Issuer, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Where people read of digests: the archive and its feed, the console's list, the API, and the command line."""
    api = Program(cloud, issuer.token(scope="openid campaigns:send"))
    feed = cloud.http("GET", "/archive/feed.xml")["body"]
    assert main(["mailing", "list"]) == 0
    assert main(["digest", "list"]) == 0
    printed = capsys.readouterr().out
    found = {
        "archive": list_archive("fi", "", 10, app)[0] != [],
        "feed": "digest-" in feed,
        "console": any(mailing.kind is Kind.DIGEST for mailing in app.mailings.newest(20)),
        "mailings": "digest-" in json.dumps(api("GET", "/mailings").json),
        "digests": api("GET", "/digests").json["digests"] != [],
        "printed": "digest-2" in printed or week_of(NOW, app.publication.time_zone) in printed,
    }
    return [name for name, there in found.items() if there]


def test_without_a_reader_there_is_no_digest_anywhere_and_the_decision_says_so(
    cloud: Cloud, issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    publish("ensimmainen", NOW - HOUR)
    assert run(cloud, NOW) == "nobody"
    assert lists(cloud, issuer, capsys) == []
    assert record()[1].startswith("1 new article; nobody gets it: there is no reader at present who gets it weekly")

    cloud.subscribe(READER)
    cloud.drain()
    assert run(cloud, NOW + HOUR) == "started", "in the same week, for whoever came meanwhile"
    assert "ensimmainen" in (cloud.mails(READER)[-1].html or "")
    assert set(lists(cloud, issuer, capsys)) == {"archive", "feed", "console", "mailings", "digests", "printed"}
    assert run(cloud, NOW + 2 * HOUR) == "repeated"


def test_the_digest_after_it_takes_along_what_nobody_got_but_not_of_half_a_year(cloud: Cloud) -> None:
    for week in range(20):
        at = NOW + week * WEEK
        publish(f"viikko{week:02}", at - HOUR)
        assert run(cloud, at) == "nobody"
    cloud.subscribe(READER)
    cloud.drain()
    at = NOW + 20 * WEEK
    publish("viikko20", at - HOUR)
    assert run(cloud, at) == "started"
    html = cloud.mails(READER)[-1].html or ""
    digest = app.digests.get(week_of(at, app.publication.time_zone))
    assert digest is not None
    assert set(digest.articles) == {"viikko19", "viikko20"}
    assert "viikko19" in html
    assert "viikko20" in html


def test_who_paused_alone_gets_all_of_it_after_the_pause(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    reader = app.subscribers.get(app.ids.of(READER))
    assert reader is not None
    publish("alku", NOW - HOUR)
    assert run(cloud, NOW) == "started"
    # The day of the publication may be one later than that of UTC.
    pause = replace(reader.choices, paused_until=(NOW + 23 * timedelta(days=1)).date())
    assert app.subscribers.choose(reader, pause, app.now())
    for week in (1, 2, 3):
        publish(f"tauolla{week}", NOW + week * WEEK - HOUR)
        assert run(cloud, NOW + week * WEEK) == "nobody"
    publish("taas", NOW + 4 * WEEK - HOUR)
    assert run(cloud, NOW + 4 * WEEK) == "started"
    html = cloud.mails(READER)[-1].html or ""
    assert all(name in html for name in ("tauolla1", "tauolla2", "tauolla3", "taas"))
    assert "alku" not in html

    reader = app.subscribers.get(app.ids.of(READER))
    assert reader is not None
    assert app.subscribers.choose(reader, replace(reader.choices, frequency=Frequency.MONTHLY), app.now())
    publish("kuukausi", NOW + 5 * WEEK - HOUR)
    assert cloud.run("planner", NOW + 5 * WEEK)["monthly"]["decision"] == "started"
    cloud.drain()
    html = cloud.mails(READER)[-1].html or ""
    assert "kuukausi" in html
    assert not any(name in html for name in ("tauolla1", "tauolla2", "tauolla3", "taas")), "they had these weekly"


def test_one_that_lost_its_readers_while_it_was_planned_is_in_no_list(
    cloud: Cloud, issuer: Issuer, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    publish("ensimmainen", NOW - HOUR)
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "started"
    app.subscribers.deactivate(app.ids.of(READER), Status.UNSUBSCRIBED, "page", app.now())
    cloud.drain()
    assert lists(cloud, issuer, capsys) == []
    assert record() == ("nobody", "nobody gets it: there is no reader at present who gets it weekly")
    assert run(cloud, NOW + HOUR) == "repeated"
    assert lists(cloud, issuer, capsys) == []
