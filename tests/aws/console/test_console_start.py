"""The start page: what goes out next, what waits, how the list grows, how mails arrive, in the console and the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.articles.feeds.feed_state import Failure, FeedState
from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.platform.times import iso
from newsletter.publication.sending_limits import Feedback
from newsletter.sending.feedback.reputation_store import Breaker
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import MARKETING, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    return browser


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token())


def test_an_empty_newsletter_has_a_start_page(marketing: Browser, api: Program) -> None:
    said = marketing.get("/console").text
    for words in ("Nothing waits for you.", "0 readers get your mail today", "Nothing has been sent yet."):
        assert words in said
    found = api("GET", "/overview").json
    _conforms(found, {"$ref": "#/components/schemas/Overview"}, "Overview")
    assert (found["readers"], found["waiting"], len(found["growth"]["weeks"])) == (0, [], 8)


def test_it_says_what_goes_out_next_and_when(marketing: Browser, api: Program) -> None:
    first, second = api("GET", "/overview").json["next"]
    assert {first["frequency"], second["frequency"]} == {"weekly", "monthly"}
    assert first["at"] <= second["at"]
    said = marketing.get("/console").text
    assert "Weekly digest" in said
    assert "No new article yet. Without one, nothing goes out." in said


def test_it_shows_who_came_and_how_many_there_are(marketing: Browser, api: Program, cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com")
    cloud.subscribe("kalle@example.com")
    assert "2 readers get your mail today" in marketing.get("/console").text
    found = api("GET", "/overview").json
    assert (found["readers"], found["growth"]["weeks"][-1]["joined"]) == (2, 2)


def test_what_waits_is_there_with_the_page_where_it_is_dealt_with(marketing: Browser, api: Program) -> None:
    now = app.now()
    add_lead(add_reader("maija@example.com"), LeadState.HELD)
    (feed, *_) = app.feed_urls
    app.feed_states.put(feed, FeedState(failure=Failure(now, "it answered 500")))
    app.reputation.open(Breaker(now, "60 of 600 mails bounced"))
    waiting = {each["kind"]: each for each in api("GET", "/overview").json["waiting"]}
    assert set(waiting) == {"breaker", "leads", "feed"}
    assert waiting["leads"]["what"].startswith("1 lead waits")
    page = marketing.get("/console")
    for each in waiting.values():
        assert each["what"] in page.text
        assert f'href="{each["path"]}"' in page.body


def test_rates_stand_beside_their_limits(marketing: Browser, api: Program) -> None:
    app.reputation.add(Feedback(delivered=580, bounced=20, complained=1), app.now())
    delivery = api("GET", "/overview").json["delivery"]
    assert (delivery["bounce_rate"], delivery["complaint_rate"]) == (3.333, 0.167)
    assert "3.33% 4% 5%" in marketing.get("/console").text


def test_campaigns_that_are_scheduled_and_those_that_could_not_go_out_are_there(
    marketing: Browser, cloud: Cloud, issuer: Issuer
) -> None:
    writer = Program(cloud, issuer.token(scope="openid campaigns:send"))
    text = {"subject": "Kevään kurssit", "body": "Hei.", "language": "fi"}
    later = iso(app.now() + timedelta(days=2))
    kept = writer("POST", "/campaigns", text | {"send_at": later}).json["campaign"]
    found = writer("GET", "/overview").json
    _conforms(found, {"$ref": "#/components/schemas/Overview"}, "Overview")
    assert found["scheduled"] == [{"campaign": kept["id"], "subject": "Kevään kurssit", "send_at": later}]
    assert f"/console/campaigns/{kept['id']}" in marketing.get("/console").body

    cloud.run("nurture", app.now() + timedelta(days=3))  # nobody would get it
    found = writer("GET", "/overview").json
    assert found["scheduled"] == []
    assert [(each["kind"], each["path"]) for each in found["waiting"]] == [
        ("mailing", f"/console/campaigns/{kept['id']}")
    ]
