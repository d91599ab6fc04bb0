"""What marketing writes on top of a digest: in that one digest, in the reader's language, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from cli.main import main
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.digests.approve import approve_digest
from newsletter.mailings.digests.digest import digest_id, week_of
from newsletter.mailings.digests.note import MAX_NOTE, note_of, set_note
from newsletter.platform.errors import InvalidInput, NotFound, NotNow
from newsletter.publication.publication import Approval
from tests.support.console.console_calls import Browser, Program, trust
from tests.support.console.issuer import Issuer, issuing
from tests.support.stack.cloud import Cloud, link_to

READERS = {"fi": "maija@example.com", "sv": "sven@example.com", "en": "emma@example.com"}
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    with issuing() as made:
        trust(made, monkeypatch)
        yield made


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    for language, email in READERS.items():
        cloud.subscribe(email, language=language)
    cloud.drain()


def run(cloud: Cloud, at: datetime) -> str:
    """The period's digest with one new article; its period."""
    name = f"uusi-{at:%m-%d-%H}"
    app.articles.put(Article(name, f"https://b.example/{name}", name, "", (), (), "fi", "", "", None, at - HOUR))
    cloud.run("planner", at)
    cloud.drain()
    return week_of(at, app.publication.time_zone)


def parts(cloud: Cloud, language: str) -> tuple[str, str]:
    mail = cloud.mails(READERS[language])[-1]
    assert mail.tags["mailing"].startswith("digest-")
    return mail.html or "", mail.text or ""


def test_it_stands_in_the_next_digest_in_both_parts_and_not_in_the_one_after_it(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "Tavataan **torstaina**, [ilmoittaudu](https://www.sanaharju.example/messut)."
    assert main(["digest", "note", line]) == 0
    assert main(["digest", "note", "Vi ses på torsdag.", "--language", "sv"]) == 0
    assert "On top of the next weekly digest (sv): Vi ses på torsdag." in capsys.readouterr().out
    run(cloud, NOW)
    html, text = parts(cloud, "fi")
    assert "<strong>torstaina</strong>" in html
    assert "Tavataan torstaina" in text
    assert "/c/" in html.split("torstaina")[1].split("ilmoittaudu")[0], "its link is counted like any other"
    assert html.index("torstaina") < html.index("uusi-")
    assert all("Vi ses på torsdag." in part and "torstaina" not in part for part in parts(cloud, "sv"))
    assert all("torstaina" in part for part in parts(cloud, "en"))
    assert main(["digest", "show", week_of(NOW, app.publication.time_zone)]) == 0
    assert "On top (sv): Vi ses på torsdag." in capsys.readouterr().out

    run(cloud, NOW + WEEK)
    assert not any("torstaina" in part for part in parts(cloud, "fi"))
    assert main(["digest", "note"]) == 0
    assert "There is nothing on top of the next weekly digest." in capsys.readouterr().out


def test_a_reader_in_a_language_without_a_text_gets_the_digest_without_it(cloud: Cloud) -> None:
    set_note("weekly", {"fi": "Hei kaikki."}, app, by="Maija")
    run(cloud, NOW)
    assert "Hei kaikki." in parts(cloud, "fi")[1]
    assert "Hei kaikki." not in parts(cloud, "en")[1]


def test_a_note_for_the_monthly_digest_waits_for_it(cloud: Cloud) -> None:
    set_note("monthly", {"": "Kuukauden sana."}, app, by="Maija")
    run(cloud, NOW)
    assert "Kuukauden sana." not in parts(cloud, "fi")[0]
    assert dict(note_of("monthly", app)) == dict.fromkeys(READERS, "Kuukauden sana."), "nobody reads it monthly yet"


def test_a_crash_right_after_the_digest_is_frozen_neither_loses_the_note_nor_shows_it_twice(cloud: Cloud) -> None:
    set_note("weekly", {"": "Kerran vain."}, app, by="Maija")

    class Dies(BaseException):
        pass

    with patch("newsletter.mailings.digests.start.launch", side_effect=Dies), pytest.raises(Dies):
        run(cloud, NOW)
    cloud.run("planner", NOW)
    cloud.drain()
    assert "Kerran vain." in parts(cloud, "fi")[0]
    run(cloud, NOW + WEEK)
    assert "Kerran vain." not in parts(cloud, "fi")[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * (MAX_NOTE + 1), "at most 500 characters"),
        ("yksi\nkaksi", "one line"),
        ("# Otsikko", "one paragraph"),
        ("- luettelo", "one paragraph"),
        ("![kuva](https://a.example/k.png)", "a picture has no place here"),
        ("Hei {{ nimi }}", "is not filled in here"),
        ("[katso](http://10.0.0.7/luonnos)", "network of your own"),
    ],
)
def test_what_cannot_be_sent_is_refused_when_it_is_written(cloud: Cloud, text: str, said: str) -> None:
    run(cloud, NOW)
    with pytest.raises(InvalidInput) as refused:
        set_note("weekly", {"fi": text}, app, by="Maija")
    assert (refused.value.field, said in refused.value.message) == ("note", True), refused.value
    assert note_of("weekly", app) == ()


@pytest.fixture
def waiting(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """The period of a digest that waits for approval."""
    digest = replace(app.publication.digest, approval=Approval(timedelta(days=1), then_send=True))
    monkeypatch.setitem(app.templates.__dict__, "publication", replace(app.publication, digest=digest))
    return run(cloud, NOW)


def test_it_can_be_written_on_a_digest_that_waits_for_approval_until_it_is_approved(
    cloud: Cloud, issuer: Issuer, waiting: str
) -> None:
    browser = Browser(cloud, issuer)
    browser.sign_in(scope="openid campaigns:send")
    page = f"/console/digests/{waiting}"
    assert "Write a line on top of it" in browser.get(page).text
    form = [
        ("form_token", browser.form_token()),
        ("note_fi", "Tervetuloa messuille."),
        ("note_sv", "# fel"),
        ("note_en", ""),
    ]
    wrong = browser.post(f"{page}/note", *form)
    assert (wrong.status, "one paragraph" in wrong.text, "Tervetuloa messuille." in wrong.body) == (422, True, True)
    assert 'id="note_sv-error"' in wrong.body
    assert wrong.body.partition("<main")[2].count('aria-invalid="true"') == 1, (
        "the field that needs mending, and no other"
    )
    form[2:] = [("note_sv", "[fel](javascript:x)"), ("note_en", "[fel](javascript:x)")]
    broken = browser.post(f"{page}/note", *form)
    assert (broken.status, re.findall(r'id="(note\w*)-error"', broken.body)) == (422, ["note_sv", "note_en"])
    assert broken.body.partition("<main")[2].count('aria-invalid="true"') == 2
    form[2:] = [("note_sv", ""), ("note_en", "")]
    assert browser.post(f"{page}/note", *form).location == page
    assert "Tervetuloa messuille." in browser.get(page).text
    assert "Tervetuloa messuille." in browser.get(f"{page}/mail?language=fi").body
    browser.post(f"{page}/approve", ("form_token", browser.form_token()))
    cloud.drain()
    assert "Tervetuloa messuille." in parts(cloud, "fi")[0]
    with pytest.raises(NotNow, match="waits no more"):
        set_note(waiting, {"fi": "Liian myöhään."}, app, by="Maija")
    assert "Liian" not in str(app.digests.get(waiting))


@pytest.mark.parametrize("texts", [{"fi": "Korjattu rivi."}, {}])
def test_a_line_that_was_changed_while_the_digest_waited_does_not_come_back_in_the_next_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, texts: dict[str, str]
) -> None:
    set_note("weekly", {"": "Ensimmäinen versio."}, app, by="Maija")
    digest = replace(app.publication.digest, approval=Approval(timedelta(days=1), then_send=True))
    monkeypatch.setitem(app.templates.__dict__, "publication", replace(app.publication, digest=digest))
    period = run(cloud, NOW)
    set_note(period, texts, app, by="Maija")
    assert note_of("weekly", app) == ()
    approve_digest(period, app, by="Maija", now=NOW + HOUR)
    run(cloud, NOW + WEEK)
    assert dict(note_of(week_of(NOW + WEEK, app.publication.time_zone), app)) == {}


def test_a_digest_that_lost_its_readers_while_it_waited_leaves_its_line_to_the_next_one(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_note("weekly", {"": "Nähdään messuilla."}, app, by="Maija")
    digest = replace(app.publication.digest, approval=Approval(timedelta(days=1), then_send=True))
    monkeypatch.setitem(app.templates.__dict__, "publication", replace(app.publication, digest=digest))
    period = run(cloud, NOW)
    set_note(period, {"fi": "Nähdään messuilla torstaina."}, app, by="Maija")
    for email in READERS.values():
        assert cloud.http("POST", link_to("unsubscribe", cloud.mails(email)[-1]))["statusCode"] == 200
    approve_digest(period, app, by="Maija", now=NOW + HOUR)
    cloud.drain()
    cloud.subscribe("uusi@example.com")
    assert dict(note_of("weekly", app)) == {"fi": "Nähdään messuilla torstaina."}
    following = run(cloud, NOW + WEEK)
    assert dict(note_of(following, app)) == {"fi": "Nähdään messuilla torstaina."}
    assert note_of("weekly", app) == ()


def test_a_line_from_a_word_processor_is_taken_as_it_looks(cloud: Cloud) -> None:
    run(cloud, NOW)
    set_note("weekly", {"fi": "\u200bKriisi\u00advies\u00adtintä a\u0308\u00a05 % – tule!\u2060"}, app, by="Maija")
    assert dict(note_of("weekly", app)) == {"fi": "Kriisiviestintä ä\u00a05 % – tule!"}


def test_the_api_writes_and_shows_it(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="openid campaigns:send"))
    assert api("GET", "/digests/weekly/note").json == {"note": {}}
    saved = api("PUT", "/digests/weekly/note", {"text": "Hei."})
    assert (saved.status, saved.json) == (200, {"note": dict.fromkeys(sorted(READERS), "Hei."), "warnings": []})
    assert api("PUT", "/digests/weekly/note", {"texts": {"sv": "Hej."}}).json["note"] == {"sv": "Hej."}
    for body, field in (
        ({}, "text"),
        ({"text": "a", "texts": {}}, "texts"),
        ({"text": 7}, "text"),
        ({"texts": ["a"]}, "texts"),
        ({"texts": {"de": "Hallo."}}, "note"),
        ({"note": "a"}, "note"),
    ):
        answer = api("PUT", "/digests/weekly/note", body)
        assert (answer.status, field in answer.json["errors"]) == (422, True), body
    assert api("PUT", "/digests/2026-W01/note", {"text": "Hei."}).status == 404
    assert Program(cloud, issuer.token(scope="openid"))("PUT", "/digests/weekly/note", {"text": "Hei."}).status == 403
    run(cloud, NOW)
    (digest,) = api("GET", "/digests").json["digests"]
    assert digest["note"] == {"sv": "Hej."}
    assert api("PUT", "/digests/weekly/note", {"text": ""}).json["note"] == {}
    with pytest.raises(NotFound):
        note_of(digest_id("2026-W01"), app)
