"""Pictures of mails as a desktop, a phone and a dark screen show them, where Chromium and Playwright are installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Debian's Chromium without a window comes first: it draws the same pages with less (measured: 30 s of CPU, not 48)."""
CHROMIUM_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
VIEWS: Mapping[str, tuple[int, int, str]] = {
    "desktop": (800, 900, "light"),
    "phone": (360, 740, "light"),
    "dark": (800, 900, "dark"),
}
"""Width, height and colour scheme."""


def chromium() -> Path | None:
    """The path of the browser; None where none is installed."""
    found = (*map(shutil.which, CHROMIUM_NAMES), *filter(os.path.exists, CHROMIUM_APPS))
    return next((Path(candidate) for candidate in found if candidate), None)


def missing() -> str:
    """What is missing for pictures, and how to install it; empty when nothing is."""
    if chromium() is None:
        return "Chromium is not installed (Debian, Ubuntu: apt-get install chromium)"
    if find_spec("playwright") is None:
        return "Playwright is not installed (`make test` installs it, or: pip install playwright)"
    return ""


def take(pages: Iterable[Path]) -> list[Path]:
    """Each view of each HTML file, as `<name>-<view>.png` beside it. Scripts do not run, as in a mail program."""
    # Playwright refuses to run in a thread with an event loop, and the caller may have one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_take, list(pages)).result()


def _take(pages: list[Path]) -> list[Path]:
    from playwright.sync_api import sync_playwright

    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        try:
            for path in pages:
                for view, (width, height, scheme) in VIEWS.items():
                    page = browser.new_page(viewport={"width": width, "height": height}, java_script_enabled=False)
                    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                    page.goto(path.absolute().as_uri())
                    picture = path.with_name(f"{path.stem}-{view}.png")
                    page.screenshot(path=picture, full_page=True, animations="disabled")
                    page.close()
                    taken.append(picture)
        finally:
            browser.close()
    return taken
