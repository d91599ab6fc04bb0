"""`newsletter campaign check`: what is wrong with a campaign file, said with its line, before anybody gets it."""

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
from newsletter.mailings.campaign import checked
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preflight import Fault, preflight_campaign
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.platform.errors import InvalidInput

NOWHERE = "https://newsletter.example"
"""Where links of mails lead when no stack is named."""


def check_campaign(path: Path, root: Path, public_url: str = NOWHERE, *, online: bool = False) -> int:
    """Say everything that is wrong with the file; 1 when something in it would keep it from going out."""
    file = read_campaign(path)
    templates = Templates(root, public_url, traced=True)
    try:
        mailing = checked(file.campaign, templates.publication, datetime.now(UTC))
    except InvalidInput as wrong:
        raise file.fault(wrong) from wrong
    faults = preflight_campaign(mailing, templates)
    if online:
        from cli.checks.links import dead_links

        faults += dead_links(mailing)
    return 0 if fit(file, mailing, faults, root, public_url) else 1


def fit(file: CampaignFile, mailing: Mailing, faults: Iterable[Fault], root: Path, public_url: str) -> bool:
    """Say these faults and what SpamAssassin finds; whether the campaign can go out."""
    faults = [*faults, *_spam(mailing, Templates(root, public_url))]
    tell(file, root, faults)
    broken = sum(fault.blocks for fault in faults)
    if broken:
        say(f"{broken} fault{'s' if broken > 1 else ''}; it cannot go out like this.")
        return False
    say(f"{file.path}: fit to go out{' all the same' if faults else ''}.")
    return True


def _spam(mailing: Mailing, templates: Templates) -> list[Fault]:
    """What SpamAssassin has against it in each language, where it is installed."""
    if not spam.installed():
        return []
    renderer = Renderer(templates)
    mails = [renderer.campaign(mailing, language) for language in mailing.audience.languages]
    judged = spam.scores([message(mailing.id, mailing.kind, mail.variant, templates) for mail in mails])
    return [
        Fault(Rule.SPAM, score.points >= spam.SPAM, f"SpamAssassin gives it {score} in {language}", language)
        for language, score in zip(mailing.audience.languages, judged, strict=True)
        if score.points >= spam.NEARLY
    ]


def tell(file: CampaignFile, root: Path, faults: list[Fault]) -> None:
    """A line for each fault, beginning with its file and line."""
    for fault in faults:
        warning = "" if fault.blocks else "warning: "
        say(f"{_place(file, root, fault)}: {warning}{fault.message}")


def _place(file: CampaignFile, root: Path, fault: Fault) -> str:
    if fault.template:
        return str(root / fault.template)
    line = file.lines.get(fault.field, 1) + max(fault.line - 1, 0)
    return f"{file.path}:{line}"
