"""What each public page can be asked to show: samples of every page, for tests of all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from newsletter.leads.answers.read_answers import LONGEST
from newsletter.leads.facts.standing import Happened, Standing
from newsletter.mailings.archive import ArchivedMailing
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.publication.offers import ASKED
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import DEFAULT_CHOICES, Choices
from newsletter.readers.profiles.reader_data_store import KeptReply
from newsletter.readers.signup.pending import Effect, Pending, pending
from newsletter.readers.subscriber import CurrentSubscriber, SignUp, Status, Subscriber
from newsletter.readers.unsubscribe import REASONS
from public_site.problems import ACTS as NOT_DONE
from public_site.routes.less import Less
from tests.support.console.pages import publication
from tests.support.mailings.mails import BARE, FIRST, article

PROBLEMS = (
    "expired",
    "ended",
    "moved",
    "foreign",
    "not_found",
    "method_not_allowed",
    "too_large",
    "unreadable",
    "limit_reached",
    "link_later",
    "not_set_up",
    "failed",
)
BUSY = (*dict.fromkeys(NOT_DONE.values()), "answers", "back", "explain", "other", "shown", "perhaps")
"""What the page says did not happen while AWS refuses calls."""
NOTICES = ("again", "too_fast", "too_old")


def typed(**given: Any) -> dict[str, Any]:
    """What a form shows."""
    usual = {**DEFAULT_CHOICES, "language": "fi", "paused_until": ""}
    choices = {name: given.pop(name, value) for name, value in usual.items()}
    form = {"email": "", "consent": False, "next": "", "kept": False, "every_topic": True}
    return {**form, "choices": choices, **given}


def form(**given: Any) -> dict[str, Any]:
    """What the page with the sign-up form takes."""
    empty = {"form": typed(), "token": "t", "errors": {}, "notice": "", "suggestion": "", "challenge": None}
    empty |= {"day": "", "letter": None}
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
        "replies": [],
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


def offer_taken(**given: Any) -> dict[str, Any]:
    """What the page after the button of an offer takes."""
    usual = {"reader": CurrentSubscriber("a", Status.ACTIVE), "offer": publication.offers[0], "form": "t"}
    return {**usual, "typed": dict.fromkeys(ASKED, ""), "errors": {}, "nothing": False, "longest": LONGEST, **given}


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
WRONG_ANSWERS = {name: f"pages.offer_taken.wrong_{name}" for name in ASKED}
WHERE = "https://example.com/varaa"
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
        *(form(day="tue", letter=letter) for letter in archived()),
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
    "series": tuple(
        {"title": title, "active": active, "again": again, "token": "t", **LESS_LINKS}
        for title, active, again in (("Ensiaskeleet", True, False), ("", True, True), ("", False, False))
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
            "replies": [
                KeptReply("1", "m", MOMENT, words) for words in ("", "Kiitos, <b>voisimmeko</b> sparrata tästä?")
            ],
            "changes": ["maija@uusi.example.com"],
            "chain_is_whole": False,
            "leads": [
                {"at": MOMENT, "offer": offer, "label": label}
                for offer in (*publication.offers, None)
                for label in (f"pages.my_data.{kind}" for kind in ("lead_on", "answer_told", "interest_on"))
            ],
        },
    ),
    "erased": tuple({"now": now, "in_crm": in_crm} for now, in_crm in ((True, False), (True, True), (False, False))),
    "offer": tuple(
        {"offer": offer, "reader": CurrentSubscriber("a", status), "form": "t", "again": again, "standing": before}
        for offer in publication.offers
        for status in Status
        for again in (False, True)
        for before in (None, *(Standing(MOMENT, each, MOMENT if again else None) for each in Happened))
    ),
    "offer_for_nobody": tuple({"offer": offer} for offer in publication.offers),
    "offer_taken": (
        *(offer_taken(reader=CurrentSubscriber("a", status)) for status in Status),
        offer_taken(
            errors={name: f"pages.offer_taken.wrong_{name}" for name in ASKED}, typed=dict.fromkeys(ASKED, "<x")
        ),
        offer_taken(nothing=True),
        offer_taken(
            offer=replace(publication.offers[0], booking_url="https://example.com/v", ics_url="https://example.com/i")
        ),
        offer_taken(offer=replace(publication.offers[0], ask=(), ics_url="https://example.com/i")),
    ),
    "offer_answered": ({"offer": publication.offers[0], "answers": dict.fromkeys(ASKED, "<b>x")},),
    "archive": (
        {"mailings": [], "following": "", "first": True, "here": "https://news.example.com/archive"},
        {"mailings": archived(), "following": "2026-11-24T06:00:00Z#digest-2026-W48", "first": False, "here": ""},
    ),
    "archive_mailing": tuple(
        {
            "shown": shown,
            "canonical": "https://news.example.com/archive/x",
            "subscribe_url": "/subscribe?lang=fi",
            "about": 'What it says: "<b>"',
        }
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
    "problem": (
        *({"problem": name, "days": 7, "path": "/confirm/t"} for name in PROBLEMS),
        *({"problem": "busy", "act": act, "days": 0, "path": "/confirm/t"} for act in BUSY),
    ),
}
