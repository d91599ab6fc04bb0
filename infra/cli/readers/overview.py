"""`newsletter overview`: what goes out next, what waits, how the list grows, how mails arrive."""

from __future__ import annotations

import json
from datetime import datetime

from cli.output import say, table, when
from newsletter.container import app
from newsletter.overview.overview import overview
from newsletter.platform.times import whole_seconds


def show(*, as_json: bool) -> int:
    """The start page of the console, in lines."""
    zone = app.templates.publication.time_zone

    def clock(moment: datetime) -> str:
        return when(moment, zone)

    found = overview(whole_seconds(app.now()), app, clock)
    if as_json:
        print(json.dumps(found.as_json, ensure_ascii=False, indent=2))
        return 0
    say(f"{found.readers:,} readers get mail.")
    for each in found.next:
        say(f"Next {each.frequency.value} digest: {clock(each.at)} ({zone}), {len(each.articles)} articles so far")
    for draft in found.scheduled:
        if draft.send_at:
            say(f"Campaign “{draft.campaign.subject}”: {clock(draft.send_at)} ({zone})")
    if found.warm_up:
        say(found.warm_up.in_words)
    say("Waits for somebody:" if found.waiting else "Nothing waits for anybody.")
    for waits in found.waiting:
        say(f"  {waits.what}")
    if not found.growth.complete:
        say("So much happened that not all was counted: there is at least this much.")
    names = ("joined", "left", "bounced", "complained")
    table(
        ("Week", *(name.capitalize() for name in names)),
        ((week.week, *(f"{getattr(week, name):,}" for name in names)) for week in reversed(found.growth.weeks)),
        numbers=tuple(name.capitalize() for name in names),
    )
    for what, number, rate, ours, theirs in found.delivery.rows:
        say(f"{what} in 24 hours: {number:,} ({rate:.3g} %; we stop at {ours:g} %, SES looks into it at {theirs:g} %)")
    return 0
