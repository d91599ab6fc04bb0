"""Partition keys of the table Deliveries, spread so that none takes more than half of the writes that AWS gives it.

One partition key takes 1,000 write units a second (AWS, DynamoDB Developer Guide, "Burst and adaptive capacity").

* `<mailing>`: what is written a few times for each mailing: counts of planned shards, whom it leaves out, stored stats
* `<mailing>#<shard>-<page>`: the manifest of a page
* `<mailing>#<place>`: batches with their events, in PLACES places from 00 on
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

from newsletter.mailings.planning.batches import RESEND_SUFFIX

LIFE = timedelta(days=396)
"""How long items are kept: 13 months, so that a year can be compared with the one before."""
PLACES = 32
"""Places of a mailing's batches. A page is sent batch after batch, so that all that is sent within a second may be of
one shard: places go by batches and not by shards. At 5,000 recipients a second, with their events and a click of every
other, each takes some 250 write units a second. Another number needs another id for the mailings that follow."""


def page_key(mailing: str, shard: str, page: int) -> str:
    """Where the manifest of the page is. It alone takes some 120 write units, and pages follow each other quickly."""
    return f"{mailing}#{shard}-{page}"


def batch_key(mailing: str, batch: str) -> str:
    """Where the batch and its events are. Batches of a page go round the places; pages begin at different ones.

    A resend batch is where its first batch is. Ids of automated mailings end in a nonce and not in a number.
    """
    first = batch.removesuffix(RESEND_SUFFIX)
    page, _, number = first.rpartition("-")
    in_turn = number.isdecimal() and len(number) < len("10000")
    return _place(mailing, crc32(page.encode()) + int(number) if in_turn else crc32(first.encode()))


def batch_keys(mailing: str) -> Iterator[str]:
    """Every place of the mailing's batches."""
    return (_place(mailing, place) for place in range(PLACES))


def _place(mailing: str, number: int) -> str:
    return f"{mailing}#{number % PLACES:02}"
