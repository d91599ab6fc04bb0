"""The mailbox: what may happen to a mail happens there at the press of a button."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, link_to, mail_to, send_campaign, subscribe

OLD = "vanha-osoite@example.com"


def test_a_mail_that_bounces_ends_the_subscription(page: Page, stage: Stage) -> None:
    subscribe(page, stage, OLD)
    preferences = link_to("preferences", mail_to(stage, OLD)["text"])
    page.goto(preferences)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tilauksesi asetukset")

    page.goto(stage.url("/_local/mail"))
    page.locator("ul.mails a").filter(has_text=OLD).first.click()
    page.get_by_role("button", name="bounce", exact=True).click()
    # The page keeps itself up to date.
    expect(page.locator("[data-live=events]")).to_contain_text("Bounce")
    assert stage.cloud.drain()

    page.goto(preferences)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tilaus ei ole voimassa")
    subscribe(page, stage, "toinen@example.com")
    newest = mail_to(stage, OLD)["id"]
    send_campaign(page, stage, name="kaikille", subject="Kaikille", body="Hei!", language="fi")
    assert mail_to(stage, OLD)["id"] == newest


def test_a_mail_is_shown_where_it_can_run_nothing(page: Page, stage: Stage) -> None:
    subscribe(page, stage, "katsoja@example.com")
    mail = mail_to(stage, "katsoja@example.com")["id"]
    page.goto(stage.url(f"/_local/mail/{mail}"))
    assert page.locator("iframe.mail").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
    answer = page.goto(stage.url(f"/_local/mail/{mail}/html"))
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "script" not in policy


def test_a_scanner_reads_a_mail_at_the_press_of_a_button(page: Page, camera: Camera, stage: Stage) -> None:
    subscribe(page, stage, "suojattu@example.com")
    page.goto(stage.url("/_local/mail?to=suojattu@example.com"))
    page.get_by_role("button", name="Let a scanner read").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A scanner read this mail")
    camera.check(page, "local-scan")
    page.get_by_role("link", name="←").click()
    page.get_by_role("button", name="read it and press the button of its offer").click()
    expect(page.get_by_text("and pressed the button of the offer")).to_be_visible()
    assert stage.cloud.drain()
