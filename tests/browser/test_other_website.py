"""Another website with the form and script of docs/subscribe-form.md, in a browser that minds whose page it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.wrappers import Request, Response

from tests.browser.stage import Stage, mail_to, staged
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.loopback import served

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "subscribe-form.md").read_text("utf-8")
NEWSLETTER, WEBSITE = "https://uutiskirje.sanaharju.example", "https://www.sanaharju.example"


def block(language: str, url: str, origin: str) -> str:
    """A code block of the document, with the addresses of this machine in it."""
    text = DOCUMENT.partition(f"```{language}\n")[2].partition("```")[0]
    return text.replace(NEWSLETTER, url).replace(WEBSITE, origin)


class Website:
    """Another website: the publication knows it by `known`, and not by its other name `strange`."""

    def __init__(self) -> None:
        self.newsletter = ""
        self.known = self.strange = ""

    def answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        origin = request.host_url.rstrip("/")
        form, script = (block(language, self.newsletter, origin) for language in ("html", "js"))
        icon = "<link rel='icon' href='data:,'>"
        here = f"{icon}{form}<script>{script}</script>" if request.path == "/" else f"{icon}<h1>Kiitos</h1>"
        return Response(f"<!doctype html>{here}", content_type="text/html; charset=utf-8")(environ, start_response)


@pytest.fixture(scope="module")
def website() -> Iterator[Website]:
    """It is served while the tests of this file run."""
    site = Website()
    with served(site.answer) as site.known:
        site.strange = site.known.replace("127.0.0.1", "localhost")
        yield site


@pytest.fixture(scope="module")
def stage(website: Website, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stack with a publication that names the website."""
    templates = shutil.copytree(TEMPLATES, tmp_path_factory.mktemp("website") / "templates")
    publication = templates / "publication.toml"
    text = re.sub(
        r"^origins = .*$", f'origins = ["{website.known}"]', publication.read_text("utf-8"), flags=re.MULTILINE
    )
    publication.write_text(text, "utf-8")
    with staged(tmp_path_factory.mktemp("stage"), templates) as started:
        website.newsletter = started.cloud.url
        yield started


def call(page: Page, email: str) -> dict[str, Any]:
    """What the script gets."""
    form = {"email": email, "topics": ["linkedin"], "language": "sv", "consent": True}
    answer: dict[str, Any] = page.evaluate("form => subscribe(form).catch(error => ({ error: `${error}` }))", form)
    return answer


def test_a_plain_form_asks_for_the_confirmation_and_leads_back_to_its_website(
    page: Page, stage: Stage, website: Website
) -> None:
    page.goto(website.known)
    page.fill("[name=email]", "muualta@example.com")
    page.check("[name=consent]")
    page.check("[value=linkedin]")
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kiitos")
    assert stage.cloud.drain()
    assert mail_to(stage, "muualta@example.com")["subject"].startswith("Confirm")


def test_a_script_of_the_website_reads_what_to_say(page: Page, stage: Stage, website: Website) -> None:
    page.goto(website.known)
    good, bad = call(page, "koodista@example.com"), call(page, "koodista@")
    assert (good["code"], good["status"], bad["code"], list(bad["errors"])) == (202, "check_mail", 422, ["email"])
    assert stage.cloud.drain()
    assert mail_to(stage, "koodista@example.com")["subject"].startswith("Bekräfta")


def test_a_script_of_a_stranger_reads_nothing_and_reaches_nobody(
    browser: Browser, stage: Stage, website: Website
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(website.strange)
        assert "TypeError" in call(page, "vieras@example.com")["error"]
    assert stage.cloud.drain()
    assert [mail for mail in stage.cloud.ses.mailbox.all() if "vieras@example.com" in mail.to] == []
