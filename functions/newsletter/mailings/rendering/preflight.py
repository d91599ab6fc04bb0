"""Preflight: what would be wrong with a mailing, looked for before anybody gets it; what is broken does not go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.articles.article import Article
from newsletter.mail.markdown import places_in
from newsletter.mail.placeholders import substitute
from newsletter.mail.preflight_rules import Finding, Rule, Sample, examine
from newsletter.mail.templates import Templates
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.rendering.renderer import RenderedVariant, as_campaign, as_digest, both
from newsletter.platform.errors import InvalidInput

LONGEST_TOKEN = 280
"""Characters; a token for the longest name of a campaign, the last place of a batch and an offer has fewer."""
LONGEST_NAME = "Maria Magdalena Alexandra Fredrika von Wachenfeldt-Järvinen"
TOKENS = frozenset({"click", "unsubscribe", "preferences", "offer", "confirm"})
GREETINGS = frozenset({"hello_html", "hello_text"})
"""Together: the placeholders that the sender fills in."""

BROKEN = frozenset(
    {
        *(Rule.SIZE, Rule.LINK, Rule.LINK_TEXT, Rule.ALT, Rule.UNSUBSCRIBE),
        *(Rule.TEXT_PART, Rule.PLACEHOLDER, Rule.LANGUAGE),
    }
)
"""What keeps a mailing from going out. The rest is said, and a person may send it all the same."""
SIZES = (Rule.SIZE, Rule.NEARLY_CLIPPED)
WRITTEN_BY_HAND = BROKEN | {Rule.FOREIGN_PLACEHOLDER}
"""In what marketing writes, `{{ name }}` is a slip; in a title of the blog it may be what the article is about."""


@dataclass(frozen=True)
class Fault:
    """Something wrong with a mailing. `field` and `line` say where in what marketing wrote, `template` where else.

    The line counts from 1 in that field; 0 where it is not known.
    """

    rule: Rule
    blocks: bool
    message: str
    language: str
    field: str = ""
    line: int = 0
    template: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.message}"


class NotFit(InvalidInput):
    """A mailing with something broken in it; `faults` has everything that preflight found."""

    def __init__(self, faults: list[Fault]) -> None:
        broken = [fault for fault in faults if fault.blocks]
        super().__init__(broken[0].field or "body", "; ".join(dict.fromkeys(map(str, broken))))
        self.faults = faults


def preflight_campaign(mailing: Mailing, templates: Templates) -> list[Fault]:
    """What is wrong with the campaign, in every language it goes to and with and without tracked links."""
    languages = mailing.audience.languages or templates.publication.languages
    found = []
    for language in dict.fromkeys(map(templates.publication.language, languages)):
        mails = both(as_campaign(mailing), language, templates)
        found += preflight_letter(mails, mailing, templates)
    return once(found)


def preflight_letter(mails: Iterable[RenderedVariant], mailing: Mailing, templates: Templates) -> list[Fault]:
    """What is wrong with the mails of a campaign or step, whose text is in the mailing."""
    found = [
        _fault(finding, mail.variant.language, WRITTEN_BY_HAND, mailing)
        for mail in mails
        for finding in examine(sample(mail, templates, mailing.kind))
    ]
    for place in places_in(mailing.body):
        if place.kind == "picture" and not place.text:
            message = f"the picture “{place.target}” has no description; write ![what it shows](address)"
            found.append(Fault(Rule.ALT, False, message, mailing.language, "body", place.line))  # noqa: FBT003
    return once(found)


def preflight_mails(mails: Iterable[RenderedVariant], kind: Kind, templates: Templates) -> list[Fault]:
    """What is wrong with mails that nobody wrote by hand."""
    return once(
        _fault(finding, mail.variant.language, BROKEN)
        for mail in mails
        for finding in examine(sample(mail, templates, kind))
    )


def preflight_digest(mailing: Mailing, articles: Iterable[Article], templates: Templates) -> list[Fault]:
    """What is wrong with the digest of a reader of every topic, who gets all that anybody gets."""
    render = as_digest(mailing, articles)
    mails = [mail for language in templates.publication.languages for mail in both(render, language, templates)]
    return preflight_mails(mails, mailing.kind, templates)


def sample(mail: RenderedVariant, templates: Templates, kind: Kind) -> Sample:
    """The mail as the reader with the longest name and links would get it."""
    variant, links = mail
    unknown = frozenset(variant.placeholders) - TOKENS - GREETINGS
    values = values_for(variant.language, LONGEST_NAME, "x" * LONGEST_TOKEN, templates) | dict.fromkeys(unknown, "")
    url = templates.public_url
    return Sample(
        subject=substitute(variant.subject, values),
        html=substitute(variant.html, values),
        text=substitute(variant.text, values),
        language=variant.language,
        leave=f"{url}/unsubscribe/" if kind.to_subscribers else "",
        home=urlsplit(url).hostname or "",
        unknown=unknown,
        targets=tuple((f"{url}/c/{values['click']}/{key}", target) for key, target in links),
    )


def values_for(language: str, name: str, token: str, templates: Templates) -> dict[str, str]:
    """What the sender fills in for a reader of that name, with the same token in every link."""
    hello_html, hello_text = templates.greeting(language, name)
    return {**dict.fromkeys(TOKENS, token), "hello_html": hello_html, "hello_text": hello_text}


def once(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, though it shows in several languages; what blocks comes first."""
    seen: dict[tuple[object, ...], Fault] = {}
    for fault in faults:
        # The size differs from language to language; once said is enough.
        said = "" if fault.rule in SIZES else fault.message
        seen.setdefault((fault.rule, said, fault.field, fault.line, fault.template), fault)
    return sorted(seen.values(), key=lambda fault: not fault.blocks)


def _fault(finding: Finding, language: str, broken: frozenset[Rule], mailing: Mailing | None = None) -> Fault:
    field, line = _written(finding, mailing) if mailing else ("", 0)
    template = "" if field else finding.at
    return Fault(finding.rule, finding.rule in broken, finding.message, language, field, line, template)


def _written(finding: Finding, mailing: Mailing) -> tuple[str, int]:
    """Field and line of what marketing wrote, where the finding is about that."""
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
