"""`newsletter campaign send`: a file to an audience, once."""

from __future__ import annotations

from pathlib import Path

from cli.campaign_file import CampaignFile, read_campaign
from cli.check_campaign import check_campaign
from cli.confirm import agreed
from cli.output import say, when
from newsletter.container import app
from newsletter.mailings.campaign import checked, readers_of, start_campaign, started_before
from newsletter.mailings.control.set_status import in_words
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.initial_status import initial_status
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import Conflict, EmptyAudience, InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.reports.descriptions import audience_in_words, count_in_words, status_in_words


def send(path: Path, *, yes: bool) -> int:
    """Show what will be sent to whom, ask, and start it. The same file again sends nothing and is no error."""
    file = read_campaign(path)
    now = whole_seconds(app.now())
    publication = app.templates.publication
    try:
        mailing = checked(file.campaign, publication, now)
        known = started_before(mailing, app)
    except InvalidInput as wrong:
        raise file.fault(wrong) from wrong
    except Conflict as taken:
        text = f"a campaign {file.campaign.name} was sent with another text; choose another name"
        raise file.fault(InvalidInput("name", text)) from taken
    status = None
    if known is None:
        if check_campaign(path, app.settings.templates, app.settings.public_url):
            say("Nothing was sent.")
            return 1
        say()
        try:
            readers = readers_of(mailing, app)
        except EmptyAudience as nobody:
            raise file.fault(nobody) from nobody
        status = initial_status(mailing.id, readers, app, now=now)
        _show(file, mailing)
        if not yes and not agreed("Send it now?", "to send"):
            say("Nothing was sent.")
            return 1
    # Also for a known campaign: had its start been interrupted, this completes it.
    mailing, created = start_campaign(file.campaign, app, now=now, status=status)
    if created:
        say(f"Started {mailing.id}. See how it goes: newsletter mailing show {mailing.id}")
        if words := status_in_words(mailing.status):
            say(f"{words}.")
    else:
        then = when(mailing.created_at, publication.time_zone)
        say(f"{mailing.id} was started on {then} and is {in_words(mailing.status)}; nothing is sent again.")
    return 0


def _show(file: CampaignFile, mailing: Mailing) -> None:
    publication = app.templates.publication
    readers = count_audience(mailing.audience, mailing.created_at.date(), app)
    text = app.templates.markdown(mailing.body)[1]
    say(f"Name:     {file.campaign.name}")
    say(f"Subject:  {mailing.subject}")
    if mailing.preheader:
        say(f"Preview:  {mailing.preheader}")
    if mailing.offer:
        say(f"Offer:    {mailing.offer}")
    say(f"To:       {audience_in_words(mailing, publication)}: {count_in_words(readers)}")
    say(f"From:     {publication.sender.name} <{publication.sender.address}>")
    say(f"\n{_indented(text)}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip().split("\n"))
