"""A letter and what its reader can do with it: read it in the browser, pass it on, get less, or leave."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from newsletter.container import app
from newsletter.readers.choice import Frequency
from tests.browser.stage import Camera, Stage, link_to, mail_to, subscribe

in_every_language = pytest.mark.parametrize("language", ["fi", "sv", "en"])


def digest_to(page: Page, stage: Stage, language: str) -> tuple[str, dict[str, Any]]:
    """A new reader and their first digest."""
    email = f"{language}-kirje@example.com"
    subscribe(page, stage, email, language)
    (reader,) = app.subscribers.many([app.ids.of(email)]).values()
    mailing = f"letter-{language}"
    token = page.request.post(stage.url("/_local/token")).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    body = "## Kenelle\n\nKaikille, [jotka kirjoittavat](https://www.sanaharju.example/).\n\n> Lainaus"
    campaign = {"name": mailing, "subject": "Aamukahvit", "body": body, "language": language, "offer": "sparraus"}
    assert page.request.post(stage.url("/api/v1/campaigns"), headers=headers, data=campaign).status == 201
    assert stage.cloud.drain()
    assert reader.choices.frequency is Frequency.WEEKLY
    return email, mail_to(stage, email)


@in_every_language
def test_a_letter_is_read_in_the_browser_passed_on_and_made_less_with_the_keyboard_alone(
    page: Page, stage: Stage, camera: Camera, language: str
) -> None:
    email, mail = digest_to(page, stage, language)
    text = mail["text"]

    page.goto(link_to("letter", text))
    expect(page.locator("html")).to_have_attribute("lang", language)
    camera.look(page, f"{language}-letter")
    page.locator("aside a").click()
    expect(page.locator("main h1")).to_be_visible()
    camera.look(page, f"{language}-share")
    address = page.get_by_role("textbox").input_value()
    assert email not in address
    page.goto(address)
    expect(page.locator("main h1")).to_have_text("Aamukahvit")

    page.goto(link_to("preferences", text) + "/less")
    camera.look(page, f"{language}-less")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("summary").nth(1).focus()
    page.keyboard.press("Enter")
    camera.look(page, f"{language}-less-open")
    page.locator("button[value=frequency]").focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    expect(page.locator("main dl")).to_be_visible()
    camera.look(page, f"{language}-less-done")
    (reader,) = app.subscribers.many([app.ids.of(email)]).values()
    assert reader.choices.frequency is Frequency.MONTHLY

    page.goto(link_to("unsubscribe", text))
    expect(page.locator("main button").first).to_have_text(app.templates.text("pages.unsubscribe.submit", language))
    camera.look(page, f"{language}-unsubscribe-less")
    page.locator("summary").first.click()
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.locator("button[value=topics]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    camera.look(page, f"{language}-less-error")
    page.goto(link_to("unsubscribe", text))
    page.locator("main button").first.click()
    page.goto(link_to("letter", text))
    expect(page.locator("aside")).to_contain_text(app.templates.text("pages.letter.left", language))
