"""The mail and its faults beside the form, while a campaign is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newsletter.container import app
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import Cloud

PREVIEW = "/console/campaigns/preview"
TEXT = {
    "subject": "Moi {{ first_name | sinä }}",
    "body": "Hei {{ first_name | lukija }}, lue [tämä](https://example.com/a).",
    "language": "fi",
}


@pytest.fixture
def look(marketing: Browser) -> Any:
    """Asks for the mail, or with `part="faults"` for what is wrong with it."""

    def ask(**form: str) -> Answer:
        return marketing.post(PREVIEW, *{"form_token": marketing.form_token(), **TEXT, **form}.items())

    return ask


def said(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_the_mail_is_shown_as_the_reader_gets_it_and_nothing_is_kept(look: Any) -> None:
    mail = look(as_name="Maija Mehiläinen")
    assert mail.status == 200
    assert "Hei Maija, lue" in mail.body
    assert 'href="https://example.com/a' in mail.body
    policy = mail.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-same-origin;" in policy
    assert "default-src 'none'" in policy
    assert "Hei lukija, lue" in look().body
    assert "(prefers-color-scheme: dark)" not in look(view="dark").body
    assert "<pre" in look(view="text", as_name="Maija").body
    assert 'lang="sv"' in look(as_language="sv").body
    assert app.drafts.page("", 10)[0] == []


def test_what_is_wrong_is_said_with_its_line_as_the_form_counts_it(look: Any) -> None:
    body = "\n\nHei {{ firstname }}\r\n\r\n<b>nyt</b>\r\n\r\n![](https://example.com/a.png)"
    faults = said(look(body=body, part="faults"))["faults"]
    lines = [(each["line"], each["blocks"], each["quote"]) for each in faults]
    picture = (7, False, "![](https://example.com/a.png)")
    assert lines == [(3, True, "Hei {{ firstname }}"), (5, True, "<b>nyt</b>"), picture, picture]
    assert said(look(part="faults", as_name="Maija"))["subject"] == "Moi Maija"
    assert said(look(part="faults"))["faults"] == []


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"name": "a b"}, "name"),
        ({"language": "xx"}, "language"),
        ({"topics": "golf"}, "topics"),
        ({"offer": "golf"}, "offer"),
        ({"preheader": "x" * 201}, "preheader"),
    ],
)
def test_an_unfinished_form_is_shown_with_what_is_wrong_with_it(look: Any, form: dict[str, str], field: str) -> None:
    assert [each["field"] for each in said(look(**form, part="faults"))["faults"]] == [field]
    assert "Hei lukija" in look(**form).body


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 50_001])
def test_without_a_text_there_is_nothing_to_see_yet(look: Any, body: str) -> None:
    page = look(body=body)
    assert "Nothing to see yet" in page.body
    # The script of the form reads how far the frame is scrolled.
    assert page.headers["Content-Security-Policy"].startswith("sandbox allow-same-origin; default-src 'none'")
    answer = said(look(body=body, part="faults"))
    assert [each["field"] for each in answer["faults"]] == ["body"]
    assert answer["gets_it"] is None


def test_it_says_whether_such_a_reader_gets_it(look: Any) -> None:
    one, other = (topic.key for topic in app.publication.topics[:2])
    asked = {"topics": one, "part": "faults"}
    assert said(look(**asked))["gets_it"] is True
    assert said(look(**asked, as_topic=one))["gets_it"] is True
    assert said(look(**asked, as_topic=other))["gets_it"] is False
    assert said(look(**asked, as_language="sv"))["gets_it"] is False


@pytest.mark.parametrize(
    "form", [{"as_topic": "golf"}, {"as_name": "a\nb"}, {"as_name": "x" * 101}, {"as_language": "x"}]
)
def test_a_reader_there_cannot_be_is_refused(look: Any, form: dict[str, str]) -> None:
    assert look(**form).status == 422


def test_a_program_sees_a_draft_as_a_reader_gets_it_and_what_is_wrong_with_it(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="openid campaigns:send"))
    draft = api("POST", "/campaigns", {**TEXT, "body": TEXT["body"] + "\n\n<b>x</b>", "draft": True}).json["campaign"]
    path = f"/campaigns/{draft['id']}/preview"
    seen = api("GET", f"{path}?name=Maija&tracked=false").json
    assert (seen["subject"], seen["gets_it"]) == ("Moi Maija", True)
    assert "Hei Maija, lue" in seen["html"]
    assert "Hei Maija, lue" in seen["text"]
    assert [(fault["field"], fault["line"], fault["blocks"]) for fault in seen["faults"]] == [("body", 3, True)]
    assert api("GET", f"{path}?language=xx").json["errors"] == {"language": "one of fi, sv, en"}
    assert api("GET", f"{path}?tracked=maybe").status == 422
    assert api("GET", "/campaigns/nothing/preview").status == 404
    empty = api("POST", "/campaigns", {"draft": True}).json["campaign"]
    seen = api("GET", f"/campaigns/{empty['id']}/preview").json
    assert (seen["html"], seen["gets_it"]) == ("", None)
    assert "body" in {each["field"] for each in seen["faults"]}


def test_looking_is_no_act_and_for_those_alone_who_may_send(look: Any, looker: Browser) -> None:
    assert look().status == 200
    assert app.audit.page(f"{app.now():%Y-%m}", 10, now=app.now()).lines == ()
    assert looker.post(PREVIEW, ("form_token", looker.form_token())).status == 403
