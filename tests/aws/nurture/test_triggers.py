"""Who comes into sequences and how they get out, over the real doors; and that the funnel of all of it adds up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.nurture.enrollments.funnel import Funnel, funnel_of
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.sequences import Exit
from newsletter.readers.subscriber import subscriber_id
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.leads.sequences import deploy, sequence, step
from tests.support.readers.readers import add_reader
from tests.support.readers.site import hidden, token
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud, link_to

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
READER = "maija.lukija@example.com"
ID = subscriber_id(PEPPER.encode(), READER)
ALL = (
    sequence("tervetuloa", step("eka", 1), step("toka", 3), more='trigger = "confirmed"\nexits = ["other_sequence"]')
    + sequence("aihe", step("lisää".replace("ä", "a"), 1), more='trigger = "click"\ntopics = ["linkedin"]')
    + sequence("sparraus", step("kiitos", 2), more="again_after_days = 100")
    + sequence("takaisin", step("takaisin", 30), more='trigger = "lead_lost"')
    + sequence("kutsu", step("kutsu", 0), more='trigger = "joined"')
)


@pytest.fixture(autouse=True)
def publication(monkeypatch: pytest.MonkeyPatch, cloud: Cloud, tmp_path: Path) -> Callable[[str], None]:
    """Deploys other sequences."""
    assert cloud.stack is not None
    deploy(monkeypatch, tmp_path, ALL, offers=True)
    return lambda text: deploy(monkeypatch, tmp_path, text, offers=True)


def words(key: str) -> str:
    """A message in Finnish."""
    return app.templates.text(key, "fi")


def rounds(subscriber: str = ID) -> dict[str, tuple[int, Exit | None]]:
    """The last round through each sequence, and how it ended."""
    return {each.sequence: (each.round, each.ended) for each in app.enrollments.of(subscriber)}


def funnel(key: str) -> Funnel:
    found = funnel_of(app.publication.sequences[key], app, now=NOW)
    assert found.entered == found.active + sum(found.exits.values())
    return found


def test_a_new_reader_is_welcomed_by_steps_that_say_why_they_come(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    before = len(cloud.mails(READER))
    now = datetime.now(UTC)
    cloud.run("nurture", now + DAY + timedelta(minutes=5))
    assert cloud.drain() == []
    (mail,) = cloud.mails(READER)[before:]
    assert mail.tags["mailing"] == "step-tervetuloa-eka"
    assert words("mail.footer.why_confirmed") in (mail.text or "").replace("\n", " ")
    assert mail.headers["List-Unsubscribe"].startswith(f"<{PUBLIC_URL}/unsubscribe/"), "all of the newsletter"
    assert f"/preferences/{link_to('preferences', mail).rpartition('preferences/')[2]}/series/tervetuloa" in (
        mail.text or ""
    )


def test_stopping_a_series_keeps_the_newsletter(cloud: Cloud) -> None:
    add_reader(READER)
    app.triggers.confirmed(ID, NOW)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    mail = cloud.mails(READER)[-1]
    page = next(word for word in (mail.text or "").split() if "/series/" in word)
    shown = cloud.http("GET", page)
    assert shown["statusCode"] == 200
    assert rounds()["tervetuloa"] == (1, None), "opening it changes nothing"
    assert cloud.http("POST", page, "form=")["statusCode"] == 422, "without the page nothing changes either"
    assert rounds()["tervetuloa"] == (1, None)
    answer = cloud.http("POST", page, f"form={hidden(shown['body'])['form']}")
    assert answer["statusCode"] == 200
    assert words("pages.series.over") in answer["body"]
    assert rounds()["tervetuloa"] == (1, Exit.STOPPED)
    reader = app.subscribers.get(ID)
    assert reader is not None
    assert reader.status == "active"
    before = len(cloud.mails(READER))
    for _ in range(2):
        assert cloud.http("GET", page)["statusCode"] == 200
        cloud.run("nurture", NOW + 9 * DAY)
        cloud.drain()
    assert len(cloud.mails(READER)) == before
    assert not app.triggers.joined(ID, "tervetuloa", NOW + 400 * DAY)
    left = funnel("tervetuloa")
    assert left.exits == {"stopped": 1}
    assert [(each.key, each.sent, each.left) for each in left.steps] == [("eka", 1, 1), ("toka", 0, 0)]


def test_a_series_of_another_kind_of_name_is_no_page(cloud: Cloud) -> None:
    add_reader(READER)
    preferences = token(LinkPurpose.PREFERENCES)
    assert cloud.http("GET", f"/preferences/{preferences}/series/A%20b")["statusCode"] == 404
    assert cloud.http("GET", f"/preferences/{preferences}/series/unknown")["statusCode"] == 200
    assert cloud.http("GET", "/preferences/x/series/tervetuloa")["statusCode"] in (400, 404)


def test_a_click_on_an_article_of_a_topic_begins_its_sequence_once() -> None:
    add_reader(READER)
    app.triggers.clicked(ID, ("kriisit",), NOW)
    assert rounds() == {}
    for days in range(3):
        app.triggers.clicked(ID, ("kriisit", "linkedin"), NOW + days * DAY)
    assert rounds() == {"aihe": (1, None)}


def test_an_offer_taken_up_begins_the_sequence_that_it_names_and_ends_what_gives_way_to_it() -> None:
    add_reader(READER)
    app.triggers.confirmed(ID, NOW)
    for _ in range(2):
        app.triggers.lead_made(ID, "sparraus", NOW + DAY)
    assert rounds() == {"sparraus": (1, None), "tervetuloa": (1, Exit.OTHER_SEQUENCE)}
    assert (funnel("tervetuloa").leads, funnel("sparraus").leads) == (1, 1)
    app.triggers.end(ID, "lead_won", NOW + 2 * DAY)
    assert rounds()["sparraus"] == (1, Exit.LEAD_WON)
    assert (funnel("tervetuloa").won, funnel("sparraus").won) == (1, 1)


def test_a_lost_lead_ends_one_sequence_and_begins_another(cloud: Cloud) -> None:
    add_reader(READER)
    app.triggers.lead_made(ID, "sparraus", NOW)
    for _ in range(2):
        app.triggers.lead_lost(ID, "sparraus", NOW + DAY)
    assert rounds() == {"sparraus": (1, Exit.LEAD_LOST), "takaisin": (1, None)}
    cloud.run("nurture", NOW + 31 * DAY)
    cloud.drain()
    (mail,) = cloud.mails(READER)
    assert words("mail.footer.why_lead_lost") in (mail.text or "").replace("\n", " ")


def test_a_sequence_can_be_gone_through_again_after_its_time_and_mails_again(cloud: Cloud) -> None:
    add_reader(READER)
    app.triggers.lead_made(ID, "sparraus", NOW)
    cloud.run("nurture", NOW + 2 * DAY)
    cloud.run("nurture", NOW + 3 * DAY)
    app.triggers.lead_made(ID, "sparraus", NOW + 99 * DAY)
    assert rounds()["sparraus"] == (1, Exit.FINISHED)
    for _ in range(2):
        app.triggers.lead_made(ID, "sparraus", NOW + 100 * DAY)
    assert rounds()["sparraus"] == (2, None)
    for _ in range(2):
        cloud.run("nurture", NOW + 102 * DAY)
        cloud.drain()
    assert [mail.subject for mail in cloud.mails(READER)] == ["kiitos", "kiitos"]
    again = funnel("sparraus")
    assert (again.entered, again.steps[0].sent, again.exits) == (2, 2, {"finished": 2})


def test_who_is_not_active_comes_into_nothing(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    unsubscribe = link_to("unsubscribe", cloud.mails(READER)[-1])
    assert rounds()["tervetuloa"] == (1, None)
    assert cloud.http("POST", unsubscribe, "List-Unsubscribe=One-Click")["statusCode"] == 200
    assert rounds()["tervetuloa"] == (1, Exit.LEFT), "at once, not when the next step would be due"
    app.triggers.lead_made(ID, "sparraus", NOW + DAY)
    app.triggers.clicked("nobody", ("linkedin",), NOW)
    assert "sparraus" not in rounds()
    assert app.enrollments.of("nobody") == []


def test_what_a_machines_press_began_ends_without_a_mail_and_a_persons_begins_it_anew(cloud: Cloud) -> None:
    add_reader(READER)
    app.triggers.lead_made(ID, "sparraus", NOW)
    for _ in range(2):
        app.triggers.lead_retracted(ID, "sparraus", NOW + DAY)
    assert rounds() == {"sparraus": (1, Exit.RETRACTED)}
    assert (funnel("sparraus").exits, funnel("sparraus").leads) == ({"retracted": 1}, 0)
    cloud.run("nurture", NOW + 3 * DAY)
    assert cloud.drain() == []
    assert cloud.mails() == []
    for _ in range(2):
        app.triggers.lead_made(ID, "sparraus", NOW + 4 * DAY)
    assert rounds() == {"sparraus": (2, None)}
    assert funnel("sparraus").leads == 1
    cloud.run("nurture", NOW + 6 * DAY)
    app.triggers.lead_retracted(ID, "sparraus", NOW + 7 * DAY)
    app.triggers.lead_made(ID, "sparraus", NOW + 8 * DAY)
    assert rounds() == {"sparraus": (2, Exit.FINISHED)}, "they had its mail, which does not come twice"


def test_a_click_decides_which_step_follows(cloud: Cloud, publication: Callable[[str], None]) -> None:
    publication(
        sequence(
            "tervetuloa",
            step("eka", 1),
            step("klikkasi", 3, 'only_for = { clicked = "eka" }'),
            step("ei", 3, 'only_for = { not_clicked = "eka" }'),
        )
        + sequence("sparraus", step("x", 9), more="")
    )
    others = [add_reader(email) for email in (READER, "kalle@example.com")]
    for each in others:
        app.triggers.confirmed(each, NOW)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    mail = cloud.mails(READER)[-1]
    mark = {int(mail.tags["position"]): VisitMark(1, person=True)}
    app.visit_marks.put(mail.tags["mailing"], mail.tags["batch"], mark, NOW + 90 * DAY)
    cloud.run("nurture", NOW + 4 * DAY)
    cloud.drain()
    assert [each.subject for each in cloud.mails(READER)] == ["eka", "klikkasi"]
    assert [each.subject for each in cloud.mails("kalle@example.com")] == ["eka", "ei"]
    assert [each.people for each in funnel("tervetuloa").steps] == [1, 0, 0]


def test_the_command_line_shows_the_funnel(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    add_reader(READER)
    app.triggers.confirmed(ID, NOW)
    cloud.run("nurture", NOW + DAY)
    cloud.drain()
    expected = {
        "key": "tervetuloa",
        "entered": 1,
        "active": 1,
        "steps": [
            {"key": "eka", "sent": 1, "people": 0, "left": 0},
            {"key": "toka", "sent": 0, "people": 0, "left": 0},
        ],
        "exits": {},
        "leads": 0,
        "won": 0,
    }
    assert main(["sequences", "show", "tervetuloa", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == expected
    assert main(["sequences", "show", "muu"]) == 1
    assert "it has tervetuloa, aihe" in capsys.readouterr().err
    assert main(["sequences", "list"]) == 0
    assert "Begins when a reader confirms the subscription." in capsys.readouterr().out


def test_marketing_puts_readers_into_a_sequence(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_reader(READER)
    listed = tmp_path / "lista.txt"
    listed.write_text(f"{READER}\nnobody@example.com\nno address\n", encoding="utf-8")
    said: list[dict[str, Any]] = []
    for _ in range(2):
        assert main(["sequences", "join", "kutsu", str(listed), "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert said[0] == {"joined": 1, "before": 0, "not_active": 1, "unreadable": 1}
    assert said[1] == {"joined": 0, "before": 1, "not_active": 1, "unreadable": 1}
    assert main(["sequences", "join", "kutsu", "nobody@example.com"]) == 1
    cloud.run("nurture", app.now() + timedelta(minutes=5))
    cloud.drain()
    (mail,) = cloud.mails(READER)
    assert words("mail.footer.why_joined") in (mail.text or "").replace("\n", " ")
