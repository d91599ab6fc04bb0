"""At most so many mails a week: digests and campaigns are counted, steps wait, and the window is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.nurture.steps.mails_lately import SentLately
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Status, Subscriber
from tests.support.leads.sequences import deploy, sequence, step
from tests.support.mailings.mails import article
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CAP = "[nurture]\nmails_per_week = 2\n"


def test_a_step_waits_while_its_reader_had_enough_mails_this_week(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deploy(
        monkeypatch,
        tmp_path,
        CAP + sequence("a", step("a1", 1)) + sequence("b", step("b1", 1)) + sequence("c", step("c1", 1)),
    )
    reader = add_reader("maija@example.com", at=NOW)
    app.triggers.confirmed(reader, NOW)
    app.mailings.create(Mailing("campaign-x", Kind.CAMPAIGN, NOW + HOUR, subject="x", body="x"))
    done = cloud.run("nurture", NOW + DAY)
    assert (done["planned"], done["postponed"]) == (1, 2), "two sequences at once are counted, too"
    assert cloud.run("nurture", NOW + 7 * DAY)["planned"] == 0
    assert cloud.run("nurture", NOW + 7 * DAY + HOUR)["planned"] == 1, "the campaign is a week old"
    assert cloud.run("nurture", NOW + 8 * DAY)["planned"] == 1, "and so is the first step"
    cloud.drain()
    assert len({mail.subject for mail in cloud.mails("maija@example.com")}) == 3


def sent(*mailings: Mailing, **articles: Article) -> SentLately:
    return SentLately(mailings, articles)


def test_a_mailing_counts_for_those_whom_it_was_for() -> None:
    reader = Subscriber(
        "r", "r@example.com", Status.ACTIVE, Choices(topics=("linkedin",), language="fi"), NOW - 30 * DAY, "1"
    )
    campaign = Mailing("campaign-x", Kind.CAMPAIGN, NOW, Audience(languages=("fi",)))
    assert sent(campaign).to(reader, []) == (NOW,)
    assert sent(replace(campaign, audience=Audience(languages=("sv",)))).to(reader, []) == ()
    assert sent(campaign).to(replace(reader, confirmed_at=NOW + DAY), []) == (), "they were no reader yet"
    paused = replace(reader, choices=replace(reader.choices, paused_until=(NOW + 9 * DAY).date()))
    assert sent(campaign).to(paused, []) == ()
    digest = Mailing("digest-2026-W48", Kind.DIGEST, NOW, Audience(frequency="weekly"), articles=("x",))
    mine, other = (replace(article(1), id="x", topics=(topic,)) for topic in ("linkedin", "kriisit"))
    assert sent(digest, x=mine).to(reader, []) == (NOW,)
    assert sent(digest, x=other).to(reader, []) == (), "there was nothing for them in it"
