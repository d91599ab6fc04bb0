"""What a reader took up or got in their welcome comes no more; and the digest is in the language that they chose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.leads.record_press import record_press
from newsletter.mailings.digests.digest import digest_id, week_of
from newsletter.mailings.rendering.variants import Variants
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.publication.publication import Feed, Publication
from newsletter.readers.my_data import collect_data, erase
from newsletter.readers.subscriber import Subscriber
from rehearsal.ses import Mail
from tests.support.leads.presses import press_at
from tests.support.stack.cloud import Cloud, link_to

READER, OTHER = "maija@example.com", "kalle@example.com"
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _two_readers(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.subscribe(OTHER)
    cloud.drain()


def set_publication(monkeypatch: pytest.MonkeyPatch, publication: Publication) -> None:
    monkeypatch.setitem(app.templates.__dict__, "publication", publication)
    monkeypatch.setitem(app.__dict__, "variants", Variants(app))


def publish(name: str, at: datetime, feed: str = "", language: str = "fi") -> None:
    app.articles.put(
        Article(name, f"https://b.example/{name}", name, "", (), (), language, "", "", None, at, feed=feed)
    )


def digest(cloud: Cloud, at: datetime) -> dict[str, Mail]:
    """The week's digest by reader, with an article that is new."""
    publish(f"uusi-{at:%m-%d}", at - HOUR)
    cloud.run("planner", at)
    cloud.drain()
    period = week_of(at, app.publication.time_zone)
    return {
        reader: next(mail for mail in cloud.mails(reader) if mail.tags["mailing"] == digest_id(period))
        for reader in (READER, OTHER)
    }


def profile(email: str) -> Subscriber:
    found = app.subscribers.get(app.ids.of(email))
    assert found is not None
    return found


def offers(mails: dict[str, Mail]) -> dict[str, bool]:
    return {reader: "/offer/" in (mail.html or "") for reader, mail in mails.items()}


def test_what_waits_for_its_day_is_in_no_welcome_and_takes_nothing_from_the_first_digest(cloud: Cloud) -> None:
    publish("vanha", NOW - 3 * WEEK)
    publish("tuore", NOW - HOUR)
    publish("pian", NOW + WEEK)
    publish("joskus", NOW + 9 * WEEK)
    cloud.subscribe("uusi@example.com")
    cloud.drain()
    (welcome,) = (mail for mail in cloud.mails("uusi@example.com") if mail.tags["mailing"] == "welcome")
    shown = {name for name in ("vanha", "tuore", "pian", "joskus") if name in (welcome.text or "")}
    assert shown == {"vanha"}, "the weekly digest is still to bring the others"


def test_an_offer_that_was_taken_up_rests_in_digests_and_comes_back(cloud: Cloud) -> None:
    first = digest(cloud, NOW)
    assert offers(first) == {READER: True, OTHER: True}
    assert cloud.press(link_to("offer", first[READER]))["statusCode"] == 200
    cloud.drain()
    day = datetime.now(UTC).astimezone(app.publication.time_zone).date()
    assert profile(READER).taken == f"sparraus={day}"
    assert offers(digest(cloud, NOW + WEEK)) == {READER: False, OTHER: True}
    (offer,) = app.publication.offers
    with pytest.MonkeyPatch.context() as monkeypatch:
        never = replace(offer, rests=timedelta())
        set_publication(monkeypatch, replace(app.publication, offers=(never,)))
        assert offers(digest(cloud, NOW + 2 * WEEK)) == {READER: True, OTHER: True}, "this one never rests"
    assert offers(digest(cloud, NOW + 3 * WEEK)) == {READER: False, OTHER: True}
    assert offers(digest(cloud, NOW + 26 * WEEK)) == {READER: True, OTHER: True}, "180 days are over"


def test_a_resting_offer_makes_one_more_variant_and_no_more(cloud: Cloud) -> None:
    for number in range(4):
        app.subscribers.remember_taken(app.ids.of(READER), {"sparraus": (NOW - timedelta(days=number)).date()})
        cloud.subscribe(f"lukija{number}@example.com")
        app.subscribers.remember_taken(
            app.ids.of(f"lukija{number}@example.com"), {"sparraus": (NOW - timedelta(days=number)).date()}
        )
    digest(cloud, NOW)
    period = week_of(NOW, app.publication.time_zone)
    batches = [batch for _, manifest in app.manifests.of_mailing(digest_id(period)) for batch in manifest.batches]
    assert len({batch.variant for batch in batches}) == 2


def take_up(subscriber: str, at: datetime) -> None:
    record_press(press_at(at, subscriber, mailing="m"), at, app)


def test_that_an_offer_rests_is_shown_to_the_reader_moves_with_them_and_is_erased(cloud: Cloud) -> None:
    old = app.ids.of(READER)
    take_up(old, NOW)
    taken = profile(READER).taken
    assert taken.startswith("sparraus=")
    assert taken in str(collect_data(old, app).as_json)

    page = f"/preferences/{app.links.token(LinkPurpose.PREFERENCES, LinkClaims(old, 'm', 'b'))}"
    assert cloud.http("POST", page, "new_email=uusi%40example.com")["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails("uusi@example.com")[-1]))["statusCode"] == 200
    cloud.drain()
    assert profile("uusi@example.com").taken == taken

    take_up(old, NOW + WEEK)
    assert profile("uusi@example.com").taken > taken, "a link in a mail to the old address acts on the new one"
    erase(app.ids.of("uusi@example.com"), NOW, app)
    app.subscribers.remember_taken(app.ids.of("uusi@example.com"), {"sparraus": NOW.date()})
    assert "taken" not in str(app.reader_data.of(app.ids.of("uusi@example.com")).shown())


def test_the_offer_rests_though_the_crm_refuses_the_lead(cloud: Cloud) -> None:
    cloud.crm_status = 503
    mails = digest(cloud, NOW)
    cloud.press(link_to("offer", mails[READER]))
    cloud.drain()
    assert profile(READER).taken.startswith("sparraus=")


def test_what_the_welcome_showed_comes_in_no_digest_and_the_rest_of_the_week_does(cloud: Cloud) -> None:
    for name, age in (("vanha", 20), ("vanhempi", 30), ("ikivanha", 50), ("muinainen", 55)):
        publish(name, NOW - timedelta(days=age))
    publish("tuore", NOW - HOUR)
    cloud.subscribe("uusi@example.com")
    cloud.drain()
    welcome = cloud.mails("uusi@example.com")[-1].text or ""
    shown = [name for name in ("tuore", "vanha", "vanhempi", "ikivanha") if f"b.example/{name}" in titles(welcome)]
    assert shown == ["vanha", "vanhempi", "ikivanha"]
    assert profile("uusi@example.com").welcomed.split() == ["vanha", "vanhempi", "ikivanha"]
    cloud.run("planner", NOW)
    cloud.drain()
    new, known = cloud.mails("uusi@example.com")[-1], cloud.mails(OTHER)[-1]
    assert new.tags["mailing"] == known.tags["mailing"]
    assert {"tuore", "muinainen"} == found_in(new) - {"uusi"}
    assert found_in(known) >= {"tuore", "vanha"}, "who was there before had none of them"


def test_the_welcome_of_a_reader_who_comes_back_shows_nothing_that_a_digest_offered_from_the_archive(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, age in (("vanha", 20), ("vanhempi", 30), ("ikivanha", 50), ("muinainen", 55)):
        listed = NOW - timedelta(days=age)
        topic = ("linkedin",)
        app.articles.put(
            Article(name, f"https://b.example/{name}", name, "", topic, (), "fi", "", "", None, listed, archived=True)
        )
    app.articles.put(
        Article("tuore", "https://b.example/tuore", "tuore", "", ("linkedin",), (), "fi", "", "", None, NOW - HOUR)
    )
    cloud.run("planner", NOW)
    cloud.drain()
    assert found_in(cloud.mails(READER)[-1]) == {"tuore", "vanha", "vanhempi", "ikivanha"}
    later = app.now() + HOUR
    monkeypatch.setattr(app, "now", lambda: later)
    assert cloud.http("POST", link_to("unsubscribe", cloud.mails(READER)[-1]))["statusCode"] == 200
    cloud.subscribe(READER)
    cloud.drain()
    welcome = cloud.mails(READER)[-1]
    assert (welcome.tags["mailing"], found_in(welcome)) == ("welcome", {"muinainen"})


def titles(text: str) -> str:
    """The text with the titles as addresses: links are tokens."""
    return " ".join(f"b.example/{line}" for line in text.splitlines())


def found_in(mail: Mail) -> set[str]:
    names = ("tuore", "vanha", "vanhempi", "ikivanha", "muinainen")
    lines = {line.strip("-– ") for line in (mail.text or "").splitlines()}
    return {name for name in names if name in lines}


def test_a_reader_gets_the_articles_of_feeds_in_their_language(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = (Feed("https://b.example/fi.xml", "fi"), Feed("https://b.example/sv.xml", "sv"))
    set_publication(monkeypatch, replace(app.publication, feeds=feeds))
    cloud.subscribe("sven@example.com", language="sv")
    cloud.subscribe("emma@example.com", language="en")
    cloud.drain()
    publish("suomeksi", NOW - HOUR, feeds[0].url)
    publish("svenska", NOW - HOUR, feeds[1].url, "sv")
    publish("lainattu", NOW - HOUR, feeds[0].url, "en")
    cloud.run("planner", NOW)
    cloud.drain()
    names = {"suomeksi", "svenska", "lainattu"}
    got = {
        reader: {name for name in names if name in (cloud.mails(reader)[-1].html or "")}
        for reader in (READER, "sven@example.com", "emma@example.com")
    }
    assert got == {READER: {"suomeksi", "lainattu"}, "sven@example.com": {"svenska"}, "emma@example.com": names}


def test_a_week_without_an_article_in_a_language_brings_its_readers_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = (Feed("https://b.example/fi.xml", "fi"), Feed("https://b.example/sv.xml", "sv"))
    set_publication(monkeypatch, replace(app.publication, feeds=feeds))
    publish("svenska", NOW - HOUR, feeds[1].url, "sv")
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "nobody"
    cloud.subscribe("sven@example.com", language="sv")
    cloud.drain()
    assert cloud.run("planner", NOW + HOUR)["weekly"]["decision"] == "started"
    cloud.drain()
    assert "svenska" in (cloud.mails("sven@example.com")[-1].html or "")
    assert len(cloud.mails(READER)) == 2
