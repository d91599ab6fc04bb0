"""`newsletter campaign new`, `list`, `save`, `schedule`, `test` and the like: campaigns that are not sent yet."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cli.confirm import agreed
from cli.faults import Fault
from cli.mailings.campaign_file import CampaignFile, read_campaign
from cli.output import say, table, when
from newsletter.container import app
from newsletter.mailings.audience.words import left_out_in_words
from newsletter.mailings.campaign import Campaign, validate_campaign, whole_audience
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.drafts import edit_drafts, schedule
from newsletter.mailings.drafts.again import send_again
from newsletter.mailings.drafts.draft import Draft, campaign_values
from newsletter.mailings.drafts.names import with_name
from newsletter.mailings.drafts.try_out import send_test
from newsletter.mailings.mailing import campaign_id
from newsletter.platform.errors import InvalidInput, NewsletterError, NotFound
from newsletter.platform.times import iso, parse_iso, whole_seconds
from newsletter.reports.descriptions import audience_in_words, count_in_words

Result = TypeVar("Result")
WITH_TIME = re.compile(r"\d[T ]\d{2}")
SKELETON = """\
---
subject: {subject}
language: {language}
# name: makes it unique; without it, it is this file's name without .md
# preheader: what an inbox shows after the subject
# topics: [{topic}]
# ab: {{subjects: [One subject, Another one], share: 0.2, hours: 4}}
---
The text, in Markdown. The greeting comes by itself.
"""


def new(path: Path, language: str, topic: str) -> int:
    """Write a file to begin with; never over one that is there."""
    subject = path.stem.replace("-", " ").strip().capitalize() or "Subject"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(SKELETON.format(subject=json.dumps(subject, ensure_ascii=False), language=language, topic=topic))
    except FileExistsError as error:
        raise Fault(f"{path}: there is such a file; give another name") from error
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
    say(f"Wrote {path}. Next: newsletter campaign check {path}")
    return 0


def list_drafts(limit: int, *, as_json: bool) -> int:
    """Print campaigns that were not sent yet."""
    drafts, cursor = edit_drafts.list_drafts(app, cursor="", limit=min(limit, 100))
    if as_json:
        print(json.dumps([_as_json(draft) for draft in drafts], ensure_ascii=False, indent=2))
        return 0
    zone = app.templates.publication.time_zone
    rows = [
        (each.id, each.state, each.campaign.subject or "(empty)", when(each.send_at, zone) if each.send_at else "")
        for each in drafts
    ]
    table(("id", "state", "subject", "goes out"), rows)
    if cursor:
        say("There are older ones: --limit shows more.")
    return 0


def save(path: Path) -> int:
    """Keep the file as a draft, for the console and for colleagues."""
    file = read_campaign(path).with_audience(app)
    draft = _do(lambda: edit_drafts.create_draft(file.campaign, app, by=_me(), now=_now()), file)
    say(f"Kept as {draft.id}. Nothing is sent.")
    return 0


def schedule_campaign(what: str, at: str) -> int:
    """Let a file or a draft go out at a time."""
    send_at = _time(at)
    if what.endswith(".md"):
        file = read_campaign(Path(what)).with_audience(app)
        readers = _do(lambda: _look_at(file.campaign), file)
        scheduled = _do(
            lambda: schedule.schedule_new(file.campaign, send_at, app, by=_me(), now=_now(), readers=readers), file
        )
    else:
        found = _do(lambda: edit_drafts.find_draft(what, app))
        readers = _do(lambda: _look_at(found.campaign))
        scheduled = _do(
            lambda: schedule.schedule_draft(
                what, send_at, app, by=_me(), now=_now(), readers=readers, version=found.version
            )
        )
    draft = scheduled.draft
    for warning in scheduled.warnings:
        say(f"warning: {warning}")
    zone = app.templates.publication.time_zone
    say(f"{draft.campaign.name} goes out at {when(send_at, zone)} ({zone}), within five minutes.")
    say(f"Until then: newsletter campaign unschedule {draft.id}")
    return 0


def send_now(draft: str, *, yes: bool) -> int:
    """Start a draft at once; again, nothing is sent again."""
    found = _do(lambda: edit_drafts.find_draft(draft, app))
    if found.state.is_open:
        mail = _do(lambda: validate_campaign(with_name(found.campaign, app, _now()), app.templates.publication, _now()))
        say(f"To: {audience_in_words(mail, app.templates.publication)}")
        _do(lambda: _look_at(found.campaign))
        if not yes and not agreed(f"Send “{found.campaign.subject}” now?", "to send"):
            say("Nothing was sent.")
            return 1
    version = found.version if found.state.is_open else None  # what was looked at, and nothing that was written since
    launched, faults = _do(lambda: schedule.send_draft(draft, app, by=_me(), now=_now(), version=version))
    for fault in faults:
        say(f"warning: {fault}")
    mailing = launched.mailing.id
    if launched.created:
        say(f"Started {mailing}. See how it goes: newsletter mailing show {mailing}")
    else:
        say(f"{mailing} was started before; nothing is sent again.")
    return 0


def mailing_of(what: str) -> str:
    """The mailing that a campaign became: of its file, of its draft, or by name. Raises Fault if it was not sent."""
    if what.endswith(".md"):
        return campaign_id(read_campaign(Path(what)).campaign.name)
    if not edit_drafts.DRAFT_ID.fullmatch(what):
        return what if app.mailings.get(what) else campaign_id(what)
    draft = _do(lambda: edit_drafts.find_draft(what, app))
    if not draft.mailing or app.mailings.get(draft.mailing) is None:
        raise Fault(f"{what} is {draft.state}; it has a report once it is sent")
    return draft.mailing


def unschedule(draft: str) -> int:
    """Take a scheduled campaign back."""
    _do(lambda: schedule.unschedule_draft(draft, app, by=_me(), now=_now()))
    say(f"{draft} is a draft again; it does not go out.")
    return 0


def test(what: str, to: Sequence[str], language: str) -> int:
    """Send a test mail of a file or a draft."""
    file = read_campaign(Path(what)).with_audience(app) if what.endswith(".md") else None
    campaign = _campaign(what, file)
    tried = _do(lambda: send_test(campaign, to, app, by=_me(), now=app.now(), language=language), file)
    for fault in tried.faults:
        say(f"{'' if fault.blocks else 'warning: '}{fault}")
    for mail in tried.mails:
        say(f"“{mail.variant.subject}” is on its way to {', '.join(mail.to)}. It counts nowhere.")
    return 0


def duplicate(draft: str) -> int:
    """A new draft with the text of a draft, or of a campaign that was sent."""
    copy = _do(lambda: edit_drafts.duplicate_draft(draft, app, by=_me(), now=_now()))
    say(f"{copy.id} is the copy.")
    return 0


def delete(draft: str) -> int:
    """Delete a draft."""
    _do(lambda: edit_drafts.delete_draft(draft, app))
    say(f"{draft} is deleted.")
    return 0


def again(mailing: str, subject: str, preheader: str, at: str, *, keep: bool, yes: bool) -> int:
    """Send a campaign again, to those who did not click; or keep or schedule that."""
    send_at = _time(at) if at else None
    if send_at:
        _do(lambda: schedule.require_time(send_at, _now()))
    draft = _do(lambda: send_again(mailing, subject, app, by=_me(), now=_now(), preheader=preheader))
    if keep:
        say(f"Kept as {draft.id}. Nothing is sent.")
        return 0
    if send_at:
        return schedule_campaign(draft.id, at)
    done = send_now(draft.id, yes=yes)
    if done:
        delete(draft.id)
    return done


def _look_at(campaign: Campaign) -> int:
    """Print to how many it would go now; if that changes by more than a tenth until then, it is held."""
    today = app.now().astimezone(app.publication.time_zone).date()
    count = count_audience(whole_audience(campaign), today, app, capped=True, again_of=campaign.again_of)
    out = left_out_in_words(count.left_out, app.publication)
    say(f"{count_in_words(count)}{f'; left out: {out}' if out else ''}")
    return count.about


def _campaign(what: str, file: CampaignFile | None) -> Campaign:
    return file.campaign if file else _do(lambda: edit_drafts.find_draft(what, app)).campaign


def _do(act: Callable[[], Result], file: CampaignFile | None = None) -> Result:
    """What the act gives. Raises Fault with every place of the file that is wrong."""
    try:
        return act()
    except InvalidInput as wrong:
        raise (file.fault(wrong) if file else Fault(str(wrong))) from wrong
    except NotFound as missing:
        known = "newsletter campaign list and newsletter mailing list show which there are"
        raise Fault(f"there is no {str(missing).removeprefix('a ')}; {known}") from missing
    except NewsletterError as wrong:
        raise Fault(str(wrong)) from wrong


def _time(text: str) -> datetime:
    """`2026-12-01 08:00` in the publication's zone, or ISO 8601 with an offset. Raises Fault."""
    example = "give e.g. '2026-12-01 08:00', in the publication's time zone, or 2026-12-01T08:00:00+02:00"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Fault(f"--at {text!r}: {example}") from error
    if not WITH_TIME.search(text.strip()):  # a day alone would be midnight, which nobody means
        raise Fault(f"--at {text!r}: {example}")
    if moment.tzinfo is not None:
        return parse_iso(text.strip()).replace(microsecond=0)
    local = moment.replace(tzinfo=app.templates.publication.time_zone)
    there = parse_iso(local.isoformat())
    if there.astimezone(local.tzinfo).replace(tzinfo=None) != moment:
        raise Fault(f"--at {text!r}: there is no such time on that day, for clocks are put forward")
    return there.replace(microsecond=0)


def _as_json(draft: Draft) -> dict[str, object]:
    known = {"id": draft.id, "state": draft.state, "version": draft.version, "changed_by": draft.changed_by}
    times = {"changed_at": iso(draft.changed_at), "send_at": iso(draft.send_at) if draft.send_at else None}
    return known | times | {"reason": draft.reason} | campaign_values(draft.campaign)


def _me() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except (OSError, KeyError):
        return "command line"


def _now() -> datetime:
    return whole_seconds(app.now())
