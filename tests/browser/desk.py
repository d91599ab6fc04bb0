"""What a person at the console finds by its words: texts by their keys, rows and figures by their names."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from newsletter.container import app


def said(key: str, /, **values: object) -> str:
    """A text of the console, or of the public pages, in Finnish."""
    return app.templates.console_texts.words("fi").text(key, **values)


def sentence(text: str) -> str:
    """A sentence of the product in Finnish."""
    return app.templates.console_texts.words("fi").said(text)


def step(page: Page, name: str) -> None:
    """Press a button of the campaign's pages, and wait for the page that answers."""
    with page.expect_navigation():
        page.locator(f"main button[name=step][value={name}]").first.click()


def row(page: Page, heading: str) -> Locator:
    """The rows of all tables with that in their first cell."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=heading, exact=True))


def figure(page: Page, key: str) -> str:
    """A number of the report."""
    label = page.locator("dt").get_by_text(said(key), exact=True)
    return page.locator(".figure").filter(has=label).locator("dd").inner_text().split()[0]
