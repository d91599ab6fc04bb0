"""The page on subscribe forms of other websites: its form, as printed there, makes a reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import SignUp, subscriber_id
from public_site.sign_up_form import HONEYPOT
from tests.support.readers.site import WEBSITE, asked, post
from tests.support.stack.cloud import PEPPER, Cloud

PAGE = (Path(__file__).parents[3] / "docs" / "subscribe-form.md").read_text("utf-8")
FORM = PAGE.partition("```html\n")[2].partition("```")[0]
ADDRESS = "maija@example.com"


class Reader(HTMLParser):
    """Fills the form in as a browser does: `sent` are the fields of who types an address and ticks every box."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.form: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        of = dict(attrs)
        if tag == "form":
            self.form = of
        if tag == "input" and (of.get("type") != "radio" or "checked" in of):
            typed = {"email": ADDRESS, "name": "Maija"}
            self.sent.append((of["name"] or "", typed.get(of["name"] or "", of.get("value") or "")))


def filled_in() -> Reader:
    reader = Reader()
    reader.feed(FORM)
    return reader


def waiting() -> SignUp:
    found = app.sign_ups.get(subscriber_id(PEPPER.encode(), ADDRESS), app.now())
    assert found is not None
    return found


def test_the_form_as_printed_is_taken_and_leads_on_to_the_websites_own_page(cloud: Cloud) -> None:
    reader = filled_in()
    assert (reader.form["method"], (reader.form["action"] or "").rpartition("/")[2]) == ("post", "subscribe")
    answer = post(cloud, "/subscribe", reader.sent, origin=WEBSITE)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, dict(reader.sent)["next"])
    sign_up = waiting()
    assert (sign_up.choices.topics, sign_up.language, sign_up.choices.name) == (("nakyvyys", "linkedin"), "en", "Maija")
    assert (sign_up.choices.frequency, sign_up.origin) == (Frequency.WEEKLY, WEBSITE)
    assert len(asked(cloud)) == 1


@pytest.mark.parametrize("left_out", ["language", "next", "name", "topics", "frequency", HONEYPOT])
def test_a_form_without_what_the_page_calls_optional_is_taken_too(cloud: Cloud, left_out: str) -> None:
    fields = [field for field in filled_in().sent if field[0] != left_out]
    assert len(fields) < len(filled_in().sent)
    answer = post(cloud, "/subscribe", fields, origin=WEBSITE)
    assert answer["statusCode"] == (200 if left_out == "next" else 303)
    assert waiting().email == ADDRESS


@pytest.mark.parametrize("left_out", ["email", "consent"])
def test_a_form_without_what_the_page_calls_needed_comes_back(cloud: Cloud, left_out: str) -> None:
    fields = [field for field in filled_in().sent if field[0] != left_out]
    assert post(cloud, "/subscribe", fields, origin=WEBSITE)["statusCode"] == 422
    assert asked(cloud) == []


def test_the_page_explains_every_field_and_shows_the_consent_of_the_publication(cloud: Cloud) -> None:
    assert cloud.url
    explained = set(re.findall(r"^\| `(\w+)` \|", PAGE.partition("## With a script")[0], re.MULTILINE))
    # The plain form has no name of its own.
    assert explained == {"form_name", *(name for name, _ in filled_in().sent)}
    assert " ".join(app.templates.publication.consent.text["en"].split()) in " ".join(FORM.split())
    assert HONEYPOT in explained
