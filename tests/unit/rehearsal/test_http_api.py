"""Requests become the events that API Gateway makes, and answers of functions become its responses."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.events import Request, http
from rehearsal.site.http_api import BadAnswer, BadSource, Router, from_named_source, response
from rehearsal.template.model import Function, Route
from tests.support.strategies import WHOLE, whole_without

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SEGMENT = st.text(whole_without("/"), min_size=1, max_size=8)


def function(name: str, *routes: tuple[str, str]) -> Function:
    return Function(name, f"{name}.handler.handle", name, 10, {}, tuple(Route(path, method) for method, path in routes))


def request(method: str = "GET", path: str = "/", query: str = "", body: bytes = b"", **headers: str) -> Request:
    given_headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method, path, query, given_headers, body, "192.0.2.1", "HTTP/1.1", port=8000)


def made(given_request: Request, *routes: tuple[str, str]) -> dict[str, object]:
    match = Router([function("site", *(routes or (("ANY", "/{proxy+}"),)))]).match(
        given_request.method, given_request.path
    )
    assert match is not None
    return http(given_request, match.route_key, match.path_parameters, NOW)


ROUTER = Router([
    function("all", ("ANY", "$default")),
    function("greedy", ("ANY", "/console/{proxy+}")),
    function("page", ("ANY", "/console"), ("ANY", "/archive/{mailing}"), ("GET", "/archive/latest")),
    function("post", ("POST", "/archive/latest")),
    function("click", ("GET", "/c/{token}/{link}")),
])  # fmt: skip
STRICT = Router([function("click", ("GET", "/c/{token}/{link}"), ("ANY", "/any"), ("HEAD", "/head"))])


@pytest.mark.parametrize(
    ("method", "path", "owner", "route_key", "parameters"),
    [
        ("GET", "/console", "page", "ANY /console", {}),
        ("GET", "/console/a/b", "greedy", "ANY /console/{proxy+}", {"proxy": "a/b"}),
        ("GET", "/archive/latest", "page", "GET /archive/latest", {}),
        ("PUT", "/archive/latest", "page", "ANY /archive/{mailing}", {"mailing": "latest"}),
        ("GET", "/archive/w 48", "page", "ANY /archive/{mailing}", {"mailing": "w 48"}),
        ("GET", "/c/t/l", "click", "GET /c/{token}/{link}", {"token": "t", "link": "l"}),
        ("POST", "/c/t/l", "all", "$default", {}),
        ("GET", "/console/", "all", "$default", {}),
        ("GET", "/nothing/here", "all", "$default", {}),
    ],
)
def test_the_most_specific_route_wins(
    method: str, path: str, owner: str, route_key: str, parameters: dict[str, str]
) -> None:
    match = ROUTER.match(method, path)
    assert match is not None
    assert (match.function.folder, match.route_key, match.path_parameters) == (owner, route_key, parameters)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("HEAD", "/c/t/l", False),
        ("HEAD", "/any", True),
        ("HEAD", "/head", True),
        ("GET", "/head", False),
        ("GET", "/any/", False),
        ("GET", "/c/t", False),
        ("GET", "/c//l", False),
    ],
)
def test_head_is_served_by_any_or_head_alone_and_paths_match_whole(method: str, path: str, *, found: bool) -> None:
    assert (STRICT.match(method, path) is not None) is found


@given(name=SEGMENT)
def test_a_path_parameter_is_whatever_stood_between_the_slashes(name: str) -> None:
    match = ROUTER.match("GET", f"/archive/{name}")
    assert match is not None
    assert match.path_parameters == ({} if name == "latest" else {"mailing": name})


@given(pairs=st.lists(st.tuples(st.sampled_from("ab"), st.text(WHOLE, max_size=6)), min_size=1))
def test_query_parameters_are_decoded_and_repeated_ones_joined_with_commas(pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
    expected = {name: ",".join(value for each, value in pairs if each == name) for name, _ in pairs}
    built = made(request(path="/x", query=query))
    assert built["queryStringParameters"] == expected
    assert built["rawQueryString"] == query


def test_headers_are_lower_case_cookies_apart_and_the_callers_address_appended() -> None:
    given_request = Request(
        "GET",
        "/x",
        "",
        (
            ("Accept", "a"),
            ("ACCEPT", "b"),
            ("Cookie", "s=1; t=2"),
            ("X-Forwarded-For", "198.51.100.7"),
            ("Host", "h.test:8000"),
        ),
        b"",
        "192.0.2.1",
        "HTTP/1.1",
        port=8000,
    )
    built = made(given_request)
    assert built["headers"] == {
        "accept": "a,b",
        "host": "h.test:8000",
        "x-forwarded-for": "198.51.100.7, 192.0.2.1",
        "x-forwarded-proto": "http",
        "x-forwarded-port": "8000",
    }
    assert built["cookies"] == ["s=1", "t=2"]


def test_the_event_has_the_fields_of_payload_format_two() -> None:
    built = made(request("POST", "/confirm/t", user_agent="Mail/1", content_type="application/json", body=b"{}"))
    context = built.pop("requestContext")
    assert isinstance(context, dict)
    assert (built["version"], built["routeKey"], built["rawPath"]) == ("2.0", "ANY /{proxy+}", "/confirm/t")
    assert (built["body"], built["isBase64Encoded"]) == ("{}", False)
    assert context["http"] == {
        "method": "POST",
        "path": "/confirm/t",
        "protocol": "HTTP/1.1",
        "sourceIp": "192.0.2.1",
        "userAgent": "Mail/1",
    }
    assert (context["stage"], context["timeEpoch"]) == ("$default", 1795500000000)
    assert context["time"] == "24/Nov/2026:06:00:00 +0000"


def test_absent_parts_are_absent() -> None:
    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & set(
        made(request(path="/x"), ("GET", "/x"))
    )


@given(body=st.binary(min_size=1))
def test_what_is_not_text_arrives_in_base64_and_a_form_is_not_text(body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", ""):
        built = made(request("POST", "/x", body=body, content_type=kind))
        assert built["isBase64Encoded"] is True
        assert base64.b64decode(str(built["body"])) == body


@given(body=st.text(WHOLE, min_size=1))
def test_text_arrives_as_it_was(body: str) -> None:
    for kind in ("application/json; charset=utf-8", "text/plain", "application/xml"):
        built = made(request("POST", "/x", body=body.encode(), content_type=kind))
        assert (built["body"], built["isBase64Encoded"]) == (body, False)


def test_a_compressed_body_is_not_text() -> None:
    built = made(request("POST", "/x", body=b"\x1f\x8b", content_type="application/json", content_encoding="gzip"))
    assert built["isBase64Encoded"] is True


def test_an_answer_becomes_status_headers_cookies_and_body() -> None:
    answer = response({
        "statusCode": 303,
        "headers": {"Location": "/x", "Content-Type": "text/html"},
        "cookies": ["a=1", "b=2"],
        "body": "<p>ä",
    })  # fmt: skip
    assert (answer.status, answer.body) == (303, "<p>ä".encode())
    assert answer.headers == (
        ("location", "/x"),
        ("content-type", "text/html"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )


@given(body=st.binary())
def test_a_base64_answer_becomes_the_bytes_it_stands_for(body: bytes) -> None:
    answer = response({"statusCode": 200, "body": base64.b64encode(body).decode(), "isBase64Encoded": True})
    assert answer.body == body


def test_an_answer_without_status_is_json_and_200() -> None:
    answer = response({"hello": "world"})
    assert (answer.status, answer.headers, answer.body) == (
        200,
        (("content-type", "application/json"),),
        b'{"hello": "world"}',
    )


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "many"},
        {"statusCode": None},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "not base64!", "isBase64Encoded": True},
    ],
)
def test_what_is_no_response_is_said_to_be_none(answer: dict[str, object]) -> None:
    with pytest.raises(BadAnswer):
        response(answer)


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8:1:2::7"])
def test_a_request_comes_from_the_address_it_names_and_the_function_does_not_see_that(address: str) -> None:
    event_of_it = made(from_named_source(request(x_local_source=f" {address} ")), ("ANY", "$default"))
    assert event_of_it["requestContext"]["http"]["sourceIp"] == address  # type: ignore[index]
    assert "x-local-source" not in event_of_it["headers"]  # type: ignore[operator]


@pytest.mark.parametrize("address", ["", "203.0.113", "203.0.113.7, 203.0.113.8", "203.0.113.0/24", "localhost"])
def test_a_source_that_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadSource, match="x-local-source: give one IP address"):
        from_named_source(request(x_local_source=address))
