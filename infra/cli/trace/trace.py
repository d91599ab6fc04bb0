"""`newsletter trace ID`."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from cli.output import say, table
from cli.trace import mailing_story, reader_story, written_down
from cli.trace.find import find
from cli.trace.log_lines_client import search
from cli.trace.since import read_since
from cli.trace.story import Kind, Part, Story, told
from newsletter.container import app
from newsletter.platform.times import iso

LOGS_BACK = timedelta(days=7)
"""So far back logs are searched without --since: CloudWatch reads through every line of the time that is asked for."""
HOW_LONG = "%Y-%m-%d %H:%M:%S"


def trace(text: str, since: str, *, as_json: bool) -> int:
    """Tell what happened to whatever has the id."""
    now = app.now()
    zone = app.templates.publication.time_zone
    first = read_since(since, now, zone)
    kind, name, mailing = find(text, app, now)
    story = _told_by_tables(kind, name, mailing, now)
    written_down.tell(story, first or min(story.begins(now), now - LOGS_BACK), now, app)
    _tell_logs(story, first, now, batch=name if kind is Kind.BATCH else "")
    lines = story.ordered(first)
    if as_json:
        print(json.dumps(_as_json(story, first, lines), ensure_ascii=False, indent=2))
        return 0
    say(f"{story.kind.value} {story.id}")
    table(
        (f"At ({zone})", "What", ""),
        ((f"{line.at.astimezone(zone):{HOW_LONG}}", line.part.value, line.text) for line in lines),
    )
    if story.left_out:
        say("\nLeft out:")
    for each in story.left_out:
        say(f"    {each}")
    return 0


def _told_by_tables(kind: Kind, name: str, mailing: str, now: datetime) -> Story:
    story = Story(kind, f"{mailing}/{name}" if mailing else name, [name])
    match kind:
        case Kind.SUBSCRIBER:
            reader_story.tell(story, name, app, now)
        case Kind.LEAD:
            reader_story.tell_way_to_lead(story, name, app, now)
        case Kind.MAILING:
            mailing_story.tell_mailing(story, name, app, now)
        case Kind.BATCH:
            mailing_story.tell_batch(story, mailing, name, app, now)
    return story


def _tell_logs(story: Story, since: datetime | None, now: datetime, *, batch: str) -> None:
    """Log lines; with `batch`, only those about it."""
    import boto3

    first = since or now - LOGS_BACK
    if since is None and story.begins(now) < first:
        story.left_out.append(f"logs before {iso(first)}; --since tells how far back to search them")
    found = search(boto3.client("logs"), app.settings.secrets_path, story.ids, first, now, batch)
    story.add(told(line.at, Part.LOG, f"{line.function}: {line.text}") for line in found.lines)
    story.left_out += found.left_out


def _as_json(story: Story, since: datetime | None, lines: Any) -> dict[str, Any]:
    return {
        "id": story.id,
        "kind": story.kind.value,
        "since": iso(since) if since else None,
        "lines": [line.as_json for line in lines],
        "left_out": story.left_out,
    }
