"""Visits to the links of subscribers' mails, in the Subscribers table, kept as long as the publication says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsletter.leads.visits.evidence import NOT_OPENED, Trace, Visit, VisitKind
from newsletter.leads.visits.visit_entries import entries_of, hour_of, start_of, visits_of
from newsletter.platform.aws.items import Item, change, conditional, from_item, holds, pages, to_item
from newsletter.platform.times import iso
from newsletter.readers.profiles.records_store import VISIT
from newsletter.readers.subscriber import CurrentSubscriber
from newsletter.sending.feedback.delivery_times import Moments

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_VISITS = 400
"""Visits of one reader to one mailing that are kept of an hour: ten scanners that open every link of a long mail."""
MOST_OTHERS = 500
"""The same where one of them is no link: a scanner that never ends must not keep a press out."""
MOST_SOURCES = 60
"""Different senders of them in one write, and once there are so many the last. Each may have 2 KB, so that an item
stays below what DynamoDB takes (400 KB)."""

MomentsOf = Callable[[str, Iterable[str]], Mapping[str, Moments]]


class Visits:
    """One item per reader, mailing and hour: visits are added to sets, in any order and as often as they come.

    Each expires `life` after its hour. `reader_of` gives the reader of today to whom an id belongs, `moments_of` when
    the mails of batches were sent and delivered.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        life: timedelta,
        reader_of: Callable[[str], CurrentSubscriber],
        moments_of: MomentsOf,
    ) -> None:
        self._client = client
        self._table = table
        self._life = life
        self._reader_of = reader_of
        self._moments_of = moments_of

    def add(
        self, subscriber: str, mailing: str, visits: Iterable[Visit], batch: str, position: int, now: datetime
    ) -> bool:
        """Keep what may be kept of these visits, with a write for each hour of them. False if that is nothing.

        It goes to whom the subscriber is today. Nothing is kept of who was erased; of who does not allow it, only
        presses and answers: with them they ask to be contacted, and a verdict on that must be possible later.
        """
        return self.keep(self._reader_of(subscriber), mailing, visits, [(batch, position)], now)

    def keep(
        self,
        reader: CurrentSubscriber,
        mailing: str,
        visits: Iterable[Visit],
        mails: Iterable[tuple[str, int]],
        now: datetime,
    ) -> bool:
        """The same for a reader who is known as of today; `mails` are the places that the links were sent to."""
        hours: dict[str, list[Visit]] = {}
        for visit in visits:
            if _may_be_kept(visit, reader) and start_of(hour_of(visit)) + self._life > now:
                hours.setdefault(hour_of(visit), []).append(visit)
        places = {f"{batch}~{position}" for batch, position in mails}
        return sum(self._add(reader.id, mailing, hour, found, places) for hour, found in hours.items()) > 0

    def trace_of(self, subscriber: str, mailing: str, moments_of: MomentsOf | None = None) -> Trace:
        """Every visit of the reader to the mailing, and when it was sent and delivered, as far as that is known.

        `moments_of` is for whoever asks for many readers at once, and remembers.
        """
        return self._trace(mailing, self._items(subscriber, f"{VISIT}{mailing}#"), moments_of or self._moments_of)

    def of_subscriber(self, subscriber: str) -> dict[str, Trace]:
        """The traces of the reader, by mailing."""
        found: dict[str, list[dict[str, Any]]] = {}
        for item in self._items(subscriber, VISIT):
            found.setdefault(item["record"].split("#")[1], []).append(item)
        return {mailing: self._trace(mailing, items, self._moments_of) for mailing, items in found.items()}

    def shown(self, records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The visits of such records in plain values, for the reader whose they are."""
        found = []
        for record in records:
            _, mailing, hour = record["record"].split("#")
            for visit in visits_of(hour, record["seen"], record["sources"]):
                what = {"mailing": mailing, "at": iso(visit.at), "kind": visit.kind.value, "link": visit.link}
                found.append(what | asdict(visit.evidence))
        return found

    def _add(self, subscriber: str, mailing: str, hour: str, visits: list[Visit], places: set[str]) -> bool:
        """One write, which may be repeated. False where there is no more room in the hour."""
        of_links = all(visit.kind is VisitKind.LINK for visit in visits)
        most = MOST_VISITS if of_links else MOST_OTHERS
        entries, sources = entries_of(sorted(visits, key=lambda visit: visit.at)[:most], MOST_SOURCES)
        key = to_item({"id": subscriber, "record": f"{VISIT}{mailing}#{hour}"})
        written = conditional(
            self._client,
            "update_item",
            repeatable=True,
            TableName=self._table,
            Key=key,
            UpdateExpression="SET expires = :expires ADD seen :seen, sources :sources, mails :mails",
            ConditionExpression="attribute_not_exists(links_full)" if of_links else "attribute_not_exists(all_full)",
            ExpressionAttributeValues=to_item(
                {
                    ":expires": int((start_of(hour) + self._life).timestamp()),
                    ":seen": entries,
                    ":sources": sources,
                    ":mails": places,
                }
            ),
            ReturnValues="ALL_NEW",
        )
        if written.took_place:
            self._close_when_full(key, from_item(written.item))
        return written.took_place

    def _close_when_full(self, key: Item, stored: Mapping[str, Any]) -> None:
        """Note of what the hour has no more room. (Not every stand-in for DynamoDB knows its function `size`.)"""
        seen, sources = len(stored["seen"]), len(stored["sources"])
        full = {
            "links_full": seen >= MOST_VISITS or sources >= MOST_SOURCES or None,
            "all_full": seen >= MOST_OTHERS or sources >= 2 * MOST_SOURCES or None,
        }
        if full["links_full"]:
            reached = {name: value for name, value in full.items() if value}
            holds(self._client, "update_item", repeatable=True, TableName=self._table, Key=key, **change(reached))

    def _items(self, subscriber: str, prefix: str) -> Iterator[dict[str, Any]]:
        return pages(
            self._client,
            TableName=self._table,
            KeyConditionExpression="id = :id AND begins_with(#record, :prefix)",
            ExpressionAttributeNames={"#record": "record"},
            ExpressionAttributeValues=to_item({":id": subscriber, ":prefix": prefix}),
            ConsistentRead=True,
        )

    @staticmethod
    def _trace(mailing: str, items: Iterable[dict[str, Any]], moments_of: MomentsOf) -> Trace:
        visits: list[Visit] = []
        mails: dict[str, int] = {}
        for item in items:
            visits += visits_of(item["record"].rpartition("#")[2], item["seen"], item["sources"])
            mails |= {batch: int(position) for batch, position in (mail.split("~") for mail in item["mails"])}
        visits.sort(key=lambda visit: visit.at)
        known = moments_of(mailing, sorted(mails)) if mails else {}
        sent = sorted(moments.sent_at for moments in known.values())
        times = (moments.delivered.get(mails[batch]) for batch, moments in known.items())
        delivered = sorted(at for at in times if at is not None)
        return Trace(tuple(visits), _before(delivered, visits), _before(sent, visits))


def _may_be_kept(visit: Visit, reader: CurrentSubscriber) -> bool:
    return not reader.erased and (reader.may_be_tracked or visit.kind in NOT_OPENED)


def _before(times: list[datetime], visits: list[Visit]) -> datetime | None:
    """Of a mail that was sent twice, the last time before the first visit; else the first time, or None."""
    earlier = [at for at in times if visits and at <= visits[0].at]
    return earlier[-1] if earlier else next(iter(times), None)
