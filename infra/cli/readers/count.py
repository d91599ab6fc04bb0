"""`newsletter subscribers count`: how many get mail, by what they chose."""

from __future__ import annotations

import json

from cli.output import say, table
from newsletter.container import app
from newsletter.overview.count_readers import count_readers
from newsletter.reports.descriptions import topic_label


def show(*, as_json: bool) -> int:
    """The numbers."""
    found = count_readers(app)
    if as_json:
        print(json.dumps(found.as_json, ensure_ascii=False, indent=2))
        return 0
    say(f"{found.active:,} readers get mail.")
    if not found.complete:
        say(f"By choice, of the first {found.read:,}:")
    publication = app.templates.publication
    rows = [("every topic", found.every_topic)]
    rows += [(topic_label(key, publication), number) for key, number in found.topics.most_common()]
    rows += [*found.languages.most_common(), *found.frequencies.most_common()]
    table(("", "Readers"), ((name, f"{number:,}") for name, number in rows), numbers=("Readers",))
    return 0
