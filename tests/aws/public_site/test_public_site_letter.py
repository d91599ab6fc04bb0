"""A reader's own letter in the browser: what they were sent, for as long as that is known; nothing changes by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mail.mail_links import CANARY, without_canary
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.subscriber import Status, subscriber_id
from rehearsal.ses import Mail
from tests.support.mailings.mails import FIRST, article
from tests.support.readers.site import ID, READER, Answer, Clock, heading, link, post, shows, stored, text, token
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud, link_to

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
NEW = "maija@uusi.example.com"
pytestmark = pytest.mark.usefixtures("clock")
BROWSER = "Lue kirje selaimessa"
NOTE = re.compile(r"\n<aside class=\"desk\".*?</aside>\n<main>|</main>(?=</body>)", re.DOTALL)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A Tuesday morning, with an article an hour old and a reader who has had no digest yet."""
    clock = Clock(monkeypatch, NOW - timedelta(days=8))
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.drain()
    clock.now = NOW
    for each in (FIRST, article(30, title="Vanhempi")):
        age = timedelta(days=60) if each.id == "article30" else timedelta(hours=1)
        app.articles.put(replace(each, listed_at=NOW - age, published=NOW - age))
    return clock


def digest(cloud: Cloud) -> Mail:
    """The week's digest, as it reached the reader."""
    cloud.run("planner", app.now())
    cloud.drain()
    mail = cloud.mails(READER)[-1]
    assert mail.tags["mailing"].startswith("digest")
    return mail


def step(cloud: Cloud) -> Mail:
    """The first step of the sequence, which the reader started with the offer of the digest."""
    cloud.press(link_to("offer", digest(cloud)))
    cloud.drain()
    cloud.run("nurture", app.now() + timedelta(days=2, minutes=1))
    cloud.drain()
    return cloud.mails(READER)[-1]


def welcome(cloud: Cloud) -> Mail:
    return cloud.mails(READER)[-1]


def note(answer: Answer) -> str:
    """What stands above the letter."""
    found, end = NOTE.findall(answer["body"])
    assert end == "</main>"
    return str(found)


@pytest.mark.parametrize("sent", [digest, step, welcome])
def test_the_page_is_the_mail_to_the_last_character_but_its_link_to_the_page_under_a_note(
    cloud: Cloud, sent: Callable[[Cloud], Mail]
) -> None:
    mail = sent(cloud)
    assert "Maija" in (mail.html or "")
    before = stored(cloud)
    answer = cloud.http("GET", link_to("letter", mail))
    assert answer["statusCode"] == 200
    sent_html = (mail.html or "").replace("\r", "")
    assert sent_html.count(link_to("letter", mail)) == 1
    to_itself = re.compile(rf'<a [^>]*href="[^"]*{re.escape(link_to("letter", mail))}"[^>]*>{BROWSER}</a>\s*')
    as_page = without_canary(to_itself.sub("", sent_html))
    assert NOTE.sub("", answer["body"]).replace("\n", "") == as_page.replace("\n", "")
    assert CANARY in sent_html
    assert CANARY not in answer["body"]
    assert f">{BROWSER}<" not in answer["body"]
    assert text("letter.yours") in note(answer)
    assert ("/share?" in note(answer)) == mail.tags["mailing"].startswith("digest")
    head = cloud.http("HEAD", link_to("letter", mail))
    assert (head["statusCode"], head["headers"], head["body"]) == (200, answer["headers"], "")
    assert stored(cloud) == before


def test_nothing_keeps_passes_on_or_frames_the_page_and_nothing_runs_in_it(cloud: Cloud) -> None:
    path = link_to("letter", digest(cloud))
    assert "maija" not in path.lower()
    headers = cloud.http("GET", path)["headers"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "script" not in policy
    assert all(part in policy for part in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"))
    assert cloud.http("POST", path)["statusCode"] == 405


def test_its_links_are_the_readers_own_and_leaving_still_takes_a_press(cloud: Cloud) -> None:
    page = cloud.http("GET", link_to("letter", digest(cloud)))["body"]
    for place in ("unsubscribe", "preferences"):
        (path, *_) = re.findall(rf'href="{PUBLIC_URL}(/{place}/[^"]+)"', page)
        before = stored(cloud)
        assert cloud.http("GET", path)["statusCode"] == 200
        assert stored(cloud) == before
    (way_out,) = re.findall(rf'href="{PUBLIC_URL}(/unsubscribe/[^"]+)"', page)
    assert cloud.http("POST", way_out)["statusCode"] == 200
    found = app.subscribers.get(ID)
    assert found is not None
    assert found.status is Status.UNSUBSCRIBED


def test_who_left_still_reads_their_letter_and_is_promised_no_other(cloud: Cloud) -> None:
    mail = digest(cloud)
    assert text("letter.left") not in note(cloud.http("GET", link_to("letter", mail)))
    for act in (
        lambda: post(cloud, link_to("unsubscribe", mail), {}),
        lambda: app.subscribers.deactivate(ID, Status.COMPLAINED, "test", app.now()),
    ):
        act()
        answer = cloud.http("GET", link_to("letter", mail))
        assert answer["statusCode"] == 200
        assert text("letter.left") in note(answer)


def test_who_was_erased_has_no_letter_any_more(cloud: Cloud) -> None:
    path = link_to("letter", digest(cloud))
    assert post(cloud, link(LinkPurpose.MY_DATA), {"erase": "yes"})["statusCode"] == 200
    answer = cloud.http("GET", path)
    assert (answer["statusCode"], heading(answer)) == (410, text("erased.nothing"))
    assert FIRST.title not in answer["body"]


def test_who_moved_finds_the_letter_without_their_name_in_the_old_mailbox(cloud: Cloud) -> None:
    """Somebody else may have the mailbox by now; the letter itself is theirs to read, as the mail is."""
    mail = digest(cloud)
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(NEW)[-1]))["statusCode"] == 200
    answer = cloud.http("GET", link_to("letter", mail))
    assert answer["statusCode"] == 200
    assert FIRST.title in answer["body"]
    assert "Maija" not in answer["body"]
    assert NEW not in answer["body"]
    assert subscriber_id(PEPPER.encode(), NEW) not in answer["body"]


def test_a_reader_who_refused_tracking_is_not_seen_through_the_page_either(cloud: Cloud, clock: Clock) -> None:
    mail = digest(cloud)
    form = {"topics": "linkedin", "language": "fi", "name": "Maija"}
    assert post(cloud, link(LinkPurpose.PREFERENCES), form)["statusCode"] == 200
    page = cloud.http("GET", link_to("letter", mail))["body"]
    (article_link, *_) = re.findall(rf'href="{PUBLIC_URL}(/c/[^"]+)"', page)
    before = stored(cloud)
    assert cloud.http("GET", article_link)["statusCode"] == 302
    assert stored(cloud) == before
    clock.forward(days=7)
    app.articles.put(replace(article(31), listed_at=clock.now - timedelta(hours=1)))
    untracked = cloud.http("GET", link_to("letter", digest(cloud)))["body"]
    assert f"{PUBLIC_URL}/c/" not in untracked


@pytest.mark.parametrize("gone", ["Deliveries", "Content"])
def test_a_letter_of_which_nothing_is_known_any_more_says_so(cloud: Cloud, gone: str) -> None:
    """After 13 months DynamoDB deletes the ledger; variants are deleted by hand."""
    mail = digest(cloud)
    database = cloud.client("dynamodb")
    keys = {"Deliveries": ("mailing", "part"), "Content": ("pk", "sk")}[gone]
    table = next(t.physical_id for t in cloud.stack.of_type("AWS::DynamoDB::Table") if t.logical_id == gone)
    for item in cloud.items(gone):
        if gone == "Deliveries" or item["sk"]["S"] == "variant":
            database.delete_item(TableName=table, Key={key: item[key] for key in keys})
    app.reset()
    answer = cloud.http("GET", link_to("letter", mail))
    assert (answer["statusCode"], heading(answer)) == (410, text("letter.gone"))
    assert shows(answer, "letter.gone_lead", life="13 kuukautta")


def test_a_token_opens_the_letter_of_its_place_alone_and_no_other_purpose_opens_it(cloud: Cloud) -> None:
    mail = digest(cloud)
    place: dict[str, Any] = {
        "mailing": mail.tags["mailing"],
        "batch": mail.tags["batch"],
        "position": int(mail.tags["position"]),
    }
    assert link_to("letter", mail).removeprefix(PUBLIC_URL) == link(LinkPurpose.LETTER, **place)
    for purpose in LinkPurpose:
        if purpose is not LinkPurpose.LETTER:
            assert cloud.http("GET", f"/letter/{token(purpose, **place)}")["statusCode"] == 404
    elsewhere = link(LinkPurpose.LETTER, **{**place, "position": place["position"] + 1})
    assert cloud.http("GET", elsewhere)["statusCode"] == 410
    cloud.subscribe("kalle@example.com")
    other = LinkClaims(app.ids.of("kalle@example.com"), **place)
    stranger = app.links.token(LinkPurpose.LETTER, other)
    assert cloud.http("GET", f"/letter/{stranger}")["statusCode"] == 410


def test_a_letter_that_is_held_cannot_be_passed_on(cloud: Cloud) -> None:
    mail = digest(cloud)
    held = MailingStatus(MailingState.HELD, app.now(), "too many bounces")
    mailing = app.mailings.get(mail.tags["mailing"])
    assert mailing is not None
    assert app.statuses.compare_and_set(mailing.id, mailing.status, held)
    answer = cloud.http("GET", link_to("letter", mail))
    assert answer["statusCode"] == 200
    assert "/share?" not in note(answer)


def test_a_record_that_cannot_be_read_costs_the_greeting_its_name_and_nothing_else(cloud: Cloud) -> None:
    mail = digest(cloud)
    (profile,) = (item for item in cloud.items("Subscribers") if item["record"]["S"] == "profile")
    table = next(t.physical_id for t in cloud.stack.of_type("AWS::DynamoDB::Table") if t.logical_id == "Subscribers")
    cloud.client("dynamodb").put_item(TableName=table, Item={**profile, "frequency": {"S": "hourly"}})
    answer = cloud.http("GET", link_to("letter", mail))
    assert answer["statusCode"] == 200
    assert "Maija" not in answer["body"]
    assert cloud.http("GET", link_to("unsubscribe", mail))["statusCode"] == 200


def test_each_page_of_a_mail_reads_its_reader_once(cloud: Cloud) -> None:
    """A scanner opens all of them: what each waits for, it waits for with an execution."""
    mail = digest(cloud)
    asked: list[str] = []

    def note_down(model: Any, **_: Any) -> None:
        asked.append(model.name)

    for place, reads in (("preferences", 1), ("unsubscribe", 1), ("letter", 3)):
        assert cloud.http("GET", link_to(place, mail))["statusCode"] == 200  # secrets and templates are read by now
        calls = aws.client("dynamodb").meta.events
        calls.register("before-call.dynamodb", note_down)
        try:
            cloud.http("GET", link_to(place, mail))
        finally:
            calls.unregister("before-call.dynamodb", note_down)
        assert asked == ["GetItem"] * reads, place
        asked.clear()
