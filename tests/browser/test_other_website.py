"""Another website with the form and script of docs/subscribe-form.md, in a browser that minds whose page it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.stage import Stage, mail_to

DOCUMENT = (Path(__file__).parents[2] / "docs" / "subscribe-form.md").read_text("utf-8")
NEWSLETTER = "https://uutiskirje.sanaharju.example"
WEBSITE, STRANGER = "https://www.sanaharju.example", "https://www.jokumuu.example"


def block(language: str, stage: Stage) -> str:
    """A code block of the document, with the address of the local cloud in it."""
    return DOCUMENT.partition(f"```{language}\n")[2].partition("```")[0].replace(NEWSLETTER, stage.cloud.url)


def open_website(page: Page, stage: Stage, origin: str) -> None:
    """A page of that website with the form and the script in it; its /kiitos says thank you."""
    body = f"<title>Muu</title>{block('html', stage)}<script>{block('js', stage)}</script>"
    page.route(f"{origin}/", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.route(f"{origin}/kiitos", lambda route: route.fulfill(body="<h1>Kiitos</h1>", content_type="text/html"))
    page.goto(f"{origin}/")


def call(page: Page, email: str) -> dict[str, Any]:
    """What the script gets."""
    form = {"email": email, "topics": ["linkedin"], "language": "sv", "consent": True}
    answer: dict[str, Any] = page.evaluate("form => subscribe(form).catch(error => ({ error: `${error}` }))", form)
    return answer


def test_a_plain_form_asks_for_the_confirmation_and_leads_back_to_its_website(page: Page, stage: Stage) -> None:
    open_website(page, stage, WEBSITE)
    page.fill("[name=email]", "muualta@example.com")
    page.check("[name=consent]")
    page.check("[value=linkedin]")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos")
    assert stage.cloud.drain()
    assert mail_to(stage, "muualta@example.com")["subject"].startswith("Confirm")


def test_a_script_of_the_website_reads_what_to_say(page: Page, stage: Stage) -> None:
    open_website(page, stage, WEBSITE)
    good, bad = call(page, "koodista@example.com"), call(page, "koodista@")
    assert (good["code"], good["status"], bad["code"], list(bad["errors"])) == (202, "check_mail", 422, ["email"])
    assert stage.cloud.drain()
    assert mail_to(stage, "koodista@example.com")["subject"].startswith("Bekräfta")


def test_a_script_of_a_stranger_reads_nothing_and_reaches_nobody(browser: Browser, stage: Stage) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        open_website(page, stage, STRANGER)
        assert "TypeError" in call(page, "vieras@example.com")["error"]
    assert stage.cloud.drain()
    assert [mail for mail in stage.cloud.ses.mailbox.all() if "vieras@example.com" in mail.to] == []
