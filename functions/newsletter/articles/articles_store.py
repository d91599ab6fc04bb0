"""Articles, their texts, and what marketing decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from newsletter.articles.article import Article, Choice
from newsletter.articles.article_items import article_from, article_values, choice_from, choice_values
from newsletter.platform.aws.items import to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso

ARTICLES, CHOICES = "articles", "choices"
"""Partitions of the Content table: each has one item per article, under its id, and is read with one query."""


class Articles(TableStore):
    """An article, marketing's choice and the text are three items: nothing that a feed says undoes a choice."""

    def all(self) -> list[Article]:
        """Every article with marketing's choices applied: thousands at most, a megabyte or two, read once a digest."""
        choices = {item["sk"]: choice_from(item) for item in self._partition(CHOICES)}
        found = self.as_found()
        return [choices[article.id].applied_to(article) if article.id in choices else article for article in found]

    def as_found(self) -> list[Article]:
        """Every article as its feed has it, without marketing's choices."""
        return [article_from(item) for item in self._partition(ARTICLES)]

    def some(self, ids: Iterable[str]) -> dict[str, Article]:
        """The articles of those ids that exist, with marketing's choices applied."""
        items = list(self._many((kind, article) for article in ids for kind in (ARTICLES, CHOICES)))
        choices = {item["sk"]: choice_from(item) for item in items if item["pk"] == CHOICES}
        found = [article_from(item) for item in items if item["pk"] == ARTICLES]
        return {each.id: choices[each.id].applied_to(each) if each.id in choices else each for each in found}

    def put(self, article: Article, listed_before: datetime | None = None) -> bool:
        """Keep a new or edited article as its feed has it; False when the stored one was listed at another time.

        `listed_before` is when the stored one was listed, where that changes: it waited for its day.
        """
        item = {"pk": ARTICLES, "sk": article.id, **article_values(article)}
        condition = "attribute_not_exists(pk) OR listed_at = :listed_at OR listed_at = :before"
        values = {":listed_at": item["listed_at"], ":before": iso(listed_before or article.listed_at)}
        return self._put_if(condition, values, item, repeatable=True)

    def put_body(self, article: str, html: str) -> None:
        """Keep the last good copy of an article's text, as safe HTML: an item of its own that digests need not read."""
        self._put(f"article#{article}", "body", {"html": html})

    def body(self, article: str) -> str:
        """The last good copy of an article's text; empty when the feed never had one."""
        item = self._get(f"article#{article}", "body")
        return str(item["html"]) if item else ""

    def put_choice(self, article: str, choice: Choice) -> None:
        """Keep what marketing decided about an article, in place of what it decided before."""
        self._put(CHOICES, article, choice_values(choice))

    def change_choice(
        self,
        article: str,
        *,
        pinned: bool | None = None,
        skipped: bool | None = None,
        topics: Sequence[str] | None = None,
        again_at: datetime | None = None,
    ) -> None:
        """Change some parts of marketing's choice and leave those that are None as they are."""
        choice = {
            "pinned": pinned,
            "skipped": skipped,
            "topics": None if topics is None else list(topics),
            "again_at": None if again_at is None else iso(again_at),
        }
        changes = {name: value for name, value in choice.items() if value is not None}
        self._client.update_item(
            TableName=self._table,
            Key=to_item({"pk": CHOICES, "sk": article}),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in changes),
            ExpressionAttributeValues=to_item({f":{name}": value for name, value in changes.items()}),
        )
