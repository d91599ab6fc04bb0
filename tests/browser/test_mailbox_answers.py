"""The mailbox where answers are received: a reader writes back, and leaves as programs of Apple let them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, link_to, mail_to, send_campaign, staged, subscribe
from tests.support.mailings.templates import templates_with_replies


def test_a_reader_answers_a_mail_and_leaves_as_programs_of_apple_do(page: Page, camera: Camera, tmp_path: Path) -> None:
    with staged(tmp_path, templates_with_replies(tmp_path, forward_to="hei@example.com")) as stage:
        subscribe(page, stage, "vastaaja@example.com")
        send_campaign(page, stage, name="vastattava", subject="Vastattava", body="Hei!", language="fi")
        page.goto(stage.url("/_local/mail?to=vastaaja@example.com"))
        page.locator("ul.mails a").first.click()
        page.get_by_text("Reply", exact=True).click()
        camera.check(page, "local-mail-reply")
        page.get_by_label("Text").fill("Kiitos, jutellaan! 🙂")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("SES has it")
        camera.check(page, "local-answered")
        assert stage.cloud.drain()
        assert "Kiitos, jutellaan! 🙂" in mail_to(stage, "hei@example.com")["text"]

        page.go_back()
        page.get_by_role("button", name="Unsubscribe as Apple does").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("SES has it")
        camera.check(page, "local-left")
        assert stage.cloud.drain()
        page.goto(link_to("preferences", mail_to(stage, "vastaaja@example.com")["text"]))
        expect(page.get_by_role("heading", level=1)).to_have_text("Tilaus ei ole voimassa")
