"""`newsletter campaign send`: a file to an audience, once."""

from __future__ import annotations

import getpass
from pathlib import Path

from cli.checks.campaign import report_faults
from cli.confirm import agreed
from cli.mailings.campaign_file import CampaignFile, read_campaign
from cli.output import say, when
from newsletter.container import app
from newsletter.mail.templates import Templates
from newsletter.mailings.audience.words import left_out_in_words
from newsletter.mailings.campaign import prepare_campaign
from newsletter.mailings.control.set_status import state_in_words
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.launch import Prepared, from_whom, launch
from newsletter.platform.errors import Conflict, EmptyAudience, InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.reports.descriptions import audience_in_words, count_in_words
from newsletter.reports.words.certificate_words import status_in_words


def send(path: Path, *, yes: bool) -> int:
    """Show what will be sent to whom, ask, and start it. The same file again sends nothing and is no error."""
    file = read_campaign(path).with_audience(app)
    prepared = _prepared(file)
    if not prepared.known:
        if not report_faults(file, prepared.mailing, prepared.faults, app.settings.templates, app.settings.public_url):
            say("Nothing was sent.")
            return 1
        say()
        try:
            prepared.check()
        except EmptyAudience as nobody:
            raise file.fault(nobody) from nobody
        _show(file, prepared)
        if not yes and not agreed("Send it now?", "to send"):
            say("Nothing was sent.")
            return 1
    # Also for a campaign that exists: this completes a start that was interrupted.
    launched = launch(from_whom(prepared, Origin(f"{getpass.getuser()}, at the command line")), app)
    mailing = launched.mailing
    if launched.created:
        say(f"Started {mailing.id}. See how it goes: newsletter mailing show {mailing.id}")
        if words := status_in_words(mailing.status):
            say(f"{words}.")
    else:
        then = when(mailing.created_at, app.templates.publication.time_zone)
        say(f"{mailing.id} was started on {then} and is {state_in_words(mailing.status)}; nothing is sent again.")
    return 0


def _prepared(file: CampaignFile) -> Prepared:
    """The campaign as it would start now; faults in a template are told with their lines. Raises Fault."""
    with_sources = Templates(app.settings.templates, app.settings.public_url, with_sources=True)
    try:
        return prepare_campaign(file.campaign, app.but(templates=with_sources), now=whole_seconds(app.now()))
    except InvalidInput as wrong:
        raise file.fault(wrong) from wrong
    except Conflict as taken:
        text = f"a campaign {file.campaign.name} was sent with another text; choose another name"
        raise file.fault(InvalidInput("name", text)) from taken


def _show(file: CampaignFile, prepared: Prepared) -> None:
    publication, mailing = app.templates.publication, prepared.mailing
    text = app.templates.markdown(mailing.body)[1]
    say(f"Name:     {file.campaign.name}")
    for each in mailing.with_each_subject:
        say(f"Subject:  {each.subject}")
        if each.preheader:
            say(f"Preview:  {each.preheader}")
    if ab := mailing.ab:
        part = f"{ab.share:.0%} of the readers get one of these"
        say(f"Test:     {part}; after {ab.hours} h the best one goes to the rest")
    if mailing.offer:
        say(f"Offer:    {mailing.offer}")
    audience = audience_in_words(mailing, publication)
    say(f"To:       {audience}: {count_in_words(prepared.readers)}" if prepared.readers else f"To:       {audience}")
    if prepared.readers and (out := left_out_in_words(prepared.readers.left_out, publication)):
        say(f"Left out: {out}")
    say(f"From:     {publication.sender.name} <{publication.sender.address}>")
    say(f"\n{_indented(text)}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip().split("\n"))
