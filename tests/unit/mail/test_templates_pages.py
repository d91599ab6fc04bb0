"""Every public page in every language: complete, accessible, and unmoved by what readers type."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.templates import Templates
from newsletter.mailings.archive import ArchivedMailing
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.publication.theme import TEXT_ON_BACKGROUND
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import CHOICES, DEFAULT_CHOICES, ON_FORM, TEXTS, Choices
from newsletter.readers.signup.pending import Effect, Pending, pending
from newsletter.readers.subscriber import CurrentSubscriber, SignUp, Status, Subscriber
from public_site.routes.less import Less
from public_site.routes.unsubscribe import REASONS
from tests.support.mails import BARE, FIRST, article
from tests.support.templates import TEMPLATES

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "templates" / "pages"
LOCALES = ROOT / "templates" / "locales"
PROBLEMS = (
    *(
        "expired",
        "ended",
        "moved",
        "foreign",
        "not_found",
        "method_not_allowed",
        "too_large",
        "unreadable",
        "limit_reached",
        "not_set_up",
        "failed",
    ),
)
CONFIRM_PARTS = ("heading", "lead", "submit", "stranger")
NOTICES = ("again", "too_fast", "too_old")
PARTS = {"layout", "fields", "choices", "address", "less_forms", "letter_note"}
"""Templates that are no pages of their own."""
VOID = {"input", "meta", "link", "br", "hr", "img"}

templates = Templates(TEMPLATES, "https://news.example.com")
publication = templates.publication


def typed(**given: Any) -> dict[str, Any]:
    """What a form shows."""
    usual = {**DEFAULT_CHOICES, "language": "fi", "paused_until": ""}
    choices = {name: given.pop(name, value) for name, value in usual.items()}
    form = {"email": "", "consent": False, "next": "", "kept": False, "every_topic": True}
    return {**form, "choices": choices, **given}


def form(**given: Any) -> dict[str, Any]:
    """What the page with the sign-up form takes."""
    empty = {"form": typed(), "token": "t", "errors": {}, "notice": "", "suggestion": "", "challenge": None}
    return {**empty, "pending_days": 14, "left_days": 1, "clicks_days": 396, "sent_days": 396, **given}


def preferences(**given: Any) -> dict[str, Any]:
    days = {"first_day": "2026-11-24", "last_day": "2027-11-23"}
    links = {"unsubscribe_url": "/unsubscribe/t", "my_data_url": "/my-data/t"}
    shown = {"form": typed(), "errors": {}, "saved": False, "new_email": ""}
    return {**shown, **days, **links, **given}


def my_data(**given: Any) -> dict[str, Any]:
    moment = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    reader = Subscriber(
        "a" * 26,
        "maija@example.com",
        Status.ACTIVE,
        Choices(topics=("linkedin",), language="fi", name="Maija"),
        moment,
        "2026-11",
    )
    chosen = replace(reader.choices, **{name: given.pop(name) for name in DEFAULT_CHOICES if name in given})
    return {
        "reader": replace(reader, choices=chosen, **given),
        "earlier": [],
        "consents": [],
        "clicks": 0,
        "leads": [],
        "in_crm": False,
        "paused_until": None,
        "sent_days": 396,
        "changes": [],
        "chain_is_whole": True,
    }


def less(**chosen: Any) -> dict[str, Any]:
    """What the forms for less mail take."""
    choices = Choices(topics=("linkedin",), language="fi", **chosen)
    reader = Subscriber("a" * 26, "maija@example.com", Status.ACTIVE, choices, MOMENT, "2026-11")
    days = {"first_day": "2026-11-25", "last_day": "2027-11-24"}
    forms = Less(reader, publication.topics, "/preferences/t/less", "t", choices.paused_until, **days)
    return {"less": forms, "choices": {"topics": ("linkedin",), "paused_until": "2026-12-24"}}


def waiting() -> list[Pending]:
    """Forms that wait: of somebody new, of a reader with and without a change, to another address, onto a reader's."""
    new = SignUp(
        "a" * 26,
        "uusi@example.com",
        Choices(topics=("linkedin",), language="fi", name="<b>Voita"),
        "2026-11",
        "",
        "",
        MOMENT,
        "n2",
        link="n1",
    )
    reader = Subscriber(
        "a" * 26,
        new.email,
        Status.ACTIVE,
        Choices(topics=("linkedin",), language="fi", name="<b>Voita"),
        MOMENT,
        "2026-11",
    )
    other = replace(reader, choices=Choices(language="sv", frequency=Frequency.MONTHLY))
    moving = replace(new, moved_from="b" * 26, choices=Choices(language="fi"))
    return [
        pending(new, None),
        pending(replace(new, choices=replace(new.choices, tracking=False)), other),
        pending(new, reader),
        pending(moving, None),
        pending(moving, reader),
    ]


def archived() -> list[ArchivedMailing]:
    """A digest, and a campaign in a language that most of the pages are not in."""
    offer = publication.offers[0]
    digest = Mailing("digest-2026-W48", Kind.DIGEST, MOMENT, articles=("article11", "article9", "article8"))
    campaign = Mailing("campaign-kevat", Kind.CAMPAIGN, MOMENT, body="## Otsikko\n\n![Kuva](https://a.example/a.png)")
    return [
        ArchivedMailing(digest, "Kirjoita", "fi", (FIRST, BARE), (article(7),), offer),
        ArchivedMailing(replace(campaign, language="fi"), "Kevään sparraukset", "fi"),
    ]


MOMENT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
LESS_LINKS = {"preferences_url": "/preferences/t", "unsubscribe_url": "/unsubscribe/t"}
LIMITS = {"days": 7, "minutes": 10, "mails": 3}
ERRORS = {name: f"pages.errors.{name}" for name in ("email", "topics", "frequency", "language", "name", "consent")}
WRONG_CHOICES = ("name", "frequency", "paused_until")
CHALLENGE = {"algorithm": "SHA-256", "challenge": "00", "maxnumber": 9, "salt": 'x"?&', "signature": "00"}
ACTS = [f"{about}_{act}" for about in ("newsletter", "tracking") for act in ("given", "withdrawn")]
CASES: dict[str, tuple[dict[str, Any], ...]] = {
    "subscribe": (
        form(),
        form(form=typed(email="x", topics=("linkedin",)), errors=ERRORS, notice="again"),
        form(form=typed(email="maija@gmial.com"), suggestion="maija@gmail.com", challenge=CHALLENGE),
        form(errors={"topics": "pages.errors.no_topics"}, form=typed(every_topic=False, tracking=False)),
        form(form=typed(email="maija@gmial.com", every_topic=False, tracking=False), suggestion="maija@gmail.com"),
        form(challenge=CHALLENGE, form=typed(kept=True, next="https://www.example.fi/kiitos")),
        *(form(notice=notice) for notice in NOTICES),
    ),
    "wait": (
        *(
            {"form": typed(), "token": "t", "wait": "w", "seconds": 60, "too_early": early, "challenge": CHALLENGE}
            for early in (False, True)
        ),
        {"form": None, "new_email": "x", "wait": "w", "seconds": 60, "too_early": False, "challenge": CHALLENGE},
    ),
    "check_mail": tuple({"typed": typed_, **LIMITS} for typed_ in (False, True)),
    "confirm": tuple(
        {"pending": each, "changed": changed, "preferences_url": "/preferences/t"}
        for each in waiting()
        for changed in (False, True)
    ),
    "expired": ({"days": 7},),
    "confirmed": tuple({"effect": effect, "preferences_url": "/preferences/t"} for effect in Effect),
    "preferences": (
        preferences(saved=True),
        preferences(errors={name: f"pages.errors.{name}" for name in WRONG_CHOICES}),
        preferences(errors={"new_email": "pages.errors.same_email"}, new_email="x"),
        preferences(errors={"topics": "pages.errors.no_topics_leave"}, form=typed(every_topic=False)),
    ),
    "new_address": ({"preferences_url": "/preferences/t", **LIMITS},),
    "unsubscribe": (
        {"preferences_url": "/preferences/t", **less()},
        {"preferences_url": "", "less": None, "choices": {}},
    ),
    "less": tuple(
        {**less(**reader), "errors": errors, "again": again, **LESS_LINKS}
        for reader, errors, again in (
            ({}, {}, False),
            ({"frequency": Frequency.MONTHLY}, {"topics": "pages.less.no_topics"}, False),
            ({}, {"paused_until": "pages.errors.paused_until"}, True),
            ({"paused_until": date(2027, 1, 1)}, {}, False),
        )
    ),
    "less_done": tuple(
        {"reader": less()["less"].reader, "paused_until": day, "preferences_url": "/preferences/t"}
        for day in (None, date(2027, 1, 1))
    ),
    "unsubscribed": (
        {"left": False, "explained": False},
        *(
            {"left": True, "explained": explained, "reasons": REASONS, "my_data_url": "/my-data/t"}
            for explained in (False, True)
        ),
    ),
    "my_data": (
        *(my_data(status=status) for status in Status if status is not Status.ERASED),
        {
            **my_data(name="", topics=(), tracking=False, frequency=Frequency.MONTHLY),
            "paused_until": date(2027, 1, 1),
            "in_crm": True,
            "consents": [{"at": MOMENT, "act": act} for act in ACTS],
            "earlier": ["maija@vanha.example.com", "maija@<vanhin>.example.com"],
            "clicks": 1,
            "changes": ["maija@uusi.example.com"],
            "chain_is_whole": False,
            "leads": [{"at": MOMENT, "offer": offer} for offer in (*publication.offers, None)],
        },
    ),
    "erased": tuple({"now": now, "in_crm": in_crm} for now, in_crm in ((True, False), (True, True), (False, False))),
    "offer": tuple(
        {"offer": offer, "reader": CurrentSubscriber("a", status), "form": "t", "again": again}
        for offer in publication.offers
        for status in Status
        for again in (False, True)
    ),
    "offer_for_nobody": tuple({"offer": offer} for offer in publication.offers),
    "offer_taken": tuple({"reader": CurrentSubscriber("a", status)} for status in Status),
    "archive": (
        {"mailings": [], "following": "", "first": True, "here": "https://news.example.com/archive"},
        {"mailings": archived(), "following": "2026-11-24T06:00:00Z#digest-2026-W48", "first": False, "here": ""},
    ),
    "archive_mailing": tuple(
        {"shown": shown, "canonical": "https://news.example.com/archive/x", "subscribe_url": "/subscribe?lang=fi"}
        for shown in archived()
    ),
    "share": tuple(
        {
            "shown": shown,
            "address": "https://news.example.com/archive/x?lang=fi",
            "mail_to": "mailto:?subject=S&body=T",
            "subscribe_url": "/subscribe?lang=fi&topics=linkedin",
        }
        for shown in archived()
    ),
    "letter_gone": ({"days": 396},),
    "problem": tuple({"problem": name, "days": 7, "path": "/confirm/t"} for name in PROBLEMS),
}
RENDERED = [
    pytest.param(name, language, context, id=f"{name}-{number}-{language}")
    for name, contexts in CASES.items()
    for number, context in enumerate(contexts)
    for language in publication.languages
]
every_page = pytest.mark.parametrize(("name", "language", "context"), RENDERED)


@dataclass
class Element:
    """A start tag, the tags around it, and the text inside it."""

    tag: str
    attributes: dict[str, str | None]
    around: tuple[Element, ...]
    text: str = ""


@dataclass
class Document(HTMLParser):
    """A page as its elements; refuses tags that are not closed in order."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    @property
    def ids(self) -> list[str]:
        return [value for element in self.elements if (value := element.attributes.get("id"))]


def page(name: str, language: str, context: dict[str, Any]) -> Document:
    return Document(templates.page(name, language, **context))


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
    by_name |= {f"pages.languages.{language}" for language in publication.languages}
    by_name |= {f"pages.errors.{name}" for name in CHOICES}
    by_name |= {f"pages.fields.{name}{part}" for name in TEXTS for part in ("", "_hint")}
    by_name |= {f"pages.notices.{notice}" for notice in NOTICES}
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


@pytest.mark.parametrize("language", publication.languages)
def test_each_fault_is_told_at_its_field_and_in_the_summary(language: str) -> None:
    document = page("subscribe", language, form(errors=ERRORS))
    (summary,) = (element for element in document.elements if element.attributes.get("role") == "alert")
    for name, key in ERRORS.items():
        text = templates.text(key, language)
        (told,) = (element for element in document.elements if element.attributes.get("id") == f"{name}-error")
        assert told.text == text
        assert text in summary.text
        (field_,) = (element for element in document.elements if element.attributes.get("id") == name)
        assert field_.attributes["aria-invalid"] == "true"
        assert f"{name}-error" in (field_.attributes["aria-describedby"] or "").split()


def test_nothing_is_ticked_for_the_reader_but_all_topics_every_week_and_their_language() -> None:
    document = page("subscribe", "fi", form())
    ticked = [element.attributes for element in document.all("input") if "checked" in element.attributes]
    assert [(field_["name"], field_["value"]) for field_ in ticked] == [
        ("every_topic", "yes"),
        ("frequency", "weekly"),
        ("language", "fi"),
    ]


def test_nobody_meets_the_field_that_only_programs_fill_in() -> None:
    document = page("subscribe", "fi", form())
    (trap,) = (element for element in document.all("input") if element.attributes["name"] == "website")
    assert trap.attributes["tabindex"] == "-1"
    assert [element.attributes["aria-hidden"] for element in trap.around if "aria-hidden" in element.attributes]


@pytest.mark.parametrize("number", [0, 1])
def test_each_answer_to_the_suggestion_sends_all_that_was_typed(number: int) -> None:
    given: dict[str, Any] = {
        "topics": ("linkedin", "kriisit"),
        "frequency": "monthly",
        "language": "sv",
        "name": "Maija",
    }
    given |= {"every_topic": False, "tracking": False}
    asked = typed(email="maija@gmial.com", consent=True, next="https://www.example.fi/", **given)
    document = page("subscribe", "sv", form(form=asked, suggestion="maija@gmail.com"))
    answer = document.all("form")[number]
    inside = [element.attributes for element in document.all("input") if answer in element.around]
    assert [(field_["name"], field_["value"]) for field_ in inside] == [
        ("form", "t"),
        ("email", ("maija@gmail.com", "maija@gmial.com")[number]),
        ("topics", "linkedin"),
        ("topics", "kriisit"),
        ("tracking", "no"),
        ("frequency", "monthly"),
        ("language", "sv"),
        *((name, given.get(name, "")) for name in TEXTS),
        ("consent", "yes"),
        ("next", "https://www.example.fi/"),
        ("kept", "yes"),
    ]


@given(email=st.text(max_size=40), name=st.text(max_size=40))
def test_what_was_typed_stays_text(email: str, name: str) -> None:
    plain = page("subscribe", "fi", form(form=typed(email="x", name="x")))
    document = page("subscribe", "fi", form(form=typed(email=email, name=name)))
    assert [element.tag for element in document.elements] == [element.tag for element in plain.elements]
    visible = {
        e.attributes["name"]: e.attributes["value"] or "" for e in document.all("input") if "value" in e.attributes
    }
    for field_, text in (("email", email), ("name", name)):
        if text.isprintable():
            assert visible[field_] == text


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_page_has_the_colours_and_fonts_of_the_publication(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    palette = replace(getattr(publication.theme, mode), desk="#010203", paper="#040506", on_band="#070809")
    look = replace(publication.theme, headings="Rockwell, serif", text="'Gill Sans', sans-serif", **{mode: palette})
    monkeypatch.setitem(templates.__dict__, "publication", replace(publication, theme=look))
    css = templates.page("subscribe", "fi", **form()).partition("<style>")[2].partition("</style>")[0]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", re.findall(r":root {(.*?)}", css, re.DOTALL)[mode == "dark"]))
    button, on_button = ("on-band", "band") if mode == "dark" else ("band", "on-band")
    assert colours.pop("button") == colours[button]
    assert colours.pop("on-button") == colours[on_button]
    assert colours == {name: getattr(palette, name.replace("-", "_")) for name in colours}
    assert "font: 1.0625rem/1.6 'Gill Sans', sans-serif;" in css
    assert ".brand { font-family: Rockwell, serif;" in css
    assert not re.search(
        r"#[0-9a-f]{3}|rgb", css.partition("*, *::before")[2].partition("@media print")[0], re.IGNORECASE
    )


def test_text_stands_only_where_the_look_was_checked_to_let_it_stand_out() -> None:
    css = "".join(
        (ROOT / "templates" / place / "style.css").read_text(encoding="utf-8") for place in ("pages", "console")
    )
    texts = set(re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", css))
    grounds = set(re.findall(r"background: var\(--([\w-]+)\)", css))
    # A button is the band or, in the dark, the band's text; paper and ink, and the band and its text, change places
    # where a pointer is. `accent` and `dot` have no text on them.
    assert texts == {"ink", "muted", "link", "wrong", "on-band", "band", "on-button", "paper"}
    assert grounds == {"desk", "paper", "band", "on-band", "button", "ink", "wrong", "accent", "dot"}
    checked = {*TEXT_ON_BACKGROUND}
    assert checked >= {(text, ground) for text in ("ink", "muted", "link", "wrong") for ground in ("desk", "paper")}
    assert ("on_band", "band") in checked


def test_no_stylesheet_uses_a_colour_that_the_look_does_not_have() -> None:
    known = {"button", "on-button", "dot", *(field.name.replace("_", "-") for field in fields(publication.theme.light))}
    for place in ("pages", "console"):
        css = (ROOT / "templates" / place / "style.css").read_text(encoding="utf-8")
        assert set(re.findall(r"var\(--([\w-]+)\)", css)) <= known
        assert not re.search(r"#[0-9a-f]{3}\b|#[0-9a-f]{6}\b|rgb|hsl", css.partition("@media print")[0], re.IGNORECASE)


@pytest.mark.parametrize("problem", ["limit_reached", "failed", "moved"])
def test_who_is_to_try_later_is_not_sent_to_the_form_at_once(problem: str) -> None:
    document = page("problem", "fi", {"problem": problem, "days": 7, "path": "/subscribe"})
    leads_there = any((link.attributes.get("href") or "").startswith("/subscribe") for link in document.all("a"))
    assert leads_there == (problem == "failed")


def test_single_topics_are_seen_to_count_before_all_topics() -> None:
    css = templates.page("subscribe", "fi", **form()).partition("<style>")[2].partition("</style>")[0]
    assert '[action="/subscribe"] fieldset:has(.choices :checked) > .every {' in css


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


# --- which language the articles are in ------------------------------------------------------------------------------


def with_feeds(*languages: str) -> Templates:
    """The templates of a publication that has a feed in each of the languages."""
    changed = copy(templates)
    feeds = tuple(replace(publication.feeds[0], url=f"https://b.example/{each}", language=each) for each in languages)
    vars(changed)["publication"] = replace(publication, feeds=feeds)
    return changed


FINNISH = {"sv": "Artiklarna är på finska.", "en": "The articles are in Finnish."}
BOTH = {"en": "The articles are in Finnish and in Swedish."}
"""Readers of a language that has feeds of its own get the articles of these alone."""


@pytest.mark.parametrize("language", publication.languages)
@pytest.mark.parametrize(("name", "values"), [("subscribe", form()), ("preferences", preferences())])
@pytest.mark.parametrize(("feeds", "expected"), [(("fi",), FINNISH), (("sv", "fi"), BOTH), (("sv", "fi", "fi"), BOTH)])
def test_each_language_says_beside_it_in_its_own_words_which_one_the_articles_are_in(
    name: str, values: dict[str, Any], feeds: tuple[str, ...], expected: dict[str, str], language: str
) -> None:
    """Without a script: whatever the reader ticks, its line is there to be read."""
    html = with_feeds(*feeds).page(name, language, **values)
    options = re.findall(r'name="language" value="(\w+)"[^>]*><span lang="(\w+)">(.*?)</label>', html)
    assert [(value, tongue) for value, tongue, _ in options] == [(each, each) for each in publication.languages]
    told = {value: re.findall(r'class="about">(.*?)</span>', inner) for value, _, inner in options}
    assert {value: lines[0] for value, lines in told.items() if lines} == expected


def test_a_page_says_nothing_of_languages_where_it_would_be_untrue() -> None:
    for feeds in ((), ("de",)):
        html = with_feeds(*feeds).page("subscribe", "sv", **form())
        assert "Artiklarna" not in html
        assert "The articles" not in html
    assert "The articles" not in with_feeds("en").page("subscribe", "en", **form())


def test_the_page_to_confirm_says_it_in_the_language_that_would_be_chosen() -> None:
    waits = waiting()[0]
    for language, expected in (("fi", ""), *FINNISH.items()):
        form_ = replace(waits.form, choices=replace(waits.form.choices, language=language))
        values = {"pending": pending(form_, None), "changed": False, "preferences_url": "/preferences/t"}
        html = templates.page("confirm", "fi", **values)
        assert re.findall(r'<p lang="(\w+)">(.*?)</p>', html) == ([(language, expected)] if expected else [])
