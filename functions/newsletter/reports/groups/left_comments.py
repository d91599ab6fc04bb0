"""What readers wrote when they left with a mail, without who they are."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from newsletter.mailings.mailing import Mailing
from newsletter.platform.aws.items import GET_LIMIT
from newsletter.platform.redaction import redacted, without_links
from newsletter.platform.shards import SHARDS
from newsletter.readers.unsubscribe import IN_WORDS, REASONS
from newsletter.reports.count_mailing import is_large
from newsletter.reports.groups.groups import Groups

if TYPE_CHECKING:
    from newsletter.container import Container

FEWEST = 5
"""Readers who must have written something, so that nobody can tell who wrote what."""
PLACE = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)
"""A cursor: the id of a batch."""
SEARCH_SECONDS = 8.0
"""Seconds to search for them: in a mailing to a million they are few and far apart."""


class Comments(NamedTuple):
    """Texts in alphabetical order, and the cursor if there may be more. `few`: too few wrote something to be told."""

    texts: list[str]
    cursor: str | None = None
    few: bool = False


def left_comments(mailing: Mailing, groups: Groups, app: Container, *, after: str = "") -> Comments:
    """What readers wrote who left with this mailing, from after the cursor `after` on (the id of a batch).

    Their addresses, and addresses and links in what they wrote, are left out. Whoever came back, or was erased, has
    taken their words along.
    """
    if groups.in_words < FEWEST:
        return Comments([], few=groups.in_words > 0)
    stop, found, cursor = time.monotonic() + SEARCH_SECONDS, [], None
    for batch, subscribers in _who_wrote(mailing, after, app):
        found += subscribers
        if len(found) >= GET_LIMIT // 2 or time.monotonic() > stop:
            cursor = batch
            break
    texts = [_words(why) for why in app.reader_list.reasons(found[:GET_LIMIT])]
    return Comments(sorted(filter(None, texts), key=str.casefold), cursor)


def _who_wrote(mailing: Mailing, after: str, app: Container) -> Iterator[tuple[str, list[str]]]:
    """Batches with the readers who left with them and wrote something, in the order of their ids."""
    shards = [shard for shard in sorted(SHARDS) if shard >= after[:1]] if is_large(mailing, app) else [""]
    for shard in shards:
        for record in sorted(app.deliveries.records(mailing.id, shard), key=lambda each: each.batch.id):
            if record.batch.id > after:
                wrote = [at for at, why in record.left_why.items() if why.endswith(IN_WORDS)]
                yield record.batch.id, [record.batch.recipients[at] for at in sorted(wrote)]


def _words(why: str) -> str:
    chosen, _, words = why.partition(": ")
    return redacted(without_links(words if chosen in REASONS else why))
