"""The HTML of a subscribe form for a website of one's own: a plain form that posts to /subscribe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.mail.templates import Templates

FORM_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
"""What a form may be called: it stands after the address of its page, as `https://www.example.fi/#footer`."""
NEXT = re.compile(r"(https?://[^/?#\s]+)(?:[/?#]\S{0,500})?")


@dataclass(frozen=True)
class WebsiteForm:
    """`topics` are those to choose from; none: readers get every topic. `name` tells forms apart, `next_page` is where
    a reader goes on to."""

    language: str
    topics: tuple[str, ...] = ()
    name: str = ""
    next_page: str = ""
    asks_name: bool = False
    asks_frequency: bool = False


def read_website_form(given: Mapping[str, str], templates: Templates) -> WebsiteForm:
    """The form of these texts; `topics` are separated by commas. Raises InvalidInput."""
    publication = templates.publication
    language = given.get("language") or publication.languages[0]
    if language not in publication.languages:
        raise InvalidInput("language", say("one of {values}", values=", ".join(publication.languages)))
    topics = tuple(filter(None, given.get("topics", "").split(",")))
    known = [topic.key for topic in publication.topics]
    if not set(topics) <= set(known):
        raise InvalidInput("topics", say("keys among {values}", values=", ".join(known)))
    name, next_page = given.get("name", "").strip(), given.get("next", "").strip()
    if name and not FORM_NAME.fullmatch(name):
        raise InvalidInput("name", say("small letters, digits and hyphens, at most 40, such as footer"))
    found = NEXT.fullmatch(next_page)
    if next_page and (found is None or found[1] not in publication.origins):
        allowed = ", ".join(publication.origins) or "none yet: name yours as origins in publication.toml"
        raise InvalidInput("next", say("a page of a website that the publication knows ({allowed})", allowed=allowed))
    return WebsiteForm(
        language,
        tuple(key for key in known if key in topics),
        name,
        next_page,
        asks_name=given.get("asks_name") == "yes",
        asks_frequency=given.get("asks_frequency") == "yes",
    )


def website_form(form: WebsiteForm, templates: Templates, public_url: str) -> str:
    """The HTML, in the words of our own form and with the text of the consent."""
    publication, language = templates.publication, form.language

    def text(key: str) -> str:
        return escape(templates.text(f"pages.{key}", language))

    labels = {topic.key: topic.label[language] for topic in publication.topics}
    lines = [
        f'<form method="post" action="{escape(public_url)}/subscribe" accept-charset="utf-8" lang="{language}">',
        f'  <input type="hidden" name="language" value="{language}">',
    ]
    if form.name:
        lines += [f'  <input type="hidden" name="form_name" value="{form.name}">']
    if form.next_page:
        lines += [f'  <input type="hidden" name="next" value="{escape(form.next_page)}">']
    lines += [
        f"  <p><label>{text('fields.email')}<br>",
        '    <input type="email" name="email" autocomplete="email" maxlength="254" required></label></p>',
    ]
    if form.asks_name:
        lines += [
            f"  <p><label>{text('fields.name')} {text('fields.optional')}<br>",
            '    <input type="text" name="name" autocomplete="given-name" maxlength="80"></label></p>',
        ]
    if form.topics:
        boxes = [(key, escape(labels[key])) for key in form.topics]
        lines += [f"  <fieldset><legend>{text('fields.topics')}</legend>"]
        lines += [
            f'    <label><input type="checkbox" name="topics" value="{key}"> {label}</label><br>'
            for key, label in boxes
        ]
        lines += ["  </fieldset>"]
    if form.asks_frequency:
        lines += [
            f"  <fieldset><legend>{text('fields.frequency')}</legend>",
            '    <label><input type="radio" name="frequency" value="weekly" checked>',
            f"      {text('fields.weekly')}</label><br>",
            '    <label><input type="radio" name="frequency" value="monthly">',
            f"      {text('fields.monthly')}</label>",
            "  </fieldset>",
        ]
    consent = escape(publication.consent.text[language])
    lines += [
        '  <p><label><input type="checkbox" name="tracking" value="no"> ' + text("fields.no_tracking") + "</label></p>",
        f'  <p><label><input type="checkbox" name="consent" value="yes" required> {consent}</label></p>',
        f"  <p hidden><label>{text('fields.trap')}",
        '    <input type="text" name="website" tabindex="-1" autocomplete="off"></label></p>',
        f"  <button>{text('subscribe.submit')}</button>",
        "</form>",
    ]
    return "\n".join(lines) + "\n"
