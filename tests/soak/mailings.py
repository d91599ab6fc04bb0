"""What is sent: a campaign to some languages, or the digest of the week, started as the product starts them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

from newsletter.container import app
from newsletter.mailings import campaign, launch
from newsletter.mailings.digests import release
from newsletter.mailings.digests.digest import digest_id, period_of
from newsletter.mailings.digests.start import start_digest
from newsletter.mailings.planning.refill_queue import refill_queue
from newsletter.mailings.rendering.preflight import Fault
from newsletter.platform.isolation import Isolated
from newsletter.publication.feedback.feedback_policy import OnDoubt
from newsletter.readers.choice import Frequency
from tests.bench.programs.mailing import article
from tests.bench.stack import layout
from tests.soak.clock import START


def refill() -> int:
    """What the tick does for mailings that are longer than the queue, as functions/nurture/handler.py does it."""
    isolated = Isolated()
    going = refill_queue(isolated, app)
    isolated.raise_if_any()
    return going


@dataclass(frozen=True)
class Campaign:
    """A campaign to readers of Finnish and Swedish."""

    doubt: OnDoubt
    id: str = "campaign-soak"
    languages: tuple[str, ...] = ("fi", "sv")
    links: int = 1

    def prepare(self) -> None:
        """It needs nothing."""

    def _articles(self) -> list[str]:
        return [f"[Lue](https://www.sanaharju.example/a{number or ''})" for number in range(self.links)]

    def start(self) -> None:
        """What the console does. Started twice, a campaign is one."""
        campaign.start_campaign(
            campaign.Campaign(
                "soak",
                "Kevään kuulumiset",
                " ".join(["Hei!", *self._articles()]),
                "fi",
                languages=self.languages,
                doubt=self.doubt,
                doubt_wait_minutes=20,
            ),
            app,
            now=app.now(),
        )


class Digest:
    """The digest of the week, with an article on every topic, so that everybody has something in it."""

    def __init__(self) -> None:
        publication = app.templates.publication
        self.id = digest_id(period_of(START, publication.time_zone, Frequency.WEEKLY))
        self.doubt = publication.feedback.doubt
        self.languages = publication.languages

    def prepare(self) -> None:
        """The blog has new articles."""
        for number, topic in enumerate(layout().topics):
            app.articles.put(article(number, (topic,), START - timedelta(hours=1)))

    def start(self) -> None:
        """What the schedule does. Started twice in a week, a digest is one."""
        start_digest(Frequency.WEEKLY, app.now().replace(microsecond=0), app)


@contextmanager
def without_preflight() -> Iterator[None]:
    """No mailing is examined: preflight asks nothing of AWS, and takes longer than all else in a small mailing.

    For a whole play. Within a greenlet that a crash ends, what was patched would never be put back.
    """

    def no_fault(*_: object) -> list[Fault]:
        return []

    with patch.object(release, "preflight_digest", no_fault), patch.object(launch, "preflight_campaign", no_fault):
        yield
