"""The pages: forms, reading reports, writing a campaign, and text from outside that stays text."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console.principal import Principal
from console.reports import report_of
from console.request import Request
from console.session import ForgedForm, check_form
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.drafts.start_due import start_due_drafts
from newsletter.platform.isolation import Isolated
from newsletter.publication.access.roles import Role
from newsletter.reports.report_mailing import Report
from rehearsal import events
from tests.support.console.altered_tokens import altered_tokens
from tests.support.console.console_calls import MARKETING, Browser, call, carried
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"
NEW = "/console/campaigns/new"
NASTY = '<script>alert("x")</script>{{ 7*7 }}&amp;'
DRAFT = (
    ("name", "kevat-2027"),
    ("subject", "Kevään sparraukset"),
    ("preheader", "Kolme aikaa jäljellä"),
    ("language", "fi"),
    ("topics", "linkedin"),
    ("offer", "sparraus"),
    ("body", "## Mitä saat\r\n\r\nYhden **selkeän** tavoitteen ja [linkin](https://example.com/?a=1&b=2)."),
)


@pytest.fixture
def marketing(browser: Browser) -> Browser:
    """Somebody who may send."""
    browser.sign_in(**MARKETING)
    add_reader(READER, "linkedin")
    return browser


# --- forms -----------------------------------------------------------------------------------------------------------


def test_a_form_that_we_did_not_make_for_this_person_changes_nothing(
    marketing: Browser, cloud: Cloud, issuer: Issuer
) -> None:
    other = Browser(cloud, issuer)
    other.sign_in(sub="somebody-else", **MARKETING)
    token = marketing.form_token()
    for forged in ("", "x", token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), other.form_token()):
        answer = marketing.post(NEW, ("form_token", forged), *DRAFT, ("step", "send"))
        assert answer.status == 403
    assert marketing.post(NEW, *DRAFT, ("step", "send")).status == 403
    assert app.mailings.newest(10) == []


def test_a_token_of_a_form_is_accepted_in_the_one_spelling_that_we_gave_it(marketing: Browser) -> None:
    request = Request(events.http(events.Request("POST", NEW)))
    anna, token = Principal("anna", "", Role.SEND, expires=0), marketing.form_token()
    request.__dict__["form"] = {"form_token": [token]}
    check_form(request, anna)
    for spelled in altered_tokens(token):
        request.__dict__["form"] = {"form_token": [spelled]}
        with pytest.raises(ForgedForm):
            check_form(request, anna)


def test_what_was_written_survives_a_session_that_ends(marketing: Browser) -> None:
    token = marketing.form_token()
    marketing.jar.clear()
    answer = marketing.post(NEW, ("form_token", token), *DRAFT, ("step", "check"))
    assert (answer.status, "nothing you wrote is lost" in answer.text) == (401, True)
    marketing.sign_in(**MARKETING)
    assert marketing.post(NEW, ("form_token", token), *DRAFT, ("step", "check")).status == 200


def test_whoever_may_only_read_is_shown_no_form_and_sends_nothing(browser: Browser) -> None:
    browser.sign_in()
    assert NEW not in browser.get("/console").body
    assert browser.get(NEW).status == 403
    answer = browser.post(NEW, ("form_token", browser.form_token()), *DRAFT, ("step", "send"))
    assert answer.status == 403
    assert app.mailings.newest(10) == []


# --- a campaign ------------------------------------------------------------------------------------------------------


def test_a_campaign_is_written_looked_at_and_sent(marketing: Browser, cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.subscribe("other@example.com", "kriisit")
    token = ("form_token", marketing.form_token())

    seen = marketing.post(NEW, token, *DRAFT, ("step", "check"))
    assert seen.status == 200
    assert "Readers in Finnish who chose LinkedIn, or no topic at all: 1 reader at the moment" in seen.text
    assert "<strong>selkeän</strong>" in seen.body
    assert app.mailings.get("campaign-kevat-2027") is None

    edited = marketing.post(NEW, token, *DRAFT, ("step", "edit"))
    assert "Yhden **selkeän** tavoitteen" in edited.body
    assert re.search(r'value="linkedin" checked', edited.body)

    places = {marketing.post(NEW, token, *carried(seen.body), ("step", "send")).location for _ in range(2)}
    assert len(places) == 1
    waits = marketing.get(places.pop())
    assert "It goes out in" in waits.text
    assert app.mailings.get("campaign-kevat-2027") is None
    go_out(cloud)
    got = {reader: [mail.subject for mail in cloud.mails(reader)] for reader in (READER, "other@example.com")}
    assert [subjects.count("Kevään sparraukset") for subjects in got.values()] == [1, 0]

    report = marketing.get("/console/mailings/campaign-kevat-2027")
    assert "SES accepted every one of 1 mail." in report.text
    assert READER in report.text
    assert "Kevään sparraukset" in marketing.get("/console").text


def test_what_is_planned_while_the_figures_are_read_is_not_contradicted_by_them(
    marketing: Browser, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = marketing.post(NEW, ("form_token", marketing.form_token()), *DRAFT, ("step", "check"))
    marketing.post(NEW, ("form_token", marketing.form_token()), *carried(seen.body), ("step", "send"))
    start_due_drafts(app.now() + timedelta(minutes=2), Isolated(), app)
    report = "/console/mailings/campaign-kevat-2027"

    def planned_meanwhile(mailing: str) -> Report:
        report = report_of(mailing)
        assert cloud.drain() == []
        return report

    monkeypatch.setattr("console.routes.report.report_of", planned_meanwhile)
    page = marketing.get(report)
    assert READER in page.text
    assert "0 in all" not in page.text
    assert "1 in all" in marketing.get(report).text


def test_the_whole_mail_can_be_seen_before_it_is_sent(marketing: Browser) -> None:
    answer = marketing.post(NEW, ("form_token", marketing.form_token()), *DRAFT, ("step", "mail"))
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"].startswith("sandbox allow-same-origin; default-src 'none'")
    assert 'href="https://example.com/?a=1&amp;b=2"' in answer.body
    assert "Hei," in answer.body
    assert not re.search(r"\{\{|\}\}", answer.body)
    assert app.mailings.newest(10) == []


def go_out(cloud: Cloud) -> None:
    """The minute in which sending can be undone is over."""
    cloud.run("nurture", app.now() + timedelta(minutes=2))
    assert cloud.drain() == []


TO_MEND = (
    ("name", "Two words", "Name: 'Two words': 1 to 60 letters, digits and hyphens"),
    ("subject", "", "Subject: empty; one line of at most 200 characters"),
    ("body", " ", "Text: empty; Markdown text of at most 50,000 characters"),
    ("language", "de", "Language: 'de' is unknown; choose from fi, sv, en"),
    ("topics", "nothing", "Topics: 'nothing' is unknown"),
    ("offer", "nothing", "Offer: 'nothing' is unknown"),
)


def test_what_needs_mending_is_said_at_its_field_and_nothing_is_lost(marketing: Browser) -> None:
    for field, value, said in TO_MEND:
        typed = [(name, value if name == field else was) for name, was in DRAFT]
        answer = marketing.post(NEW, ("form_token", marketing.form_token()), *typed, ("step", "send"))
        assert answer.status == 422
        assert said in answer.text
        assert f'href="#{field}"' in answer.body
        assert f'id="{field}-error"' in answer.body
        assert "Kolme aikaa jäljellä" in answer.body
    assert app.mailings.newest(10) == []


def test_a_name_that_is_taken_is_said_before_anything_is_sent(marketing: Browser, cloud: Cloud) -> None:
    token = ("form_token", marketing.form_token())
    marketing.post(NEW, token, *DRAFT, ("step", "send"))
    go_out(cloud)
    other = [(name, "Jotain muuta" if name == "subject" else was) for name, was in DRAFT]
    for step in ("check", "send"):
        answer = marketing.post(NEW, token, *other, ("step", step))
        assert (answer.status, "choose another name" in answer.text) == (409, True)


# --- reports ---------------------------------------------------------------------------------------------------------


def test_recipients_are_shown_page_by_page_and_by_standing(
    marketing: Browser, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.routes.report.RECIPIENTS", 2)
    readers = [f"reader{number}@example.com" for number in range(3)]
    for reader in readers:
        cloud.subscribe(reader)
    marketing.post(NEW, ("form_token", marketing.form_token()), *DRAFT, ("step", "send"))
    go_out(cloud)
    cloud.ses.act(cloud.mails(readers[1])[-1].id, "bounce")
    cloud.drain()
    path: str | None = "/console/mailings/campaign-kevat-2027"
    shown: list[str] = []
    while path:
        page = marketing.get(path.replace("&amp;", "&").partition("#")[0])
        shown += re.findall(r"reader\d@example\.com", page.body)
        following = re.search(r'href="([^"]+)" rel="next"', page.body)
        path = following[1] if following else None
    assert sorted(shown) == readers
    bounced = marketing.get("/console/mailings/campaign-kevat-2027?standing=bounced")
    assert re.findall(r"reader\d@example\.com", bounced.body) == [readers[1]]
    assert marketing.get("/console/mailings/campaign-kevat-2027?standing=nonsense").status == 422


def test_text_from_outside_stays_text(marketing: Browser, cloud: Cloud) -> None:
    listed = app.now() - timedelta(hours=1)
    url = 'https://e.example/"><b>'
    app.articles.put(Article("a1", url, NASTY, "", (), (), "fi", "", "", None, listed))
    app.decisions.put(app.now(), "feed", NASTY, NASTY)
    cloud.run("planner", app.now())
    token = ("form_token", marketing.form_token())
    # Braces and raw HTML in a campaign are slips, which preflight refuses.
    written = NASTY.replace("{{", "{").replace("}}", "}")
    lines = {"subject": written, "preheader": written, "body": written.replace("<", "\\<")}
    nasty = [(name, lines.get(name, was)) for name, was in DRAFT]
    sent = marketing.post(NEW, token, *nasty, ("step", "send"))
    digest = next(m.id for m in app.mailings.newest(10) if m.id.startswith("digest-"))
    pages = [
        marketing.get("/console"),
        marketing.get(sent.location),
        marketing.get(f"/console/mailings/{digest}"),
        marketing.post(NEW, token, *nasty, ("step", "check")),
        marketing.post(NEW, token, *nasty, ("step", "edit")),
        marketing.post(NEW, token, *nasty, ("name", NASTY), ("step", "mail")),
        marketing.get("/console/mailings/%3Cscript%3E"),
    ]
    for page in pages:
        assert "<script" not in re.sub(r'<script src="/console/\w+\.js" defer></script>', "", page.body)
        assert "<b>" not in page.body
    assert all(text in page.text for text, page in zip((NASTY, written, NASTY), pages, strict=False))


def test_every_page_keeps_itself_to_itself(marketing: Browser, cloud: Cloud, issuer: Issuer) -> None:
    stranger = Browser(cloud, issuer)
    answers = [marketing.get(path) for path in ("/console", NEW, "/console/nothing", "/console/logout")]
    answers += [stranger.get("/console"), stranger.get("/console/callback"), call(cloud, "PUT", "/console")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "style=" not in answer.body
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 303, 400, 405]
