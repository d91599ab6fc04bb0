"""What cannot be read is refused with its field named, in whatever way it was sent; only a clear yes is consent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.readers.site import FORM, GOOD, JSON, asked, post, post_json, send
from tests.support.stack.cloud import Cloud

FORM_ENCODED = "application/x-www-form-urlencoded"

UNREADABLE: tuple[tuple[bytes, str], ...] = (
    (json.dumps({**GOOD, "name": "\ud800"}).encode(), "name"),
    (json.dumps({**GOOD, "email": "maija\udc41@example.com"}).encode(), "email"),
    (json.dumps({**GOOD, "topics": ["linkedin", "\ud83d"]}).encode(), "topics"),
    (json.dumps({**GOOD, "\ud800": "x"}).encode(), "body"),
    (json.dumps({**GOOD, "website": "x"})[:-1].encode() + b', "consent": false}', "consent"),
    (json.dumps({**GOOD, "name": {"first": "Maija"}}).encode(), "name"),
    (json.dumps({**GOOD, "name": 7}).encode(), "name"),
    (json.dumps({**GOOD, "name": True}).encode(), "name"),
    (json.dumps({**GOOD, "email": [GOOD["email"]]}).encode(), "email"),
    (json.dumps({**GOOD, "language": ["fi"]}).encode(), "language"),
    (json.dumps({**GOOD, "frequency": 1}).encode(), "frequency"),
    (json.dumps({**GOOD, "topics": [["linkedin"]]}).encode(), "topics"),
    (json.dumps({**GOOD, "topics": 3}).encode(), "topics"),
    (json.dumps({**GOOD, "name": float("nan")}).encode(), "body"),
    (json.dumps({**GOOD, "name": float("-inf")}).encode(), "body"),
    (json.dumps(GOOD)[:-1].encode() + b', "name": 1e999}', "name"),
    (json.dumps(GOOD)[:-1].encode() + b', "name": ' + b"9" * 5000 + b"}", "body"),
    (json.dumps(GOOD)[:-1].encode() + b', "name": ' + b"[" * 900 + b"]" * 900 + b"}", "name"),
    # An HTTP API passes JSON as text, so that what is no UTF-8 has become a replacement character.
    (json.dumps(GOOD)[:-1].encode() + b', "name": "M\xe4rta"}', "name"),
    (json.dumps(GOOD).encode("utf-16"), "body"),
)


@pytest.mark.parametrize(("body", "field"), UNREADABLE)
def test_json_that_cannot_be_read_is_refused_with_its_field(cloud: Cloud, body: bytes, field: str) -> None:
    answer = send(cloud, "/subscribe", body, "application/json")
    assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (422, [field])
    as_text = cloud.http("POST", "/subscribe", body.decode("utf-8", "replace"), headers=JSON)
    assert as_text["statusCode"] == 422
    assert asked(cloud) == []


@pytest.mark.parametrize("name", ["name=M%E4rta", "name=M\xe4rta", "name=%ED%A0%80", "name=a&name=%FF"])
def test_form_data_of_another_encoding_is_refused(cloud: Cloud, name: str) -> None:
    body = b"email=maija%40example.com&language=fi&consent=yes&" + name.encode("latin-1")
    assert send(cloud, "/subscribe", body, FORM_ENCODED)["statusCode"] == 422
    answer = send(cloud, "/subscribe", body, FORM_ENCODED, accept="application/json")
    assert list(json.loads(answer["body"])["errors"]) == ["name"]
    assert asked(cloud) == []


@pytest.mark.parametrize("name", ["name=M%C3%A4rta", "name=M\xe4rta"])
def test_form_data_in_utf8_is_taken_escaped_or_not(cloud: Cloud, name: str) -> None:
    body = b"email=maija%40example.com&language=fi&consent=yes&" + name.encode()
    assert send(cloud, "/subscribe", body, FORM_ENCODED)["statusCode"] == 200


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/jsonp", "application/x-www-form-urlencodedx", "x", "/"],
)
def test_a_body_of_another_type_is_refused(cloud: Cloud, content_type: str) -> None:
    body = b"email=maija%40example.com&language=fi&consent=yes"
    assert send(cloud, "/subscribe", body, content_type)["statusCode"] == 415
    answer = send(cloud, "/subscribe", body, content_type, accept="application/json")
    assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (415, ["content-type"])
    assert asked(cloud) == []


@pytest.mark.parametrize("content_type", ["APPLICATION/JSON", "application/json; charset=utf-8", "application/json ;x"])
def test_json_is_known_by_its_type_however_that_is_written(cloud: Cloud, content_type: str) -> None:
    assert send(cloud, "/subscribe", json.dumps(GOOD).encode(), content_type)["statusCode"] == 202


NO: tuple[Any, ...] = (
    *("ei", "nej", "null", "no", "off", "false", "y", "", " "),
    *(0, 2, 1.5, {}, [], ["yes"], [True], False, None),
)


@pytest.mark.parametrize("word", NO)
def test_what_is_no_clear_yes_is_no_consent(cloud: Cloud, word: Any) -> None:
    answer = post_json(cloud, {**GOOD, "consent": word})
    assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (422, ["consent"])
    if isinstance(word, str):
        assert post(cloud, "/subscribe", {**FORM, "consent": word})["statusCode"] == 422
    assert asked(cloud) == []


@pytest.mark.parametrize("word", [True, 1, "true", "1", "on", "Yes", " yes ", "kyllä", "JA"])
def test_a_clear_yes_is_consent(cloud: Cloud, word: Any) -> None:
    assert post_json(cloud, {**GOOD, "consent": word})["statusCode"] == 202
    if isinstance(word, str):
        assert post(cloud, "/subscribe", {**FORM, "consent": word})["statusCode"] == 200


@pytest.mark.parametrize("topics", [[], "", None, [""], [None]])
def test_topics_that_somebody_emptied_are_refused_and_do_not_mean_all(cloud: Cloud, topics: Any) -> None:
    answer = post_json(cloud, {**GOOD, "topics": topics})
    assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (422, ["topics"])
    assert asked(cloud) == []
    left_out = {name: value for name, value in GOOD.items() if name != "topics"}
    assert post_json(cloud, left_out)["statusCode"] == 202


def test_an_empty_field_of_topics_in_a_form_is_refused_and_one_left_out_means_all(cloud: Cloud) -> None:
    parts = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    fields = {**FORM, "topics": ""}.items()
    multipart = b"".join(parts % (name.encode(), value.encode()) for name, value in fields) + b"--x--\r\n"
    for answer in (
        post(cloud, "/subscribe", {**FORM, "topics": ""}),
        send(cloud, "/subscribe", multipart, "multipart/form-data; boundary=x"),
    ):
        assert answer["statusCode"] == 422
        assert 'id="topics-error"' in answer["body"]
    assert asked(cloud) == []
    assert post(cloud, "/subscribe", FORM)["statusCode"] == 200
