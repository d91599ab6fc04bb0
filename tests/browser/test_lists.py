"""A list of readers goes through a browser: the form with a file, a large one in parts, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage

MOST = 60_000
"""Milliseconds until a step in the background must be seen."""


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


def test_a_list_is_uploaded_mapped_checked_and_imported(
    page: Page, stage: Stage, camera: Camera, tmp_path: Path
) -> None:
    path = tmp_path / "subscribed.csv"
    path.write_text("Email Address,First Name,VIP\na@example.com,Aino,x\nb@example.com,Bo,\nbroken,Cee,\n", "utf-8")
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.goto(stage.url("/console/imports"))
    camera.look(page, "60-imports")
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import of subscribed.csv")
    camera.look(page, "61-import")
    page.get_by_role("radio", name="Ask each of them").check()
    page.get_by_role("combobox", name="VIP").select_option("ignore")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Start the import")).to_be_visible(timeout=MOST)
    camera.look(page, "62-import-checked")
    page.get_by_role("link", name="See it line by line").click()
    camera.look(page, "63-import-lines")
    page.get_by_role("link", name="Back to the import").click()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("Gone through: 3 lines.")).to_be_visible(timeout=MOST)

    for address, name in (
        ("exports", "64-exports"),
        ("digests/next?frequency=weekly", "65-digest"),
        ("forms", "66-forms"),
    ):
        page.goto(stage.url(f"/console/{address}"))
        camera.look(page, name)


def test_a_large_list_goes_up_in_parts(page: Page, stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text(
        "email,name\n" + "".join(f"r{number}@example.com,{'x' * 70}\n" for number in range(25_000)), "utf-8"
    )
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    page.goto(stage.url("/console/imports"))
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import of large.csv", timeout=MOST)
    expect(page.get_by_role("combobox", name="email")).to_be_visible()
