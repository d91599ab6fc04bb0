"""The parts of a report on the terminal: by topic, language and reader, why mails came back and why readers left."""

from __future__ import annotations

from collections.abc import Sequence

from cli.output import say, table
from newsletter.container import app
from newsletter.reports.groups.groups import Groups
from newsletter.reports.words.bounce_words import bounce_groups
from newsletter.reports.words.group_words import NamedCount, by_language, by_reader, by_topic, why_they_left

COUNTS = ("Sent", "People", "Left")


def print_groups(groups: Groups) -> None:
    """A table for each part that has more than one line, and for what went wrong."""
    _print_counts("Topic", by_topic(groups, app, "en"), least=1)
    _print_counts("Language", by_language(groups))
    _print_counts("Readers", by_reader(groups))
    if reasons := why_they_left(groups, app):
        say()
        table(("Why they left", "People"), ((words, f"{number:,}") for words, number in reasons), ("People",))
    if came_back := bounce_groups(groups.bounces):
        say()
        table(
            ("Why mails came back", "Mails", "What follows", "As SES reports it"),
            (
                (group.name, f"{group.mails:,}", "no more mail" if group.for_good else "tried again", group.codes)
                for group in came_back
            ),
            ("Mails",),
        )


def _print_counts(head: str, rows: Sequence[NamedCount], *, least: int = 2) -> None:
    if len(rows) >= least:
        say()
        table((head, *COUNTS), ((name, *(f"{number:,}" for number in counted)) for name, counted in rows), COUNTS)
