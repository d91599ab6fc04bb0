"""What the browser ring plays on: a local cloud whose blog can get a new article, and a camera with axe-core on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from newsletter.container import app
from rehearsal.cloud import LocalCloud
from rehearsal.site.blog.site import feed_xml
from tests.support.console.issuer import signing_as_before
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.patience import patient

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The processor draws anyway, and a process less has less to pass on.
    "--in-process-gpu",
]
WITH_A_WINDOW = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
"""A browser without a window says so, and is taken for the program that it is."""
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
NEXT_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
"""Scripts lay out what depends on the width in the frame after it has changed."""
ACCESSIBILITY = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium(executable: Path) -> Iterator[Browser]:
    """A browser that talks to nobody but the pages it is shown."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Clock:
    """What the product takes for the present: so much `ahead` of this machine, or the moment at which it `stands`."""

    ahead: timedelta = timedelta()
    stands: datetime | None = None

    def now(self) -> datetime:
        """The present."""
        return self.stands or datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Stage:
    """A local cloud with the sample blog, whose feed is a file so that a test can add to it."""

    cloud: LocalCloud
    feed: Path
    clock: Clock

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"{self.cloud.url}{path}"

    def wait(self, **by: float) -> None:
        """Let time pass, as in `wait(seconds=20)`."""
        self.clock.ahead += timedelta(**by)

    def publish(self, title: str, at: datetime) -> None:
        """A new article on the blog, read by feed_ingest at that moment."""
        link = self.url("/_local/blog/puoli-tuntia-viikossa")
        item = (
            f"<item><title>{title}</title><link>{link}?uusi</link><guid>{link}?uusi</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate><description>Uutta.</description></item>"
        )
        feed = self.feed.read_text("utf-8")
        self.feed.write_text(feed.replace("<item>", f"{item}<item>", 1), "utf-8")
        self.cloud.run("feed_ingest", at.isoformat())


@contextmanager
def staged(folder: Path, templates: Path = TEMPLATES) -> Iterator[Stage]:
    """A stage of its own; `folder` holds its feed."""
    feed = folder / "feed.xml"
    feed.write_text('<rss version="2.0"><channel><title>Empty</title></channel></rss>', "utf-8")
    clock = Clock()
    with (
        signing_as_before(),
        LocalCloud(feed_url=str(feed), templates=templates, ingest=False) as cloud,
        # In place of the clock that the local cloud has given the container.
        patch.object(app, "now", clock.now),
        patient(),
    ):
        feed.write_text(feed_xml(f"{cloud.url}/_local/blog", cloud.started_at), "utf-8")
        cloud.run("feed_ingest")
        yield Stage(cloud, feed, clock)


class Camera:
    """Looks at a page as readers do: wide and narrow, in light and in dark; checks what each of them sees."""

    def __init__(self, folder: Path | None, axe: Path) -> None:
        """`folder`: where screenshots go; None takes none."""
        self._folder = folder
        self._axe = axe.read_text("utf-8")

    def look(self, page: Page, name: str) -> None:
        """Everything that `check` does, and screenshots `name`-desktop, -phone, -dark and -phone-dark."""
        self.check(page, name)
        if self._folder is None:
            return
        for view, size, dark in (("phone", PHONE, False), ("dark", DESKTOP, True)):
            self._set(page, size, dark=dark)
            self.shoot(page, f"{name}-{view}")
        self._set(page, DESKTOP, dark=False)

    def check(self, page: Page, name: str, *, landmarks: bool = True) -> None:
        """Fails on what axe-core finds and on sideways scrolling: wide in light, narrow in dark.

        A mail needs no `landmarks`: it is shown inside somebody else's page.
        """
        # A click returns when its answer has begun: until some of the page has come, there is no document to look at.
        page.wait_for_load_state()
        for view, size, dark in (("desktop", DESKTOP, False), ("phone-dark", PHONE, True)):
            self._set(page, size, dark=dark)
            self.shoot(page, f"{name}-{view}")
            assert sideways(page) == 0, f"{name}, {view}: the page is wider than the screen"
            found = self.violations(page, landmarks=landmarks)
            assert not found, "\n".join([f"{name}, {view}: axe-core finds", *found])
        self._set(page, DESKTOP, dark=False)

    def shoot(self, page: Page, name: str) -> None:
        """One screenshot of the whole page, where somebody wants them."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self._folder / f"{name}.png", full_page=True, animations="disabled")

    def violations(self, page: Page, *, landmarks: bool = True) -> list[str]:
        """What axe-core finds, one line each: rule, place, and what to do. What is in frames is looked at alone."""
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(self._axe)
        rules = {rule: {"enabled": landmarks} for rule in ("region", "landmark-one-main")}
        options = {
            "runOnly": ACCESSIBILITY,
            "rules": rules,
            "iframes": False,
            "resultTypes": ["violations"],
            "reporter": "no-passes",
        }
        found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{rule['id']} at {json.dumps(node['target'])}: {node.get('failureSummary', rule['help'])}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def _set(self, page: Page, size: ViewportSize, *, dark: bool) -> None:
        page.emulate_media(color_scheme="dark" if dark else "light")
        resize(page, size)


def resize(page: Page, size: ViewportSize) -> None:
    """The page on a screen of that size, laid out for it."""
    page.set_viewport_size(size)
    page.evaluate(NEXT_FRAMES)


def sideways(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    width: int = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    return width


# --- what a reader does ----------------------------------------------------------------------------------------------


@contextmanager
def unhurried(page: Page, stage: Stage) -> Iterator[None]:
    """What is sent in here was filled in no faster than by hands: who is quicker is asked to press again.

    Ends with the page that answers.
    """
    stage.clock.ahead += timedelta(seconds=5)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        yield
    page.wait_for_load_state()


def send_form(page: Page, stage: Stage) -> None:
    """Press the form's button, as if it had taken hands to fill the form in."""
    with unhurried(page, stage):
        page.click("main form button")


def sign_up(page: Page, stage: Stage, email: str, language: str = "fi") -> None:
    """Fill in the form and send it."""
    page.goto(stage.url(f"/subscribe?lang={language}"))
    page.fill("#email", email)
    page.check("#consent")
    send_form(page, stage)
    assert stage.cloud.drain()


def subscribe(page: Page, stage: Stage, email: str, language: str = "fi") -> None:
    """A reader who came in earlier: form and confirmation as a program sends them."""
    form: dict[str, str | float | bool] = {"email": email, "language": language, "consent": "yes"}
    assert page.request.post(stage.url("/subscribe"), form=form).ok
    assert stage.cloud.drain()
    assert page.request.post(link_to("confirm", mail_to(stage, email)["text"])).ok
    assert stage.cloud.drain()


def send_campaign(page: Page, stage: Stage, **campaign: str) -> None:
    """A campaign through the API, to everybody of its language; `name`, `subject`, `body`, `language`, `offer`."""
    token = page.request.post(stage.url("/_local/token")).json()["token"]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = page.request.post(stage.url("/api/v1/campaigns"), headers=headers, data=json.dumps(campaign))
    assert answer.status == 201, answer.text()
    assert stage.cloud.drain()


def mail_to(stage: Stage, email: str) -> dict[str, Any]:
    """The newest mail to that address."""
    mails = [mail for mail in stage.cloud.ses.mailbox.all() if email in mail.to]
    assert mails, f"no mail to {email}"
    return {"id": mails[0].id, "subject": mails[0].subject, "text": mails[0].text or ""}


def link_to(place: str, text: str) -> str:
    """The first address of one of our own pages in a mail's text, e.g. `confirm`."""
    found = re.search(rf"https?://\S+/{place}/[^\s>)]+", text)
    assert found, f"no link to /{place} in:\n{text}"
    return found[0]
