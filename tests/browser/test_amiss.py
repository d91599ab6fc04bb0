"""The pages of days when something is amiss: an attack, an old link, another address, a subscription that is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from tests.browser.stage import Camera, Stage, link_to, mail_to, send_form, subscribe

in_every_language = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def own_page(stage: Stage, purpose: LinkPurpose, email: str, extra: str = "") -> str:
    """The address of a reader's own page."""
    ref = LinkClaims(app.ids.of(email), extra=extra)
    return stage.url(f"/{purpose}/{app.links.token(purpose, ref)}")


def without_proof(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")


@in_every_language
def test_nobody_is_shut_out_by_an_old_link_or_a_new_address(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    email, other = f"{language}-muuttaja@example.com", f"{language}-uusi@example.com"
    subscribe(page, stage, email, language)
    page.goto(link_to("preferences", mail_to(stage, email)["text"]))
    page.fill("[name=new_email]", "maija@@")
    page.locator("form:has([name=new_email]) button").last.click()
    expect(page.get_by_role("alert")).to_be_visible()
    camera.check(page, f"{language}-new-address-error")
    page.fill("[name=new_email]", other)
    page.locator("form:has([name=new_email]) button").last.click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-new-address")
    assert stage.cloud.drain()
    page.goto(own_page(stage, LinkPurpose.CONFIRM, other, extra="an-earlier-form") + f"?lang={language}")
    camera.check(page, f"{language}-expired")
    page.goto(link_to("confirm", mail_to(stage, other)["text"]))
    page.click("main form button")
    assert stage.cloud.drain()
    page.goto(own_page(stage, LinkPurpose.PREFERENCES, email) + f"?lang={language}")
    camera.check(page, f"{language}-ended")
    page.goto(own_page(stage, LinkPurpose.MY_DATA, other))
    expect(page.get_by_text(email)).to_be_visible()
    camera.check(page, f"{language}-my-data-moved")
    page.emulate_media(media="print")
    camera.shoot(page, f"{language}-my-data-print")
    page.emulate_media(media="screen")
    page.click("main details summary")
    page.click("main details button")
    page.goto(own_page(stage, LinkPurpose.MY_DATA, email) + f"?lang={language}")
    camera.check(page, f"{language}-nothing-held")


@in_every_language
def test_nobody_is_shut_out_while_the_form_is_under_attack(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    app.sign_up_limits.start_attack_mode(app.now() + timedelta(hours=1), app.now())
    email = f"{language}-hyokkays@example.com"
    page.goto(stage.url(f"/subscribe?lang={language}"))
    camera.check(page, f"{language}-subscribe-proof")
    page.fill("#email", email)
    page.check("#consent")
    page.route("**/altcha.js", without_proof)
    page.goto(stage.url(f"/subscribe?lang={language}"))
    page.fill("#email", email)
    page.check("#consent")
    send_form(page, stage)
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.check(page, f"{language}-wait")
    page.locator("main form button").last.click()
    camera.check(page, f"{language}-wait-too-early")
    page.unroute("**/altcha.js")
    page.goto(stage.url(f"/subscribe?lang={language}"))
    page.fill("#email", email)
    page.check("#consent")
    send_form(page, stage)
    expect(page.get_by_role("heading", level=1)).to_have_text(app.templates.text("pages.check_mail.heading", language))
    assert stage.cloud.drain()
    assert mail_to(stage, email)
