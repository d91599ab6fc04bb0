"""The whole way of the product over HTTP, as `make demo` serves it: from a feed to a digest, and on to the CRM.

Nothing here looks behind the doors. Each step is also done twice, because mail programs, queues and impatient people do
everything twice.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.platform.messages import PlanPage, TakeUpOffer
from newsletter.platform.shards import SHARDS
from tests.support.stack.cloud import BROWSER
from tests.support.stack.product_over_http import ROOT, Product, header, item, link_to, rss, started

REAL_FEEDS = ROOT.parent / "shared" / "feeds"
WILD = ("wordpress-035c1b3dcccee254.xml", "blog-021a787a782817fc.xml", "blog-07403555c6b2ebea.xml")
"""Other people's feeds, tried where they lie beside the repository."""


# --- subscribing -----------------------------------------------------------------------------------------------------


def test_only_the_button_behind_the_link_makes_a_reader_and_pressing_it_again_changes_nothing(
    product: Product,
) -> None:
    link = product.sign_up("maija@example.com")
    assert [product.get(link).status for _ in range(2)] == [200, 200]
    assert product.call("HEAD", link).status == 200
    product.run("planner", product.now)
    assert product.mails(mailing="digest-") == [], "looking at the link subscribed her"

    assert [product.post(link).status for _ in range(2)] == [200, 200]
    for _ in range(2):
        product.run("planner", product.now)
    got = [mail["to"] for mail in product.mails(mailing="digest-")]
    assert got == ["maija@example.com"], "nobody had got the week's digest before she confirmed"
    product.publish("Seuraavan viikon kirjoitus", at=product.now + timedelta(days=7))
    product.run("planner", product.now + timedelta(days=7, hours=1))
    assert [mail["to"] for mail in product.mails(mailing="digest-")] == ["maija@example.com"] * 2


def test_a_form_with_a_mistake_subscribes_nobody_and_says_where_the_mistake_is(product: Product) -> None:
    wrong = {"email": "maija@", "topics": ["linkedin"], "language": "fi", "consent": True}
    answer = product.post_json("/subscribe", wrong)
    assert (answer.status, list(answer.json["errors"])) == (422, ["email"])
    assert product.mails() == []


# --- the digest ------------------------------------------------------------------------------------------------------


def test_the_digest_carries_everything_that_mail_programs_and_the_ledger_need(product: Product) -> None:
    product.subscribe("maija@example.com", "linkedin", name="Maija")
    mail = product.digest_for("maija@example.com")
    assert re.fullmatch(rf"<{product.cloud.url}/unsubscribe/\S+>(, <mailto:\S+>)?", header(mail, "List-Unsubscribe"))
    assert header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert header(mail, "List-Id").endswith("<uutiskirje.sanaharju.example>")
    assert header(mail, "Feedback-ID").startswith(f"{product.digest}:digest:1.")
    assert header(mail, "Feedback-ID").endswith(":AmazonSES")
    assert header(mail, "Auto-Submitted") == "auto-generated"
    assert "OOF" in header(mail, "X-Auto-Response-Suppress")
    assert "NDR" not in header(mail, "X-Auto-Response-Suppress")
    assert {"mailing", "batch", "position"} <= mail["tags"].keys()
    assert (mail["tags"]["mailing"], mail["tags"]["position"]) == (product.digest, "0")
    assert "Puoli tuntia viikossa" in mail["subject"]
    assert "Hei Maija," in mail["text"]
    assert "{{" not in mail["html"] + mail["text"]


def test_a_reader_gets_the_articles_of_their_topics_and_one_without_topics_gets_them_all(
    product: Product,
) -> None:
    product.publish("Kriisin ensimmäinen tunti", category="Kriisiviestintä")
    product.subscribe("linkedin@example.com", "linkedin")
    product.subscribe("kaikki@example.com")
    product.subscribe("mittaaja@example.com", "mittaaminen")
    product.run("planner", product.now)
    text = {mail["to"]: mail["text"] for mail in product.mails(mailing=product.digest)}
    assert "Kriisin ensimmäinen tunti" in text["kaikki@example.com"]
    assert "Kriisin ensimmäinen tunti" not in text["linkedin@example.com"]
    assert "Puoli tuntia viikossa" in text["linkedin@example.com"]
    assert "mittaaja@example.com" not in text, "nothing for her this week, so no digest"


def test_feed_digest_and_queue_messages_may_come_twice_and_nobody_gets_a_second_mail(product: Product) -> None:
    for number in range(3):
        product.subscribe(f"reader{number}@example.com")
    again = product.run("feed_ingest", product.now)["feeds"][0]
    assert (again["entries"], again["new"], again["edited"]) == (1, 0, 0)

    runs = [product.run("planner", product.now)["weekly"]["decision"] for _ in range(2)]
    assert runs == ["started", "repeated"]
    # Every page planned a second time emits every batch a second time: the same messages once more.
    sqs = product.cloud.backends.client("sqs")
    for shard in SHARDS:
        message = PlanPage(product.digest, shard, 0).to_json()
        sqs.send_message(QueueUrl=product.cloud.environment["NEWSLETTER_PLAN_QUEUE"], MessageBody=message)
    assert product.cloud.drain()

    digests = [mail["to"] for mail in product.mails(mailing=product.digest)]
    assert sorted(digests) == [f"reader{number}@example.com" for number in range(3)]
    certificate = product.certificate(product.digest)
    assert (certificate["planned"], certificate["accepted"], certificate["balanced"]) == (3, 3, True)
    assert product.standings(product.digest) == {f"reader{number}@example.com": "delivered" for number in range(3)}


def test_a_click_leads_to_the_stored_article_and_to_nothing_else(product: Product) -> None:
    product.subscribe("maija@example.com")
    link = link_to("c", product.digest_for("maija@example.com"))
    product.wait(minutes=10)
    for _ in range(2):
        answer = product.get(link, **BROWSER)
        assert (answer.status, answer.headers["location"]) == (
            302,
            "https://www.sanaharju.example/puoli-tuntia-viikossa",
        )
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert product.get(f"{link}x").status == 404
    assert product.get(link.replace("/c/", "/c/x")).status == 404
    assert product.cloud.drain()
    assert product.standings(product.digest) == {"maija@example.com": "clicked"}
    assert product.certificate(product.digest)["clicked"] == 1


# --- the offer -------------------------------------------------------------------------------------------------------


def test_looking_at_the_offer_makes_no_lead_and_its_button_makes_one_however_often_it_is_pressed(
    product: Product,
) -> None:
    product.subscribe("maija@example.com", "linkedin", name="Maija")
    offer = link_to("offer", product.digest_for("maija@example.com"))
    assert product.get(offer).status == 200
    assert product.call("HEAD", offer).status == 200
    assert product.cloud.drain()
    assert product.webhooks() == []

    assert [product.press(offer).status for _ in range(2)] == [200, 200]
    (webhook,) = product.webhooks()
    lead = json.loads(webhook["body"])
    assert (webhook["verified"], webhook["duplicate"], webhook["answer"]) == (True, False, 204)
    assert (lead["type"], lead["data"]["lead"]["how"]) == ("lead.created", "button")
    assert lead["data"]["verdict"]["kind"] == "person"
    assert lead["data"]["contact"]["email"] == "maija@example.com"
    assert lead["data"]["source"]["mailing"]["id"] == product.digest

    message = TakeUpOffer(
        lead["data"]["contact"]["subscriber"],
        "sparraus",
        "button",
        lead["timestamp"],
        product.digest,
        lead["data"]["source"]["batch"],
        0,
        {"method": "POST", "user_agent": "", "network": "", "headers": {}},
        page_age=20.0,
    )
    sqs = product.cloud.backends.client("sqs")
    sqs.send_message(QueueUrl=product.cloud.environment["NEWSLETTER_LEAD_QUEUE"], MessageBody=message.to_json())
    assert product.cloud.drain()
    assert len(product.webhooks()) == 1


def test_a_lead_waits_for_a_crm_that_is_down_and_arrives_once_it_is_up(product: Product) -> None:
    product.subscribe("maija@example.com")
    offer = link_to("offer", product.digest_for("maija@example.com"))
    assert product.post("/_local/crm/outage", minutes="10").status == 303
    assert product.press(offer).status == 200
    assert [webhook["answer"] for webhook in product.webhooks()] == [500]
    product.post("/_local/crm/outage", minutes="0")
    product.wait(hours=1)
    assert product.webhooks()[-1]["answer"] == 204
    ids = {webhook["headers"]["webhook-id"] for webhook in product.webhooks()}
    assert len(ids) == 1, "every try carries the same id, so that a CRM can drop repeats"


def test_the_sequence_sends_each_step_once_when_it_is_due_and_none_before(product: Product) -> None:
    product.subscribe("maija@example.com")
    product.press(link_to("offer", product.digest_for("maija@example.com")))
    taken = datetime.now(UTC)

    # A day and a half, two days and a little (again an hour later), then as long after as the second step waits.
    planned = [
        product.run("nurture", taken + timedelta(days=days))["planned"] for days in (1.5, 2.01, 2.05, 8.5, 9.1, 20)
    ]
    assert planned == [0, 1, 0, 0, 1, 0]
    steps = product.mails("maija@example.com", "step-")
    assert [mail["tags"]["mailing"] for mail in steps] == ["step-sparraus-1", "step-sparraus-2"]
    assert all(header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click" for mail in steps)


# --- other people's feeds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["own.xml", *(name for name in WILD if (REAL_FEEDS / name).is_file())])
def test_an_old_feed_gives_a_digest_right_after_its_newest_article(name: str, tmp_path: Path) -> None:
    feed = REAL_FEEDS / name
    if name == "own.xml":
        feed = tmp_path / name
        feed.write_text(
            rss("".join(item(f"Vuonna {year}", datetime(year, 5, 6, tzinfo=UTC), "") for year in (2018, 2019)))
        )
    with started(feed) as product:
        product.subscribe("maija@example.com")
        articles = product.api("GET", "/articles?limit=200").json["articles"]
        assert articles
        newest = max(datetime.fromisoformat(article["published"]) for article in articles)
        assert product.run("planner", newest + timedelta(minutes=1))["weekly"]["decision"] == "started"
        (digest,) = product.mails("maija@example.com", "digest-")
        title = next(article["title"] for article in articles if datetime.fromisoformat(article["published"]) == newest)
        assert " ".join(title.split()) in " ".join(digest["text"].split())


def test_on_a_busy_machine_a_page_here_waits_longer_than_a_deployed_one(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = product.sign_up("maija@example.com")
    now, asked = app.now, count()
    monkeypatch.setattr(app, "now", lambda: now() + timedelta(seconds=4 * next(asked)))
    assert product.get(link).status == 200
