"""Ingesting feeds: an article is new once, belongs to one digest for good, and no feed stops another."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from newsletter.articles.feeds import parser_process_client
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.articles.feeds.feed_state import Failure
from newsletter.articles.listing import UNDATED_AGE
from newsletter.container import app
from newsletter.publication.publication import Feed
from tests.support.articles.blog import HOUR, NOW, Blog, Entries, sample_publication, write
from tests.support.aws.dynamodb import Adapters
from tests.support.stack.cloud import Cloud


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml")


def test_at_the_first_fetch_an_article_counts_as_listed_when_it_was_published(blog: Blog) -> None:
    yesterday, tomorrow = NOW - timedelta(days=1), NOW + timedelta(days=1)
    entries: Entries = {"a": ("A", yesterday), "b": ("B", None), "c": ("C", tomorrow), "d": ("D", "eilen")}
    assert blog.publish(NOW, entries)["new"] == 4
    assert blog.listed_at("a") == yesterday
    assert blog.listed_at("b") == blog.listed_at("d") == NOW - UNDATED_AGE
    assert blog.listed_at("c") == tomorrow


def test_later_an_article_counts_as_listed_when_it_was_first_seen_though_its_date_is_some_days_back(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("A", NOW)})
    later = NOW + HOUR
    more: Entries = {"b": ("B", NOW - timedelta(days=6)), "c": ("C", None)}
    assert blog.publish(later, {**more, "a": ("A", NOW)})["new"] == 2
    assert {blog.listed_at(guid) for guid in more} == {later}


def test_an_edit_changes_the_article_and_leaves_it_in_its_digest(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("Otsikko", NOW - HOUR)})
    report = blog.publish(NOW + HOUR, {"a": ("Tekoäly tuli", NOW)})
    assert (report["new"], report["edited"]) == (0, 1)
    article = blog.article("a")
    assert article is not None
    assert (article.title, article.topics, article.published) == ("Tekoäly tuli", ("tekoaly",), NOW)
    assert article.listed_at == NOW - HOUR


def test_an_article_that_left_the_feed_stays_and_is_not_new_when_it_comes_back(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("A", NOW), "b": ("B", NOW)})
    blog.publish(NOW + HOUR, {"a": ("A", NOW)})
    assert blog.publish(NOW + 2 * HOUR, {"a": ("A", NOW), "b": ("B", NOW)})["new"] == 0
    assert blog.listed_at("b") == NOW


def test_ingesting_again_writes_no_article(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    entries: Entries = {"a": ("A &amp; {{b}}", NOW), "b": ("B", None), "c": ("C", "0001-01-01T00:00:00Z")}
    blog.publish(NOW, entries)
    monkeypatch.setattr(blog.adapters.articles, "put", Mock(side_effect=AssertionError))
    report = blog.publish(NOW + HOUR, entries)
    assert (report["entries"], report["new"], report["edited"]) == (3, 0, 0)


def test_a_text_that_grows_beyond_what_an_item_holds_keeps_its_beginning(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB refuses 400 kB, and each sign here is five bytes when it is escaped."""
    monkeypatch.setattr(parser_process_client, "SECONDS", 300.0)  # a busy machine takes longer than Lambda
    write(blog.path, {"a": ("A", NOW)})
    text = "&amp; " * 90_000
    body = f"<description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
    blog.path.write_text(blog.path.read_text().replace("</item>", body))
    assert blog.ingest(NOW)[0]["new"] == 1
    article = blog.article("a")
    assert article is not None
    assert blog.adapters.articles.body(article.id).startswith("<p>&amp; &amp; ")


def test_a_guid_that_is_there_twice_is_told_and_makes_no_edit_in_every_run(blog: Blog) -> None:
    twice = blog.feed.url
    write(blog.path, {"a": ("A", NOW)})
    text = blog.path.read_text()
    item = text[text.index("<item>") : text.index("</channel>")]
    blog.path.write_text(text.replace(item, item + item.replace("<title>A", "<title>B")))
    reports = [blog.ingest(NOW + number * HOUR)[0] for number in range(3)]
    assert [(report["new"], report["edited"]) for report in reports] == [(1, 0), (0, 0), (0, 0)]
    assert blog.state().problems == ("entry 2 has the identity of an earlier one, 'a': left out",)
    assert twice == reports[0]["feed"]


def test_a_feed_that_cannot_be_read_is_recorded_with_its_reason_since_when_and_until_it_recovers(blog: Blog) -> None:
    report = blog.ingest(NOW)[0]
    reason = f"{blog.path}: No such file or directory"
    assert report["problems"] == (reason,)
    assert blog.article("a") is None
    for later in (NOW + HOUR, NOW + 2 * HOUR):
        blog.ingest(later)
        assert blog.state().failure == Failure(NOW, reason)
    (decision,) = blog.decisions()
    assert decision["decision"] == "unreadable"
    assert decision["why"] == f"{reason}; since 2026-11-24 06:00 UTC"

    blog.publish(NOW + 3 * HOUR, {"a": ("A", NOW)})
    assert blog.state().failure is None
    assert blog.listed_at("a") == NOW


def test_a_feed_that_breaks_and_recovers_does_not_start_over(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("A", NOW)})
    blog.path.write_text("huolto")
    assert "not a feed" in blog.ingest(NOW + HOUR)[0]["problems"][0]
    blog.publish(NOW + 2 * HOUR, {"a": ("A", NOW), "b": ("B", NOW - timedelta(days=3))})
    assert (blog.listed_at("a"), blog.listed_at("b")) == (NOW, NOW + 2 * HOUR)
    assert blog.state().first_fetched_at == NOW


def test_a_broken_feed_does_not_stop_the_others(blog: Blog, tmp_path: Path) -> None:
    write(blog.path, {"a": ("A", NOW)})
    broken = (Feed(str(tmp_path / "none.xml"), "fi"), Feed("http://[::1", "fi"))
    reports = blog.ingest(NOW, *broken)
    assert [report["new"] for report in reports] == [0, 0, 1]
    assert [bool(report["problems"]) for report in reports] == [True, True, False]


def test_an_unchanged_feed_is_not_read_and_keeps_what_it_was_told(blog: Blog) -> None:
    source = Mock(spec=Feeds)
    blog.source = source
    source.fetch.return_value = Fetched((), (), '"v1"', "Mon, 23 Nov 2026 06:00:00 GMT")
    blog.ingest(NOW)
    source.fetch.return_value = Fetched((), etag='"v1"', unchanged=True)
    assert blog.ingest(NOW + HOUR)[0]["unchanged"]
    blog.ingest(NOW + 2 * HOUR)
    assert [call.args[1:] for call in source.fetch.call_args_list] == [
        ("", ""),
        ('"v1"', "Mon, 23 Nov 2026 06:00:00 GMT"),
        ('"v1"', "Mon, 23 Nov 2026 06:00:00 GMT"),
    ]
    assert blog.state().read_at == NOW + 2 * HOUR


def test_every_article_is_in_exactly_one_digest_through_outages_and_late_runs(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(tmp_path / "feed.xml"))
    app.reset()
    cloud.subscribe("maija@example.com")
    entries: Entries = {}

    def ingest(now: datetime, *slugs: str) -> None:
        entries.update({slug: (slug, now) for slug in slugs})
        write(tmp_path / "feed.xml", entries)
        cloud.run("feed_ingest", now)

    def digest(now: datetime) -> str:
        return str(cloud.run("planner", now)["weekly"]["decision"])

    week = timedelta(days=7)
    ingest(NOW - HOUR, "before")
    assert [digest(NOW), digest(NOW)] == ["started", "repeated"]
    ingest(NOW, "at-the-same-second")
    ingest(NOW - HOUR / 2, "late")  # scheduled before the digest, run after it
    assert digest(NOW + week) == "started"
    assert digest(NOW + 2 * week) == "feed down", "nobody knows what the feed has had since"
    ingest(NOW + 2 * week + HOUR, "after-an-empty-week")
    # Three weeks of outage of the planner.
    ingest(NOW + 4 * week, "during-an-outage")
    assert digest(NOW + 5 * week + 3 * HOUR) == "started"
    ingest(NOW + 6 * week - HOUR, "last")
    assert digest(NOW + 6 * week) == "started"

    titles = {article.id: article.title for article in app.articles.all()}
    weekly = [mailing for mailing in app.mailings.newest(50) if mailing.audience.frequency == "weekly"]
    assert sorted(titles[article] for mailing in weekly for article in mailing.articles) == sorted(entries)
