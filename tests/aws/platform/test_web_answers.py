"""What both sites answer before a view of theirs is reached: unknown paths, other methods, bodies nobody can read."""

from __future__ import annotations

import base64
import json
import re
from http import HTTPStatus
from typing import Any

import pytest

from rehearsal import events
from tests.support.console.console_calls import trust
from tests.support.console.issuer import issuing
from tests.support.stack.cloud import Cloud

HTML = "text/html; charset=utf-8"
ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
# The headers that differ from one answer to another.
BARE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
DATA = BARE | {"Content-Type": "application/json; charset=utf-8"}
PROBLEM = BARE | {"Content-Type": "application/problem+json"}
PAGE = BARE | {"Content-Type": HTML, "Content-Language": "en"}
KEPT = {"Cache-Control": "public, max-age=60", "Content-Type": HTML, "Content-Language": "en"}

NO_BASE64 = "not*base64"
AS_JSON = {"content-type": "application/json"}
AS_TEXT = {"content-type": "text/plain"}
AS_FORM = {"content-type": "application/x-www-form-urlencoded"}
FROM_A_STRANGER = {"origin": "https://www.jokumuu.example"}
FROM_A_WEBSITE = {"origin": "https://www.sanaharju.example"}
VARY = {"Vary": "Origin"}
READS = {"Allow": "GET, HEAD"}
WRITES = {"Allow": "POST"}
BOTH = {"Allow": "GET, HEAD, POST"}
ALL = {"Allow": "GET, HEAD, POST, OPTIONS"}
BEARER = {"WWW-Authenticate": 'Bearer realm="newsletter"'}
TOO_MANY_FIELDS = "&".join(f"field{number}=1" for number in range(101))
UNREADABLE = '{"errors":{"body":"What was sent is neither valid JSON nor form data."}}'
OTHER_TYPE = (
    '{"errors":{"content-type":"Send form data (application/x-www-form-urlencoded or multipart/form-data) or JSON'
    ' (application/json)."}}'
)
NO_TOKEN = "send the header Authorization: Bearer <JSON Web Token>"
NO_CAMPAIGN = {
    "subject": "missing",
    "body": "missing",
    "language": "missing",
    "name": "missing",
    "x": "unknown field; is it misspelt?",
}
LIMIT = {"limit": "give a whole number from 1 to 200"}
MISSPELT = {"limt": "unknown parameter; is it misspelt?"}


def problem(status: int, detail: str | dict[str, str]) -> str:
    """What the API tells of a problem (RFC 9457); by field if it is of several."""
    told: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(detail, str):
        told |= {"detail": detail, "error": detail}
    else:
        told |= {"detail": "; ".join(f"{field}: {words}" for field, words in detail.items()), "errors": detail}
    return json.dumps(told, separators=(",", ":"))


Row = tuple[str, str, dict[str, str], str | bytes, int, dict[str, str], str]
"""Method, path, headers and body (bytes go in Base64) of a request; status, headers and what is told of its answer."""

PUBLIC: tuple[Row, ...] = (
    ("GET", "/nothing", {}, "", 404, PAGE, "Page not found"),
    ("HEAD", "/nothing", {}, "", 404, PAGE, ""),
    ("POST", "/nothing", AS_FORM, "a=b", 404, PAGE, "Page not found"),
    ("GET", "/subscribe/", {}, "", 404, PAGE, "Page not found"),
    ("PUT", "/subscribe", {}, "", 405, PAGE | ALL | VARY, "This page cannot be used like that"),
    (
        "PUT",
        "/subscribe",
        AS_JSON,
        "{}",
        405,
        DATA | ALL | VARY,
        '{"error":"Open the page in your browser in the usual way."}',
    ),
    ("HEAD", "/subscribe", {}, "", 200, KEPT | {"Vary": "Accept-Language, Origin"}, ""),
    ("head", "/subscribe", {}, "", 200, KEPT | {"Vary": "Accept-Language, Origin"}, ""),
    ("OPTIONS", "/subscribe", {}, "", 204, BARE | ALL | VARY, ""),
    (
        "OPTIONS",
        "/subscribe",
        FROM_A_WEBSITE,
        "",
        204,
        BARE
        | {
            "Allow": "GET, HEAD, POST, OPTIONS",
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": "600",
            "Access-Control-Allow-Origin": "https://www.sanaharju.example",
            "Vary": "Origin",
        },
        "",
    ),
    ("OPTIONS", "/subscribe", FROM_A_STRANGER, "", 204, BARE | ALL | VARY, ""),
    ("OPTIONS", "/health", {}, "", 405, PAGE | READS, "This page cannot be used like that"),
    ("POST", "/health", AS_FORM, "", 405, PAGE | READS, "This page cannot be used like that"),
    ("POST", "/archive/feed.xml", AS_FORM, "", 405, PAGE | READS, "This page cannot be used like that"),
    ("POST", "/archive/x", AS_FORM, "", 405, PAGE | READS, "This page cannot be used like that"),
    ("DELETE", "/unsubscribe/forged", {}, "", 405, PAGE | BOTH, "This page cannot be used like that"),
    ("GET", "/unsubscribe/forged", {}, "", 404, PAGE, "Page not found"),
    ("GET", "/unsubscribe/a/b", {}, "", 404, PAGE, "Page not found"),
    ("POST", "/confirm/forged", AS_FORM, "a=b", 404, PAGE, "Page not found"),
    ("POST", "/confirm/forged", AS_FORM | FROM_A_STRANGER, "a=b", 403, PAGE, "Please press the button once more"),
    ("POST", "/subscribe", AS_FORM, "x" * 10_241, 413, PAGE | VARY, "The form holds too much text"),
    ("POST", "/subscribe", AS_FORM, b"x" * 10_241, 413, PAGE | VARY, "The form holds too much text"),
    (
        "POST",
        "/subscribe",
        AS_JSON,
        b"x" * 10_241,
        413,
        DATA | VARY,
        '{"error":"Go back, shorten the text and send the form again."}',
    ),
    ("POST", "/nothing", AS_FORM, "x" * 10_241, 413, PAGE, "The form holds too much text"),
    ("PUT", "/subscribe", AS_FORM, "x" * 10_241, 413, PAGE | VARY, "The form holds too much text"),
    ("GET", "/subscribe", {}, "x" * 10_241, 413, PAGE | VARY, "The form holds too much text"),
    ("POST", "/unsubscribe/forged", AS_FORM, "x" * 10_241, 404, PAGE, "Page not found"),
    ("POST", "/confirm/forged", AS_FORM | FROM_A_STRANGER, "x" * 10_241, 413, PAGE, "The form holds too much text"),
    ("POST", "/subscribe", AS_FORM, NO_BASE64, 422, PAGE | VARY, "We could not read the form"),
    ("POST", "/subscribe", AS_JSON, NO_BASE64, 422, DATA | VARY, UNREADABLE),
    ("POST", "/nothing", AS_JSON, NO_BASE64, 422, DATA, UNREADABLE),
    ("POST", "/unsubscribe/forged", AS_FORM, NO_BASE64, 404, PAGE, "Page not found"),
    ("POST", "/subscribe", AS_JSON, "{", 422, DATA | VARY, UNREADABLE),
    ("POST", "/subscribe", AS_JSON, "[]", 422, DATA | VARY, UNREADABLE),
    ("POST", "/subscribe", AS_JSON, '{"email":NaN}', 422, DATA | VARY, UNREADABLE),
    ("POST", "/subscribe", AS_JSON, b"\xff", 422, DATA | VARY, UNREADABLE),
    (
        "POST",
        "/subscribe",
        AS_JSON,
        '{"email":1}',
        422,
        DATA | VARY,
        '{"errors":{"email":"The value is of the wrong kind: give a text, or for topics a list of texts."}}',
    ),
    ("POST", "/subscribe", AS_TEXT, "a=b", 415, PAGE | VARY, "We could not read the form"),
    ("POST", "/subscribe", {**AS_TEXT, "accept": "application/json"}, "a=b", 415, DATA | VARY, OTHER_TYPE),
    ("POST", "/subscribe", AS_FORM, TOO_MANY_FIELDS, 422, PAGE | VARY, "We could not read the form"),
)
CONSOLE: tuple[Row, ...] = (
    ("GET", "/console/nothing", {}, "", 404, PAGE, "Nothing here"),
    ("HEAD", "/console/nothing", {}, "", 404, PAGE, ""),
    ("GET", "/api/v1/nothing", {}, "", 404, PROBLEM, problem(404, "Nothing here")),
    ("HEAD", "/api/v1/nothing", {}, "", 404, PROBLEM, ""),
    ("GET", "/console", {}, "", 303, BARE | {"Location": "/console/login?next=/console"}, ""),
    ("HEAD", "/console", {}, "", 303, BARE | {"Location": "/console/login?next=/console"}, ""),
    ("GET", "/console/mailings/x", {}, "", 303, BARE | {"Location": "/console/login?next=/console/mailings/x"}, ""),
    ("POST", "/console", {}, "", 405, PAGE | READS, "That does not work here"),
    ("PUT", "/console/logout", {}, "", 405, PAGE | BOTH, "That does not work here"),
    ("GET", "/console/logout", {}, "", 200, PAGE, "You are signed out"),
    ("HEAD", "/console/logout", {}, "", 200, PAGE, ""),
    ("POST", "/console/logout", {}, "", 401, PAGE, "You are signed out"),
    ("PUT", "/console/campaigns/new", {}, "", 405, PAGE | BOTH, "That does not work here"),
    ("GET", "/console/mailings/x/pause", {}, "", 405, PAGE | WRITES, "That does not work here"),
    ("HEAD", "/console/mailings/x/pause", {}, "", 405, PAGE | WRITES, ""),
    ("POST", "/console/mailings/x/pause", {}, "", 401, PAGE, "You are signed out"),
    ("OPTIONS", "/api/v1/mailings", {}, "", 405, PROBLEM | READS, problem(405, "allowed here: GET, HEAD")),
    ("POST", "/api/v1/mailings", {}, "", 405, PROBLEM | READS, problem(405, "allowed here: GET, HEAD")),
    ("GET", "/api/v1/feeds/check", {}, "", 405, PROBLEM | WRITES, problem(405, "allowed here: POST")),
    ("HEAD", "/api/v1/feeds/check", {}, "", 405, PROBLEM | WRITES, ""),
    ("POST", "/api/v1/campaigns", AS_JSON, "{}", 401, PROBLEM | BEARER, problem(401, NO_TOKEN)),
    ("GET", "/api/v1/mailings", {}, "", 401, PROBLEM | BEARER, problem(401, NO_TOKEN)),
    ("GET", "/api/v1/mailings", {"authorization": "Basic YTpi"}, "", 401, PROBLEM | BEARER, problem(401, NO_TOKEN)),
    ("POST", "/api/v1/openapi.json", {}, "", 405, PROBLEM | READS, problem(405, "allowed here: GET, HEAD")),
    ("HEAD", "/api/v1/openapi.json", {}, "", 200, DATA, ""),
    ("POST", "/api/v1/campaigns", AS_JSON, "x" * 200_001, 413, PROBLEM, problem(413, "Too long")),
    ("POST", "/api/v1/campaigns", AS_JSON, b"x" * 200_001, 413, PROBLEM, problem(413, "Too long")),
    ("POST", "/console/campaigns/new", AS_FORM, b"x" * 200_001, 413, PAGE, "Too long"),
    ("GET", "/api/v1/nothing", {}, "x" * 200_001, 413, PROBLEM, problem(413, "Too long")),
    ("PUT", "/console", {}, "x" * 200_001, 413, PAGE, "Too long"),
    ("POST", "/api/v1/campaigns", AS_JSON, NO_BASE64, 422, PROBLEM, problem(422, {"body": "not readable"})),
    ("POST", "/console/campaigns/new", AS_FORM, NO_BASE64, 422, PAGE, "Something needs mending"),
    ("GET", "/console/nothing", {}, NO_BASE64, 422, PAGE, "Something needs mending"),
    ("POST", "/console/campaigns/new", AS_FORM, "a=b", 401, PAGE, "You are signed out"),
    ("GET", "/console/callback", {}, "", 400, PAGE, "Signing in did not work"),
)
WITH_TOKEN: tuple[Row, ...] = (
    ("POST", "/api/v1/campaigns", AS_JSON, "{", 422, PROBLEM, problem(422, {"body": "not JSON in UTF-8"})),
    ("POST", "/api/v1/campaigns", AS_JSON, "[]", 422, PROBLEM, problem(422, {"body": "a JSON object"})),
    ("POST", "/api/v1/campaigns", AS_JSON, '{"name":NaN}', 422, PROBLEM, problem(422, {"body": "not JSON in UTF-8"})),
    ("POST", "/api/v1/campaigns", AS_JSON, b"\xff", 422, PROBLEM, problem(422, {"body": "not JSON in UTF-8"})),
    (
        "POST",
        "/api/v1/campaigns",
        AS_JSON,
        '{"name":"\\ud800"}',
        422,
        PROBLEM,
        problem(422, {"name": "give whole characters; half of a surrogate pair is none"}),
    ),
    ("POST", "/api/v1/campaigns", AS_JSON, '{"x":1}', 422, PROBLEM, problem(422, NO_CAMPAIGN)),
    (
        "GET",
        "/api/v1/mailings?limit=0",
        {},
        "",
        422,
        PROBLEM,
        problem(422, LIMIT),
    ),
    (
        "GET",
        "/api/v1/mailings?limit=x",
        {},
        "",
        422,
        PROBLEM,
        problem(422, LIMIT),
    ),
    (
        "GET",
        "/api/v1/mailings?limt=5",
        {},
        "",
        422,
        PROBLEM,
        problem(422, MISSPELT),
    ),
    (
        "POST",
        "/api/v1/campaigns",
        {"content-type": "text/csv"},
        "a,b",
        415,
        PROBLEM,
        problem(415, "send JSON, with Content-Type: application/json"),
    ),
    ("GET", "/api/v1/mailings?limit=2", {}, "", 200, DATA, '{"mailings":[],"cursor":null}'),
    ("HEAD", "/api/v1/mailings?limit=2", {}, "", 200, DATA, ""),
    ("GET", "/api/v1/mailings/x", {}, "", 404, PROBLEM, problem(404, "Nothing here")),
    ("GET", "/api/v1/mailings/x/recipients?after=en-0:1", {}, "", 404, PROBLEM, problem(404, "Nothing here")),
    ("POST", "/api/v1/mailings/x/pause", {}, "", 404, PROBLEM, problem(404, "Nothing here")),
)


def ask(cloud: Cloud, function: str, row: Row, **more: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of the answer; of a page its heading."""
    method, path, headers, body, *_ = row
    bare, _, query = path.partition("?")
    sent = {"accept-language": "en", **headers, **more}
    event = {
        **events.http(events.Request(method, bare, query, tuple(sent.items()), source_ip="192.0.2.77")),
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": isinstance(body, bytes) or body == NO_BASE64,
    }
    answer = cloud.invoke(function, event)
    # What is left of a program's requests is told with every answer (test_request_limits.py).
    told = dict(answer["headers"])
    assert {name: told.pop(name, None) for name in ALWAYS} == ALWAYS
    limits = [told.pop(name, "") for name in ("RateLimit", "RateLimit-Policy")]
    assert all(limits) == ("authorization" in more)
    policy = told.pop("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; ")
    page = told.get("Content-Type") == HTML
    assert ("style-src 'sha256-" in policy) == page
    heading = re.search(r"<h1>(.*?)</h1>", answer["body"]) if page else None
    return answer["statusCode"], told, (heading[1] if heading else "") if page else answer["body"]


def mistaken(cloud: Cloud, function: str, rows: tuple[Row, ...], **more: str) -> list[Any]:
    """The requests that are not answered as the table says, with what was answered."""
    answers = [(row, ask(cloud, function, row, **more)) for row in rows]
    return [(row, answer) for row, answer in answers if answer != row[4:]]


def test_the_public_site_answers_as_the_table_says(cloud: Cloud) -> None:
    assert mistaken(cloud, "public_site", PUBLIC) == []


def test_the_console_answers_who_is_not_signed_in_as_the_table_says(cloud: Cloud) -> None:
    assert mistaken(cloud, "console", CONSOLE) == []


def test_the_api_answers_who_has_a_token_as_the_table_says(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        token = issuer.token(scope="openid campaigns:send")
        assert mistaken(cloud, "console", WITH_TOKEN, authorization=f"Bearer {token}") == []
