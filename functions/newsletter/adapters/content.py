"""What is mailed: articles, mailings with their variants and links, digest windows, decision records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from newsletter.adapters.article_items import article_from, article_values, choice_from, choice_values
from newsletter.adapters.courses import UNFINISHED, course_of, course_values
from newsletter.adapters.digests import DIGESTS
from newsletter.adapters.items import GET_LIMIT, batch_get, from_item, holds, pages, to_item
from newsletter.domain.article import Article, Choice
from newsletter.domain.digest import Window
from newsletter.domain.mailing import Audience, Kind, Mailing, Variant
from newsletter.domain.times import iso, parse_iso

REMEMBERED = 50
"""Variants kept in memory, at most 100 kB each."""


class Content:
    """Items under `pk` and `sk`; each group of items is read with one query."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._variants: dict[tuple[str, str], Variant] = {}

    # --- feeds and articles ------------------------------------------------------------------------------------------

    def feed_state(self, feed: str) -> dict[str, Any]:
        """What the last reading left for the next (usecases/ingest_feed.py says what); empty at first."""
        return self._get(f"feed#{feed}", "state") or {}

    def put_feed_state(self, feed: str, state: dict[str, Any]) -> bool:
        """Keep what was made of the state that feed_state gave; False when somebody else changed it meanwhile."""
        revision = state.get("revision", 0)
        item = {**state, "pk": f"feed#{feed}", "sk": "state", "revision": revision + 1}
        return self._put_if("attribute_not_exists(revision) OR revision = :revision", {":revision": revision}, item)

    def articles(self) -> list[Article]:
        """Every article as marketing wants it: thousands at most, so a megabyte or two, read once per digest."""
        choices = {item["sk"]: choice_from(item) for item in self._query("choices")}
        found = self.found_articles()
        return [choices[article.id].applied_to(article) if article.id in choices else article for article in found]

    def found_articles(self) -> list[Article]:
        """Every article as its feed has it, whatever marketing decided."""
        return [article_from(item) for item in self._query("articles")]

    def some_articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """The articles of those ids that exist, as marketing wants them."""
        items = list(self._many((kind, article) for article in ids for kind in ("articles", "choices")))
        choices = {item["sk"]: choice_from(item) for item in items if item["pk"] == "choices"}
        found = [article_from(item) for item in items if item["pk"] == "articles"]
        return {each.id: choices[each.id].applied_to(each) if each.id in choices else each for each in found}

    def put_article(self, article: Article) -> bool:
        """Keep an article, new or edited, as its feed has it; False when it is kept as listed at another time."""
        item = {"pk": "articles", "sk": article.id, **article_values(article)}
        condition = "attribute_not_exists(pk) OR listed_at = :listed_at"
        return self._put_if(condition, {":listed_at": item["listed_at"]}, item, repeatable=True)

    def put_article_body(self, article: str, html: str) -> None:
        """Keep the last good copy of an article's text, as safe HTML. It is apart, since digests do not need it."""
        self._put(f"article#{article}", "body", {"html": html})

    def article_body(self, article: str) -> str:
        """The last good copy of an article's text; empty where the feed never had one."""
        item = self._get(f"article#{article}", "body")
        return str(item["html"]) if item else ""

    def put_choice(self, article: str, choice: Choice) -> None:
        """Keep what marketing decided about an article; no reading of its feed touches that."""
        self._put("choices", article, choice_values(choice))

    def change_choice(self, article: str, **changes: bool | list[str]) -> None:
        """Change one part of marketing's choice (`pinned` and `skipped`, or `topics`) and leave the others."""
        self._client.update_item(
            TableName=self._table,
            Key=to_item({"pk": "choices", "sk": article}),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in changes),
            ExpressionAttributeValues=to_item({f":{name}": value for name, value in changes.items()}),
        )

    # --- mailings ----------------------------------------------------------------------------------------------------

    def create_mailing(self, mailing: Mailing) -> bool:
        """Keep a new mailing; False when its id is taken. Its lines in the two lists are written in any case."""
        if mailing.kind.standing:
            # Whoever needs one looks for its item alone, so its line must be there first.
            self._list(mailing)
        created = self._put_new(f"mailing#{mailing.id}", "mailing", _mailing_values(mailing))
        kept = mailing if created else self.mailing(mailing.id)
        if kept is not None and not (kept.kind.standing and created):
            self._list(kept)
            if not (kept.kind.standing or kept.course.state.over):
                self._put(UNFINISHED, kept.id, {})
        return created

    def _list(self, mailing: Mailing) -> None:
        self._put("mailings", _place(mailing), {"mailing": mailing.id})

    def mailing(self, mailing: str) -> Mailing | None:
        """The mailing of that id."""
        item = self._get(f"mailing#{mailing}", "mailing")
        return _mailing(mailing, item) if item else None

    def mailings(self, limit: int) -> list[Mailing]:
        """The newest mailings first."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": "mailings"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        lines = [from_item(item) for item in answer["Items"]]
        found = [(line["sk"], self.mailing(line["mailing"])) for line in lines]
        return [mailing for place, mailing in found if mailing is not None and place == _place(mailing)]

    def mailings_before(self, place: str, limit: int) -> list[tuple[str, Mailing]]:
        """At most 100 mailings that stand after `place` in the list of the newest first, each with its own place.

        An empty place is before them all.
        """
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk < :before",
            ExpressionAttributeValues=to_item({":pk": "mailings", ":before": place or "~"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        places = [line["sk"] for line in map(from_item, answer["Items"])]
        found = self._many((f"mailing#{place.split('#', 1)[1]}", "mailing") for place in places)
        mailings = {_place(each): each for each in (_mailing(item["pk"].partition("#")[2], item) for item in found)}
        return [(place, mailings[place]) for place in places if place in mailings]

    def put_variant(self, mailing: str, variant: Variant, links: Iterable[tuple[str, str]]) -> None:
        """Keep a rendered variant and the targets of its links (key, url). The same variant twice is one."""
        for key, url in links:
            self._put(f"mailing#{mailing}", f"link#{key}", {"url": url})
        self._put(
            f"mailing#{mailing}",
            f"variant#{variant.key}",
            {
                "language": variant.language,
                "subject": variant.subject,
                "html": variant.html,
                "text": variant.text,
                "placeholders": list(variant.placeholders),
            },
        )

    def variant(self, mailing: str, key: str) -> Variant | None:
        """The variant of that key. It is a digest of the content, so what was read once need not be read again."""
        if (mailing, key) not in self._variants:
            variant = self._read_variant(mailing, key)
            if variant is None:
                return None
            if len(self._variants) >= REMEMBERED:
                self._variants.clear()
            self._variants[mailing, key] = variant
        return self._variants[mailing, key]

    def _read_variant(self, mailing: str, key: str) -> Variant | None:
        item = self._get(f"mailing#{mailing}", f"variant#{key}")
        if item is None:
            return None
        return Variant(item["language"], item["subject"], item["html"], item["text"], tuple(item["placeholders"]))

    def link(self, mailing: str, key: str) -> str | None:
        """Where a link of a mailing leads."""
        item = self._get(f"mailing#{mailing}", f"link#{key}")
        return str(item["url"]) if item else None

    # --- digests -----------------------------------------------------------------------------------------------------

    def windows(self) -> dict[str, Window]:
        """The window of every digest so far, by week and month (64 small items a year)."""
        return {item["sk"]: Window(parse_iso(item["start"]), parse_iso(item["end"])) for item in self._query(DIGESTS)}

    def put_decision(self, at: datetime, run: str, decision: str, why: str, *, replace: bool = True) -> bool:
        """Record what a scheduled run decided, so that silence always has a reason.

        A run has one record: what becomes of it later takes the place of what it decided first. Without `replace` the
        record that is there stays, so that a run repeated does not hide what the first one did; then it is False.
        """
        record = ("decisions", f"{iso(at)}#{run}", {"decision": decision, "why": why})
        if not replace:
            return self._put_new(*record)
        self._put(*record)
        return True

    def decisions(self, limit: int) -> list[dict[str, Any]]:
        """The newest decision records: `at`, `run`, `decision`, `why`."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": "decisions"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        lines = []
        for item in map(from_item, answer["Items"]):
            at, run = item["sk"].split("#", 1)
            lines.append({"at": at, "run": run, "decision": item["decision"], "why": item["why"]})
        return lines

    # --- items -------------------------------------------------------------------------------------------------------

    def _get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self._client.get_item(TableName=self._table, Key=to_item({"pk": pk, "sk": sk}), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _many(self, keys: Iterable[tuple[str, str]]) -> Iterable[dict[str, Any]]:
        wanted = [to_item({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        for start in range(0, len(wanted), GET_LIMIT):
            yield from batch_get(self._client, self._table, wanted[start : start + GET_LIMIT])

    def _query(self, pk: str) -> Iterable[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": pk}),
            ConsistentRead=True,
        )

    def _put(self, pk: str, sk: str, values: dict[str, Any]) -> None:
        self._client.put_item(TableName=self._table, Item=to_item({"pk": pk, "sk": sk, **values}))

    def _put_new(self, pk: str, sk: str, values: dict[str, Any]) -> bool:
        return holds(
            self._client,
            "put_item",
            TableName=self._table,
            Item=to_item({"pk": pk, "sk": sk, **values}),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def _put_if(
        self, condition: str, values: dict[str, Any], item: dict[str, Any], *, repeatable: bool = False
    ) -> bool:
        return holds(
            self._client,
            "put_item",
            repeatable=repeatable,
            TableName=self._table,
            Item=to_item(item),
            ConditionExpression=condition,
            ExpressionAttributeValues=to_item(values),
        )


def _place(mailing: Mailing) -> str:
    """Its place in the list. Another is left of somebody who wanted to create it too and was not the first."""
    return f"{iso(mailing.created_at)}#{mailing.id}"


def _mailing_values(mailing: Mailing) -> dict[str, Any]:
    return {
        "kind": mailing.kind,
        "created_at": iso(mailing.created_at),
        "audience_topics": list(mailing.audience.topics),
        "audience_languages": list(mailing.audience.languages),
        "audience_frequency": mailing.audience.frequency,
        "subject": mailing.subject,
        "articles": list(mailing.articles),
        "body": mailing.body,
        "offer": mailing.offer,
        "preheader": mailing.preheader,
        "language": mailing.language,
        "archive": mailing.archive,
        "doubt": mailing.doubt or None,
        "doubt_wait_minutes": mailing.doubt_wait_minutes or None,
        **course_values(mailing.course),
        "related": list(mailing.related),
    }


def _mailing(mailing: str, item: dict[str, Any]) -> Mailing:
    return Mailing(
        id=mailing,
        kind=Kind(item["kind"]),
        created_at=parse_iso(item["created_at"]),
        audience=Audience(
            tuple(item["audience_topics"]), tuple(item["audience_languages"]), item["audience_frequency"]
        ),
        subject=item["subject"],
        articles=tuple(item["articles"]),
        body=item["body"],
        offer=item["offer"],
        preheader=item["preheader"],
        language=item.get("language", ""),
        archive=item.get("archive"),
        doubt=item.get("doubt", ""),
        doubt_wait_minutes=item.get("doubt_wait_minutes", 0),
        course=course_of(item),
        related=tuple(item["related"]),
    )
