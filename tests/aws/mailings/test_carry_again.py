"""An article is mailed once more on purpose, also to those who had it; what is mailed is what the feed says by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from newsletter.articles.article import Article, Choice
from newsletter.container import app
from newsletter.mailings.digests.carry_again import carry_again
from newsletter.mailings.digests.digest import Digest, Window
from newsletter.platform.errors import NotNow
from tests.support.articles.posts import Post, write_posts
from tests.support.stack.cloud import Cloud

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
READER = "maija@example.com"
Captured = pytest.CaptureFixture[str]


def article(name: str = "a", **changes: Any) -> Article:
    made = Article(name, f"https://b.example/{name}", f"Kirjoitus {name}", "", (), (), "fi", "", "", NOW, NOW - HOUR)
    return replace(made, **changes)


def digest_mails(cloud: Cloud) -> list[str]:
    cloud.drain()
    return [mail.text or "" for mail in cloud.mails(READER) if mail.tags["mailing"].startswith("digest-")]


def run(capsys: Captured, *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_next_digest_carries_it_once_more_also_to_those_who_had_it(cloud: Cloud, capsys: Captured) -> None:
    cloud.subscribe(READER)
    now = app.now() + HOUR
    app.articles.put(article(published=None, listed_at=now - 2 * HOUR))
    cloud.run("planner", now)
    (first,) = digest_mails(cloud)
    assert "Kirjoitus a" in first

    code, said = run(capsys, "article", "again", "a")
    assert code == 0
    assert "is to come once more" in said
    asked = app.articles.all()[0].again_at
    code, said = run(capsys, "article", "again", "a")
    assert code == 0
    assert "is already to come once more" in said
    assert app.articles.all()[0].again_at == asked

    app.articles.put(article("b", listed_at=now + DAY))
    cloud.run("planner", now + WEEK)
    assert len(digest_mails(cloud)) == 2
    assert "Kirjoitus a" in digest_mails(cloud)[1]
    app.articles.put(article("c", listed_at=now + WEEK + DAY))
    cloud.run("planner", now + 2 * WEEK)
    assert "Kirjoitus a" not in digest_mails(cloud)[2]
    # Asked once more, it comes once more.
    assert carry_again(app.articles.some(["a"])["a"], now + 2 * WEEK + HOUR, app)


def test_an_article_of_the_archive_can_be_mailed_though_it_was_none(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    old = article(listed_at=NOW - 40 * WEEK, published=NOW - 40 * WEEK, archived=True)
    app.articles.put(old)
    assert carry_again(old, NOW, app)
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "started"
    assert [digest.articles for digest in app.digests.all()][:1] == [("a",)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"skipped": True}, "it is skipped; take that back first"),
        ({"withdrawn": "its feed has dropped it"}, "readers do not get it: its feed has dropped it"),
        ({"excluded": 'excluded by { title = "x" }'}, "readers do not get it: excluded by"),
        ({"listed_at": NOW + DAY}, "it waits for its day, 2026-11-25 06:00 UTC, and is mailed then"),
        ({}, "no digest has carried it yet, so the next one does anyway"),
    ],
)
def test_it_is_refused_where_it_makes_no_sense(cloud: Cloud, changes: dict[str, Any], reason: str) -> None:
    assert cloud.stack is not None
    with pytest.raises(NotNow, match=f"^{reason[:30]}"):
        carry_again(article(**changes), NOW, app)


def test_it_is_refused_while_a_digest_waits_that_carries_it(cloud: Cloud, capsys: Captured) -> None:
    assert cloud.stack is not None
    app.articles.put(article(published=None, listed_at=app.now() - HOUR))
    app.digests.create(Digest("2026-W48", Window(NOW - WEEK, NOW), ("a",), deadline=NOW + DAY))
    code, said = run(capsys, "article", "again", "a")
    assert code == 1
    assert "a (Kirjoitus a) cannot be mailed again: digest-2026-W48 waits for approval and carries it" in said


def test_a_dropped_digest_does_not_count_as_that_mailing(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    app.articles.put_choice("a", Choice(again_at=NOW))
    app.articles.put(article(again_at=NOW))
    window = Window(NOW - WEEK, NOW)
    app.digests.create(Digest("2026-W48", window, ("a",), again=(("a", NOW),), deadline=NOW + DAY))
    assert app.digests.all()[0].again == (("a", NOW),)
    app.digests.drop("2026-W48", "no", NOW + HOUR)
    cloud.run("planner", NOW + WEEK)
    (later,) = [digest for digest in app.digests.all() if digest.period == "2026-W49"]
    assert later.again == (("a", NOW),)


def test_a_digest_that_nobody_got_does_not_count_as_that_mailing(cloud: Cloud) -> None:
    app.articles.put_choice("a", Choice(again_at=NOW))
    app.articles.put(article(again_at=NOW, listed_at=NOW - 4 * WEEK))
    assert cloud.run("planner", NOW + HOUR)["weekly"]["decision"] == "nobody"
    app.digests.create(Digest("2026-W49", Window(NOW + HOUR, NOW + WEEK), ("a",), again=(("a", NOW),), released_at=NOW))
    app.digests.mark_nobody("2026-W49")
    assert not carry_again(app.articles.some(["a"])["a"], NOW + WEEK, app), "it is asked for already"
    cloud.subscribe(READER)
    assert cloud.run("planner", NOW + 2 * WEEK)["weekly"]["decision"] == "started"
    (mail,) = digest_mails(cloud)
    assert "Kirjoitus a" in mail


def test_a_correction_is_what_is_mailed(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = tmp_path / "feed.xml"
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
    app.reset()
    cloud.subscribe(READER)
    now = app.now() + 4 * HOUR
    older = Post("vanha", "Vanha juttu", now - 30 * DAY)
    for hour, post in [
        (3, Post("x", "Kirjoitus virhe", now - 3 * HOUR, "Väärä ingressi.")),
        (2, Post("oikea", "Kirjoitus oikein", now - 3 * HOUR, "Oikea ingressi.", guid="x")),
    ]:
        write_posts(feed, [post, older])
        cloud.run("feed_ingest", now - hour * HOUR)
    cloud.run("planner", now)
    (mail,) = digest_mails(cloud)
    assert "Kirjoitus oikein" in mail
    assert "Oikea ingressi." in mail
    assert "virhe" not in mail
    there = [item for item in cloud.items("Content") if "https://b.example/oikea" in str(item)]
    assert any("digest-" in str(item["pk"]) for item in there)
    assert not [item for item in cloud.items("Content") if "https://b.example/x" in str(item)]
