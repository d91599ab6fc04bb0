"""Campaigns and imports in Finnish: what is wrong is said in the language of the page, and in English to programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.drafts.draft import DraftState
from newsletter.mailings.drafts.edit_drafts import create_draft, find_draft, save_draft
from newsletter.mailings.drafts.schedule import schedule_draft
from tests.support.console.console_calls import MARKETING, Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.list_uploads import press as press_import
from tests.support.readers.list_uploads import send_file
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

NEW = "/console/campaigns/new"
GOOD = {"subject": "Kevät", "body": "Hei.", "language": "fi"}


@pytest.fixture
def browser(marketing: Browser) -> Browser:
    """Somebody who may send, and reads Finnish."""
    marketing.jar["newsletter_language"] = "fi"
    add_reader("maija@example.com", "linkedin")
    return marketing


def press(browser: Browser, path: str, step: str, **form: str) -> Answer:
    token = browser.form_token()
    return browser.post(path, *{"form_token": token, **form, "step": step}.items())


def scheduled(body: str = "Hei.") -> str:
    """A campaign that goes out in an hour; its id."""
    now = app.now()
    draft = create_draft(Campaign("kevat", "Kevät", "Hei.", "fi"), app, by="Olli", now=now).id
    schedule_draft(draft, now + timedelta(hours=1), app, by="Olli", now=now, readers=1)
    found = find_draft(draft, app)
    app.drafts.change(found, replace(found, campaign=replace(found.campaign, body=body), version=found.version + 1))
    return draft


def test_all_that_is_wrong_with_a_campaign_is_said_in_finnish(browser: Browser) -> None:
    answer = press(browser, NEW, "check", subject="", body="", language="fi", topics="golf", name="a b")
    assert answer.status == 422
    for said in (
        "Otsikko: tyhjä; kirjoita yksi rivi, enintään 200 merkkiä",
        "Teksti: tyhjä; kirjoita teksti, enintään 50 000 merkkiä",
        "Aiheet: 'golf' on tuntematon; valitse jokin näistä: ",
        "Nimi: 'a b': 1–60 kirjainta, numeroa tai yhdysmerkkiä",
    ):
        assert said in answer.text, answer.text


def test_topics_have_their_titles_of_the_language_in_sentences(browser: Browser) -> None:
    add_reader("olli@example.com", "kriisit", "nakyvyys")
    fields = {**GOOD, "topics": "kriisit", "audience": "fields", "topics_all": "nakyvyys"}
    page = press(browser, NEW, "check", **fields).text
    labels = {key: topic.label["fi"] for key in ("kriisit", "nakyvyys") if (topic := app.publication.topic(key))}
    assert f"joiden kieli on suomi ja jotka ovat valinneet aiheen {labels['kriisit']}" in page, page
    assert labels["nakyvyys"] in page


def test_preflight_speaks_finnish_to_the_page_and_english_to_a_program(
    browser: Browser, cloud: Cloud, issuer: Issuer
) -> None:
    body = "Lue [tämä](www.example.com).\n\n![](https://example.com/a.png)"
    form = {**GOOD, "body": body, "part": "faults", "form_token": browser.form_token()}
    faults = browser.post("/console/campaigns/preview", *form.items()).json["faults"]
    assert (
        "”[tämä](www.example.com)” jää tekstiksi, koska sen osoite ei ala merkeillä https://, http://, mailto: tai tel:"
    ) in [each["message"] for each in faults]
    page = press(browser, NEW, "check", **{**GOOD, "body": body})
    assert "Teksti: rivi 1: ”[tämä](www.example.com)” jää tekstiksi" in page.text
    assert "rivi 3: kuvalla ”https://example.com/a.png” ei ole kuvausta" in page.text
    draft = create_draft(Campaign("", "Kevät", body, "fi"), app, by="Olli", now=app.now())
    api = Program(cloud, issuer.token(scope="openid campaigns:send"))
    assert "“[tämä](www.example.com)” stays text" in json.dumps(
        api("GET", f"/campaigns/{draft.id}/preview").json["faults"], ensure_ascii=False
    )


def test_two_texts_of_one_campaign_are_told_of_in_finnish(browser: Browser) -> None:
    draft = create_draft(Campaign("", "Kevät", "Hei.", "fi"), app, by="Olli", now=app.now())
    save_draft(draft.id, Campaign("", "Kesä", "Moi.", "fi"), app, by="Olli", now=app.now(), version=1)
    answer = press(browser, f"/console/campaigns/{draft.id}", "save", **GOOD, version="1")
    assert answer.status == 409
    assert "Olli muutti kampanjaa sillä välin" in answer.text
    assert "Tallenna korvaa sen tekstilläsi" in answer.text


@pytest.mark.parametrize(
    ("body", "more", "why"),
    [
        ("Hei.", 30, "kohderyhmässä oli 1 lukijaa, kun se tarkistettiin, ja nyt 31"),
        ("Lue [](https://example.com/a).", 0, "Teksti: rivi 1: linkillä ”https://example.com/a” ei ole tekstiä"),
    ],
)
def test_why_a_campaign_was_held_is_read_in_finnish(
    browser: Browser, cloud: Cloud, body: str, more: int, why: str
) -> None:
    draft = scheduled(body)
    for number in range(more):
        add_reader(f"lukija{number}@example.com", "linkedin")
    cloud.run("nurture", app.now() + timedelta(hours=2))
    assert find_draft(draft, app).state is DraftState.HELD
    text = browser.get(f"/console/campaigns/{draft}").text
    assert "Kampanja ei lähtenyt" in text
    assert why in text, text
    assert why in browser.get("/console/mailings").text


def test_a_wrong_time_and_a_wrong_address_are_told_of_in_finnish(browser: Browser) -> None:
    draft = create_draft(Campaign("kevat", "Kevät", "Hei.", "fi"), app, by="Olli", now=app.now()).id
    path = f"/console/campaigns/{draft}"
    late = press(browser, path, "schedule", date="2020-01-01", time="08:00", readers="1")
    assert "Lähetysaika: on jo mennyt; anna myöhempi aika tai lähetä heti" in late.text
    none = press(browser, path, "test", to="maija")
    assert "Testiviesti: 'maija' ei ole toimiva sähköpostiosoite" in none.text


def test_what_is_asked_about_a_list_is_asked_in_finnish(browser: Browser, cloud: Cloud) -> None:
    job = send_file(browser, "lista.csv", "nimi,puhelin\nMaija,040\n").location
    page = browser.get(job).text
    assert "lista.csv, rivi 1: minkään sarakkeen nimi ei ole email" in page, page
    job = send_file(browser, "readers.csv", "email,kieli\na@example.com,norja\n").location
    refused = press_import(browser, f"{job}/check", ("as", "confirmed"), ("evidence", ""))
    assert "missä ja milloin he antoivat suostumuksen" in refused.text
    press_import(browser, f"{job}/check", ("as", "confirmed"), ("evidence", "messut"))
    cloud.drain()
    assert "Kieli: norja on tuntematon; valitse jokin näistä: fi" in browser.get(f"{job}/lines").text


def test_who_signs_in_without_the_right_role_reads_why(cloud: Cloud, issuer: Issuer) -> None:
    writer = Browser(cloud, issuer)
    writer.sign_in(**{**MARKETING, "cognito:groups": ["newsletter-write"], "scope": ""})
    writer.jar["newsletter_language"] = "fi"
    text = writer.get("/console/audit").text
    assert "tähän tarvitaan rooli hallinta" in text.lower()
