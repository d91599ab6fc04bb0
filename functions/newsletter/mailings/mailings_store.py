"""Mailings, their variants and their link targets, in the Content table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mail.writing.blocks import Card
from newsletter.mail.writing.personal_fields import template_without_fields
from newsletter.mailings.audience.written import rule_from, stored_rule
from newsletter.mailings.drafts.origin import from_stored
from newsletter.mailings.experiments.experiments_store import experiment_fields, experiment_values
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.mailings.status_store import UNFINISHED, status_of, status_values
from newsletter.platform.aws.items import change, holds, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAILINGS = "mailings"
"""Partition of the Content table with one line per mailing, in the order of their creation."""
MAX_VARIANTS = 50
"""Variants cached in memory, at most 100 kB each."""
MAX_OUTLINES = 2_000
"""Outlines cached in memory, about 1 kB each."""
RELINKED = "relinked_"
"""Begins the attributes of a mailing with corrected links; the link's key follows."""
OUTLINE = "outline"
"""Sort key of a variant's outline, in the variant's partition."""


@dataclass(frozen=True)
class VariantOutline:
    """A variant without its text; `links` are the keys of its links in alphabetical order."""

    language: str
    subject: str
    links: tuple[str, ...]


class Mailings(TableStore):
    """A mailing, each of its variants and each of its links have a partition of their own. Variants are cached.

    Planners write variants all at once when they begin, tens of units each; and a link is read at every click.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        super().__init__(client, table)
        self._variants: dict[tuple[str, str], Variant] = {}
        self._outlines: dict[tuple[str, str], VariantOutline] = {}

    def create(self, mailing: Mailing) -> bool:
        """Store a new mailing; False when its id is taken. Its lines in the two lists are written in any case."""
        if mailing.kind.automated:
            # Callers check for the item of an automated mailing only, so its line in the list must be written first.
            self._add_to_list(mailing)
        created = self._put_new(f"mailing#{mailing.id}", "mailing", _mailing_values(mailing))
        kept = mailing if created else self.get(mailing.id)
        if kept is not None and not (kept.kind.automated and created) and not kept.nobody:
            self._add_to_list(kept)
            if not (kept.kind.automated or kept.status.state.is_final):
                self._put(UNFINISHED, kept.id, {})
        return created

    def _add_to_list(self, mailing: Mailing) -> None:
        self._put(MAILINGS, _list_key(mailing), {"mailing": mailing.id})

    def hide(self, mailing: Mailing) -> None:
        """Take a mailing that has no recipient out of the list; doing it twice is harmless."""
        key = to_item({"pk": f"mailing#{mailing.id}", "sk": "mailing"})
        self._client.update_item(TableName=self._table, Key=key, **change({"nobody": True}))
        line = to_item({"pk": MAILINGS, "sk": _list_key(mailing)})
        self._client.delete_item(TableName=self._table, Key=line)

    def get(self, mailing: str) -> Mailing | None:
        """The mailing of that id."""
        item = self._get(f"mailing#{mailing}", "mailing")
        return _mailing(mailing, item) if item else None

    def some(self, mailings: Iterable[str]) -> dict[str, Mailing]:
        """The mailings of those ids that exist, by id."""
        found = self._many((f"mailing#{mailing}", "mailing") for mailing in mailings)
        return {each.id: each for each in (_mailing(item["pk"].partition("#")[2], item) for item in found)}

    def newest(self, limit: int) -> list[Mailing]:
        """The newest `limit` mailings, the newest first."""
        lines = self._last(MAILINGS, limit)
        found = [(line["sk"], self.get(line["mailing"])) for line in lines]
        return [mailing for place, mailing in found if mailing is not None and place == _list_key(mailing)]

    def older(self, place: str, limit: int) -> list[tuple[str, Mailing]]:
        """At most `limit` (up to 100) mailings older than the cursor `place`, the newest first, each with its cursor.

        An empty cursor starts at the newest.
        """
        places = [line["sk"] for line in self._last(MAILINGS, limit, place or "~")]
        mailings = {_list_key(each): each for each in self.some(place.split("#", 1)[1] for place in places).values()}
        return [(place, mailings[place]) for place in places if place in mailings]

    def page(self, place: str, limit: int) -> tuple[list[Mailing], str | None]:
        """At most `limit` mailings older than the cursor `place`, as `older`, and the next page's cursor or None."""
        found: list[tuple[str, Mailing]] = []
        while len(found) < limit:
            asked = min(100, limit - len(found))
            lines = self.older(place, asked)
            found += lines
            place = lines[-1][0] if lines else ""
            if not lines:
                return [mailing for _, mailing in found], None
        more = self.older(place, 1)
        return [mailing for _, mailing in found], place if more else None

    def put_variant(self, mailing: str, variant: Variant, links: Iterable[tuple[str, str]]) -> None:
        """Store a rendered variant and its link targets (key, url), unless it is stored: links come before it.

        A target that is there already stays: it may have been corrected.
        """
        if self._read_variant(mailing, variant.key) is not None:
            return
        targets = dict(links)
        for key, url in targets.items():
            self._put_new(*_link(mailing, key), {"url": url})
        subject = template_without_fields(variant.subject)
        outline = {"language": variant.language, "subject": subject, "links": sorted(targets)}
        self._put(_variant(mailing, variant.key)[0], OUTLINE, outline)
        self._put(
            *_variant(mailing, variant.key),
            {
                "language": variant.language,
                "subject": variant.subject,
                "html": variant.html,
                "text": variant.text,
                "placeholders": list(variant.placeholders),
            },
        )

    def variant(self, mailing: str, key: str) -> Variant | None:
        """The variant of that key, or None. The key is a hash of the content, so a cached variant cannot be stale."""
        if (mailing, key) not in self._variants:
            variant = self._read_variant(mailing, key)
            if variant is None:
                return None
            if len(self._variants) >= MAX_VARIANTS:
                self._variants.clear()
            self._variants[mailing, key] = variant
        return self._variants[mailing, key]

    def outline(self, mailing: str, key: str) -> VariantOutline | None:
        """What reports need to know of the variant of that key, or None; cached."""
        known = self._outlines.get((mailing, key))
        if known is None:
            item = self._get(_variant(mailing, key)[0], OUTLINE)
            if item is None:
                return None
            if len(self._outlines) >= MAX_OUTLINES:
                self._outlines.clear()
            known = VariantOutline(item["language"], item["subject"], tuple(item["links"]))
            self._outlines[mailing, key] = known
        return known

    def _read_variant(self, mailing: str, key: str) -> Variant | None:
        item = self._get(*_variant(mailing, key))
        if item is None:
            return None
        return Variant(item["language"], item["subject"], item["html"], item["text"], tuple(item["placeholders"]))

    def link(self, mailing: str, key: str) -> str | None:
        """The URL of a mailing's link, or None."""
        item = self._get(*_link(mailing, key))
        return str(item["url"]) if item else None

    def relink(self, mailing: str, key: str, written: str, target: str, by: str, at: datetime) -> bool:
        """Let a link lead to another target, and keep who did so and when; False if the mailing has no such link.

        `written` is the link's URL as it was written; with the mailing it is kept for whoever renders it again.
        """
        link, of_mailing = (
            to_item({"pk": pk, "sk": sk}) for pk, sk in (_link(mailing, key), (f"mailing#{mailing}", "mailing"))
        )
        there = "attribute_exists(#pk)"
        corrected = change({"url": target, "corrected_by": by, "corrected_at": iso(at)}, condition=there)
        if not holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=link, **corrected):
            return False
        kept = change({f"{RELINKED}{key}": [written, target]}, condition=there)
        return holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=of_mailing, **kept)

    def take_out(self, mailing: str, taken_out: bool) -> bool:  # noqa: FBT001 (the value that is stored)
        """Take the mailing out of the archive, or put it back; False if there is no such mailing."""
        key = to_item({"pk": f"mailing#{mailing}", "sk": "mailing"})
        kept = change({"taken_out": taken_out or None}, condition="attribute_exists(#pk)")
        return holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=key, **kept)

    def targets(self, mailing: str, keys: Iterable[str]) -> dict[str, str]:
        """The URLs of those links of the mailing, by key."""
        found = self._many(_link(mailing, key) for key in keys)
        return {item["pk"].rpartition("#")[2]: str(item["url"]) for item in found}


def _variant(mailing: str, key: str) -> tuple[str, str]:
    return f"mailing#{mailing}#variant#{key}", "variant"


def _link(mailing: str, key: str) -> tuple[str, str]:
    return f"mailing#{mailing}#link#{key}", "link"


def _list_key(mailing: Mailing) -> str:
    """Its sort key in the list. A second line for a mailing, with another time, comes of a lost race to create it."""
    return f"{iso(mailing.created_at)}#{mailing.id}"


def _mailing_values(mailing: Mailing) -> dict[str, Any]:
    return {
        "kind": mailing.kind,
        "created_at": iso(mailing.created_at),
        "audience": stored_rule(mailing.audience),
        "subject": mailing.subject,
        "articles": list(mailing.articles),
        "body": mailing.body,
        "offer": mailing.offer,
        "preheader": mailing.preheader,
        "language": mailing.language,
        "archive": mailing.archive,
        "doubt": mailing.doubt or None,
        "doubt_wait_minutes": mailing.doubt_wait_minutes or None,
        **status_values(mailing.status),
        **experiment_values(mailing),
        "related": list(mailing.related),
        "cards": [card._asdict() for card in mailing.cards] or None,
        "origin": mailing.origin.stored if mailing.origin else None,
    }


def _pixels(card: dict[str, Any]) -> dict[str, int]:
    return {name: int(card[name]) for name in ("image_width", "image_height")}


def _mailing(mailing: str, item: dict[str, Any]) -> Mailing:
    return Mailing(
        id=mailing,
        kind=Kind(item["kind"]),
        created_at=parse_iso(item["created_at"]),
        audience=rule_from(item["audience"]),
        subject=item["subject"],
        articles=tuple(item["articles"]),
        body=item["body"],
        offer=item["offer"],
        preheader=item["preheader"],
        language=item.get("language", ""),
        archive=item.get("archive"),
        doubt=item.get("doubt", ""),
        doubt_wait_minutes=item.get("doubt_wait_minutes", 0),
        status=status_of(item),
        related=tuple(item["related"]),
        cards=tuple(Card(**{**card, **_pixels(card)}) for card in item.get("cards", ())),
        nobody=item.get("nobody", False),
        taken_out=item.get("taken_out", False),
        origin=from_stored(item.get("origin")),
        **experiment_fields(item),
        relinked=tuple((item[name][0], item[name][1]) for name in sorted(item) if name.startswith(RELINKED)),
    )
