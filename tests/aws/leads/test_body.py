"""What the CRM is told: by the schema, of the reader as they are now, with what people read and nothing of machines."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.leads.change_lead import accepted, update_answers, won
from newsletter.leads.follow_visits import rejudge
from newsletter.leads.manage.send_test import test_body as made_up_body
from newsletter.leads.record_press import record_press
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.mailings.mailing import WELCOME, Kind, Mailing, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from tests.support.console.json_schema import faults, unknown_fields
from tests.support.leads.lead_fixtures import NOON
from tests.support.leads.presses import BATCH, MAILING, Judge, leads, press_at, told, welcomed_with
from tests.support.readers.site import ID, READER, Clock, link, post
from tests.support.stack.cloud import BROWSER, PUBLIC_URL, Cloud, link_to

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "docs/schemas/lead-1.json").read_text(encoding="utf-8")
)
PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE
HEADERS = {name: value for name, value in BROWSER.items() if name != "user-agent"}
HOME = Evidence("GET", BROWSER["user-agent"], "192.0.2.0/24", HEADERS)
SCANNER = Evidence("GET", "Scanner/1", "203.0.113.0/24", {})


def digest(*slugs: str) -> None:
    """A digest with these articles and their links."""
    articles = {slug: f"https://blog.example.com/{slug}" for slug in slugs}
    for slug, url in articles.items():
        app.articles.put(Article(slug, url, slug.title(), "", ("linkedin",), (), "fi", "", "", None, NOON))
    app.mailings.create(Mailing(MAILING, Kind.DIGEST, NOON, articles=slugs))
    tracked = {slug: f"{url}?utm_source=x&utm_medium=email" for slug, url in articles.items()}
    variant = Variant("fi", "Viikon kirjoitukset", "", "", ())
    app.mailings.put_variant(MAILING, variant, list(tracked.items()))
    app.deliveries.claim(Batch(MAILING, BATCH, variant.key, ("r" * 26, "s" * 26, "t" * 26, ID)), "a" * 4, {}, NOON)


def opened(slug: str, at: datetime, evidence: Evidence = HOME) -> Visit:
    return Visit(at, VisitKind.LINK, slug, evidence)


def press(clock: Clock, **of: Any) -> dict[str, Any]:
    """Press; what the CRM was told last."""
    record_press(press_at(clock.now, **of), clock.now, app)
    subscriber = of.get("subscriber", ID)
    assert subscriber
    (pointed,) = app.lead_pointers.of(subscriber)
    lead = app.leads.get(pointed)
    assert lead is not None
    return told(lead)[-1]


def test_every_body_is_as_the_schema_says_and_the_schema_names_every_field(
    cloud: Cloud, clock: Clock, judge: Judge
) -> None:
    digest("a", "b")
    app.visits.add(ID, MAILING, [opened("a", NOON - timedelta(hours=1))], "b", 0, NOON)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    update_answers(lead.id, {"phone": "+358 40 123", "message": "Hei\n\nmoi"}, clock.now, clock.now, app)
    judge.kind = UNSURE
    rejudge(lead.id, clock.now, app)
    judge.kind = MACHINE
    rejudge(lead.id, clock.now, app)
    judge.kind = PERSON
    clock.forward(days=2)
    record_press(press_at(clock.now), clock.now, app)
    accepted(lead.id, clock.now, app)
    won(lead.id, clock.now + timedelta(days=1), app)
    bodies = told(lead)
    assert [body["type"].partition(".")[2] for body in bodies] == [
        "created",
        "updated",
        "updated",
        "retracted",
        "updated",
    ]
    assert [body["data"]["lead"]["sequence"] for body in bodies] == [1, 2, 3, 4, 5]
    for body in bodies:
        assert faults(body, SCHEMA) == []
        assert unknown_fields(body, SCHEMA) == []
    assert len({body["data"]["lead"]["id"] for body in bodies}) == 1


def test_the_test_event_is_as_the_schema_says_too(clock: Clock) -> None:
    body = made_up_body(clock.now, app)
    assert faults(body, SCHEMA) == []
    assert unknown_fields(body, SCHEMA) == []


def test_the_schema_refuses_what_it_should() -> None:
    assert faults({}, SCHEMA) == ["$: no type", "$: no timestamp", "$: no data"]
    assert faults({"type": "lead.x", "timestamp": "now", "data": {}}, SCHEMA)[:2] == [
        "$.type: 'lead.x' is none of ['lead.created', 'lead.updated', 'lead.retracted']",
        "$.timestamp: 'now' does not match ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    ]


@pytest.mark.usefixtures("judge")
def test_an_article_whose_link_was_corrected_was_read_all_the_same(clock: Clock) -> None:
    digest("a", "b")
    app.visits.add(ID, MAILING, [opened("a", NOON - timedelta(hours=1))], BATCH, 3, NOON)
    written = "https://blog.example.com/a?utm_source=x&utm_medium=email"
    assert app.mailings.relink(MAILING, "a", written, "https://new.example.com/a", "Maija", NOON)
    app.reset()
    (read,) = press(clock)["data"]["read"]
    assert (read["title"], read["url"]) == ("A", "https://blog.example.com/a")


@pytest.mark.usefixtures("judge")
def test_the_body_names_what_a_person_read_and_which_mailing_and_article_brought_them(clock: Clock) -> None:
    slugs = [f"a{number}" for number in range(14)]
    digest(*slugs)
    times = {slug: NOON - timedelta(minutes=10 * (20 - number)) for number, slug in enumerate(slugs[:12])}
    visits = [opened(slug, at) for slug, at in times.items()]
    scanned = [
        opened(slug, NOON - timedelta(hours=8) + timedelta(milliseconds=80 * number), SCANNER)
        for number, slug in enumerate(slugs)
    ]
    app.visits.add(ID, MAILING, [*visits, *scanned], "b", 0, NOON)
    data = press(clock)["data"]
    assert [each["title"] for each in data["read"]] == [slug.title() for slug in reversed(slugs[2:12])]
    assert data["read"][0] == {
        "title": "A11",
        "url": "https://blog.example.com/a11",
        "topics": ["linkedin"],
        "at": "2026-11-24T10:30:00Z",
        "mailing": MAILING,
    }
    assert data["source"]["mailing"] == {"id": MAILING, "kind": "digest", "subject": "Viikon kirjoitukset"}
    assert data["source"]["article"] == {"title": "A11", "url": "https://blog.example.com/a11"}
    assert data["score"]["value"] > 30
    assert data["score"]["reasons"][0].startswith("Pyysi yhteydenottoa 24.11.2026")
    assert any(reason.startswith("Luki 12 artikkelia") for reason in data["score"]["reasons"])


@pytest.mark.usefixtures("judge")
def test_an_article_of_the_welcome_mail_was_read_too(clock: Clock) -> None:
    url = welcomed_with("w", "linkedin")
    app.visits.add(ID, WELCOME, [opened("w", NOON - timedelta(hours=1))], BATCH, 0, NOON)
    data = press(clock, mailing=WELCOME)["data"]
    assert [(each["title"], each["topics"], each["mailing"]) for each in data["read"]] == [("W", ["linkedin"], WELCOME)]
    assert data["source"]["article"] == {"title": "W", "url": url}


@pytest.mark.usefixtures("judge")
def test_the_body_says_who_it_is_as_of_now_and_what_they_agreed_to(cloud: Cloud, clock: Clock) -> None:
    first = press(clock)
    assert first["timestamp"] == "2026-11-24T12:00:00Z"
    contact, consent = first["data"]["contact"], first["data"]["consent"]
    assert (contact["email"], contact["name"], contact["status"]) == (READER, "Maija", "active")
    publication = app.publication.consent
    assert (consent["state"], consent["version"], consent["text"]) == (
        "given",
        publication.version,
        publication.text["fi"],
    )
    assert consent["at"] == "2026-11-23T12:00:00Z"
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})["statusCode"] == 200
    clock.forward(days=2)
    later = press(clock)["data"]
    assert (later["contact"]["status"], later["contact"]["status_since"]) == ("unsubscribed", "2026-11-24T12:00:00Z")
    assert (later["consent"]["state"], later["consent"]["withdrawn_at"]) == ("withdrawn", "2026-11-24T12:00:00Z")


@pytest.mark.usefixtures("judge")
def test_who_moved_is_the_same_person_in_the_same_episode(cloud: Cloud, clock: Clock) -> None:
    press(clock)
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": "uusi@example.com"})["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails("uusi@example.com")[-1]))["statusCode"] == 200
    cloud.drain()
    clock.forward(days=2)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    last = told(lead)[-1]
    assert (last["type"], last["data"]["lead"]["episode"]) == ("lead.updated", 1)
    assert last["data"]["contact"]["email"] == "uusi@example.com"
    assert last["data"]["contact"]["moved_from"] == [ID]
    assert last["data"]["contact"]["subscriber"] == app.ids.of("uusi@example.com")


@pytest.mark.usefixtures("judge")
def test_the_lead_of_an_imported_reader_has_the_proof_that_came_with_them(clock: Clock) -> None:
    row = Row("tuotu@example.com")
    import_rows([row], ImportList("messut", Mode.CONFIRMED, "lomake messuilla 2025"), clock.now, app, again=True)
    consent = press(clock, subscriber=app.ids.of("tuotu@example.com"))["data"]["consent"]
    assert (consent["state"], consent["text"]) == ("given", "")
    assert consent["how"]
    assert "messuilla" in consent["proof"]


@pytest.mark.usefixtures("judge")
def test_the_console_is_linked_and_the_offer_is_in_the_readers_language(clock: Clock) -> None:
    data = press(clock)["data"]
    assert data["links"]["console"] == f"{PUBLIC_URL}/console/leads/{data['lead']['id']}"
    assert data["offer"] == {"key": "sparraus", "title": app.publication.offers[0].title["fi"]}


@pytest.mark.usefixtures("judge")
def test_a_body_is_frozen_when_it_is_made(cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    before = press(clock)
    offers = tuple(replace(offer, title={"fi": "Muu"}) for offer in app.publication.offers)
    monkeypatch.setattr(app.templates, "publication", replace(app.publication, offers=offers))
    record_press(press_at(NOON), clock.now, app)
    (lead,) = leads(cloud)
    assert told(lead) == [before]
