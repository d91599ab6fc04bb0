"""The JSON API: campaigns in, mailings and their recipients out, for whoever brings the right token."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console import openapi
from console.handler import PATHS
from newsletter.articles.article import Article
from newsletter.container import app
from tests.support.console.console_calls import Program, call
from tests.support.console.described import faults
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import ROOT, Cloud

CAMPAIGN = {"name": "kevat-2027", "subject": "Kevään sparraukset", "body": "Moi **sinä**.", "language": "fi"}
READERS = [f"reader{number}@example.com" for number in range(3)]


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """A program that may do everything."""
    add_reader(READERS[0])
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


def subjects(cloud: Cloud, reader: str) -> list[str | None]:
    """Of the mails that a reader got."""
    return [mail.subject for mail in cloud.mails(reader)]


def article(**values: Any) -> Article:
    """An article that the next digest carries."""
    usual: dict[str, Any] = {"id": "a1", "url": "https://blog.example.com/a", "title": "Otsikko", "summary": ""}
    usual |= {"topics": ("linkedin",), "categories": (), "language": "fi", "author": "", "image": "", "published": None}
    usual |= {"listed_at": app.now() - timedelta(hours=1)}
    return Article(**usual | values)


def test_a_campaign_starts_once_however_often_it_is_posted(cloud: Cloud, api: Program) -> None:
    cloud.subscribe(READERS[0], "linkedin")
    first = api("POST", "/campaigns", CAMPAIGN)
    assert (first.status, first.headers["Location"]) == (201, "/api/v1/mailings/campaign-kevat-2027")
    again = api("POST", "/campaigns", CAMPAIGN | {"body": "Moi **sinä**.\r\n"})
    assert (again.status, again.headers["Location"]) == (200, "/api/v1/mailings/campaign-kevat-2027")
    assert again.json == first.json
    assert cloud.drain() == []
    assert subjects(cloud, READERS[0]).count("Kevään sparraukset") == 1

    other = api("POST", "/campaigns", CAMPAIGN | {"body": "Something else."})
    assert other.status == 409
    assert "kevat-2027" in other.json["error"]
    before = subjects(cloud, READERS[0])
    cloud.drain()
    assert subjects(cloud, READERS[0]) == before


WRONG: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"name": "no spaces please"}, {"name"}),
    ({"name": 7, "subject": ["x"]}, {"name", "subject"}),
    ({"subject": "two\nlines"}, {"subject"}),
    ({"body": "   "}, {"body"}),
    ({"body": "x" * 50_001}, {"body"}),
    ({"language": "de"}, {"language"}),
    ({"topics": ["linkdin"]}, {"topics"}),
    ({"topics": "linkedin"}, {"topics"}),
    ({"languages": [1]}, {"languages"}),
    ({"offer": "nothing"}, {"offer"}),
    ({"sbject": "x"}, {"sbject"}),
)


def test_a_campaign_that_needs_mending_is_told_where(api: Program) -> None:
    for change, fields in WRONG:
        answer = api("POST", "/campaigns", CAMPAIGN | change)
        assert answer.status == 422
        assert set(answer.json["errors"]) == fields
        assert all(answer.json["errors"].values())
    assert api("GET", "/mailings").json == {"mailings": [], "cursor": None}


def test_a_body_that_is_no_json_object_is_told_so(api: Program) -> None:
    for body in ("not json", "[]", "null", '{"name": ' + "[" * 5000, "\x00"):
        answer = api("POST", "/campaigns", body)
        assert answer.status == 422
        assert "JSON" in answer.json["errors"]["body"]


@pytest.mark.parametrize("field", ["name", "subject", "body", "language", "topics", "made_up"])
def test_half_of_a_surrogate_pair_is_refused_where_it_stands(api: Program, field: str) -> None:
    for half in ("\\ud83d", "x\\udc00x"):
        value = f'["{half}"]' if field == "topics" else f'"{half}"'
        answer = api("POST", "/campaigns", json.dumps(CAMPAIGN)[:-1] + f', "{field}": {value}' + "}")
        assert answer.status == 422
        assert set(answer.json["errors"]) == {field}


def test_missing_fields_are_all_named_at_once(api: Program) -> None:
    assert set(api("POST", "/campaigns", "{}").json["errors"]) == {"name", "subject", "body", "language"}


def test_a_body_past_200_kb_is_refused(api: Program) -> None:
    assert api("POST", "/campaigns", CAMPAIGN | {"body": "x" * 200_001}).status == 413


def test_a_mailing_comes_with_its_certificate_and_recipients_page_by_page(cloud: Cloud, api: Program) -> None:
    for reader in READERS:
        cloud.subscribe(reader)
    api("POST", "/campaigns", CAMPAIGN)
    planned = api("GET", "/mailings/campaign-kevat-2027").json
    assert planned["certificate"]["balanced"]
    assert not planned["planned_to_the_end"]
    cloud.drain()
    report = api("GET", "/mailings/campaign-kevat-2027").json
    assert report["planned_to_the_end"]
    assert report["mailing"]["body"] == "Moi **sinä**."
    assert (report["certificate"]["planned"], report["certificate"]["accepted"]) == (3, 3)

    path = "/mailings/campaign-kevat-2027/recipients"
    whole = api("GET", path).json
    assert whole["next"] is None
    assert sorted(line["address"] for line in whole["recipients"]) == READERS
    assert {line["standing"] for line in whole["recipients"]} == {"delivered"}
    found, cursor = [], ""
    for _ in range(2):
        page = api("GET", f"{path}?limit=2" + (f"&after={cursor}" if cursor else "")).json
        found += page["recipients"]
        cursor = page["next"]
    assert found == whole["recipients"]
    assert cursor is None


def test_a_parameter_that_cannot_be_used_is_named(api: Program) -> None:
    api("POST", "/campaigns", CAMPAIGN)
    for query in (
        *("limit=0", "limit=201", "limit=x", "limit=-1", "limit=²"),
        *("after=nonsense", "after=a0-0:-1", "after=a0-0:07", "after=a0-0:7 "),
    ):
        answer = api("GET", f"/mailings/campaign-kevat-2027/recipients?{query}")
        assert answer.status == 422
        assert set(answer.json["errors"]) == {query.partition("=")[0]}


def test_decisions_and_articles_are_there_to_read(cloud: Cloud, api: Program) -> None:
    app.articles.put(article())
    cloud.run("planner", app.now())
    started = [line for line in api("GET", "/decisions").json["decisions"] if line["decision"] == "started"]
    assert started
    assert all(line["run"].startswith("digest-") and "1 new article" in line["why"] for line in started)
    (found,) = api("GET", "/articles").json["articles"]
    assert (found["title"], found["topics"], found["published"]) == ("Otsikko", ["linkedin"], None)


def test_without_a_good_token_nothing_is_told(cloud: Cloud, issuer: Issuer) -> None:
    routes = [(method, path) for path, views in PATHS for method in views if path.startswith("/api/v1")]
    routes.remove(("GET", "/api/v1/openapi.json"))
    tokens = ("", "Basic YTpi", "Bearer", "Bearer ", "Bearer not.a.token", f"Bearer {issuer.token(aud='other')}")
    for method, path in routes:
        for authorization in tokens:
            headers = {"authorization": authorization, "content-type": "application/json"}
            body = json.dumps(CAMPAIGN) if method == "POST" else ""
            answer = call(
                cloud,
                method,
                path.format(
                    mailing="confirmation",
                    period="2026-W48",
                    which="weekly",
                    lead="a" * 16,
                    sequence="x",
                    campaign="x",
                    subscriber="a" * 26,
                    article="a" * 16,
                    audience="x",
                    job="x",
                    part="0",
                    file="1",
                ),
                body,
                headers,
            )
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json["detail"]


def test_a_session_cookie_opens_no_api(cloud: Cloud, issuer: Issuer) -> None:
    cookies = {"newsletter_session": issuer.token(scope="campaigns:send")}
    assert call(cloud, "GET", "/api/v1/mailings", cookies=cookies).status == 401


def test_reading_needs_a_token_and_sending_a_right(cloud: Cloud, issuer: Issuer) -> None:
    add_reader(READERS[0])
    readers: tuple[dict[str, Any], ...] = (
        {},
        {"scope": "openid email"},
        {"scope": "xcampaigns:send campaigns:sendx"},
        {"scope": "billing/campaigns:send https://other.example/campaigns:send /campaigns:send"},
        {"scope": "other/newsletter/campaigns:send newsletter/other/campaigns:send"},
        {"cognito:groups": ["operators"]},
        {"cognito:groups": "marketing"},
    )
    for claims in readers:
        program = Program(cloud, issuer.token(**claims))
        assert program("GET", "/mailings").json == {"mailings": [], "cursor": None}
        answer = program("POST", "/campaigns", CAMPAIGN)
        assert answer.status == 403
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]
        assert "the role send" in answer.json["error"]
    senders: tuple[dict[str, Any], ...] = (
        {"scope": "openid campaigns:send"},
        {"scope": "newsletter/campaigns:send"},
        {"cognito:groups": ["operators", "marketing"]},
    )
    for number, claims in enumerate(senders):
        assert (
            Program(cloud, issuer.token(**claims))("POST", "/campaigns", CAMPAIGN | {"name": f"n{number}"}).status
            == 201
        )


def test_what_is_not_there_is_said_in_json(api: Program) -> None:
    assert api("GET", "/mailings/campaign-none").status == 404
    assert api("GET", "/mailings/campaign-none/recipients").status == 404
    assert api("GET", "/nothing").json["title"] == "Not Found"
    answer = api("DELETE", "/mailings")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert (api("HEAD", "/mailings").status, api("HEAD", "/mailings").body) == (200, "")


def test_an_issuer_that_is_down_is_our_trouble_not_the_callers(cloud: Cloud, issuer: Issuer) -> None:
    issuer.down = True
    answer = Program(cloud, issuer.token())("GET", "/mailings")
    assert (answer.status, answer.json["title"]) == (503, "Service Unavailable")


def test_the_published_description_is_the_one_in_the_repository(cloud: Cloud) -> None:
    """`python -m console.openapi > infra/openapi.json` writes it anew."""
    published = call(cloud, "GET", "/api/v1/openapi.json")
    assert published.status == 200
    written = Path(ROOT / "infra" / "openapi.json").read_text(encoding="utf-8")
    assert openapi.as_text() == written
    assert published.json == json.loads(written)


def test_the_description_has_every_path_of_the_api_and_no_other() -> None:
    described = {(path, method.upper()) for path, methods in openapi.document()["paths"].items() for method in methods}
    routed = {
        (path.removeprefix("/api/v1"), method)
        for path, views in PATHS
        if path.startswith("/api/v1")
        for method in views
    }
    assert described == routed


def _conforms(value: Any, schema: dict[str, Any], where: str) -> None:
    assert faults(value, schema) == [], where


def test_a_mailing_is_paused_resumed_and_cancelled_over_the_api(cloud: Cloud, issuer: Issuer) -> None:
    add_reader("tilaaja@example.com")
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    assert api("POST", "/campaigns", CAMPAIGN).status == 201
    path = f"/mailings/campaign-{CAMPAIGN['name']}"

    answers = [api("POST", f"{path}/{act}").json for act in ("pause", "resume", "cancel", "cancel")]

    assert [answer["mailing"]["state"] for answer in answers] == ["paused", "sending", "cancelled", "cancelled"]
    assert [answer.get("note", "").count("each with at most 50 mails") for answer in answers] == [1, 0, 1, 1]
    late = api("POST", f"{path}/resume")
    assert (late.status, late.json["detail"]) == (
        409,
        f"campaign-{CAMPAIGN['name']} is cancelled and cannot be resumed",
    )
    assert api("POST", "/mailings/campaign-tuntematon/pause").status == 404
    assert Program(cloud, issuer.token(scope="openid"))("POST", f"{path}/pause").status == 403


def test_a_campaign_that_nobody_would_get_is_refused_before_anything_is_sent(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    add_reader("ruotsiksi@example.com", "kriisit", language="sv")
    for change, field in ({}, "language"), ({"languages": ["sv"], "topics": ["linkedin"]}, "topics"):
        answer = api("POST", "/campaigns", CAMPAIGN | change)
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
        assert "nobody would get this" in answer.json["errors"][field]
    assert app.mailings.newest(10) == []
