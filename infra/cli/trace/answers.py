"""What a reader answered to our mails, and what was done with it; never what they wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cli.replies.reply_words import OUTCOMES, fate_in_words, why_in_words
from cli.trace.story import Part, Told, told
from newsletter.replies.reply import Reply

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_LOOKED_AT = 2_000
"""Received mails of the last 30 days that are looked through for those of a reader, the newest."""


def lines_of(ids: Collection[str], app: Container, now: datetime, left_out: list[str]) -> Iterator[Told]:
    """A line for each mail that came from them: as the log has it for 30 days, after that only that they answered."""
    log = app.replies.newest(MOST_LOOKED_AT, now)
    if len(log) == MOST_LOOKED_AT:
        left_out.append(f"received mails before the newest {MOST_LOOKED_AT:,}, but for those of people")
    theirs = {reply.id: reply for reply in log if reply.subscriber in ids}
    for reply in theirs.values():
        yield told(reply.at, Part.ANSWER, _in_words(reply))
    for kept in (kept for each in ids for kept in app.reader_data.of(each).replies):
        if kept.id not in theirs:
            yield told(kept.at, Part.ANSWER, f"{kept.mailing or 'no mailing'}: answered, received mail {kept.id}")


def _in_words(reply: Reply) -> str:
    lead = f"; lead {reply.lead}" if reply.lead else ""
    what = f"taken for {OUTCOMES[reply.outcome]} ({why_in_words(reply)}); {fate_in_words(reply)}{lead}"
    return f"{reply.mailing or 'no mailing'}: received mail {reply.id}, {what}"
