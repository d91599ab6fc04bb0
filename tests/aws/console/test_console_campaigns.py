"""Drafts and scheduled campaigns as a person in a browser meets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from console.campaigns.steps import local_time
from newsletter.container import app
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.edit_drafts import find_draft, list_drafts
from newsletter.platform.errors import InvalidInput
from tests.support.console.console_calls import MARKETING, Answer, Browser, call
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija@example.com"
ME = "anna@example.com"
NEW = "/console/campaigns/new"
TEXT = {"subject": "Kevään sparraukset", "body": "Moi **sinä**, lue [tämä](https://example.com/a).", "language": "fi"}


@pytest.fixture
def browser(marketing: Browser) -> Browser:
    """Somebody who may send."""
    add_reader(READER)
    return marketing


def only() -> Draft:
    """The one draft that there is."""
    (draft,), _ = list_drafts(app, cursor="", limit=10)
    return draft


def fields(page: Answer, marker: str = "") -> dict[str, str]:
    """The hidden fields of the first form of a page after `marker`."""
    body = page.body[page.body.index(marker) :]
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', body)
    return {name: unescape(value) for name, value in reversed(found)}


def press(browser: Browser, path: str, step: str, **form: str) -> Answer:
    token = browser.form_token()
    return browser.post(path, *{"form_token": token, **form, "step": step}.items())


def test_what_is_written_is_found_again(browser: Browser) -> None:
    hidden = fields(browser.get(NEW))
    saved = press(browser, NEW, "save", **hidden, subject="Puolikas", body="", language="fi")
    assert saved.location == f"/console/campaigns/{only().id}?done=saved"
    assert "Saved." in browser.get(saved.location).text
    assert "Puolikas" in browser.get("/console/campaigns").text
    press(browser, NEW, "save", **hidden, subject="Puolikas", body="", language="fi")
    assert only().version == 1


def test_all_that_is_wrong_is_said_at_once_and_empty_is_called_empty(browser: Browser) -> None:
    answer = press(browser, NEW, "check", subject="", body="", language="", topics="golf", name="a b")
    assert answer.status == 422
    for said in ("Subject: empty", "Text: empty", "Language: empty", "Topics: 'golf' is unknown", "Name: 'a b'"):
        assert said in answer.text
    assert only().campaign.name == "a b"  # it is kept all the same


def test_the_name_is_made_from_the_subject(browser: Browser) -> None:
    answer = press(browser, NEW, "check", **TEXT)
    assert answer.status == 200
    assert "Name kevaan-sparraukset" in answer.text


def test_it_goes_out_a_minute_after_the_press_and_the_press_can_be_undone(browser: Browser, cloud: Cloud) -> None:
    sent = press(browser, NEW, "send", **TEXT)
    waits = browser.get(sent.location)
    assert "It goes out in" in waits.text
    assert 'data-moves="yes"' in waits.body
    undone = browser.post(sent.location, *fields(waits, "Undo" and 'class="status').items(), ("step", "unschedule"))
    assert "It is a draft again" in browser.get(undone.location).text
    cloud.run("nurture", app.now() + timedelta(minutes=2))
    assert app.mailings.newest(5) == []
    press(browser, sent.location, "send")
    cloud.run("nurture", app.now() + timedelta(minutes=2))
    assert cloud.drain() == []
    assert [mail.subject for mail in cloud.mails(READER)] == [TEXT["subject"]]
    assert browser.get(sent.location).location == "/console/mailings/campaign-kevaan-sparraukset?started=1"


def test_it_is_scheduled_in_the_zone_of_the_publication_and_can_be_changed_till_then(browser: Browser) -> None:
    day = (app.now() + timedelta(days=3)).date().isoformat()
    press(browser, NEW, "save", **TEXT)
    path = f"/console/campaigns/{only().id}"
    answer = press(browser, path, "schedule", date="", time="08:00")
    assert (answer.status, "give a date and a time" in answer.text) == (422, True)
    press(browser, path, "schedule", date=day, time="08:00", readers="1")
    draft = only()
    zone = app.publication.time_zone
    assert draft.send_at == datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=zone)
    assert draft.readers == 1
    assert str(zone) in browser.get(path).text
    assert 'data-moves="no"' in browser.get(path).body, "nothing changes for days"
    form = browser.get(f"{path}?edit=1")
    assert 'data-saves="no"' in form.body
    broken = press(browser, path, "save", **fields(form), subject="", body="x", language="fi")
    assert (broken.status, only()) == (422, draft)
    press(browser, path, "save", **fields(form), **TEXT | {"subject": "Toinen"}, name=draft.campaign.name)
    assert (only().campaign.subject, only().state) == ("Toinen", DraftState.SCHEDULED)
    form = browser.get(f"{path}?edit=1")
    looked = press(browser, path, "check", **fields(form), **TEXT | {"subject": "Kolmas"}, name=draft.campaign.name)
    assert "It is scheduled: it goes out at" in looked.text
    assert 'value="send"' not in looked.body, "it goes out at its time"
    assert (only().campaign.subject, only().state, only().send_at) == ("Kolmas", DraftState.SCHEDULED, draft.send_at)
    press(browser, path, "schedule", **fields(looked), date=day, time="09:00")
    assert only().send_at == datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=zone)


def test_an_hour_that_the_clocks_leave_out_is_no_time() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    assert local_time("2027-03-28", "04:00", zone) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    for day, time in (("2027-03-28", "03:30"), ("2027-02-30", "08:00"), ("", ""), ("0001-01-01", "00:00")):
        with pytest.raises(InvalidInput, match="send_at"):
            local_time(day, time, zone)


def test_the_second_of_two_people_sees_both_texts(browser: Browser, cloud: Cloud, issuer: Issuer) -> None:
    press(browser, NEW, "save", **TEXT)
    path = f"/console/campaigns/{only().id}"
    kalle = Browser(cloud, issuer)
    kalle.sign_in(sub="kalle", email="kalle@example.com", **MARKETING)
    mine, his = fields(browser.get(path)), fields(kalle.get(path))
    press(kalle, path, "save", **TEXT | {"body": "Kallen teksti."}, version=his["version"])
    answer = press(browser, path, "save", **TEXT | {"body": "Annan teksti."}, version=mine["version"])
    assert answer.status == 409
    assert "kalle@example.com changed this campaign meanwhile" in answer.text
    assert "Kallen teksti." in answer.text
    assert "Annan teksti.</textarea>" in answer.body
    assert only().campaign.body == "Kallen teksti."
    press(browser, path, "save", **TEXT | {"body": "Annan teksti."}, version=fields(answer)["version"])
    versions = browser.get(f"{path}/versions")
    assert [text in versions.text for text in ("Annan teksti.", "Kallen teksti.")] == [True, True]
    press(browser, path, "restore", number=str(only().kept[-1]))
    assert only().campaign.body == "Kallen teksti."


def test_whoever_is_signed_out_while_writing_sends_the_same_text_after_signing_in(browser: Browser) -> None:
    hidden = fields(browser.get(NEW))
    token = browser.form_token()
    browser.jar.clear()
    text = {**hidden, "form_token": token, **TEXT, "body": 'Pitkä <teksti> "lainaus"\nrivi', "step": "save"}
    answer = browser.post(NEW, *text.items())
    assert (answer.status, "Sign in" in answer.text) == (401, True)
    assert 'target="_blank"' in answer.body
    carried = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', answer.body)
    browser.sign_in(**MARKETING)
    assert browser.post(NEW, *((name, unescape(value)) for name, value in carried)).status == 303
    assert only().campaign.body == text["body"]


def test_the_script_saves_while_one_types_and_says_when_somebody_else_did(browser: Browser, cloud: Cloud) -> None:
    page = browser.get(NEW)
    assert "script-src 'self'; " in page.headers["Content-Security-Policy"]
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
    script = browser.get("/console/campaign.js")
    assert script.headers["Content-Type"].startswith("text/javascript")

    def autosave(body: str, version: str) -> Answer:
        form = {**fields(page), "version": version, **TEXT, "body": body, "step": "save"}
        from urllib.parse import urlencode

        return call(cloud, "POST", NEW, urlencode(form), {"x-autosave": "1"}, browser.jar)

    first = autosave("Yksi.", "")
    assert (first.status, first.json["id"], first.json["version"]) == (200, only().id, 1)
    second = autosave("Kaksi.", "1")
    assert (second.status, second.json["version"], only().campaign.body) == (200, 2, "Kaksi.")
    assert autosave("Kolme.", "1").status == 409
    assert only().campaign.body == "Kaksi."


def test_a_draft_is_seen_as_its_readers_will(browser: Browser) -> None:
    press(browser, NEW, "save", **TEXT)
    path = f"/console/campaigns/{only().id}"
    preview = press(browser, path, "check")
    assert "frame-src 'self'" in preview.headers["Content-Security-Policy"]
    for frame in re.findall(r'<iframe src="([^"]+)"', preview.body):
        mail = browser.get(unescape(frame))
        assert "selkeän" not in mail.body
        assert "sinä" in mail.body
        assert "frame-ancestors 'self'" in mail.headers["Content-Security-Policy"]
        assert "sandbox" in mail.headers["Content-Security-Policy"]
    assert len(re.findall("<iframe", preview.body)) == 4
    light, dark = (browser.get(f"{path}/mail?language=fi{query}").body for query in ("", "&dark=1"))
    assert ("(prefers-color-scheme: dark)" in light, "(prefers-color-scheme: dark)" in dark) == (True, False)
    swedish = browser.get(f"{path}/mail?language=sv")
    assert swedish.headers["Content-Language"] == "sv"
    assert browser.get(f"{path}/mail?language=de").status == 422
    press(browser, NEW, "save", subject="", body="", language="fi")
    unfinished = next(each for each in list_drafts(app, cursor="", limit=2)[0] if not each.campaign.body)
    assert "Nothing to see yet" in browser.get(f"/console/campaigns/{unfinished.id}/mail").body


def test_a_draft_is_duplicated_and_deleted(browser: Browser) -> None:
    press(browser, NEW, "save", **TEXT, name="kevat")
    first = only()
    copy = press(browser, f"/console/campaigns/{first.id}", "duplicate").location.rpartition("/")[2].partition("?")[0]
    assert (find_draft(copy, app).campaign.name, find_draft(copy, app).campaign.body) == ("", TEXT["body"])
    press(browser, f"/console/campaigns/{first.id}", "delete")
    assert only().id == copy
    assert browser.get(f"/console/campaigns/{first.id}").status == 404


def test_a_test_mail_comes_marked_and_counts_nowhere(browser: Browser, cloud: Cloud) -> None:
    press(browser, NEW, "save", **TEXT)
    path = f"/console/campaigns/{only().id}"
    wrong = press(browser, path, "test", to="not an address")
    assert (wrong.status, "is no mail address" in wrong.text) == (422, True)
    assert press(browser, path, "test", to=f"{ME}, toinen@example.com").status == 200
    for _ in range(2):
        assert cloud.drain() == []
    (mail,) = cloud.mails(ME)
    assert mail.subject == "[Test] Kevään sparraukset"
    assert len(cloud.mails("toinen@example.com")) == 1
    assert mail.html is not None
    assert 'href="https://example.com/a' in mail.html
    assert "/c/" not in mail.html
    cloud.ses.act(mail.id, "bounce")
    assert cloud.drain() == []
    assert cloud.items("Deliveries") == []
    assert app.mailings.newest(10) == []


def test_topics_of_an_audience_are_named_in_the_language_of_the_page(browser: Browser) -> None:
    browser.jar["newsletter_language"] = "fi"
    looked = press(browser, NEW, "check", **TEXT, topics="kriisit")
    topic = app.publication.topic("kriisit")
    assert topic is not None
    assert topic.label["fi"] in looked.text
    assert topic.label["en"] not in looked.text
