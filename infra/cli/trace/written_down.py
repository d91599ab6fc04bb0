"""What was written down of decisions and of what people did, as far as it names one of the ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cli.trace.log_lines_client import has
from cli.trace.story import Part, Story, Told, quoted, told
from newsletter.platform.times import parse_iso

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_DECISIONS, MOST_ACTS = 2_000, 2_000
"""So many are read back from the present, whomever they are about."""
PAGE = 100


def tell(story: Story, first: datetime, now: datetime, app: Container) -> None:
    """Add the decisions and the audit lines since `first`."""
    story.add(_decisions(story, first, app))
    story.add(_acts(story, first, now, app))


def _names(text: str, ids: Collection[str]) -> bool:
    return any(has(text, name) for name in ids)


def _decisions(story: Story, first: datetime, app: Container) -> Iterator[Told]:
    before = ""
    for _ in range(MOST_DECISIONS // PAGE):
        found = app.decisions.newest(PAGE, before)
        for line in found:
            at = parse_iso(line["at"])
            if at < first:
                return
            if _names(line["run"], story.ids) or _names(line["why"], [each for each in story.ids if "-" in each]):
                why = f": {quoted(line['why'])}" if line["why"] else ""
                yield told(at, Part.DECISION, f"{line['run']}: {line['decision']}{why}")
        if len(found) < PAGE:
            return
        before = f"{found[-1]['at']}#{found[-1]['run']}"
    story.left_out.append(f"decisions before {before.partition('#')[0]}: the newest {MOST_DECISIONS:,} were looked at")


def _acts(story: Story, first: datetime, now: datetime, app: Container) -> Iterator[Told]:
    """Months from the present back."""
    read, year, month = 0, now.year, now.month
    while (year, month) >= (first.year, first.month):
        cursor: str | None = ""
        while cursor is not None:
            page = app.audit.page(f"{year}-{month:02}", PAGE, cursor, now=now)
            for line in page.lines:
                if line.at >= first and _names(line.what, story.ids):
                    refused = f"; refused: {quoted(line.refused)}" if line.refused else ""
                    yield told(line.at, Part.AUDIT, f"{line.who}, by {line.via}: {line.act} ({line.what}){refused}")
            read, cursor = read + PAGE, page.cursor
            if read >= MOST_ACTS and (cursor or (year, month) > (first.year, first.month)):
                story.left_out.append(f"what people did before {year}-{month:02}; `newsletter audit --month` has it")
                return
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
