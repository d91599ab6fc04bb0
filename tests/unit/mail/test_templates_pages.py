"""Every public page in every language: complete and accessible."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from newsletter.leads.facts.standing import Happened
from newsletter.publication.nurture.sending_window import DAYS
from newsletter.publication.offers import ASKED
from newsletter.readers.choices import CHOICES, ON_FORM, TEXTS
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import Status
from newsletter.readers.unsubscribe import REASONS
from tests.support.console.page_cases import ACTS, BUSY, CASES, CHALLENGE, LIMITS, NOTICES, PROBLEMS, form, preferences
from tests.support.console.pages import page, publication, templates

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "templates" / "pages"
LOCALES = ROOT / "templates" / "locales"
CONFIRM_PARTS = ("heading", "lead", "submit", "stranger")
PARTS = {"layout", "meta", "fields", "choices", "address", "less_forms", "letter_note"}
"""Templates that are no pages of their own."""
RENDERED = [
    pytest.param(name, language, context, id=f"{name}-{number}-{language}")
    for name, contexts in CASES.items()
    for number, context in enumerate(contexts)
    for language in publication.languages
]
every_page = pytest.mark.parametrize(("name", "language", "context"), RENDERED)


def keys(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def texts_of(language: str) -> dict[str, Any]:
    return tomllib.loads((LOCALES / language / "pages.toml").read_text(encoding="utf-8"))


def test_the_forms_have_a_field_for_every_choice() -> None:
    """A choice that is declared and has no field would keep its default for everybody, and nobody would notice."""
    shown = {"preferences": (preferences(), CHOICES), "subscribe": (form(), ON_FORM)}
    for name, (values, wanted) in shown.items():
        fields = set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', templates.page(name, "fi", **values)))
        assert set(wanted) - fields == set(), name


def test_every_page_is_looked_at_here() -> None:
    assert {path.stem for path in PAGES.glob("*.html")} - PARTS == set(CASES)


def test_the_languages_have_the_same_texts() -> None:
    (first, *others) = [set(keys(texts_of(language))) for language in publication.languages]
    assert [first] * len(others) == others


def test_no_text_is_written_for_nobody() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.html"))
    sources += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").rglob("*.py"))
    by_name = {f"pages.problems.{name}.{part}" for name, part in product(PROBLEMS, ("heading", "text"))}
    by_name |= {f"pages.problems.busy.{each}" for each in ("heading", *BUSY)}
    by_name |= {f"pages.languages.{language}" for language in publication.languages}
    by_name |= {f"pages.errors.{name}" for name in CHOICES}
    by_name |= {f"pages.fields.{name}{part}" for name in TEXTS for part in ("", "_hint")}
    by_name |= {f"pages.notices.{notice}" for notice in NOTICES}
    by_name |= {f"pages.subscribe.days.{day}" for day in DAYS}
    by_name |= {f"pages.offer.since.{each}" for each in Happened}
    by_name |= {f"pages.offer_taken.{wrong}{name}" for name in ASKED for wrong in ("", "wrong_")}
    by_name |= {f"pages.unsubscribed.reasons.{reason}" for reason in REASONS}
    by_name |= {f"pages.my_data.acts.{act}" for act in ACTS}
    by_name |= {f"pages.my_data.statuses.{status}" for status in Status if status is not Status.ERASED}
    by_name |= {f"pages.my_data.clicks_counted.{form}" for form in ("one", "other")}
    by_name |= {f"pages.confirm.{effect}.{part}" for effect in Effect for part in CONFIRM_PARTS}
    by_name |= {f"pages.confirmed.{effect}.{part}" for effect in Effect for part in ("heading", "lead")}
    by_name |= {f"pages.privacy.days.{form}" for form in ("one", "other")} | {"pages.privacy.months.other"}
    assert (
        set()
        == {key for key in keys(texts_of("fi")) if f'"{key}"' not in sources and f"'{key}'" not in sources} - by_name
    )


@every_page
def test_a_page_says_its_language_and_has_one_heading_and_a_title(
    name: str, language: str, context: dict[str, Any]
) -> None:
    document = page(name, language, context)
    (html,), (heading,), (title,) = document.all("html"), document.all("h1"), document.all("title")
    assert html.attributes["lang"] == language
    assert heading.text.strip()
    assert title.text.endswith(f"{heading.text} · {publication.name}")
    levels = [int(element.tag[1]) for element in document.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_page
def test_every_field_has_a_label_and_every_reference_a_target(
    name: str, language: str, context: dict[str, Any]
) -> None:
    document = page(name, language, context)
    labelled = {element.attributes.get("for") for element in document.all("label")}
    for field_ in document.all("input", "select", "textarea"):
        if field_.attributes.get("type") == "hidden":
            continue
        around = [element for element in field_.around if element.tag == "label"]
        assert around or field_.attributes.get("id") in labelled, field_
        if field_.attributes.get("type") in {"radio", "checkbox"} and field_.attributes["name"] != "consent":
            (group,) = (element for element in field_.around if element.tag == "fieldset")
            assert any(element.tag == "legend" and element.around[-1] is group for element in document.elements)
    assert len(document.ids) == len(set(document.ids))
    for element in document.elements:
        for target in (element.attributes.get("aria-describedby") or "").split():
            assert target in document.ids
        href = element.attributes.get("href") or ""
        if href.startswith("#"):
            assert href[1:] in document.ids


@every_page
def test_a_page_loads_nothing_and_runs_nothing_but_the_proof_of_work(
    name: str, language: str, context: dict[str, Any]
) -> None:
    document = page(name, language, context)
    assert document.all("iframe", "object", "embed", "base") == []
    assert name == "archive_mailing" or document.all("img") == []
    scripts = [element.attributes for element in document.all("script")]
    assert scripts == ([{"src": "/altcha.js", "defer": None}] if context.get("challenge") else [])
    challenges = [e.attributes["data-challenge"] or "" for e in document.elements if "data-challenge" in e.attributes]
    assert [json.loads(challenge) for challenge in challenges] == ([CHALLENGE] if scripts else [])
    assert {element.attributes["rel"] for element in document.all("link")} - {"canonical", "alternate"} == {"icon"}
    for element in document.elements:
        assert not [attribute for attribute in element.attributes if attribute.startswith("on") or attribute == "style"]


@every_page
def test_a_page_leads_to_itself_in_the_other_languages(name: str, language: str, context: dict[str, Any]) -> None:
    links = [element.attributes for element in page(name, language, context).all("a")]
    switches = {link["hreflang"]: link["href"] for link in links if "hreflang" in link}
    assert switches == {other: f"?lang={other}" for other in publication.languages}
    assert [language] == [link["hreflang"] for link in links if "aria-current" in link]


@pytest.mark.parametrize("problem", ["limit_reached", "failed", "moved"])
def test_who_is_to_try_later_is_not_sent_to_the_form_at_once(problem: str) -> None:
    document = page("problem", "fi", {"problem": problem, "days": 7, "path": "/subscribe"})
    leads_there = any((link.attributes.get("href") or "").startswith("/subscribe") for link in document.all("a"))
    assert leads_there == (problem == "failed")


@pytest.mark.parametrize("language", publication.languages)
def test_an_address_to_write_to_is_a_link_in_its_sentence(language: str) -> None:
    address = publication.sender.reply_to
    for name, context in (("check_mail", {"typed": True, **LIMITS}), ("erased", {"now": True, "in_crm": True})):
        (main,) = page(name, language, context).all("main")
        (link,) = (
            element
            for element in page(name, language, context).all("a")
            if main.tag in {around.tag for around in element.around} and element.text == address
        )
        assert link.attributes["href"] == f"mailto:{address}"
        key = "check_mail.still_missing" if name == "check_mail" else "my_data.in_crm"
        assert templates.text(f"pages.{key}", language, address=address) in main.text
