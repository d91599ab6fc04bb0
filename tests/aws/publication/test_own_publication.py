"""templates/, whichever company's publication stands there: nothing is at fault, and its readers get what they are to.

The only tests that read templates/publication.toml. They ask for properties, so that whoever writes a publication of
their own, as the README says, has a green suite; to show that, they also put another company's in its place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from cli.main import main
from newsletter.mail.templates import Templates
from newsletter.mailings.mailing import step_id
from newsletter.publication.publication import Publication
from tests.support.stack.cloud import BROWSER
from tests.support.stack.no_stack import without_stack
from tests.support.stack.product_over_http import Product, item, link_to, rss, started

ROOT = Path(__file__).parents[3]
OTHER = """
name = "Kirkstone & Daughters"
site_url = "https://kirkstone.example/"
time_zone = "America/St_Johns"
languages = ["en", "fi"]
index_archive = false

[sender]
name = "Kirkstone & Daughters"
address = "letters@mail.kirkstone.example"
reply_to = "ask@kirkstone.example"
postal_address = "Kirkstone & Daughters, 1 Slate Lane, St. John's"
list_id = "letters.kirkstone.example"

[consent]
version = "7"
text = { en = "Yes, write to me.", fi = "Kyllä, kirjoittakaa minulle." }

[[feeds]]
url = "https://kirkstone.example/atom.xml"
language = "en"

[[topics]]
key = "roofs"
label = { en = "Roofs", fi = "Katot" }
description = { en = "What keeps the rain out.", fi = "Mikä pitää sateen ulkona." }
categories = ["Roofs"]
keywords = ["slate*"]

[[topics]]
key = "walls"
label = { en = "Walls", fi = "Seinät" }
description = { en = "What keeps the wind out.", fi = "Mikä pitää tuulen ulkona." }
categories = []
keywords = ["dry stone"]

[look]
headings = "Verdana, sans-serif"
text = "Verdana, sans-serif"
[look.light]
desk = "#FFFFFF"
paper = "#FFFFFF"
ink = "#111111"
muted = "#444444"
link = "#003B8E"
label = "#7A1F00"
rule = "#CCCCCC"
accent = "#7A1F00"
band = "#102A43"
on_band = "#FFFFFF"
wrong = "#9B1C1C"

[digest]
max_articles = 3
related = 0

[[offers]]
key = "survey"
sequence = "after-survey"
title = { en = "A roof to look at?", fi = "Onko katto katsottava?" }
text = { en = "We climb up and tell you how it is.", fi = "Kiipeämme katolle ja kerromme, missä kunnossa se on." }
button = { en = "What we look at", fi = "Mitä katsomme" }
landing = { en = "It takes an hour and costs nothing.", fi = "Siihen menee tunti, eikä se maksa mitään." }
accept = { en = "Come and look", fi = "Tulkaa katsomaan" }

[[offers]]
key = "course"
title = { en = "Build a wall", fi = "Rakenna muuri" }
text = { en = "A weekend with stones.", fi = "Viikonloppu kivien kanssa." }
button = { en = "See when", fi = "Katso milloin" }
landing = { en = "Two days in May.", fi = "Kaksi päivää toukokuussa." }
accept = { en = "Tell me more", fi = "Kertokaa lisää" }

[[sequences]]
key = "after-survey"
[[sequences.steps]]
after_days = 0
body = "texts/thanks"
subject = { en = "Before we climb", fi = "Ennen kuin kiipeämme" }
"""


def of_another_company(folder: Path) -> Path:
    """templates/ as another company has it: its own publication.toml and texts, and none of ours."""
    templates = Path(shutil.copytree(ROOT / "templates", folder / "templates"))
    shutil.rmtree(templates / "email" / "sequences", ignore_errors=True)
    (templates / "publication.toml").write_text(OTHER, "utf-8")
    (templates / "texts").mkdir(exist_ok=True)
    for language, text in (("en", "Please leave the ladder out."), ("fi", "Jättäkää tikkaat esille.")):
        (templates / "texts" / f"thanks.{language}.md").write_text(text, "utf-8")
    return templates


@pytest.fixture(params=["the repository's", "another company's"])
def templates(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """templates/, as it is and as another company has it."""
    return ROOT / "templates" if request.param == "the repository's" else of_another_company(tmp_path)


@pytest.fixture
def publication(templates: Path) -> Publication:
    return Templates(templates, "https://news.example").publication


@pytest.fixture
def product(templates: Path, publication: Publication, tmp_path: Path) -> Iterator[Product]:
    """A blog with an article on each topic."""
    named = [(topic.key, *topic.categories) for topic in publication.topics] or [("any",)]
    items = "".join(item(f"On {key}", datetime.now(UTC), (*categories, "")[0]) for key, *categories in named)
    feed = tmp_path / "feed.xml"
    feed.write_text(rss(items), "utf-8")
    with started(feed, templates) as here:
        yield here


def test_the_check_finds_no_fault_in_any_text_page_or_mail(
    templates: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_stack(monkeypatch)
    assert main(["check", "--templates", str(templates)]) == 0, capsys.readouterr().out


def reader(language: str) -> str:
    return f"reader-{language}@example.com"


def subscribe(product: Product, publication: Publication, language: str) -> None:
    """Through the form, which offers every topic, and the confirmation, which says who writes."""
    page = product.get(f"/subscribe?lang={language}").text
    assert f'<html lang="{language}"' in page
    for topic in publication.topics:
        assert f'value="{topic.key}"' in page
    form = {"email": reader(language), "language": language, "consent": "yes", "name": "Kim"}
    assert product.post("/subscribe", **form).status == 200
    confirmation = product.mails(reader(language))[-1]
    assert publication.sender.address in confirmation["from"]
    assert publication.sender.postal_address in confirmation["text"]
    assert product.post(link_to("confirm", confirmation)).status == 200


def test_a_reader_of_each_language_gets_digest_offer_and_sequence(product: Product, publication: Publication) -> None:
    for language in publication.languages:
        subscribe(product, publication, language)

    period = product.run("planner", product.now)["weekly"]["period"]
    if publication.digest.approval:
        assert product.newsletter("digest", "approve", period).returncode == 0
        assert product.cloud.drain()
    offer = publication.offers[0] if publication.offers else None
    for language in publication.languages:
        (digest,) = product.mails(reader(language), "digest-")
        assert "Kim" in digest["text"]
        assert product.get(link_to("c", digest), **BROWSER).status == 302
        assert product.get(link_to("preferences", digest), **BROWSER).status == 200
        if offer:
            product.wait(minutes=2)  # the article is read first
            assert offer.accept[language] in unescape(product.get(link_to("offer", digest), **BROWSER).text)
            assert product.press(link_to("offer", digest)).status == 200
    taken = {json.loads(each["body"])["data"]["contact"]["email"]: each["verified"] for each in product.webhooks()}
    assert taken == {reader(language): True for language in publication.languages if offer}

    if offer and offer.sequence:
        first = publication.sequences[offer.sequence].steps[0]
        product.run("nurture", datetime.now(UTC) + first.after + timedelta(hours=1))
        for language in publication.languages:
            # A click, too, may begin a series, whose first step is due by then on some days of the week.
            (step,) = product.mails(reader(language), step_id(offer.sequence, first.key))
            assert step["subject"] == first.subject[language]
