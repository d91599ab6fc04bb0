"""A feed that breaks, moves or loses its mind mails nothing twice, and what it said last stays."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from newsletter.articles.article import CHOSEN, article_id
from newsletter.articles.feeds.accept_feed import accept_feed
from newsletter.articles.feeds.feed_client import Feeds, Fetched
from newsletter.articles.ingest import ingest_feeds
from newsletter.container import app
from newsletter.platform.errors import Conflict, NotFound, PartlyFailed
from newsletter.platform.isolation import Isolated
from newsletter.publication.publication import Feed, Topic
from tests.support.articles.blog import HOUR, NOW, Blog, sample_publication, slugs, write
from tests.support.aws.dynamodb import Adapters

# What DynamoDB does with each item is shown by the tests of the adapters, on both.
pytestmark = pytest.mark.parametrize("adapters", ["moto"], indirect=True)


@pytest.fixture
def blog(adapters: Adapters, tmp_path: Path) -> Blog:
    return Blog(adapters, sample_publication(), tmp_path / "feed.xml")


def moved(blog: Blog) -> None:
    """Every guid and link of the feed is another one, as after a move of the site."""
    text = blog.path.read_text().replace("https://b.example/", "https://b.example/uusi/")
    blog.path.write_text(text.replace("<guid isPermaLink='false'>", "<guid isPermaLink='false'>uusi-"))


def test_a_feed_that_loses_most_of_its_items_is_held_and_comes_back_by_itself(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 10))
    report = blog.publish(NOW + HOUR, {**slugs(0, 3), "new": ("Uusi", NOW)})
    assert report["held"] == "only 4 of 10 entries are left"
    blog.publish(NOW + 2 * HOUR, {**slugs(0, 3), "new": ("Uusi", NOW)})
    assert blog.article("new") is None
    state = blog.state()
    assert state.hold is not None
    assert (state.hold.since, state.hold.news, len(state.hold.entries)) == (NOW + HOUR, 0, 4)
    assert state.read_at == NOW
    assert [line["decision"] for line in blog.decisions()] == ["held"]

    assert blog.publish(NOW + 3 * HOUR, {**slugs(0, 9), "new": ("Uusi", NOW)})["new"] == 1
    assert blog.listed_at("new") == NOW + 3 * HOUR
    assert blog.state().hold is None
    assert [line["decision"] for line in blog.decisions()] == ["released", "held"]


def test_a_feed_that_is_suddenly_empty_is_held(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 3))
    assert blog.publish(NOW + HOUR, {})["held"] == "only 0 of 3 entries are left"
    assert blog.publish(NOW + 2 * HOUR, slugs(0, 3))["new"] == 0


def test_a_feed_whose_every_identity_changes_mails_nothing_again(blog: Blog) -> None:
    """Times are all that is left; too little to recognise an article by."""
    blog.publish(NOW, slugs(0, 10))
    moved(blog)
    blog.path.write_text(blog.path.read_text().replace("Otsikko", "Kirjoitus uudella sivulla"))
    report = blog.ingest(NOW + HOUR)[0]
    assert report["held"] == "none of the 10 entries is left; 10 that nobody knew are in their place"
    before = blog.adapters.articles.all()
    assert accept_feed(blog.feed.url, NOW + HOUR, app) == 10
    blog.path.write_text(blog.path.read_text().replace("<item>", "<item><title>Uusi</title><link>https://b.example/u</link>"
        f"<pubDate>{format_datetime(NOW + HOUR)}</pubDate></item><item>", 1))  # fmt: skip
    assert blog.ingest(NOW + 2 * HOUR)[0]["new"] == 11
    (news,) = [a for a in blog.adapters.articles.all() if a not in before and a.listed_at > NOW]
    assert (news.title, news.listed_at) == ("Uusi", NOW + 2 * HOUR)
    assert blog.listed_at("uusi-003") == slugs(3, 4)["003"][1]
    assert blog.ingest(NOW + 3 * HOUR)[0] == {**report, "entries": 11, "held": ""}


def test_a_feed_that_moves_with_titles_and_dates_goes_on_as_if_nothing_had_happened(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 10))
    moved(blog)
    report = blog.ingest(NOW + HOUR)[0]
    assert (report["held"], report["new"], report["edited"]) == ("", 0, 10)


def test_a_feed_that_moves_with_its_texts_goes_on_as_if_nothing_had_happened(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 10))
    text = blog.path.read_text()
    for n in range(10):
        text = text.replace(f"Otsikko {n:03}</title>", f"Otsikko {n:03}, jonka tuntee uudessakin osoitteessa</title>")
    blog.path.write_text(text)
    blog.ingest(NOW + HOUR)
    moved(blog)
    report = blog.ingest(NOW + 2 * HOUR)[0]
    assert (report["held"], report["new"], report["edited"]) == ("", 0, 10)
    article = blog.article("003")
    assert article is not None
    assert article.url.startswith("https://b.example/uusi/")


def test_a_feed_that_shows_its_archive_all_at_once_mails_nothing_of_it(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 10))
    report = blog.publish(NOW + HOUR, slugs(0, 50))
    assert (report["held"], report["new"]) == ("", 40)
    assert blog.listed_at("049") == slugs(49, 50)["049"][1]
    shown = [article for article in blog.adapters.articles.all() if article.feed == blog.feed.url]
    assert len(shown) == 50
    assert all(article.archived for article in shown)


def test_only_what_is_held_can_be_accepted_and_only_as_it_was_seen(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    blog.publish(NOW, slugs(0, 10))
    with pytest.raises(NotFound, match="is not held"):
        accept_feed(blog.feed.url, NOW, app)
    blog.publish(NOW + HOUR, {})
    state = blog.adapters.feed_states.get(blog.feed.url)
    blog.ingest(NOW + 2 * HOUR)
    monkeypatch.setattr(blog.adapters.feed_states, "get", lambda _: state)
    with pytest.raises(Conflict, match="read in this very moment"):
        accept_feed(blog.feed.url, NOW, app)
    monkeypatch.undo()
    # Something else again is held again.
    accept_feed(blog.feed.url, NOW, app)
    assert blog.publish(NOW + 3 * HOUR, slugs(90, 99))["held"] == ""
    blog.publish(NOW + 4 * HOUR, slugs(0, 10))


def test_a_feed_that_moves_to_another_address_keeps_its_articles(blog: Blog) -> None:
    blog.publish(NOW, slugs(0, 5))
    new = Feed(str(blog.path.with_name("uusi.xml")), "fi")
    blog.path.rename(new.url)
    (report,) = ingest_feeds(NOW + HOUR, Isolated(), blog.app(), feeds=(new,))
    assert (report["new"], report["edited"]) == (0, 5)
    assert blog.listed_at("000") == slugs(0, 1)["000"][1]


def test_an_article_in_two_feeds_is_one_article(blog: Blog) -> None:
    other = blog.path.with_name("toinen.xml")
    write(blog.path, slugs(0, 4))
    write(other, slugs(2, 6))
    for hour, found in enumerate([(2, 4), (0, 0)]):
        reports = blog.ingest(NOW + hour * HOUR, Feed(str(other), "fi"))
        assert tuple(report["new"] for report in reports[::-1]) == found
        assert [report["edited"] for report in reports] == [0, 0]


def test_topics_follow_the_publication_and_marketings_choice_stands(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("Kahvia ja kohuja", NOW), "b": ("Kahvista", NOW)})
    blog.adapters.articles.change_choice(article_id(blog.feed.url, "b"), topics=["linkedin"])
    coffee = Topic("kahvi", {"fi": "Kahvi"}, {"fi": "Kahvi"}, (), ("kahvi",))
    blog.publication = replace(blog.publication, topics=(*blog.publication.topics, coffee))
    blog.path.write_text("huolto")
    blog.ingest(NOW + HOUR)
    one, other = blog.article("a"), blog.article("b")
    assert one is not None
    assert one.topics == ("kriisit", "kahvi")
    assert one.topic_reasons == ("keyword 'kohu' as 'kohuja' in the title", "keyword 'kahvi' as 'Kahvia' in the title")
    assert other is not None
    assert (other.topics, other.topic_reasons) == (("linkedin",), (CHOSEN,))


@pytest.mark.parametrize(
    ("stated", "ignored", "language"),
    [("sv-FI", False, "sv"), ("en_US", False, "en"), ("de", False, "fi"), ("", False, "fi"), ("en-US", True, "fi")],
)
def test_an_article_has_the_language_that_its_feed_states_if_the_publication_speaks_it(
    blog: Blog,
    stated: str,
    language: str,
    *,
    ignored: bool,
) -> None:
    blog.feed = replace(blog.feed, ignore_stated_language=ignored)
    write(blog.path, {"a": ("A", NOW)})
    blog.path.write_text(blog.path.read_text().replace("<title>b", f"<language>{stated}</language><title>b"))
    blog.ingest(NOW)
    article = blog.article("a")
    assert article is not None
    assert article.language == language


def test_the_text_of_an_article_is_kept_as_it_was_last(blog: Blog) -> None:
    blog.publish(NOW, {"a": ("A", NOW)})
    whole = blog.path.read_text()
    for hour, text in enumerate(["Yksi", "Kaksi"]):
        body = f"<description>&lt;p onclick='x'&gt;{text}&lt;img src='/k.png'&gt;&lt;script&gt;"
        body += "x&lt;/script&gt;</description>"
        blog.path.write_text(whole.replace("<guid", body + "<guid"))
        blog.ingest(NOW + hour * HOUR)
        kept = blog.adapters.articles.body(article_id(blog.feed.url, "a"))
        assert "onclick" not in kept
        assert "script" not in kept
        assert text in kept


def test_a_feed_that_fails_for_a_day_is_counted_for_the_alarm_from_then_until_it_is_back(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Mock()
    monkeypatch.setattr("newsletter.articles.feeds.feed_run.count", counted)
    names = {}
    for hour in (0, 1, 23, 24, 25):
        counted.reset_mock()
        blog.ingest(NOW + hour * HOUR)
        names[hour] = "FeedsUnreadableForADay" in {call.args[0] for call in counted.call_args_list}
    assert names == {0: False, 1: False, 23: False, 24: True, 25: True}
    mine = blog.decisions()
    since = "No such file or directory; since 2026-11-24 06:00 UTC"
    assert [line["decision"] for line in mine] == ["unreadable for a day", "unreadable"]
    assert all(line["why"].endswith(since) for line in mine)
    blog.publish(NOW + 30 * HOUR, {"a": ("A", NOW)})
    assert blog.decisions()[0]["decision"] == "readable"


def test_two_feeds_that_break_at_once_are_both_told(blog: Blog, tmp_path: Path) -> None:
    other = Feed(str(tmp_path / "none.xml"), "fi")
    blog.ingest(NOW + 99 * HOUR, other)
    runs = [line["run"] for line in blog.adapters.decisions.newest(200)]
    assert {f"feed {blog.feed.url}", f"feed {other.url}"} <= set(runs)


def test_a_fault_of_ours_in_one_feed_costs_no_other_feed_its_turn(
    blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.xml"
    write(other, slugs(5, 7))
    write(blog.path, slugs(0, 2))
    fetch = Feeds.fetch

    def broken(self: Feeds, url: str, *rest: Any, **named: Any) -> Fetched:
        if url == str(other):
            raise RecursionError
        return fetch(self, url, *rest, **named)

    monkeypatch.setattr(Feeds, "fetch", broken)
    with pytest.raises(PartlyFailed, match=r"1 failed: feed .*other\.xml: RecursionError"):
        blog.ingest(NOW, Feed(str(other), "fi"))
    assert blog.article("000")
    assert blog.article("001")
