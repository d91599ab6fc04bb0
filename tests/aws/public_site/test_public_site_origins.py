"""Forms of other websites: those that the publication names may send them and read our answers, and no other may."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from newsletter.readers.signup.limits_store import FOREIGN_SIGN_UPS_AN_HOUR, SIGN_UPS_AN_HOUR
from tests.support.readers.site import (
    FORM,
    GOOD,
    ID,
    STRANGER,
    WEBSITE,
    Answer,
    Clock,
    asked,
    heading,
    hidden,
    post,
    post_json,
    send,
    shows,
    text,
)
from tests.support.stack.cloud import PUBLIC_URL, Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.messages("TransactionalQueue") == []
    return Clock(monkeypatch, NOON)


def test_a_plain_form_of_a_website_of_the_publication_is_taken(cloud: Cloud) -> None:
    for number, origin in enumerate((WEBSITE, PUBLIC_URL, "")):
        form = {**FORM, "email": f"lukija{number}@example.com"}
        answer = post(cloud, "/subscribe", form, **({"origin": origin} if origin else {}))
        assert answer["statusCode"] == 200, origin
    assert len(asked(cloud)) == 3


@pytest.mark.parametrize("origin", [STRANGER, "null", f"{WEBSITE}.evil.example", WEBSITE.upper(), f"{WEBSITE}:8443"])
def test_a_form_of_any_other_website_must_be_sent_once_more_by_a_person(
    cloud: Cloud, clock: Clock, origin: str
) -> None:
    answer = post(cloud, "/subscribe", {**FORM, "name": "Maija"}, origin=origin)
    assert (answer["statusCode"], asked(cloud)) == (422, [])
    assert shows(answer, "notices.again")
    assert 'value="Maija"' in answer["body"]
    clock.forward(seconds=3)
    again = {**hidden(answer["body"]), **FORM}
    for elsewhere in (STRANGER, "null"):  # a sandboxed frame may hold a form of ours, with its token
        assert post(cloud, "/subscribe", again, origin=elsewhere)["statusCode"] == 422
    assert post(cloud, "/subscribe", again, origin=PUBLIC_URL, sec_fetch_site="cross-site")["statusCode"] == 422
    assert post(cloud, "/subscribe", again, origin=PUBLIC_URL)["statusCode"] == 200
    assert asked(cloud) == [ID]


NOT_NEXT = (
    f"{STRANGER}/",
    f"{WEBSITE}.evil.example/",
    f"{WEBSITE}@evil.example/",
    f"{WEBSITE}:8443/",
    f"{WEBSITE}\\@evil.example",
    f"{WEBSITE}/\\evil\r\nSet-Cookie: x=y",
    f"http://{WEBSITE.removeprefix('https://')}/",
    "//www.sanaharju.example/",
    "/kiitos",
    "javascript:alert(1)",
    "",
)


def test_after_a_form_of_a_website_of_the_publication_the_reader_goes_on_there_and_nowhere_else(cloud: Cloud) -> None:
    goal = f"{WEBSITE}/kiitos?a=1&b=%C3%A4#loppu"
    answer = post(cloud, "/subscribe", {**FORM, "next": goal}, origin=WEBSITE)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, goal)
    for number, url in enumerate(NOT_NEXT):
        form = {**FORM, "email": f"lukija{number}@example.com", "next": url}
        answer = post(cloud, "/subscribe", form, origin=WEBSITE)
        assert (answer["statusCode"], "Location" in answer["headers"]) == (200, False), url
        assert "evil" not in answer["body"]


def test_where_the_reader_goes_on_is_remembered_while_faults_are_mended(cloud: Cloud, clock: Clock) -> None:
    goal = f"{WEBSITE}/kiitos"
    answer = post(cloud, "/subscribe", {**FORM, "email": "maija@", "next": goal}, origin=WEBSITE)
    # Browsers hold the redirect after a form against form-action, too.
    assert f"form-action 'self' {WEBSITE};" in answer["headers"]["Content-Security-Policy"]
    clock.forward(seconds=3)
    mended = post(cloud, "/subscribe", {**hidden(answer["body"]), **FORM}, origin=PUBLIC_URL)
    assert (mended["statusCode"], mended["headers"]["Location"]) == (303, goal)


def test_scripts_of_a_website_of_the_publication_may_send_json_and_read_every_answer(cloud: Cloud) -> None:
    asks = {"origin": WEBSITE, "access-control-request-method": "POST"}
    preflight = cloud.http("OPTIONS", "/subscribe", headers=asks)
    assert preflight["statusCode"] == 204
    assert preflight["headers"]["Access-Control-Allow-Methods"] == "POST"
    assert preflight["headers"]["Access-Control-Allow-Headers"] == "content-type"
    answers = [
        preflight,
        post_json(cloud, GOOD, origin=WEBSITE),
        post_json(cloud, {}, origin=WEBSITE),
        send(cloud, "/subscribe", b"{", "application/json", origin=WEBSITE),
        post_json(cloud, {"name": "x" * 10_240}, origin=WEBSITE),
    ]
    assert [answer["statusCode"] for answer in answers] == [204, 202, 422, 422, 413]
    for answer in answers:
        assert answer["headers"]["Access-Control-Allow-Origin"] == WEBSITE
        assert "Origin" in answer["headers"]["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer["headers"]


@pytest.mark.parametrize("origin", [STRANGER, "null"])
def test_scripts_of_other_websites_get_nothing_done_and_nothing_to_read(cloud: Cloud, origin: str) -> None:
    preflight = cloud.http("OPTIONS", "/subscribe", headers={"origin": origin})
    answer = post_json(cloud, GOOD, origin=origin)
    assert (answer["statusCode"], json.loads(answer["body"])) == (403, {"error": text("errors.origin")})
    for each in (preflight, answer):
        assert not [name for name in each["headers"] if name.startswith("Access-Control-")]
        assert "Origin" in each["headers"]["Vary"]
    assert asked(cloud) == []


def test_a_network_sends_so_many_forms_an_hour_and_more_of_ours_than_of_others(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # From the 41st on each costs a proof of work besides (test_public_site_attack.py).
    monkeypatch.setattr("public_site.admission.needs_proof", lambda *_: False)

    def foreign(number: int, source: str = "198.51.100.7") -> int:
        form = {**FORM, "email": f"vieras{number}@example.com"}
        return int(post(cloud, "/subscribe", form, source=source)["statusCode"])

    def ours(number: int) -> Answer:
        form = {**FORM, "email": f"oma{number}@example.com", "form": token}
        return post(cloud, "/subscribe", form, source="198.51.100.99", origin=PUBLIC_URL)

    token = hidden(cloud.http("GET", "/subscribe")["body"])["form"]
    clock.forward(seconds=3)
    assert [foreign(number) for number in range(FOREIGN_SIGN_UPS_AN_HOUR + 1)][-2:] == [200, 429]
    answers = [ours(number) for number in range(SIGN_UPS_AN_HOUR - FOREIGN_SIGN_UPS_AN_HOUR + 1)]
    assert [answer["statusCode"] for answer in answers][-2:] == [200, 429]
    assert (heading(answers[-1]), answers[-1]["headers"]["Retry-After"]) == (
        text("problems.limit_reached.heading"),
        "3600",
    )
    data = post_json(cloud, GOOD, source="198.51.100.1")
    assert (data["statusCode"], list(json.loads(data["body"]))) == (429, ["error"])
    assert foreign(0, source="203.0.113.1") == 200
    clock.forward(hours=1)
    assert foreign(99) == 200
