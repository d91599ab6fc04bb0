"""The whole way of the product over HTTP, as `make demo` serves it: from a feed to the CRM and out again.

Nothing here looks behind the doors. Each step is also done twice, because mail programs, queues and impatient people do
everything twice.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
import urllib3

from local_cloud.server import LocalCloud
from newsletter.domain.digest import digest_id, week_of
from newsletter.domain.messages import PlanPage, TakeUpOffer
from newsletter.domain.subscriber import SHARDS

ROOT = Path(__file__).parents[2]
REAL_FEEDS = ROOT.parent / "shared" / "feeds"
NOW = datetime.now(UTC)
CAMPAIGN = {"name": "kevat", "subject": "Kevään kurssit", "body": "Tervetuloa **kurssille**.", "language": "fi"}


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Outside:
    """Everything a reader, a mail program, a CRM or a colleague in marketing can reach; `feed` is the blog's feed."""

    cloud: LocalCloud
    feed: Path

    def call(self, method: str, path: str, body: str | bytes = "", **headers: str) -> Answer:
        """One request, redirects not followed; `path` may be a whole address."""
        answer = urllib3.request(
            method,
            path if path.startswith("http") else f"{self.cloud.url}{path}",
            body=body or None,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            redirect=False,
            timeout=60,
            retries=False,
        )
        found = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, found, answer.data.decode())

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, /, **fields: str | list[str]) -> Answer:
        """A form, and everything it sets off."""
        body = urlencode(fields, doseq=True)
        answer = self.call("POST", path, body, content_type="application/x-www-form-urlencoded")
        assert self.cloud.drain()
        return answer

    def post_json(self, path: str, data: object, **headers: str) -> Answer:
        answer = self.call("POST", path, json.dumps(data), content_type="application/json", **headers)
        assert self.cloud.drain()
        return answer

    def run(self, function: str, now: datetime) -> Any:
        """Run a scheduled function as if it were that moment; what it returned."""
        answer = self.post_json(f"/_local/run/{function}", {"now": now.isoformat()})
        assert answer.status == 200, answer.text
        assert answer.json["drained"] is True
        return answer.json["result"]

    def mails(self, to: str = "", mailing: str = "") -> list[dict[str, Any]]:
        """Mails in the mailbox, oldest first; of one address, and of mailings that begin so."""
        found = reversed(self.get("/_local/mail.json").json)
        return [
            mail for mail in found if to in ("", mail["to"]) and mail["tags"].get("mailing", "").startswith(mailing)
        ]

    def webhooks(self) -> list[dict[str, Any]]:
        """What the CRM received, oldest first."""
        received: list[dict[str, Any]] = self.get("/_local/crm.json").json
        return received[::-1]

    # --- the blog ----------------------------------------------------------------------------------------------------

    def publish(self, title: str, at: datetime = NOW - timedelta(hours=1), category: str = "") -> None:
        """A new article on the blog, read by feed_ingest at that moment."""
        items = _item(title, at, category)
        feed = self.feed.read_text()
        self.feed.write_text(feed.replace("<item>", f"{items}<item>", 1))
        self.run("feed_ingest", at)

    # --- a reader ----------------------------------------------------------------------------------------------------

    def sign_up(self, email: str, *topics: str, name: str = "") -> str:
        """Fill in the form; the address behind the button of the mail that comes."""
        answer = self.post("/subscribe", email=email, topics=list(topics), language="fi", consent="yes", name=name)
        assert answer.status == 200, answer.text
        return link_to("confirm", self.mails(email, "confirmation")[-1])

    def subscribe(self, email: str, *topics: str, name: str = "") -> None:
        """Sign up and confirm."""
        answer = self.post(self.sign_up(email, *topics, name=name))
        assert answer.status == 200, answer.text

    def digest_for(self, email: str) -> dict[str, Any]:
        """This week's digest, and the copy of it that this reader got."""
        self.run("planner", NOW)
        return self.mails(email, _week(NOW))[-1]

    # --- marketing ---------------------------------------------------------------------------------------------------

    def api(self, method: str, path: str, data: object = None) -> Answer:
        """A call of the console's API with a token of its issuer."""
        token = self.post_json("/_local/token", {}).json["token"]
        body = json.dumps(data) if data is not None else ""
        answer = self.call(
            method, f"/api/v1{path}", body, authorization=f"Bearer {token}", content_type="application/json"
        )
        assert self.cloud.drain()
        return answer

    def newsletter(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The operator's command, in a process of its own that knows nothing but the address of the local cloud."""
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments, "--local", self.cloud.url],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([f"{ROOT}/functions", f"{ROOT}/infra"])},
            cwd=self.feed.parent,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )

    def standings(self, mailing: str) -> dict[str, str]:
        """The report of a mailing: address to standing, of every recipient."""
        found: dict[str, str] = {}
        after = ""
        while True:
            page = self.api("GET", f"/mailings/{mailing}/recipients?limit=2{after}").json
            found |= {line["address"]: line["standing"] for line in page["recipients"]}
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def certificate(self, mailing: str) -> dict[str, Any]:
        """The certificate of a mailing."""
        report = self.api("GET", f"/mailings/{mailing}").json
        assert report["planned_to_the_end"] is True
        certificate: dict[str, Any] = report["certificate"]
        return certificate


def _item(title: str, at: datetime, category: str) -> str:
    link = f"https://www.sanaharju.example/{re.sub(r'[^a-z0-9]+', '-', title.lower())}"
    return (
        f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{format_datetime(at - timedelta(hours=1))}</pubDate>"
        + (f"<category>{escape(category)}</category>" if category else "")
        + "<description>Lyhyesti.</description></item>"
    )


def _rss(items: str) -> str:
    return f'<rss version="2.0"><channel><title>Blogi</title>{items}</channel></rss>'


def link_to(page: str, mail: dict[str, Any]) -> str:
    """The first address of one of our own pages in a mail's text part, e.g. `confirm`."""
    found = re.search(rf"https?://\S+/{page}/[^\s>)]+", mail["text"])
    assert found, f"no link to /{page} in:\n{mail['text']}"
    return found[0]


def header(mail: dict[str, Any], name: str) -> str:
    """A header of a mail, whatever its capitals."""
    headers: dict[str, str] = mail["headers"]
    return next(value for known, value in headers.items() if known.lower() == name.lower())


@contextmanager
def started(feed: Path) -> Iterator[Outside]:
    """A local cloud of its own with this feed."""
    with LocalCloud(feed_url=str(feed)) as cloud:
        for thread in threading.enumerate():
            if thread.name == "preload":
                thread.join()
        yield Outside(cloud, feed)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """A blog with one article of today."""
    feed = tmp_path / "feed.xml"
    feed.write_text(_rss(_item("Puoli tuntia viikossa", NOW, "LinkedIn")))
    with started(feed) as here:
        yield here


def until(claim: Callable[[], bool], outside: Outside) -> bool:
    """Whether the claim holds once everything that waits for its next try has been tried again."""
    for _ in range(20):
        if claim():
            return True
        outside.call("POST", "/_local/retry")
        assert outside.cloud.drain()
    return claim()


# --- subscribing -----------------------------------------------------------------------------------------------------


def test_only_the_button_behind_the_link_makes_a_reader_and_pressing_it_again_changes_nothing(outside: Outside) -> None:
    link = outside.sign_up("maija@example.com")
    assert [outside.get(link).status for _ in range(2)] == [200, 200]
    assert outside.call("HEAD", link).status == 200
    outside.run("planner", NOW)
    assert outside.mails(mailing="digest-") == [], "looking at the link subscribed her"

    assert [outside.post(link).status for _ in range(2)] == [200, 200]
    outside.run("planner", NOW)
    assert outside.standings(_week(NOW)) == {}, "the week's digest was planned before she confirmed"
    outside.publish("Seuraavan viikon kirjoitus", at=NOW + timedelta(days=7))
    outside.run("planner", NOW + timedelta(days=7, hours=1))
    assert [mail["to"] for mail in outside.mails(mailing="digest-")] == ["maija@example.com"]


def test_a_form_with_a_mistake_subscribes_nobody_and_says_where_the_mistake_is(outside: Outside) -> None:
    wrong = {"email": "maija@", "topics": ["linkedin"], "language": "fi", "consent": True}
    answer = outside.post_json("/subscribe", wrong)
    assert (answer.status, list(answer.json["errors"])) == (422, ["email"])
    assert outside.mails() == []


# --- the digest ------------------------------------------------------------------------------------------------------


def test_the_digest_carries_everything_that_mail_programs_and_the_ledger_need(outside: Outside) -> None:
    outside.subscribe("maija@example.com", "linkedin", name="Maija")
    mail = outside.digest_for("maija@example.com")
    assert re.fullmatch(rf"<{outside.cloud.url}/unsubscribe/\S+>(, <mailto:\S+>)?", header(mail, "List-Unsubscribe"))
    assert header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert header(mail, "List-Id").endswith("<uutiskirje.sanaharju.example>")
    assert _week(NOW) in header(mail, "Feedback-ID")
    assert {"mailing", "batch", "position"} <= mail["tags"].keys()
    assert (mail["tags"]["mailing"], mail["tags"]["position"]) == (_week(NOW), "0")
    assert "Puoli tuntia viikossa" in mail["subject"]
    assert "Hei Maija," in mail["text"]
    assert "{{" not in mail["html"] + mail["text"]


def test_a_reader_gets_the_articles_of_their_topics_and_one_without_topics_gets_them_all(outside: Outside) -> None:
    outside.publish("Kriisin ensimmäinen tunti", category="Kriisiviestintä")
    outside.subscribe("linkedin@example.com", "linkedin")
    outside.subscribe("kaikki@example.com")
    outside.subscribe("mittaaja@example.com", "mittaaminen")
    outside.run("planner", NOW)
    text = {mail["to"]: mail["text"] for mail in outside.mails(mailing=_week(NOW))}
    assert "Kriisin ensimmäinen tunti" in text["kaikki@example.com"]
    assert "Kriisin ensimmäinen tunti" not in text["linkedin@example.com"]
    assert "Puoli tuntia viikossa" in text["linkedin@example.com"]
    assert "mittaaja@example.com" not in text, "nothing for her this week, so no digest"


def test_feed_digest_and_queue_messages_may_come_twice_and_nobody_gets_a_second_mail(outside: Outside) -> None:
    for number in range(3):
        outside.subscribe(f"reader{number}@example.com")
    again = outside.run("feed_ingest", NOW)["feeds"][0]
    assert (again["entries"], again["new"], again["edited"]) == (1, 0, 0)

    runs = [outside.run("planner", NOW)["weekly"]["decision"] for _ in range(2)]
    assert runs == ["started", "repeated"]
    # Every page planned a second time emits every batch a second time: the same messages once more.
    sqs = outside.cloud.backends.client("sqs")
    for shard in SHARDS:
        message = PlanPage(_week(NOW), shard, 0).to_json()
        sqs.send_message(QueueUrl=outside.cloud.environment["NEWSLETTER_PLAN_QUEUE"], MessageBody=message)
    assert outside.cloud.drain()

    digests = [mail["to"] for mail in outside.mails(mailing=_week(NOW))]
    assert sorted(digests) == [f"reader{number}@example.com" for number in range(3)]
    certificate = outside.certificate(_week(NOW))
    assert (certificate["planned"], certificate["accepted"], certificate["balanced"]) == (3, 3, True)
    assert outside.standings(_week(NOW)) == {f"reader{number}@example.com": "delivered" for number in range(3)}


def test_a_click_leads_to_the_stored_article_and_to_nothing_else(outside: Outside) -> None:
    outside.subscribe("maija@example.com")
    link = link_to("c", outside.digest_for("maija@example.com"))
    for _ in range(2):
        answer = outside.get(link)
        assert (answer.status, answer.headers["location"]) == (
            302,
            "https://www.sanaharju.example/puoli-tuntia-viikossa",
        )
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert outside.get(f"{link}x").status == 404
    assert outside.get(link.replace("/c/", "/c/x")).status == 404
    assert outside.standings(_week(NOW)) == {"maija@example.com": "clicked"}
    assert outside.certificate(_week(NOW))["clicked"] == 1


# --- the offer -------------------------------------------------------------------------------------------------------


def test_looking_at_the_offer_makes_no_lead_and_its_button_makes_one_however_often_it_is_pressed(
    outside: Outside,
) -> None:
    outside.subscribe("maija@example.com", "linkedin", name="Maija")
    offer = link_to("offer", outside.digest_for("maija@example.com"))
    assert outside.get(offer).status == 200
    assert outside.call("HEAD", offer).status == 200
    assert outside.cloud.drain()
    assert outside.webhooks() == []

    assert [outside.post(offer).status for _ in range(2)] == [200, 200]
    (webhook,) = outside.webhooks()
    lead = json.loads(webhook["body"])
    assert (webhook["verified"], webhook["duplicate"], webhook["answer"]) == (True, False, 204)
    assert (lead["type"], lead["data"]["how"]) == ("lead.created", "button")
    assert lead["data"]["contact"]["email"] == "maija@example.com"
    assert lead["data"]["evidence"]["mailing"] == _week(NOW)

    message = TakeUpOffer(
        lead["data"]["contact"]["subscriber"],
        "sparraus",
        "button",
        lead["timestamp"],
        _week(NOW),
        lead["data"]["evidence"]["batch"],
        0,
        {"method": "POST", "user_agent": "", "network": "", "headers": {}},
    )
    sqs = outside.cloud.backends.client("sqs")
    sqs.send_message(QueueUrl=outside.cloud.environment["NEWSLETTER_LEAD_QUEUE"], MessageBody=message.to_json())
    assert outside.cloud.drain()
    assert len(outside.webhooks()) == 1


def test_a_lead_waits_for_a_crm_that_is_down_and_arrives_once_it_is_up(outside: Outside) -> None:
    outside.subscribe("maija@example.com")
    offer = link_to("offer", outside.digest_for("maija@example.com"))
    assert outside.post("/_local/crm/outage", minutes="10").status == 303
    assert outside.post(offer).status == 200
    assert [webhook["answer"] for webhook in outside.webhooks()] == [500]
    outside.post("/_local/crm/outage", minutes="0")
    assert until(lambda: outside.webhooks()[-1]["answer"] == 204, outside)
    ids = {webhook["headers"]["webhook-id"] for webhook in outside.webhooks()}
    assert len(ids) == 1, "every try carries the same id, so that a CRM can drop repeats"


def test_the_sequence_sends_each_step_once_when_it_is_due_and_none_before(outside: Outside) -> None:
    outside.subscribe("maija@example.com")
    outside.post(link_to("offer", outside.digest_for("maija@example.com")))

    # A day and a half, two days and a little (again an hour later), then as long after as the second step waits.
    planned = [
        outside.run("nurture", NOW + timedelta(days=days))["planned"] for days in (1.5, 2.01, 2.05, 8.5, 9.1, 20)
    ]
    assert planned == [0, 1, 0, 0, 1, 0]
    steps = outside.mails("maija@example.com", "step-")
    assert [mail["tags"]["mailing"] for mail in steps] == ["step-sparraus-1", "step-sparraus-2"]
    assert all(header(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click" for mail in steps)


# --- campaigns -------------------------------------------------------------------------------------------------------


def test_a_campaign_through_the_api_goes_out_once_and_its_report_names_every_recipient(outside: Outside) -> None:
    for number in range(3):
        outside.subscribe(f"reader{number}@example.com", "linkedin")
    outside.subscribe("muu@example.com", "mittaaminen")
    campaign = CAMPAIGN | {"topics": ["linkedin"]}

    first, second = outside.api("POST", "/campaigns", campaign), outside.api("POST", "/campaigns", campaign)
    assert (first.status, second.status) == (201, 200)
    mailing = first.json["mailing"]["id"]
    got = [mail["to"] for mail in outside.mails(mailing=mailing)]
    assert sorted(got) == [f"reader{number}@example.com" for number in range(3)]
    assert outside.standings(mailing) == {f"reader{number}@example.com": "delivered" for number in range(3)}
    certificate = outside.certificate(mailing)
    assert (certificate["planned"], certificate["accepted"], certificate["balanced"]) == (3, 3, True)

    other = outside.api("POST", "/campaigns", campaign | {"body": "Toinen teksti"})
    assert other.status == 409
    wrong = outside.api("POST", "/campaigns", campaign | {"name": "kesa", "topics": ["golf"]})
    assert (wrong.status, list(wrong.json["errors"])) == (422, ["topics"])
    assert outside.call("POST", "/api/v1/campaigns", json.dumps(campaign)).status == 401


def test_a_campaign_from_a_file_goes_out_once_with_the_operators_command(outside: Outside, tmp_path: Path) -> None:
    outside.subscribe("eka@example.com", "linkedin")
    outside.subscribe("toka@example.com", "mittaaminen")
    file = tmp_path / "kevaan-kurssit.md"
    file.write_text("---\nsubject: Kevään kurssit\nlanguage: fi\ntopics: [linkedin]\n---\nTervetuloa!\n", "utf-8")

    asked = outside.newsletter("campaign", "send", str(file))
    assert (asked.returncode, outside.mails(mailing="campaign-")) == (1, []), "nobody could answer, so nothing is sent"
    assert "--yes" in asked.stderr

    first, second = (outside.newsletter("campaign", "send", str(file), "--yes") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "nothing is sent again" in second.stdout
    assert outside.cloud.drain()
    assert [mail["to"] for mail in outside.mails(mailing="campaign-kevaan-kurssit")] == ["eka@example.com"]

    shown = outside.newsletter("mailing", "show", "campaign-kevaan-kurssit", "--addresses")
    assert shown.returncode == 0, shown.stderr
    assert "eka@example.com" in shown.stdout
    assert "delivered" in shown.stdout
    assert "toka@example.com" not in shown.stdout

    file.write_text(file.read_text("utf-8").replace("Tervetuloa!", "Toinen teksti."), "utf-8")
    other = outside.newsletter("campaign", "send", str(file), "--yes")
    assert other.returncode == 1
    assert "kevaan-kurssit.md" in other.stderr


# --- leaving ---------------------------------------------------------------------------------------------------------


ONE_CLICK = {
    "lahtija@example.com": ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
    "toinen@example.com": (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ),
}
"""RFC 8058, 3.1: mail programs send the POST in either encoding."""


def test_one_click_in_the_mail_program_ends_all_mail(outside: Outside) -> None:
    for reader in (*ONE_CLICK, "pysyja@example.com"):
        outside.subscribe(reader)
    outside.run("planner", NOW)
    for reader, (content_type, body) in ONE_CLICK.items():
        (mail,) = outside.mails(reader, _week(NOW))
        outside.post(link_to("offer", mail))
        address = header(mail, "List-Unsubscribe").split(">")[0].removeprefix("<")
        assert outside.get(address).status == 200
        assert outside.standings(_week(NOW))[reader] in ("delivered", "clicked"), "a scanner opened it, nobody left"
        for _ in range(2):
            answer = outside.call("POST", address, body, content_type=content_type)
            assert (answer.status, "set-cookie" in answer.headers) == (200, False)

    before = {reader: len(outside.mails(reader)) for reader in ONE_CLICK}
    next_week = NOW + timedelta(days=7)
    outside.publish("Seuraavan viikon kirjoitus", at=next_week)
    outside.run("planner", next_week + timedelta(hours=1))
    outside.run("nurture", next_week)
    assert outside.api("POST", "/campaigns", CAMPAIGN).status == 201
    assert {reader: len(outside.mails(reader)) for reader in ONE_CLICK} == before
    assert set(outside.standings(_week(next_week))) == {"pysyja@example.com"}
    assert outside.certificate(_week(NOW))["unsubscribed"] == 2


def test_an_address_that_bounces_is_never_mailed_again(outside: Outside) -> None:
    outside.subscribe("vanha@example.com")
    outside.subscribe("uusi@example.com")
    mail = outside.digest_for("vanha@example.com")
    for _ in range(2):
        assert outside.post(f"/_local/mail/{mail['id']}/act", what="bounce").status == 303
    assert outside.standings(_week(NOW)) == {"vanha@example.com": "bounced", "uusi@example.com": "delivered"}
    assert outside.certificate(_week(NOW))["bounced"] == 1

    before = len(outside.mails("vanha@example.com"))
    mailing = outside.api("POST", "/campaigns", CAMPAIGN).json["mailing"]["id"]
    outside.publish("Seuraavan viikon kirjoitus", at=NOW + timedelta(days=7))
    outside.run("planner", NOW + timedelta(days=7, hours=1))
    assert len(outside.mails("vanha@example.com")) == before
    assert outside.standings(mailing) == {"uusi@example.com": "delivered"}


# --- other people's feeds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["wordpress-035c1b3dcccee254.xml", "blog-021a787a782817fc.xml", "blog-07403555c6b2ebea.xml"]
)
def test_a_feed_from_the_wild_gives_a_digest_right_after_its_newest_article(name: str) -> None:
    feed = REAL_FEEDS / name
    if not feed.is_file():
        pytest.skip(
            f"real feeds are missing: put them into {REAL_FEEDS.relative_to(ROOT.parent)} beside the repository"
        )
    with started(feed) as outside:
        outside.subscribe("maija@example.com")
        articles = outside.api("GET", "/articles?limit=200").json["articles"]
        assert articles
        newest = max(datetime.fromisoformat(article["published"]) for article in articles)
        assert outside.run("planner", newest + timedelta(minutes=1))["weekly"]["decision"] == "started"
        (digest,) = outside.mails("maija@example.com", "digest-")
        title = next(article["title"] for article in articles if datetime.fromisoformat(article["published"]) == newest)
        assert " ".join(title.split()) in " ".join(digest["text"].split())


def _week(moment: datetime) -> str:
    """The mailing of that week's digest."""
    return digest_id(week_of(moment, ZoneInfo("Europe/Helsinki")))
