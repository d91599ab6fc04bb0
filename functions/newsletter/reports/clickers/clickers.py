"""The people who opened links of a mailing; machines are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mail.mail_links import link_key
from newsletter.mailings.mailing import Mailing
from newsletter.platform.aws.items import GET_LIMIT, side_by_side
from newsletter.platform.errors import InvalidInput
from newsletter.platform.shards import SHARDS
from newsletter.platform.words.said import say
from newsletter.reports.count_mailing import is_large
from newsletter.sending.ledger import BatchRecord

if TYPE_CHECKING:
    from newsletter.container import Container

AT_ONCE = 8 * GET_LIMIT
"""Profiles that are read together."""


class Place(NamedTuple):
    """Where in a mailing somebody is: the ids of batches begin with their shard, and are read in their order."""

    batch: str = ""
    position: int = -1


@dataclass(frozen=True)
class Clicker:
    """Somebody who opened `links` different links (0: the offer alone), for the first time in the hour `opened_at`.

    `email`, `status` and `language` are those of today.
    """

    place: Place
    subscriber: str
    links: int
    opened_at: datetime | None
    email: str = ""
    status: str = ""
    language: str = ""


def clickers_of(
    mailing: Mailing,
    app: Container,
    *,
    link: str = "",
    after: Place | None = None,
    shards: Collection[str] = SHARDS,
    at_once: int = AT_ONCE,
) -> Iterator[Clicker]:
    """The people who opened a link of the mailing, or `link` of it, from after a place on; those of some shards only.

    Somebody who was erased since is left out: nothing says any more who that was. `at_once` profiles
    are read together. Raises InvalidInput (`link`).
    """
    keys = keys_of(link, mailing, app) if link else frozenset()
    return _with_profiles(_found(mailing, app, keys, after or Place(), shards), at_once, app)


def _with_profiles(clickers: Iterator[Clicker], at_once: int, app: Container) -> Iterator[Clicker]:
    while chunk := list(islice(clickers, at_once)):
        parts = [chunk[start : start + GET_LIMIT] for start in range(0, len(chunk), GET_LIMIT)]
        for named in side_by_side(lambda part: _named(part, app), parts):
            yield from named


def keys_of(link: str, mailing: Mailing, app: Container) -> frozenset[str]:
    """The keys of the mailing's links that lead to `link`, as it was written or as a report shows it. Raises
    InvalidInput.
    """
    utm = app.publication.utm
    urls = {link, utm.taken_from(link), *(written for written, target in mailing.relinked if target == link)}
    targets = app.mailings.targets(mailing.id, {link_key(url) for url in urls})
    if not targets:
        raise InvalidInput(
            "link",
            say("{mailing} has no link to {link}; its report lists them", mailing=mailing.id, link=repr(link[:200])),
        )
    return frozenset(targets)


def _found(
    mailing: Mailing, app: Container, keys: Collection[str], after: Place, shards: Collection[str]
) -> Iterator[Clicker]:
    wanted = [shard for shard in sorted(shards) if shard >= after.batch[:1]] if is_large(mailing, app) else [""]
    for shard in wanted:
        records = {record.batch.id: record for record in app.deliveries.records(mailing.id, shard)}
        for _, record in sorted(records.items()):
            first = records.get(record.batch.original_id)
            for clicker in _of_batch(mailing, record, keys, app):
                again = first is not None and _opened(first, clicker.subscriber)
                if clicker.place > after and not again:
                    yield clicker


def _of_batch(mailing: Mailing, record: BatchRecord, keys: Collection[str], app: Container) -> Iterator[Clicker]:
    people = {position: mark for position, mark in record.visits.items() if mark.person}
    if not people:
        return
    outline = app.mailings.outline(mailing.id, record.batch.variant)
    links = outline.links if outline else ()
    places = {place for place, key in enumerate(links) if key in keys}
    for position, mark in sorted(people.items()):
        if not keys or places & mark.people:
            subscriber = record.batch.recipients[position]
            yield Clicker(Place(record.batch.id, position), subscriber, len(mark.people), mark.read_at)


def _opened(record: BatchRecord, subscriber: str) -> bool:
    """Whether the first of two mails to the same reader has them already."""
    return any(mark.person and record.batch.recipients[place] == subscriber for place, mark in record.visits.items())


def _named(clickers: Iterable[Clicker], app: Container) -> list[Clicker]:
    clickers = list(clickers)
    readers = app.subscribers.many(clicker.subscriber for clicker in clickers)
    return [
        replace(clicker, email=reader.email, status=reader.status.value, language=reader.language)
        for clicker in clickers
        if (reader := readers.get(clicker.subscriber))
    ]
