"""A mailing with its readers in it: scanners that open everything, people among them, and what the account gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.aws import Apart
from tests.simulation.progress import progress
from tests.simulation.readers import broken, figures
from tests.simulation.send import Crowd, Sent, Stage
from tests.soak.run import surroundings

READERS, RATE = 320, 14.0


@pytest.fixture(scope="module", autouse=True)
def _surroundings() -> Iterator[None]:
    with surroundings():
        yield


def simulated(crowd: Crowd) -> tuple[Stage, Sent]:
    stage = Stage(READERS, RATE, Apart(READERS, RATE).ask, crowd=crowd)
    return stage, stage.send()


@pytest.fixture(scope="module")
def wide() -> tuple[Stage, Sent]:
    return simulated(Crowd(scanned=0.7, sample=40, concurrency=1_000))


def test_scanners_open_every_link_and_every_person_reaches_the_article(wide: tuple[Stage, Sent]) -> None:
    stage, sent = wide
    assert stage.visitors is not None
    seen = stage.visitors.seen
    assert 0.6 * READERS * 30 < seen.visits < 0.8 * READERS * 40
    assert 0.04 * READERS < seen.people < 0.2 * READERS
    assert (seen.share_at_once, seen.turned_away) == (1.0, {})
    assert {status for _, status in seen.answers} == {200, 302}
    assert broken(stage.visitors, sent) == []


def test_each_mail_is_reported_on_and_some_bounce(wide: tuple[Stage, Sent]) -> None:
    certificate = wide[1].certificate
    assert certificate.accepted == READERS
    assert certificate.delivered + certificate.bounced == READERS
    assert certificate.doubtful == 0


def test_the_figures_name_what_was_seen(wide: tuple[Stage, Sent]) -> None:
    shown = dict(figures(*wide))
    assert shown.keys() >= {"visits", "people's clicks", "doubtful recipients", "USD for visits"}
    assert float(shown["milliseconds of it at /preferences/{token}, where it is played"]) >= 5  # one read
    assert any(name.startswith("seconds that a message waited in the FeedbackQueue") for name in shown)


def test_a_line_says_how_far_it_is(wide: tuple[Stage, Sent]) -> None:
    stage, _ = wide
    assert stage.visitors is not None
    said = progress(stage)
    assert said.endswith(f": {READERS} of {READERS} recipients, {stage.visitors.seen.visits:,} visits")


def test_an_account_that_is_too_small_is_seen() -> None:
    """A simulation that cannot fail proves nothing."""
    stage, sent = simulated(Crowd(scanned=1.0, sample=40, concurrency=4))
    assert stage.visitors is not None
    seen = stage.visitors.seen
    assert sum(seen.turned_away.values()) > 0.1 * seen.visits
    assert stage.fleet.executions.busiest == 4
    assert set(sent.witness.mails) == {1}
    assert sent.certificate.accepted == READERS
