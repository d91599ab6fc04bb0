"""`newsletter campaign check`: what is wrong with a campaign file, with its line, before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cli.mailings.campaign_file import CampaignFile, read_campaign
from cli.mails import spam
from cli.mails.eml import message
from cli.output import say
from newsletter.mail.preflight_rules import Rule
from newsletter.mail.templates import Templates
from newsletter.mailings.campaign import validate_campaign
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preflight import Fault, preflight_campaign
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.platform.errors import InvalidInput

EXAMPLE_URL = "https://newsletter.example"
"""The public site in links of mails when no stack is named."""


def check_campaign(path: Path, root: Path, public_url: str = EXAMPLE_URL, *, online: bool = False) -> int:
    """Print everything that is wrong with the file. Returns 1 when something would keep it from being sent."""
    file = read_campaign(path)
    templates = Templates(root, public_url, with_sources=True)
    try:
        mailing = validate_campaign(file.campaign, templates.publication, datetime.now(UTC))
    except InvalidInput as wrong:
        raise file.fault(wrong) from wrong
    faults = preflight_campaign(mailing, templates)
    if online:
        from cli.checks.links import dead_links

        faults += dead_links(mailing)
    return 0 if report_faults(file, mailing, faults, root, public_url) else 1


def report_faults(file: CampaignFile, mailing: Mailing, faults: Iterable[Fault], root: Path, public_url: str) -> bool:
    """Print these faults and the findings of SpamAssassin. Returns whether the campaign can be sent."""
    faults = [*faults, *_spam(mailing, Templates(root, public_url))]
    say_faults(file, root, faults)
    broken = sum(fault.blocks for fault in faults)
    if broken:
        say(f"{broken} fault{'s' if broken > 1 else ''}; it cannot go out like this.")
        return False
    say(f"{file.path}: fit to go out{' all the same' if faults else ''}.")
    return True


def _spam(mailing: Mailing, templates: Templates) -> list[Fault]:
    """A fault or a warning for each language in which SpamAssassin, where it is installed, scores it high."""
    if not spam.installed():
        return []
    renderer = Renderer(templates)
    pairs = [(each, language) for language in mailing.audience.languages for each in mailing.with_each_subject]
    mails = [renderer.campaign(each, language) for each, language in pairs]
    judged = spam.scores([message(mailing.id, mailing.kind, mail.variant, templates) for mail in mails])
    return [
        Fault(Rule.SPAM, score.points >= spam.SPAM_POINTS, f"SpamAssassin gives it {score} in {language}", language)
        for (_, language), score in zip(pairs, judged, strict=True)
        if score.points >= spam.WARNING_POINTS
    ]


def say_faults(file: CampaignFile, root: Path, faults: list[Fault]) -> None:
    """Print a line for each fault, which begins with its file and line."""
    for fault in faults:
        warning = "" if fault.blocks else "warning: "
        say(f"{_place(file, root, fault)}: {warning}{fault.message}")


def _place(file: CampaignFile, root: Path, fault: Fault) -> str:
    if fault.template:
        return str(root / fault.template)
    line = file.lines.get(fault.field, 1) + max(fault.line - 1, 0)
    return f"{file.path}:{line}"
