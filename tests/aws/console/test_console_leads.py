"""Leads in the console: lists, and all that one lead shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console.routes.leads import ON_A_PAGE
from newsletter.container import app
from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.manage import list_leads as listing
from newsletter.leads.manage.acts import Act
from newsletter.leads.outbox.outbox_event import Attempt, EventState
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import MADE, add_event, add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

PAGE = "/console/leads"
READER = "maija.lukija@example.com"
MINUTE = timedelta(minutes=1)
NASTY = '<script>alert("x")</script>{{ 7*7 }}'


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """May send."""
    return Program(cloud, issuer.token(scope="campaigns:send"))


def pressed(browser: Browser, path: str) -> Answer:
    return browser.post(path, ("form_token", browser.form_token()))


# --- lists -----------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_how_a_lead_comes_about(looker: Browser, api: Program) -> None:
    assert "No lead yet. A lead is a reader who presses the button" in looker.get(PAGE).text
    assert "No lead fits." in looker.get(f"{PAGE}?state=won").text
    assert api("GET", "/leads").json == {"leads": [], "cursor": None}


def test_the_list_has_the_newest_first_with_who_it_is_and_where_it_stands(marketing: Browser, api: Program) -> None:
    older = add_lead(add_reader("eka@example.com"), LeadState.WON)
    newer = add_lead(add_reader(READER), LeadState.KEPT, at=MADE + MINUTE, temperature=Temperature.WARM)
    said = marketing.get(PAGE).text
    assert said.index(READER) < said.index("eka@example.com")
    for words in ("kept here", "won", "warm", "Shall we talk it through?", "42"):
        assert words in said
    listed = api("GET", "/leads").json
    assert [lead["id"] for lead in listed["leads"]] == [newer.id, older.id]
    assert [(lead["email"], lead["state"]) for lead in listed["leads"]] == [
        (READER, "kept"),
        ("eka@example.com", "won"),
    ]


def test_a_list_is_narrowed_to_what_fits(looker: Browser, api: Program) -> None:
    won = add_lead(add_reader("eka@example.com"), LeadState.WON, mailing="campaign-kevat")
    warm = add_lead(add_reader(READER), LeadState.HANDED_OFF, at=MADE + 24 * 60 * MINUTE, temperature=Temperature.WARM)
    other = add_lead(add_reader("toka@example.com"), LeadState.LOST, offer="vanha", at=MADE - MINUTE)
    for query, found in {
        "state=won": [won],
        "temperature=warm": [warm],
        "offer=vanha": [other],
        "mailing=campaign-kevat": [won],
        "since=2026-11-25": [warm],
        "since=2026-11-24T06:00:00Z": [warm, won],
        "state=won&temperature=warm": [],
    }.items():
        assert [lead["id"] for lead in api("GET", f"/leads?{query}").json["leads"]] == [lead.id for lead in found]
        page = looker.get(f"{PAGE}?{query}").body
        assert set(re.findall(r"/console/leads/([a-z2-7]{16})", page)) == {lead.id for lead in found}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=sold", "state"),
        ("state=%00", "state"),
        ("temperature=cold", "temperature"),
        ("offer=a%20b", "offer"),
        ("mailing=%3Cscript%3E", "mailing"),
        ("mailing=" + "x" * 101, "mailing"),
        ("since=yesterday", "since"),
        ("since=2026-13-01", "since"),
        ("since=2026-11-24T08:00:00", "since"),
        ("since=0001-01-01", "since"),
        ("since=" + "2" * 5_000, "since"),
        ("cursor=x", "cursor"),
        ("cursor=2026-13-24T06:00:00Z.aaaaaaaaaaaaaaaa", "cursor"),
        ("cursor=2026-11-24T06:00:00Z.aaaaaaaaaaaaaaa1", "cursor"),
        ("cursor=" + "9" * 5_000, "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
    ],
)
def test_what_cannot_be_asked_for_is_named(looker: Browser, api: Program, query: str, field: str) -> None:
    answer = api("GET", f"/leads?{query}")
    assert answer.status == 422
    assert list(answer.json["errors"]) == [field]
    if field != "limit":
        page = looker.get(f"{PAGE}?{query}")
        assert page.status == 422
        label = app.templates.console_texts.words("en").named(field, "field")
        assert f"{label} :" in page.text
        assert "<script>" not in page.body


def test_every_lead_is_on_one_page_whatever_comes_meanwhile(looker: Browser) -> None:
    subscriber = add_reader(READER)
    made = [
        add_lead(subscriber, episode=number, at=MADE + number * MINUTE).id for number in range(1, 2 * ON_A_PAGE + 2)
    ]
    found: list[str] = []
    address: str | None = PAGE
    while address:
        page = looker.get(address)
        table = page.body[page.body.index("<table") :]
        found += re.findall(r"/console/leads/([a-z2-7]{16})", table)
        following = re.search(r'href="([^"]+)" rel="next"', page.body)
        address = following[1].replace("&amp;", "&") if following else None
        add_lead(subscriber, episode=100 + len(found), at=MADE + 100 * MINUTE + len(found) * MINUTE)
    assert found == made[::-1]


def test_a_filter_looks_through_so_many_leads_at_once_and_no_more(
    looker: Browser, api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", 20)
    monkeypatch.setattr(listing, "READ_AT_ONCE", 10)
    subscriber = add_reader(READER)
    first = add_lead(subscriber, LeadState.WON, episode=1)
    for number in range(2, 32):
        add_lead(subscriber, LeadState.KEPT, episode=number, at=MADE + number * MINUTE)
    page = api("GET", "/leads?state=won").json
    assert page["leads"] == []
    assert page["cursor"]
    assert [lead["id"] for lead in api("GET", f"/leads?state=won&cursor={page['cursor']}").json["leads"]] == [first.id]
    said = looker.get(f"{PAGE}?state=won").text
    assert "None of the leads looked through so far fits." in said
    assert "Look further back" in said


# --- one lead --------------------------------------------------------------------------------------------------------


def test_a_lead_shows_all_that_sales_and_marketing_ask(marketing: Browser, api: Program) -> None:
    lead = add_lead(
        add_reader(READER, "linkedin"),
        LeadState.HANDED_OFF,
        episode=3,
        answers={"phone": "+358 40 1", "message": NASTY},
    )
    failed = Attempt(MADE, 20.0, 0, "no answer within 20 seconds")
    refused = Attempt(MADE + MINUTE, 0.4, 503, NASTY)
    add_event(lead, EventState.WAITING, failed, refused)
    answer = marketing.get(f"{PAGE}/{lead.id}")
    for words in (
        READER,
        "+358 40 1",
        "Puoli tuntia viikossa",
        "LinkedIn",
        "The CRM has not taken it yet. It is tried again at 24 Nov 2026, 09:00.",
        "We do not know whether this was a person or a program.",
        "HTTP 503",
        "20.0 s",
        NASTY,
        "reads it",
        "They took this offer up 2 times before.",
    ):
        assert words in answer.text
    assert NASTY not in answer.body
    data = api("GET", f"/leads/{lead.id}").json
    assert [attempt["status"] for attempt in data["events"][0]["attempts"]] == [None, 503]
    assert (data["lead"]["crm"], data["answers"]["phone"]) == ("waiting", "+358 40 1")


def test_a_reader_who_was_erased_is_not_named(looker: Browser, api: Program) -> None:
    lead = add_lead("a" * 26, LeadState.WITHDRAWN)
    said = looker.get(f"{PAGE}/{lead.id}").text
    assert "A reader who is not known any more" in said
    assert api("GET", f"/leads/{lead.id}").json["lead"]["email"] == ""


@pytest.mark.parametrize("name", ["aaaaaaaaaaaaaaaa", "x", "%00", "..%2f", "A" * 16, "a" * 5_000, "lead%23"])
def test_an_id_that_no_lead_has_is_not_found(marketing: Browser, api: Program, name: str) -> None:
    assert marketing.get(f"{PAGE}/{name}").status == 404
    assert api("GET", f"/leads/{name}").status == 404
    for act in Act:
        assert pressed(marketing, f"{PAGE}/{name}/{act}").status == 404
        assert api("POST", f"/leads/{name}/{act}").status == 404
