"""Preflight: checks the rendered mails of a mailing before anybody gets them. Some faults block it, others warn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.articles.article import Article
from newsletter.mail.markdown import places_in
from newsletter.mail.placeholders import substitute
from newsletter.mail.preflight_rules import Finding, Rule, Sample, examine
from newsletter.mail.templates import Templates
from newsletter.mail.writing.personal_fields import faults_in_fields, is_personal, personal_values
from newsletter.mail.writing.source_faults import faults_in
from newsletter.mailings.digests.digest import Note
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.rendering.renderer import (
    RenderedVariant,
    render_campaign,
    render_digest,
    tracked_and_untracked,
)
from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import joined, say
from newsletter.publication.publication import Publication

LONGEST_TOKEN = 280
"""Characters. A token for the longest campaign name, the last position of a batch and an offer is shorter."""
LONGEST_EMAIL = f"{'m' * 40}@{'v' * 40}.example"
LONGEST_NAME = "Maria Magdalena Alexandra Fredrika von Wachenfeldt-Järvinen"
TOKENS = frozenset({"click", "unsubscribe", "preferences", "offer", "confirm", "letter"})
GREETINGS = frozenset({"hello_html", "hello_text"})
"""Together: the placeholders that the sender fills in."""

BLOCKING = frozenset(
    {
        *(Rule.SIZE, Rule.LINK, Rule.LINK_TEXT, Rule.ALT, Rule.UNSUBSCRIBE),
        *(Rule.TEXT_PART, Rule.PLACEHOLDER, Rule.LANGUAGE, Rule.HTML, Rule.MARKDOWN),
    }
)
"""Rules that block a mailing. The others only warn, and a person may send it all the same."""
SIZES = (Rule.SIZE, Rule.NEARLY_CLIPPED)
BLOCKING_IN_MARKETING_TEXT = BLOCKING | {Rule.FOREIGN_PLACEHOLDER}
"""In marketing's own text `{{ name }}` is a mistake; in a title from the blog it may be what the article is about."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a mailing: in a `field` and `line` of marketing's text, or at a place of a `template`.

    Lines of a field count from 1; 0 where the line is not known. `blocks`: the mailing cannot be sent with it.
    """

    rule: Rule
    blocks: bool
    message: str
    language: str
    field: str = ""
    line: int = 0
    template: str = ""

    @property
    def in_words(self) -> str:
        """The message, with the line before it."""
        if not self.line:
            return self.message
        return say("line {line}: {message}", line=str(self.line), message=self.message)

    def __str__(self) -> str:
        return str(self.in_words)


class PreflightFailed(InvalidInput):
    """A mailing that preflight blocks; `faults` has everything that was found, warnings too."""

    def __init__(self, faults: list[Fault]) -> None:
        broken = [fault for fault in faults if fault.blocks]
        super().__init__(broken[0].field or "body", joined(list(dict.fromkeys(fault.in_words for fault in broken))))
        self.faults = faults


def preflight_campaign(mailing: Mailing, templates: Templates) -> list[Fault]:
    """The faults of a campaign, in every language it goes to, with each subject, with tracked links and without."""
    languages = mailing.audience.languages or templates.publication.languages
    found = []
    for language in dict.fromkeys(map(templates.publication.language, languages)):
        for each in mailing.with_each_subject:
            mails = tracked_and_untracked(render_campaign(each), language, templates)
            found += preflight_letter(mails, each, templates)
    return deduplicated(found)


def preflight_letter(mails: Iterable[RenderedVariant], mailing: Mailing, templates: Templates) -> list[Fault]:
    """The faults of a campaign's or step's mails, whose text is in the mailing."""
    found = faults_as_written(mailing)
    said = {(fault.rule, fault.field, fault.line) for fault in found}
    for mail in mails:
        for finding in examine(sample_mail(mail, templates, mailing.kind)):
            fault = _fault(finding, mail.variant.language, BLOCKING_IN_MARKETING_TEXT, mailing)
            if (fault.rule, fault.field, fault.line) not in said:
                found.append(fault)
    return deduplicated([*found, *_faults_of_places(mailing, templates.publication)])


def _faults_of_places(mailing: Mailing, publication: Publication) -> Iterator[Fault]:
    """What is wrong with pictures and offers in the text."""
    for place in places_in(mailing.body):
        where = mailing.language, "body", place.line
        if place.kind == "picture" and not place.text:
            message = say(
                "the picture “{picture}” has no description; write ![what it shows](address)", picture=place.target
            )
            yield Fault(Rule.ALT, False, message, *where)  # noqa: FBT003
        if place.kind == "picture" and not place.sized:
            message = say(
                "the size of the picture “{picture}” is unknown, and Outlook shows it as wide as it is;"
                " write {size} right after it",
                picture=place.target,
                size="{width=520 height=300}",
            )
            yield Fault(Rule.PICTURE_SIZE, False, message, *where)  # noqa: FBT003
        if place.kind == "offer" and (fault := _fault_of_offer(place.target, mailing, publication)):
            yield Fault(Rule.MARKDOWN, True, fault, *where)  # noqa: FBT003


def _fault_of_offer(key: str, mailing: Mailing, publication: Publication) -> str:
    known = ", ".join(offer.key for offer in publication.offers) or say("no offer at all")
    if mailing.kind is not Kind.CAMPAIGN:
        return say("::offer has a place in campaigns alone; write a button to your own page")
    if not (key or mailing.offer):
        return say(
            "::offer names no offer; choose one for the campaign, or write ::offer(key) with one of {known}",
            known=known,
        )
    if key and publication.offer(key) is None:
        return say("::offer({key}) is unknown; the publication has {known}", key=key, known=known)
    if key and key != mailing.offer:
        return say(
            "::offer({key}) is a second offer beside {offer}; a mail has room for one", key=key, offer=mailing.offer
        )
    return ""


def faults_as_written(mailing: Mailing) -> list[Fault]:
    """What can be seen in marketing's subject, preheader and text before anything is rendered."""
    found = [
        Fault(Rule.FOREIGN_PLACEHOLDER, True, message, mailing.language, field)  # noqa: FBT003
        for field in ("subject", "preheader")
        for _, message in faults_in_fields(getattr(mailing, field))
    ]
    in_body = (
        Fault(fault.rule, True, fault.message, mailing.language, "body", fault.line)  # noqa: FBT003
        for fault in faults_in(mailing.body)
    )
    return [*found, *in_body]


def preflight_mails(mails: Iterable[RenderedVariant], kind: Kind, templates: Templates) -> list[Fault]:
    """The faults of mails without text that marketing wrote for this mailing."""
    return deduplicated(
        _fault(finding, mail.variant.language, BLOCKING)
        for mail in mails
        for finding in examine(sample_mail(mail, templates, kind))
    )


def preflight_digest(
    mailing: Mailing, articles: Iterable[Article], templates: Templates, note: Note = ()
) -> list[Fault]:
    """The faults of the digest that a subscriber to every topic gets: it has all that anybody's digest has."""
    render = render_digest(mailing, articles, note)
    mails = [
        mail
        for language in templates.publication.languages
        for mail in tracked_and_untracked(render, language, templates)
    ]
    return preflight_mails(mails, mailing.kind, templates)


def sample_mail(mail: RenderedVariant, templates: Templates, kind: Kind) -> Sample:
    """The mail as a subscriber with the longest name and the longest links would get it."""
    variant, links = mail
    unknown = {name for name in variant.placeholders if not is_personal(name)} - TOKENS - GREETINGS
    values = sample_values(variant.language, LONGEST_NAME, "x" * LONGEST_TOKEN, templates) | dict.fromkeys(unknown, "")
    values |= personal_values(variant.placeholders, {"name": LONGEST_NAME, "email": LONGEST_EMAIL})
    url = templates.public_url
    return Sample(
        subject=substitute(variant.subject, values),
        html=substitute(variant.html, values),
        text=substitute(variant.text, values),
        language=variant.language,
        leave=f"{url}/unsubscribe/" if kind.to_subscribers else "",
        home=urlsplit(url).hostname or "",
        unknown=frozenset(unknown),
        targets=tuple((f"{url}/c/{values['click']}/{key}", target) for key, target in links),
    )


def sample_values(language: str, name: str, token: str, templates: Templates) -> dict[str, str]:
    """What the sender would fill in for a subscriber of that name, with the same token in every link."""
    hello_html, hello_text = templates.greeting(language, name)
    return {**dict.fromkeys(TOKENS, token), "hello_html": hello_html, "hello_text": hello_text}


def deduplicated(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, even if it is in several languages; blocking ones first."""
    seen: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        # Messages about size differ between languages, so they are compared without their text.
        said = "" if fault.rule in SIZES else fault.message
        seen.setdefault((fault.rule, said, fault.field, fault.line, fault.template), fault)
    return sorted(seen.values(), key=lambda fault: not fault.blocks)


def _fault(finding: Finding, language: str, broken: frozenset[Rule], mailing: Mailing | None = None) -> Fault:
    field, line = _locate(finding, mailing) if mailing else ("", 0)
    template = "" if field else finding.at
    return Fault(finding.rule, finding.rule in broken, finding.message, language, field, line, template)


def _locate(finding: Finding, mailing: Mailing) -> tuple[str, int]:
    """The field and line of marketing's text that the finding is about; ("", 0) if it is about something else."""
    if not finding.quote:
        return ("body", 0) if finding.rule in SIZES else ("", 0)
    for place in places_in(mailing.body):
        if finding.quote in (place.target, place.text):
            return "body", place.line
    for number, line in enumerate(mailing.body.split("\n"), start=1):
        if finding.quote in line:
            return "body", number
    for field in ("subject", "preheader"):
        if finding.quote in getattr(mailing, field):
            return field, 0
    return "", 0
