"""The checks of preflight: faults that can be found in a mail as a reader would get it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from newsletter.mail.mail_html import HEADINGS, Element, read_html, without_sources
from newsletter.platform.links.urls import addresses_in, fault_of_link
from newsletter.platform.words.said import Said, say

CLIP = 102_000
"""Bytes of HTML after which Gmail clips a mail and hides the rest, the unsubscribe link included, behind a link."""
NEAR_CLIP = 85_000
"""From so many bytes on, a longer title or another article may be clipped."""

NO_ADDRESS = say("its address does not begin with https://, http://, mailto: or tel:")
# Every repetition ends somewhere, so that a text of nothing but openings is not searched for its end at each of them.
_LEFT_AS_TEXT = re.compile(r"\[[^\]\n]{1,300}\]\([^)\n]{0,2000}\)")
_LOOKS_LIKE_PLACEHOLDER = re.compile(
    r"\{\{.{0,300}?\}\}|\{%.{0,300}?%\}|\*?\|[A-Z][A-Z0-9_:]{0,99}\|\*?|%%\w{1,99}%%|\$\{\w{1,99}\}|\[\[\w{1,99}\]\]"
)


class Rule(StrEnum):
    """The kinds of findings."""

    SIZE = "size"
    NEARLY_CLIPPED = "nearly clipped"
    LINK = "link"
    LINK_TEXT = "link text"
    ALT = "alt"
    UNSUBSCRIBE = "unsubscribe"
    TEXT_PART = "text part"
    SAME_TEXT = "same text"
    PLACEHOLDER = "placeholder"
    FOREIGN_PLACEHOLDER = "foreign placeholder"
    LANGUAGE = "language"
    HEADINGS = "headings"
    PICTURE_SIZE = "picture size"
    HTML = "html"
    MARKDOWN = "markdown"
    SPAM = "spam"
    DAYS = "days"


@dataclass(frozen=True)
class Sample:
    """A mail with a reader's values filled in. `targets` are pairs of a tracked link's address and where it leads.

    `leave` is the beginning of the unsubscribe link; empty for mail that needs none. `unknown` are the placeholders
    that the sender does not fill in. `home` is the host of our own pages.
    """

    subject: str
    html: str
    text: str
    language: str
    leave: str
    home: str
    unknown: frozenset[str] = frozenset()
    targets: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the HTML."""
        return len(without_sources(self.html).encode())


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `at` is the template's file and line; `quote` the address or text to look for."""

    rule: Rule
    message: str
    at: str = ""
    quote: str = ""


def examine(mail: Sample) -> list[Finding]:
    """Everything that a program can find wrong with it, each finding once."""
    root = read_html(mail.html)
    found = [
        *_size(mail),
        *_links(mail, root),
        *_pictures(root),
        *_unsubscribe_link(mail, root),
        *_same_text(mail, root),
        *_placeholders(mail, root),
        *_language(mail, root),
        *_headings(root),
    ]
    return list(dict.fromkeys(found))


def _size(mail: Sample) -> Iterator[Finding]:
    if mail.size > CLIP:
        yield Finding(
            Rule.SIZE,
            say(
                "{size} kB of HTML; Gmail cuts a mail off after {most} kB, so shorten the text",
                size=round(mail.size / 1000),
                most=CLIP // 1000,
            ),
        )
    elif mail.size > NEAR_CLIP:
        yield Finding(
            Rule.NEARLY_CLIPPED,
            say(
                "{size} kB of HTML; Gmail cuts a mail off after {most} kB",
                size=round(mail.size / 1000),
                most=CLIP // 1000,
            ),
        )


def _links(mail: Sample, root: Element) -> Iterator[Finding]:
    targets = dict(mail.targets)
    for link in _seen(root, "a"):
        if "href" not in link.attributes:
            continue
        href = link.attributes["href"]
        target = targets.get(href, href)
        if fault := fault_of_link(target, mail.home):
            yield Finding(
                Rule.LINK,
                say("the link {link} {fault}", link=_quoted(target), fault=fault),
                link.nearest_source,
                target,
            )
        if not link.accessible_name():
            message = say("the link to {link} has no text; say where it leads", link=_quoted(target))
            yield Finding(Rule.LINK_TEXT, message, link.nearest_source, target)
    for element, text in _readable(root):
        for left in _LEFT_AS_TEXT.findall(text):
            message = say("{text} stays text, because {why}", text=_quoted(left), why=NO_ADDRESS)
            yield Finding(Rule.LINK, message, element.nearest_source, left)


def _pictures(root: Element) -> Iterator[Finding]:
    for picture in root.within():
        if picture.tag != "img":
            continue
        source = picture.attributes.get("src", "")
        if "alt" not in picture.attributes:
            message = say(
                'the picture {picture} has no alt; describe it, or write alt="" if it only decorates',
                picture=_quoted(source),
            )
            yield Finding(Rule.ALT, message, picture.nearest_source, source)
        if not source.startswith(("https://", "http://", "data:", "cid:")):
            message = say(
                "the picture {picture} is not at an address that a mail program could load it from",
                picture=_quoted(source),
            )
            yield Finding(Rule.LINK, message, picture.nearest_source, source)


def _unsubscribe_link(mail: Sample, root: Element) -> Iterator[Finding]:
    if not mail.leave:
        return
    if not any(link.attributes.get("href", "").startswith(mail.leave) for link in _seen(root, "a")):
        yield Finding(Rule.UNSUBSCRIBE, say("the HTML has no link to unsubscribe"))
    if mail.leave not in mail.text:
        yield Finding(Rule.UNSUBSCRIBE, say("the text part has no link to unsubscribe"))


def _same_text(mail: Sample, root: Element) -> Iterator[Finding]:
    if not mail.subject.strip():
        yield Finding(Rule.TEXT_PART, say("there is no subject"))
    if not mail.text.strip():
        yield Finding(Rule.TEXT_PART, say("the text part is empty"))
        return
    yield from _same_links(mail, root)
    said = " ".join(mail.text.split()).casefold()
    for heading in _seen(root, *HEADINGS):
        if (text := heading.text()) and text.casefold() not in said:
            yield Finding(
                Rule.SAME_TEXT,
                say("the text part lacks the heading {heading}", heading=_quoted(text)),
                heading.nearest_source,
                text,
            )


def _same_links(mail: Sample, root: Element) -> Iterator[Finding]:
    targets = dict(mail.targets)
    shown = {address for _, text in _readable(root) for address in addresses_in(text)}
    for link in _seen(root, "a"):
        href = link.attributes.get("href", "")
        shown.add(href.rstrip("/"))
        # The text part shows the address of a mailto: or tel: link alone.
        scheme, _, rest = href.partition(":")
        shown_as = rest.partition("?")[0] if scheme.lower() in ("mailto", "tel") else href
        if shown_as not in mail.text:
            target = targets.get(href, href)
            yield Finding(
                Rule.SAME_TEXT,
                say("the text part lacks the link {link}", link=_quoted(target)),
                link.nearest_source,
                target,
            )
    for address in addresses_in(mail.text):
        if address not in shown:
            target = targets.get(address, address)
            yield Finding(
                Rule.SAME_TEXT, say("only the text part has the link {link}", link=_quoted(target)), "", target
            )


def _placeholders(mail: Sample, root: Element) -> Iterator[Finding]:
    for name in sorted(mail.unknown):
        message = say("nobody fills in the placeholder {name}; SES would lose the mail", name=name)
        yield Finding(Rule.PLACEHOLDER, message, "", name)
    texts = [(element.nearest_source, text) for element, text in _readable(root)]
    for at, text in [("", mail.subject), *texts]:
        for looks in _LOOKS_LIKE_PLACEHOLDER.findall(text):
            message = say("{text} looks like a placeholder, and would reach readers as it stands", text=_quoted(looks))
            yield Finding(Rule.FOREIGN_PLACEHOLDER, message, at, looks)


def _language(mail: Sample, root: Element) -> Iterator[Finding]:
    (html,) = [element for element in root.within() if element.tag == "html"][:1] or [root]
    if html.attributes.get("lang", "") != mail.language:
        message = say(
            'the element html has lang="{found}", and the mail is in {language}',
            found=html.attributes.get("lang", ""),
            language=mail.language,
        )
        yield Finding(Rule.LANGUAGE, message, html.source)
    if not any(element.tag == "title" and element.text() for element in root.within()):
        yield Finding(Rule.LANGUAGE, say("there is no title, which screen readers say first"))


def _headings(root: Element) -> Iterator[Finding]:
    headings = list(_seen(root, *HEADINGS))
    levels = [int(heading.tag[1]) for heading in headings]
    if levels[:1] != [1] or levels.count(1) > 1:
        yield Finding(Rule.HEADINGS, say("the mail needs one heading of level 1, before all others"))
    for before, heading in pairwise(headings):
        if int(heading.tag[1]) > int(before.tag[1]) + 1:
            message = say(
                "the heading {heading} skips a level: {tag} after {before}",
                heading=_quoted(heading.text()),
                tag=heading.tag,
                before=before.tag,
            )
            yield Finding(Rule.HEADINGS, message, heading.nearest_source, heading.text())
    for heading in headings:
        if not heading.accessible_name():
            yield Finding(Rule.HEADINGS, say("a heading ({tag}) is empty", tag=heading.tag), heading.nearest_source)


def _seen(root: Element, *tags: str) -> Iterator[Element]:
    return (element for element in root.within() if element.tag in tags and not element.hidden)


def _readable(root: Element) -> Iterator[tuple[Element, str]]:
    """Elements that are shown, with the text directly in them; code is left out."""
    for element in root.within():
        text = "".join(part for part in element.content if isinstance(part, str))
        if text.strip() and not element.hidden and not any(each.tag in ("code", "pre") for each in element.chain()):
            yield element, text


def _quoted(text: str) -> Said:
    return say("“{text}”", text=text if len(text) <= 80 else text[:79] + "…")
