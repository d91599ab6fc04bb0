"""Articles in DynamoDB: what goes in comes out, and marketing's choices stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.articles.article import CHOSEN, Article, Choice
from tests.support.aws.dynamodb import Adapters
from tests.support.strategies import WHOLE

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
texts = st.text(WHOLE, max_size=20)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
articles = st.builds(
    Article,
    st.from_regex("[a-z2-7]{16}", fullmatch=True),
    texts,
    texts,
    texts,
    st.lists(texts, max_size=2).map(tuple),
    st.lists(texts, max_size=2).map(tuple),
    st.just("fi"),
    texts,
    texts,
    st.none() | moments,
    moments,
    image_alt=texts,
    image_width=st.integers(0, 9_000),
    minutes=st.integers(0, 90),
    topic_reasons=st.lists(texts, max_size=2).map(tuple),
    feed=texts,
    fingerprints=st.lists(texts, max_size=2).map(tuple),
    body=texts,
    archived=st.booleans(),
)


@settings(max_examples=20)
@given(articles)
def test_an_article_comes_back_as_it_was_kept(adapters: Adapters, article: Article) -> None:
    article = replace(article, id=adapters.new("article"))
    assert adapters.articles.put(article)
    assert [found for found in adapters.articles.all() if found.id == article.id] == [article]


def test_marketings_choice_stands_whatever_the_feed_says_afterwards(adapters: Adapters) -> None:
    found = Article(adapters.new("article"), "https://b.example/", "x", "", ("linkedin",), (), "fi", "", "", None, NOW)

    def article() -> Article:
        return next(each for each in adapters.articles.all() if each.id == found.id)

    adapters.articles.put(found)
    adapters.articles.put_choice(found.id, Choice(pinned=True, topics=("kriisit",)))
    adapters.articles.put(replace(found, title="y", topics=("tekoaly",)))
    assert article() == replace(found, title="y", topics=("kriisit",), topic_reasons=(CHOSEN,), pinned=True)
    adapters.articles.put_choice(found.id, Choice(skipped=True, topics=()))
    assert article() == replace(found, title="y", topics=(), skipped=True)
    adapters.articles.put_choice(found.id, Choice())
    assert article() == replace(found, title="y", topics=("tekoaly",))


def test_every_article_of_a_big_blog_is_read(adapters: Adapters) -> None:
    """A query answers with at most a megabyte (AWS: Query), so this takes several."""
    ids = {adapters.new("article") for _ in range(8)}
    for name in ids:
        adapters.articles.put(Article(name, "https://b.example/", "x", "ä" * 150_000, (), (), "fi", "", "", None, NOW))
    assert ids <= {article.id for article in adapters.articles.all()}


def test_an_article_is_listed_once_whoever_keeps_it(adapters: Adapters) -> None:
    article = Article(adapters.new("article"), "https://b.example/", "x", "", (), (), "fi", "", "", None, NOW)
    later = replace(article, title="y", listed_at=NOW + timedelta(hours=1))

    def kept() -> Article:
        return next(each for each in adapters.articles.all() if each.id == article.id)

    assert adapters.articles.put(article)
    assert not adapters.articles.put(later)
    assert kept() == article
    assert adapters.articles.put(replace(article, title="z"))
    assert kept() == replace(article, title="z")


def test_a_part_of_a_choice_is_changed_without_the_rest(adapters: Adapters) -> None:
    found = Article(adapters.new("article"), "https://b.example/", "x", "", ("linkedin",), (), "fi", "", "", None, NOW)
    adapters.articles.put(found)
    adapters.articles.change_choice(found.id, topics=["kriisit"])
    adapters.articles.change_choice(found.id, pinned=True, skipped=False)
    (article,) = [each for each in adapters.articles.all() if each.id == found.id]
    assert (article.topics, article.pinned, article.skipped) == (("kriisit",), True, False)


def test_the_text_of_an_article_is_kept_beside_it(adapters: Adapters) -> None:
    name = adapters.new("article")
    assert adapters.articles.body(name) == ""
    for text in ("<p>Yksi</p>", "<p>Kaksi</p>"):
        adapters.articles.put_body(name, text)
        assert adapters.articles.body(name) == text
