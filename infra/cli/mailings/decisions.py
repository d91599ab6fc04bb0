"""`newsletter decisions` and `aside`: why scheduled runs sent or not, and SES events of unknown kinds."""

from __future__ import annotations

from cli.output import facts, say, table, when
from newsletter.container import app
from newsletter.platform.times import parse_iso


def show_decisions(limit: int) -> int:
    """The newest decisions."""
    zone = app.templates.publication.time_zone
    decisions = app.decisions.newest(limit)
    facts({"decisions": decisions})
    if not decisions:
        say("No scheduled run had anything to decide yet.")
        return 0
    table(
        (f"At ({zone})", "Run", "Decision", "Why"),
        ((when(parse_iso(line["at"]), zone), line["run"], line["decision"], line["why"]) for line in decisions),
    )
    return 0


def show_unknown_events() -> int:
    """SES events that were kept for a person because their kind is unknown. Returns 1 when there are any."""
    zone = app.templates.publication.time_zone
    kept = sorted(app.unknown_events.all(), key=lambda each: each.at)
    facts({"aside": [{"at": each.at, "report": each.content} for each in kept]})
    if not kept:
        say("Nothing was put aside.")
        return 0
    table((f"Since ({zone})", "Report"), ((when(parse_iso(each.at), zone), each.content) for each in kept))
    return 1
