"""Every public page in every language: nothing for axe-core to find, wide or narrow, light or dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, link_to, mail_to, send_campaign, sign_up, subscribe

LANGUAGES = ["fi", "sv", "en"]
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@in_every_language
def test_nobody_is_shut_out_of_the_way_in(page: Page, stage: Stage, camera: Camera, language: str) -> None:
    email = f"{language}@example.com"
    page.goto(stage.url(f"/subscribe?lang={language}"))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-subscribe")
    page.click("main form button")
    camera.check(page, f"{language}-subscribe-errors")
    sign_up(page, stage, email, language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-check-mail")
    page.goto(link_to("confirm", mail_to(stage, email)["text"]))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-confirm")
    page.click("main form button")
    camera.check(page, f"{language}-confirmed")
    page.goto(stage.url(f"/confirm/nothing?lang={language}"))
    camera.check(page, f"{language}-not-found")


@in_every_language
def test_nobody_is_shut_out_of_what_somebody_asked_for_in_their_name(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    email = f"{language}-asked@example.com"
    subscribe(page, stage, email, language)
    sign_up(page, stage, email, "fi" if language == "sv" else "sv")
    page.goto(link_to("confirm", mail_to(stage, email)["text"]))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("main tbody tr")).to_have_count(1)
    camera.check(page, f"{language}-confirm-change")
    page.click("main form button")
    camera.check(page, f"{language}-confirm-changed")


@in_every_language
def test_nobody_is_shut_out_of_their_choices_and_their_data(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    email = f"{language}-choices@example.com"
    subscribe(page, stage, email, language)
    page.goto(link_to("preferences", mail_to(stage, email)["text"]))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-preferences")
    page.click("main form button")
    expect(page.get_by_role("status")).to_be_visible()
    camera.check(page, f"{language}-preferences-saved")
    page.locator("main a[href^='/my-data/']").click()
    page.click("main details summary")
    camera.check(page, f"{language}-my-data")
    page.click("main details button")
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-erased")


@in_every_language
def test_nobody_is_shut_out_of_the_offer_or_of_leaving(page: Page, stage: Stage, camera: Camera, language: str) -> None:
    email = f"{language}-offer@example.com"
    subscribe(page, stage, email, language)
    send_campaign(
        page, stage, name=f"kampanja-{language}", subject="Sanaharju", body="…", language=language, offer="sparraus"
    )
    text = mail_to(stage, email)["text"]
    page.goto(link_to("offer", text))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-offer")
    page.click("main form button")
    camera.check(page, f"{language}-offer-taken")
    page.goto(link_to("unsubscribe", text))
    camera.check(page, f"{language}-unsubscribe")
    page.click("main form button")
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-unsubscribed")


@in_every_language
def test_nobody_is_shut_out_of_the_archive(page: Page, stage: Stage, camera: Camera, language: str) -> None:
    stage.cloud.run("planner")
    body = "## Kenelle\n\nKaikille, [jotka kirjoittavat](https://www.sanaharju.example/).\n\n> Lainaus"
    send_campaign(page, stage, name=f"arkisto-{language}", subject="Arkistoon", body=body, language=language)
    for name, link in (("campaign", f"/archive/arkisto-{language}"), ("digest", "/archive/digest-")):
        page.goto(stage.url(f"/archive?lang={language}"))
        camera.check(page, f"{language}-archive")
        page.locator(f"main a[href*='{link.removeprefix('/archive/')}']").first.click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        camera.check(page, f"{language}-archive-{name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_gets_black_on_white_and_nothing_to_press(
    page: Page, stage: Stage, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(media="print", color_scheme=scheme)
    page.goto(stage.url("/subscribe?lang=fi"))
    colours = page.evaluate(
        "['body', 'main', 'h1', '.brand', '.quiet'].map(at => getComputedStyle(document.querySelector(at)))"
        ".map(style => `${style.color} on ${style.backgroundColor}`)"
    )
    black, nothing = "rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"
    white = "rgb(255, 255, 255)"
    assert colours == [
        *(f"{black} on {white}", f"{black} on {white}", f"{black} on {nothing}", f"{black} on {nothing}"),
        f"rgb(51, 51, 51) on {nothing}",
    ]
    expect(page.locator("main button")).to_be_hidden()
    expect(page.get_by_role("navigation")).to_be_hidden()


def without_sandbox(page: Page, stage: Stage, mail: str) -> str:
    """Where the mail's HTML may run a script: the mailbox lets it run none, and axe-core is one."""
    html = page.request.get(stage.url(f"/_local/mail/{mail}/html")).text()
    address = stage.url(f"/mail/{mail}")
    page.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    return address


@in_every_language
def test_a_mail_reads_well_to_every_eye_and_ear(page: Page, stage: Stage, camera: Camera, language: str) -> None:
    email = f"{language}-mail@example.com"
    subscribe(page, stage, email, language)
    stage.cloud.run("planner")
    mails = [mail for mail in stage.cloud.ses.mailbox.all() if email in mail.to]
    names = [mail.tags["mailing"].split("-")[0] for mail in mails]
    assert {"welcome", "confirmation"} <= set(names)
    for name, mail in zip(names, mails, strict=True):
        page.goto(without_sandbox(page, stage, mail.id))
        camera.check(page, f"{language}-mail-{name}", landmarks=False)
