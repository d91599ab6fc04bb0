"""Partition keys of the table Deliveries, spread so that none takes more than half of the writes that AWS gives it.

One partition key takes 1,000 write units a second (AWS, DynamoDB Developer Guide, "Burst and adaptive capacity").

* `<mailing>`: what is written a few times for each mailing: counts of planned shards, whom it leaves out, stored stats
* `<mailing>#<shard>-<page>`: the manifest of a page
* `<mailing>#<place>`: batches with their events, in PLACES places from 00 on
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from zlib import crc32

from newsletter.mailings.planning.batches import FIRST_PLACES, RESEND_SUFFIX

LIFE = timedelta(days=396)
"""How long items are kept: 13 months, so that a year can be compared with the one before."""
PLACES = FIRST_PLACES
"""Places of the batches that are planned from now on. A page is sent batch after batch, so that all that is sent within
a second may be of one shard: places go by batches and not by shards. At 5,000 recipients a second, with their
events and a click of every other, each takes some 250 write units a second.

Whoever changes it leaves the number before in FORMER. Ids of batches say how many there were when they were planned."""
FORMER: tuple[int, ...] = ()
"""Numbers that PLACES was within LIFE."""
IN_TURN = re.compile(r"(?P<page>.*)-(?P<number>[0-9]{1,4})(?:p(?P<places>[0-9]{1,4}))?", re.DOTALL)
"""The id of a batch of a page (batches.py). Ids of automated mailings end in a nonce and not in a number."""


def page_key(mailing: str, shard: str, page: int) -> str:
    """Where the manifest of the page is. It alone takes some 120 write units, and pages follow each other quickly."""
    return f"{mailing}#{shard}-{page}"


def batch_key(mailing: str, batch: str) -> str:
    """Where the batch and its events are. Batches of a page go round the places; pages begin at different ones.

    A resend batch is where its first batch is. One that is of no page is in one of the first places.
    """
    first = batch.removesuffix(RESEND_SUFFIX)
    found = IN_TURN.fullmatch(first)
    places = int(found["places"] or FIRST_PLACES) if found else 0
    if found and places in (FIRST_PLACES, PLACES, *FORMER):
        return _place(mailing, (crc32(found["page"].encode()) + int(found["number"])) % places)
    return _place(mailing, crc32(first.encode()) % FIRST_PLACES)


def batch_keys(mailing: str) -> Iterator[str]:
    """Every place that the mailing may have batches in."""
    return (_place(mailing, place) for place in range(max(FIRST_PLACES, PLACES, *FORMER)))


def keys_of(mailing: str, batches: Iterable[str]) -> list[str]:
    """The places in which those batches are. They are read no further once every place is found."""
    every, found = len(list(batch_keys(mailing))), dict[str, None]()
    for batch in batches:
        found[batch_key(mailing, batch)] = None
        if len(found) == every:
            break
    return list(found)


def _place(mailing: str, place: int) -> str:
    return f"{mailing}#{place:02}"
