"""A reader's whole way, with mouse and eyes: from the start page to the CRM, through the sequence and out again."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, subscribe, unhurried

READER = "maija@example.com"
NEIGHBOUR = "naapuri@example.com"
ARTICLE = "Kirjoita ensimmäinen julkaisusi yhdelle ihmiselle"
HELSINKI = ZoneInfo("Europe/Helsinki")


def run(page: Page, stage: Stage, function: str, ahead: timedelta | None = None) -> None:
    """Run a scheduled function from the start page, now or so much later by the clock of its schedule."""
    page.goto(stage.url("/"))
    card = page.locator(f'form[action="/_local/run/{function}"]')
    if ahead is not None:
        now = datetime.now(HELSINKI if function == "planner" else ZoneInfo("UTC"))
        card.locator("input[name=now]").fill(f"{now + ahead:%Y-%m-%dT%H:%M}")
    card.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{function} ran")


def follow(page: Page, link: str) -> Page:
    """Click a link of the open mail, inside its frame; the tab that opens."""
    with page.context.expect_page() as opened:
        page.frame_locator("iframe.mail").get_by_role("link", name=link).first.click()
    opened.value.wait_for_load_state()
    return opened.value


def open_mail(page: Page, stage: Stage, subject: str | re.Pattern[str]) -> None:
    """Open the reader's newest mail of that subject from the mailbox."""
    page.goto(stage.url("/"))
    page.get_by_role("link", name="Mailbox").first.click()
    page.locator("ul.mails a").filter(has_text=READER).filter(has_text=subject).first.click()


def test_a_reader_subscribes_reads_takes_up_the_offer_and_leaves(page: Page, stage: Stage, camera: Camera) -> None:
    comes_in(page, stage, camera)
    subscribe(page, stage, NEIGHBOUR)
    reads(page, stage, camera)
    takes_up_the_offer(page, stage, camera)
    leaves(page, stage, camera)
    before = [mail.to for mail in stage.cloud.ses.mailbox.all()]
    stage.publish("Ensi viikon kirjoitus", datetime.now(HELSINKI) + timedelta(days=6))
    run(page, stage, "planner", timedelta(days=7))
    after = [mail.to for mail in stage.cloud.ses.mailbox.all()]
    assert after[: len(after) - len(before)] == [(NEIGHBOUR,)], "next week's digest is for who stayed, and only them"


def comes_in(page: Page, stage: Stage, camera: Camera) -> None:
    """From the start page through form and mailbox to a confirmed subscription."""
    page.goto(stage.url("/"))
    camera.look(page, "01-start")
    page.get_by_role("link", name="Subscribe").first.click()
    camera.look(page, "02-subscribe")
    page.get_by_label("Sähköpostiosoite").fill(READER)
    page.get_by_label("LinkedIn").check()
    page.get_by_label("Nimi").fill("Maija")
    page.locator("#consent").check()
    camera.look(page, "03-subscribe-filled")
    with unhurried(page, stage):
        page.get_by_role("button", name="Tilaa uutiskirje").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tarkista sähköpostisi")
    camera.look(page, "04-check-mail")
    assert stage.cloud.drain()

    page.goto(stage.url("/_local/mail"))
    camera.look(page, "05-mailbox")
    open_mail(page, stage, "Vahvista")
    camera.look(page, "06-confirmation-mail")
    tab = follow(page, "Vahvista tilaus")
    camera.look(tab, "07-confirm")
    tab.get_by_role("button", name="Vahvista tilaus").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Kiitos, tilaus on vahvistettu")
    camera.look(tab, "08-confirmed")
    tab.close()


def reads(page: Page, stage: Stage, camera: Camera) -> None:
    """Run the digest from the start page, open it, read an article on the blog."""
    run(page, stage, "planner")
    camera.look(page, "09-planner-ran")
    open_mail(page, stage, re.compile("Puoli tuntia|kirjoitus"))
    camera.look(page, "10-digest-mail")
    blog = follow(page, ARTICLE)
    assert blog.url.startswith(stage.url("/_local/blog/"))
    camera.look(blog, "11-article")
    blog.close()


def takes_up_the_offer(page: Page, stage: Stage, camera: Camera) -> None:
    """From the offer in the mail to the one lead in the CRM."""
    offer = follow(page, "Tutustu sparraukseen")
    expect(offer.get_by_role("heading", level=1)).to_have_text("Sparrataanko?")
    camera.look(offer, "12-offer")
    assert stage.cloud.crm.all() == (), "looking at the offer made a lead"
    stage.wait(seconds=20)
    offer.get_by_role("button", name="Kyllä, ottakaa yhteyttä").click()
    expect(offer.get_by_role("heading", level=1)).to_have_text("Kiitos, otamme yhteyttä")
    camera.look(offer, "13-offer-taken")
    offer.get_by_label("Puhelinnumero").fill("040 123 4567")
    offer.get_by_label("Mistä haluaisit jutella?").fill("LinkedInistä.\nOlisiko ensi viikolla aikaa?")
    offer.get_by_role("button", name="Lähetä lisätiedot").click()
    expect(offer.get_by_role("heading", level=1)).to_have_text("Kiitos lisätiedoista")
    camera.look(offer, "13-offer-answered")
    offer.close()
    assert stage.cloud.drain()

    page.goto(stage.url("/"))
    page.get_by_role("link", name="CRM").first.click()
    expect(page.locator("ul.webhooks > li")).to_have_count(2)
    expect(page.locator("ul.webhooks > li").last).to_contain_text("signature right")
    lead = json.loads(page.locator("ul.webhooks > li > pre").last.inner_text())
    assert (lead["type"], lead["data"]["contact"]["email"]) == ("lead.created", READER)
    updated = json.loads(page.locator("ul.webhooks > li > pre").first.inner_text())
    assert (updated["type"], updated["data"]["answers"]["phone"]) == ("lead.updated", "040 123 4567")
    camera.look(page, "14-crm")


def leaves(page: Page, stage: Stage, camera: Camera) -> None:
    """Two days later the first step arrives; its link and one button end it all."""
    run(page, stage, "nurture", timedelta(days=2, hours=1))
    open_mail(page, stage, "Ennen sparrausta")
    camera.look(page, "15-step-mail")

    tab = follow(page, "Peru uutiskirjeen tilaus")
    camera.look(tab, "16-unsubscribe")
    tab.get_by_role("button", name="Peru tilaus").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Tilaus on peruttu")
    camera.look(tab, "17-unsubscribed")
