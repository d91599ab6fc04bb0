"""`newsletter digest preview`: the next digest as one reader would get it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cli.faults import Fault
from cli.output import facts, say, when
from newsletter.container import app
from newsletter.mail.mail_links import without_canary
from newsletter.mail.placeholders import substitute
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.overview.digest_for_reader import (
    DigestPreview,
    preview_for_choices,
    preview_for_reader,
    read_preview_choices,
)
from newsletter.platform.times import iso, whole_seconds
from newsletter.readers.manage.find import find_by_address


def preview(address: str, chosen: Mapping[str, str], html: Path | None) -> int:
    """Of the reader with that address, or of somebody with these choices. Returns 1 where they would get none."""
    if address and any(chosen.values()):
        raise Fault("give the address of a reader, or what somebody chose, and not both")
    now = whole_seconds(app.now())
    if address:
        found = preview_for_reader(find_by_address(address, app), now, app)
    else:
        found = preview_for_choices(read_preview_choices(chosen, app.publication), now, app)
    _print(found)
    if found.mail is None:
        return 1
    if html is not None:
        variant = found.mail.variant
        hello, _ = app.templates.greeting(variant.language, found.name)
        values = dict.fromkeys(variant.placeholders, "preview") | {"hello_html": hello}
        values |= personal_values(variant.placeholders, {})
        html.write_text(substitute(without_canary(variant.html), values), encoding="utf-8")
        say(f"Written: {html}")
    return 0


def _print(found: DigestPreview) -> None:
    subject = substitute(found.mail.variant.subject, {"name": found.name}) if found.mail else ""
    parts = {"articles": found.articles, "more": found.more, "related": found.related}
    facts(
        {
            "period": found.period,
            "at": iso(found.at) if found.at else None,
            "why_none": found.why,
            "subject": subject,
            **{name: [article.id for article in articles] for name, articles in parts.items()},
        }
    )
    if found.at:
        say(f"Due: {when(found.at, app.publication.time_zone)}")
    if found.mail is None:
        say(f"No mail: {found.why}.")
        return
    say(f"Subject: {subject}")
    for words, articles in (("In full", found.articles), ("As links", found.more), ("Older ones", found.related)):
        for article in articles:
            say(f"{words}: {article.title}")
