"""A digest waits for marketing's yes: in the console, in the API and on the command line; or nobody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.main import main
from newsletter.articles.article import Article, Choice
from newsletter.container import app
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.digests.digest import WEEK, digest_id, week_of
from newsletter.mailings.status import MailingState
from newsletter.platform.messages import PlanPage
from newsletter.publication.publication import Approval
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, Status, subscriber_id
from newsletter.reports.descriptions import digest_as_json
from tests.support.console.console_calls import MARKETING, Browser, Program, trust
from tests.support.console.issuer import issuing
from tests.support.stack.cloud import PEPPER, Cloud

READER = "lukija@example.com"
HELSINKI = ZoneInfo("Europe/Helsinki")
DAY = timedelta(days=1)
NOW = datetime(2027, 1, 12, 8, tzinfo=HELSINKI).astimezone(UTC)


@pytest.fixture
def otherwise() -> str:
    """What happens at the deadline."""
    return "send"


@pytest.fixture
def period(cloud: Cloud, otherwise: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A week's digest, with one article and one reader, waiting."""
    reader = subscriber_id(PEPPER.encode(), READER)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    app.subscribers.activate(SignUp(reader, READER, Choices(language="fi"), "1", "", "", long_ago, "nonce"), long_ago)
    templates = app.templates
    approved = replace(templates.publication.digest, approval=Approval(DAY, then_send=otherwise == "send"))
    monkeypatch.setitem(templates.__dict__, "publication", replace(templates.publication, digest=approved))
    week = week_of(NOW, HELSINKI)
    publish(week, NOW)
    assert cloud.run("planner", NOW)["weekly"]["decision"] == "waiting"
    cloud.drain()
    assert mails(cloud, week) == []
    return week


def publish(name: str, now: datetime) -> None:
    app.articles.put(
        Article(name, f"https://b.example/{name}", f"Kirjoitus {name}", "", (), (), "fi", "", "", None, now - DAY)
    )


def mails(cloud: Cloud, period: str) -> list[str]:
    return [mail.subject for mail in cloud.mails(READER) if mail.tags["mailing"] == digest_id(period)]


def state(period: str) -> MailingState:
    mailing = app.mailings.get(digest_id(period))
    assert mailing is not None
    return mailing.status.state


def decisions(period: str) -> list[tuple[str, str]]:
    """The decision records of the period's digest, oldest first."""
    lines = [line for line in app.decisions.newest(1000) if line["run"] == digest_id(period)]
    return [(line["decision"], line["why"]) for line in reversed(lines)]


def break_link(period: str, url: str = "http://10.0.0.7/luonnos") -> None:
    """The blog has another address for the article since the digest was settled."""
    (article,) = [each for each in app.articles.all() if each.id == period]
    app.articles.put(replace(article, url=url))


def look_after(cloud: Cloud, now: datetime) -> dict[str, str]:
    decided: dict[str, str] = cloud.invoke("planner", {"now": now.isoformat(), "only": "look after"})["decided"]
    cloud.drain()
    return decided


def the_next_digest_brings_both(cloud: Cloud) -> None:
    """A week later, once it is approved: its own article, and that of the digest before it, which nobody got."""
    following = week_of(NOW + WEEK, HELSINKI)
    publish(following, NOW + WEEK)
    cloud.run("planner", NOW + WEEK)
    assert main(["digest", "approve", following]) == 0
    cloud.drain()
    assert mails(cloud, following) == [f"Kirjoitus {following} – ja yksi muu kirjoitus"]


def test_nobody_gets_a_digest_before_it_is_approved_and_everybody_gets_it_once(cloud: Cloud, period: str) -> None:
    assert state(period) is MailingState.APPROVAL
    assert cloud.run("planner", NOW + timedelta(hours=2))["weekly"]["decision"] == "repeated"
    app.queues.send(app.queues.plan, PlanPage(digest_id(period), "a", 0))
    cloud.drain()
    assert mails(cloud, period) == []

    for _ in range(2):
        assert main(["digest", "approve", period]) == 0
        cloud.drain()
    look_after(cloud, NOW + 2 * DAY)
    assert mails(cloud, period) == [f"Kirjoitus {period}"]
    assert state(period) is MailingState.SENDING
    assert main(["digest", "reject", period]) == 1
    said = dict(decisions(period))
    assert said["waiting"].startswith("1 new article; ")
    assert "unless somebody answers before" in said["waiting"]


def test_approved_when_its_last_reader_has_left_it_is_called_nobodys_everywhere(
    cloud: Cloud, period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app.subscribers.deactivate(app.ids.of(READER), Status.UNSUBSCRIBED, "page", app.now())
    assert main(["digest", "approve", period]) == 0
    cloud.drain()
    assert mails(cloud, period) == []
    capsys.readouterr()
    assert main(["digest", "approve", period]) == 0
    assert "nobody gets it, and the next digest carries its articles (approved by " in capsys.readouterr().out
    assert main(["digest", "reject", period]) == 1
    assert "had no reader when it was planned; the next digest carries its articles" in capsys.readouterr().err
    digest = app.digests.get(period)
    assert digest is not None
    assert digest_as_json(digest)["standing"] == "nobody"
    again = cloud.run("planner", NOW + timedelta(hours=2))["weekly"]
    assert again["decision"] == "repeated"
    assert (
        again["why"] == f"{digest_id(period)} had no reader when it was planned; the next digest carries its articles"
    )

    app.subscribers.activate(SignUp(app.ids.of(READER), READER, Choices(language="fi"), "1", "", "", NOW, "2"), NOW)
    the_next_digest_brings_both(cloud)


@pytest.mark.parametrize("otherwise", ["send"])
def test_unanswered_it_goes_out_at_the_deadline_if_the_publication_says_so(cloud: Cloud, period: str) -> None:
    assert look_after(cloud, NOW + DAY - timedelta(seconds=1)) == {}
    assert [look_after(cloud, NOW + DAY).get(period) for _ in range(2)] == ["expired", None]
    assert mails(cloud, period) == [f"Kirjoitus {period}"]
    assert main(["digest", "reject", period]) == 1
    assert ("sent", "it goes to 1 reader") in [
        (decision, why.partition("; ")[2]) for decision, why in decisions(period)
    ]


@pytest.mark.parametrize("otherwise", ["drop"])
def test_unanswered_it_is_dropped_if_the_publication_says_so_and_the_next_digest_carries_its_articles(
    cloud: Cloud, period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert look_after(cloud, NOW + DAY)[period] == "expired"
    assert (mails(cloud, period), state(period)) == ([], MailingState.CANCELLED)
    assert main(["digest", "approve", period]) == 1
    assert "was dropped (nobody answered until " in capsys.readouterr().err
    assert cloud.run("planner", NOW + 2 * DAY)["weekly"]["why"].endswith("the next digest carries its articles")

    the_next_digest_brings_both(cloud)


def test_what_broke_while_it_waited_is_not_approved_until_it_is_mended(
    cloud: Cloud, period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    break_link(period)
    why = "the link “http://10.0.0.7/luonnos” leads into a network of your own"
    for _ in range(2):
        assert main(["digest", "approve", period]) == 1
        assert f"digest-{period} is held: {why}" in capsys.readouterr().err
    cloud.drain()
    assert (mails(cloud, period), state(period)) == ([], MailingState.APPROVAL)
    assert [said.startswith(why) for decision, said in decisions(period) if decision == "held"] == [True]
    assert main(["digest", "show", period]) == 0
    assert f"digest-{period}: held ({why}" in capsys.readouterr().out

    break_link(period, f"https://b.example/{period}")
    assert main(["digest", "approve", period]) == 0
    cloud.drain()
    assert mails(cloud, period) == [f"Kirjoitus {period}"]
    assert main(["digest", "list"]) == 0
    assert "held" not in capsys.readouterr().out


@pytest.mark.parametrize("otherwise", ["send"])
def test_broken_at_the_deadline_it_is_held_with_one_alarm_and_goes_out_once_it_is_mended(
    cloud: Cloud, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr("newsletter.mailings.digests.approve.count", counted.append)
    break_link(period)
    quarter = timedelta(minutes=15)
    assert [look_after(cloud, NOW + DAY + n * quarter)[period] for n in range(3)] == ["held"] * 3
    assert (mails(cloud, period), counted) == ([], ["DigestsHeld"])
    break_link(period, f"https://b.example/{period}")
    assert look_after(cloud, NOW + DAY + 3 * quarter)[period] == "expired"
    assert mails(cloud, period) == [f"Kirjoitus {period}"]


@pytest.mark.parametrize("otherwise", ["send", "drop"])
def test_a_broken_digest_can_be_dropped(cloud: Cloud, period: str, otherwise: str) -> None:
    break_link(period)
    if otherwise == "send":
        assert look_after(cloud, NOW + DAY)[period] == "held"
        assert main(["digest", "reject", period]) == 0
    else:
        assert look_after(cloud, NOW + DAY)[period] == "expired"
    assert (mails(cloud, period), state(period)) == ([], MailingState.CANCELLED)


def test_rejected_it_never_goes_out_whatever_is_pressed_afterwards(cloud: Cloud, period: str) -> None:
    assert [main(["digest", act, period]) for act in ("reject", "reject", "approve")] == [0, 0, 1]
    look_after(cloud, NOW + 2 * DAY)
    assert (mails(cloud, period), state(period)) == ([], MailingState.CANCELLED)


def test_cancelled_as_a_mailing_it_never_goes_out_and_is_not_lost(cloud: Cloud, period: str) -> None:
    cancel_mailing(digest_id(period), app, by="Kalle", now=NOW)
    assert look_after(cloud, NOW + DAY)[period] == "expired"
    assert mails(cloud, period) == []
    (digest,) = [each for each in app.digests.all() if each.period == period]
    assert (digest.dropped, digest.verdict) == (True, "cancelled by Kalle")


def test_an_approval_that_crashed_before_anything_was_planned_is_carried_on(
    cloud: Cloud, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.digests.release(period, datetime.now(UTC) - timedelta(hours=2), "approved by Maija", NOW)
    look_after(cloud, NOW + timedelta(hours=3))
    assert mails(cloud, period) == [f"Kirjoitus {period}"]
    assert state(period) is MailingState.SENDING
    monkeypatch.setattr("newsletter.mailings.digests.approve.PLANNING_TIMEOUT", timedelta())
    look_after(cloud, NOW + timedelta(hours=4))
    assert mails(cloud, period) == [f"Kirjoitus {period}"]


def test_marketing_sees_the_digest_and_approves_it_in_the_console(
    cloud: Cloud, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        browser = Browser(cloud, issuer)
        browser.sign_in(**MARKETING)
        where = f"/console/digests/{period}"
        assert where in browser.get("/console").body
        assert where in browser.get(f"/console/mailings/{digest_id(period)}").body
        page = browser.get(where)
        assert page.status == 200
        assert "Nobody gets it before you approve it." in page.text
        assert f"Kirjoitus {period}" in page.text
        mail = browser.get(f"{where}/mail?language=sv")
        assert (mail.status, mail.headers["Content-Language"]) == (200, "sv")
        assert f"https://b.example/{period}" in mail.body
        assert browser.get(f"{where}/mail?language=de").status == 422
        assert browser.get("/console/digests/2020-W01").status == 404

        form = ("form_token", browser.form_token())
        assert browser.post(f"{where}/approve").status == 403
        break_link(period)
        refused = browser.post(f"{where}/approve", form)
        assert (refused.status, "leads into a network of your own" in refused.text) == (409, True)
        assert "It was to go out, and was stopped:" in browser.get(where).text
        break_link(period, f"https://b.example/{period}")
        for _ in range(2):
            assert browser.post(f"{where}/approve", form).location == f"/console/mailings/{digest_id(period)}"
            cloud.drain()
        assert browser.post(f"{where}/reject", form).status == 409
        assert "Approved by" in browser.get(where).text
    assert mails(cloud, period) == [f"Kirjoitus {period}"]


def test_a_program_approves_with_the_right_to_send_and_reads_without_it(
    cloud: Cloud, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        looking = Program(cloud, issuer.token(scope="openid"))
        (found,) = [each for each in looking("GET", "/digests").json["digests"] if each["period"] == period]
        assert (found["standing"], found["sent_unanswered"]) == ("waiting", True)
        assert looking("POST", f"/digests/{period}/approve").status == 403
        sending = Program(cloud, issuer.token(scope="openid campaigns:send"))
        assert sending("POST", "/digests/2020-W01/reject").status == 404
        assert sending("POST", f"/digests/{period}/reject").json["digest"]["standing"] == "dropped"
        assert sending("POST", f"/digests/{period}/approve").status == 409


def test_the_command_shows_what_waits_and_what_marketing_skips_meanwhile(
    cloud: Cloud, period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud.stack is not None
    assert main(["digest", "show", period]) == 0
    said = capsys.readouterr().out
    assert f"digest-{period}: waits for approval until " in said
    assert f"Subject (sv): Kirjoitus {period}" in said
    app.articles.put_choice(period, Choice(skipped=True))
    assert main(["digest", "show", period]) == 0
    said = capsys.readouterr().out
    assert "Every article is skipped by now" in said
    assert f"Kirjoitus {period} (skipped)" in said
    assert main(["digest", "list"]) == 0
    assert "waits for approval until" in capsys.readouterr().out
    assert main(["digest", "show", "2020-W01"]) == 1
    assert "there is no digest of 2020-W01" in capsys.readouterr().err
