"""The way of one reader and one article through the real handlers, event by event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from newsletter.articles.article import Choice
from newsletter.container import app
from newsletter.readers.subscriber import Status, subscriber_id
from tests.support.mailings.reports import report_of
from tests.support.stack.cloud import PEPPER, WEBHOOK_SECRET, Cloud, earlier, link_to

NOW = datetime.now(UTC)
READER = "maija.lukija@example.com"


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now is when a test begins, not when its file was read: readers act by the real clock."""
    monkeypatch.setattr(f"{__name__}.NOW", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def feed(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A feed with two articles of the past week and an older one on the same topic."""
    path = tmp_path / "feed.xml"

    def item(slug: str, title: str, category: str, age: timedelta) -> str:
        return (
            f"<item><guid isPermaLink='false'>{slug}</guid><title>{title}</title>"
            f"<link>https://blog.example.com/{slug}</link><category>{category}</category>"
            f"<pubDate>{format_datetime(NOW - age)}</pubDate><description>Tiivistelmä: {title}.</description></item>"
        )

    path.write_text(
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Blogi</title>"
        "<link>https://blog.example.com/</link><description>x</description>"
        + item("profiili", "Profiili kuntoon {{nyt}} &amp; heti", "LinkedIn", timedelta(days=1))
        + item("mittarit", "Mitä mitata?", "Mittaaminen", timedelta(days=2))
        + item("vanha", "Verkosto kasvaa hitaasti", "LinkedIn", timedelta(days=40))
        + "</channel></rss>",
        encoding="utf-8",
    )
    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(path))
    app.reset()
    assert app.settings.feed_url == str(path)
    assert cloud.stack is not None
    return path


@pytest.mark.usefixtures("feed")
def test_a_reader_gets_the_articles_of_their_topics_and_leaves_with_one_click(cloud: Cloud) -> None:
    assert cloud.run("feed_ingest", NOW)["feeds"][0]["new"] == 3
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.subscribe("kaikki@example.com")
    cloud.drain()

    assert cloud.run("planner", NOW)["weekly"]["decision"] == "started"
    assert cloud.drain() == []
    confirmation, welcome, digest = cloud.mails(READER)
    assert [mail.tags["mailing"] for mail in (confirmation, welcome)] == ["confirmation", "welcome"]
    assert digest.subject == "Profiili kuntoon {{nyt}} & heti"
    assert digest.text is not None
    assert "Hei Maija," in digest.text
    assert "Mitä mitata?" not in digest.text
    assert welcome.text is not None
    assert "Verkosto kasvaa hitaasti" in welcome.text
    assert "Verkosto kasvaa hitaasti" not in digest.text, "what the welcome showed comes no more"
    assert digest.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "uutiskirje.sanaharju.example" in digest.headers["List-Id"]
    assert {"mailing", "batch", "position"} <= set(digest.tags)
    other = cloud.mails("kaikki@example.com")[-1]
    assert other.text is not None
    assert "Mitä mitata?" in other.text

    click = cloud.http("GET", link_to("c", digest))
    assert click["statusCode"] == 302
    assert click["headers"]["Location"] == "https://blog.example.com/profiili"

    one_click = digest.headers["List-Unsubscribe"].strip("<>")
    for _ in range(2):
        answer = cloud.http("POST", one_click, "List-Unsubscribe=One-Click")
        assert answer["statusCode"] == 200
        assert not answer.get("cookies")
    reader = app.subscribers.get(subscriber_id(PEPPER.encode(), READER))
    assert reader is not None
    assert reader.status is Status.UNSUBSCRIBED

    cloud.run("planner", NOW + timedelta(days=7))
    cloud.drain()
    assert len(cloud.mails(READER)) == 3


@pytest.mark.usefixtures("feed")
def test_a_welcome_brings_the_newest_articles_of_the_readers_topics_that_no_digest_is_to_bring(cloud: Cloud) -> None:
    def welcome(email: str) -> list[str]:
        """The articles of the first mail to a new reader of one topic."""
        cloud.subscribe(email, "linkedin")
        cloud.drain()
        text = cloud.mails(email)[-1].text or ""
        return [title for title in ("Profiili kuntoon", "Mitä mitata?", "Verkosto kasvaa hitaasti") if title in text]

    cloud.run("feed_ingest", NOW)
    assert welcome(READER) == ["Verkosto kasvaa hitaasti"], "the coming digest brings the other one"
    (old,) = [article for article in app.articles.all() if article.title.startswith("Verkosto")]
    app.articles.put_choice(old.id, Choice(skipped=True))
    assert welcome("toinen@example.com") == []
    cloud.run("planner", NOW)
    cloud.drain()
    assert welcome("kolmas@example.com") == ["Profiili kuntoon"], "the digest has been"


@pytest.mark.usefixtures("feed")
def test_running_every_step_again_sends_nothing_twice(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    for _ in range(2):
        cloud.run("feed_ingest", NOW)
        cloud.run("planner", NOW)
        cloud.drain()
    assert len(cloud.mails(READER)) == 3


@pytest.mark.usefixtures("feed")
def test_pressing_the_offers_button_makes_one_lead_and_starts_the_sequence(cloud: Cloud) -> None:
    cloud.run("feed_ingest", NOW)
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.run("planner", NOW)
    cloud.drain()
    offer = link_to("offer", cloud.mails(READER)[-1])

    for _ in range(2):
        assert cloud.http("GET", offer)["statusCode"] == 200
    cloud.drain()
    assert cloud.webhooks == []

    for _ in range(2):
        assert cloud.press(offer)["statusCode"] == 200
    cloud.drain()
    (webhook,) = cloud.webhooks
    Verifier(WEBHOOK_SECRET).verify(webhook.body, webhook.headers)
    assert webhook.json["type"] == "lead.created"
    assert webhook.json["data"]["contact"]["email"] == READER
    assert webhook.json["data"]["lead"]["how"] == "button"

    before = len(cloud.mails(READER))
    cloud.run("nurture", NOW + timedelta(days=1))
    cloud.drain()
    assert len(cloud.mails(READER)) == before
    for _ in range(2):
        cloud.run("nurture", NOW + timedelta(days=2, minutes=5))
        cloud.drain()
    step = cloud.mails(READER)[before:]
    assert [mail.subject for mail in step] == ["Ennen sparrausta: kolme kysymystä itsellesi"]
    cloud.run("nurture", NOW + timedelta(days=9, minutes=10))
    cloud.drain()
    assert len(cloud.mails(READER)) == before + 2
    cloud.run("nurture", NOW + timedelta(days=90))
    cloud.drain()
    assert len(cloud.mails(READER)) == before + 2


@pytest.mark.usefixtures("feed")
def test_a_lead_survives_a_crm_that_is_down(cloud: Cloud) -> None:
    cloud.run("feed_ingest", NOW)
    cloud.subscribe(READER)
    cloud.run("planner", NOW)
    cloud.drain()
    cloud.crm_status = 503
    cloud.press(link_to("offer", cloud.mails(READER)[-1]))
    assert cloud.drain() == [], "the outbox keeps it, not the queue"
    cloud.crm_status = 200
    with earlier(-3600):
        cloud.run("nurture", app.now())
        assert cloud.drain() == []
    assert len({webhook.headers["webhook-id"] for webhook in cloud.webhooks}) == 1
    assert len(cloud.webhooks) == 2


@pytest.mark.usefixtures("feed")
def test_a_bounced_address_is_never_mailed_again(cloud: Cloud) -> None:
    cloud.run("feed_ingest", NOW)
    cloud.subscribe(READER)
    cloud.run("planner", NOW)
    cloud.drain()
    cloud.ses.act(cloud.mails(READER)[-1].id, "bounce")
    cloud.drain()
    reader = app.subscribers.get(subscriber_id(PEPPER.encode(), READER))
    assert reader is not None
    assert reader.status is Status.BOUNCED
    digest = cloud.mails(READER)[-1].tags["mailing"]
    report = report_of(digest)
    assert [line.status for line in report_of(digest).lines] == ["bounced"]
    assert report.certificate.balanced
    assert report.certificate.planned == report.certificate.accepted == 1
