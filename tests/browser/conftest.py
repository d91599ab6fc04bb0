"""One browser for all tests, one stage for each file, and for each test a page of its own that may not log an error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.stage import DESKTOP, WITH_A_WINDOW, Camera, Stage, chromium, staged
from tests.skips import AXE, CHROMIUM, require

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
SECONDS = 120
"""Until nothing will come any more, however busy the machine is; a page waits for all that a run sets off."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium(require(CHROMIUM)) as started:
        expect.set_options(timeout=SECONDS * 1000)
        yield started


@pytest.fixture(scope="session")
def camera() -> Camera:
    """Screenshots go to build/screenshots/, where NEWSLETTER_TESTS_SCREENSHOTS=1 asks for them."""
    wanted = os.environ.get("NEWSLETTER_TESTS_SCREENSHOTS") == "1"
    return Camera(SCREENSHOTS if wanted else None, require(AXE))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage that the tests of a file share; each brings readers of its own."""
    with staged(tmp_path_factory.mktemp("stage")) as shared:
        yield shared


@pytest.fixture
def locale() -> str:
    """The language that the browser asks for."""
    return "fi-FI"


@pytest.fixture
def page(browser: Browser, locale: str) -> Iterator[Page]:
    """A new tab without cookies. A script error or a refused resource fails the test."""
    with browser.new_context(
        viewport=DESKTOP, locale=locale, timezone_id="Europe/Helsinki", user_agent=WITH_A_WINDOW
    ) as context:
        context.set_default_timeout(SECONDS * 1000)
        faults: list[str] = []
        # A page that answers 404 or 422 on purpose is logged by Chromium, too, as a resource that failed to load.
        context.on("console", lambda line: faults.append(line.text) if _is_fault(line.type, line.text) else None)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        yield context.new_page()
        assert faults == []


def _is_fault(kind: str, text: str) -> bool:
    return kind == "error" and not text.startswith("Failed to load resource: the server responded with a status of 4")
