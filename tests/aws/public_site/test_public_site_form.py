"""The sign-up form: it forgives, tells all faults at once, says the same to everyone, and is no tool against others."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.client import BaseClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status, subscriber_id
from tests.support.readers.site import (
    FORM,
    GOOD,
    ID,
    JSON,
    READER,
    WEBSITE,
    Answer,
    Clock,
    asked,
    heading,
    hidden,
    link,
    post,
    post_json,
    reader,
    shows,
    stored,
)
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud
from tests.support.strategies import ANY

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.messages("TransactionalQueue") == []
    return Clock(monkeypatch, NOON)


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_form_is_answered_alike_for_new_known_and_departed_addresses(cloud: Cloud) -> None:
    def answers(email: str) -> list[tuple[int, str]]:
        form = {**FORM, "email": email}
        page, data = post(cloud, "/subscribe", form), post_json(cloud, {**form, "consent": True})
        return [(answer["statusCode"], answer["body"]) for answer in (page, data)]

    new = answers("uusi@example.com")
    assert [status for status, _ in new] == [200, 202]
    assert "Tarkista sähköpostisi" in new[0][1]
    cloud.subscribe(READER)
    assert answers(READER) == new
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})
    assert answers(READER) == new
    assert reader().status is Status.UNSUBSCRIBED


def test_no_work_before_the_answer_tells_whose_address_it_is(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = BaseClient._make_api_call  # noqa: SLF001 the one door of every client
    calls: list[str] = []

    def recorded(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        calls.append(operation)
        return call(self, operation, parameters)

    def sign_up(email: str) -> tuple[list[str], str]:
        """The calls to AWS that one form makes, and what its sender sees."""
        clock.forward(hours=3)  # else the mailbox has had its mail for now
        calls.clear()
        with monkeypatch.context() as patch:
            patch.setattr(BaseClient, "_make_api_call", recorded)
            answer = post(cloud, "/subscribe", {**FORM, "email": email})
        return [*calls], f"{answer['statusCode']} {answer['body']}"

    sign_up("eka@example.com")  # secrets are read, and whether there is an attack
    new = sign_up("uusi@example.com")
    assert len(new[0]) > 3
    assert sign_up("uusi@example.com") == new, "pending"
    cloud.subscribe(READER)
    assert sign_up(READER) == new, "active"
    for status in (Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED):
        email = f"{status}@example.com"
        cloud.subscribe(email)
        app.subscribers.deactivate(subscriber_id(PEPPER.encode(), email), status, "test", clock.now)
        assert sign_up(email) == new, status
    post(cloud, link(LinkPurpose.MY_DATA), {})
    assert app.subscribers.statuses([ID]) == {ID: Status.ERASED}
    clock.forward(days=1)  # three mails a day
    assert sign_up(READER) == new, "erased"


def test_faults_are_told_together_at_their_fields_and_what_was_typed_is_kept(cloud: Cloud) -> None:
    typed = {"email": "maija@@<b>", "topics": ["linkedin", "kriisit"], "language": "sv", "name": "www.a.example"}
    answer = post(cloud, "/subscribe?lang=fi", {**typed, "frequency": "daily"})
    assert answer["statusCode"] == 422
    html = answer["body"]
    assert 'value="maija@@&lt;b&gt;"' in html
    assert 'value="www.a.example"' in html
    assert re.findall(r'name="topics" value="(\w+)" checked', html) == ["linkedin", "kriisit"]
    assert re.findall(r'name="language" value="(\w+)" checked', html) == ["sv"]
    assert set(re.findall(r'id="(\w+)-error"', html)) == {"email", "frequency", "name", "consent"}
    assert stored(cloud)["Subscribers"] == []


FAULTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"email": ""}, "email"),
    ({"email": 7}, "email"),
    ({"email": "a" * 300 + "@example.com"}, "email"),
    ({"email": "m\nBcc: x@example.com"}, "email"),
    ({"topics": ["linkedin", "nosuch"]}, "topics"),
    ({"topics": {"linkedin": True}}, "topics"),
    ({"frequency": "hourly"}, "frequency"),
    ({"language": "de"}, "language"),
    ({"consent": False}, "consent"),
    ({"consent": "no"}, "consent"),
    ({"consent": None}, "consent"),
    ({"name": "Voita iPhone https://x.example"}, "name"),
    ({"name": "x" * 81}, "name"),
)


def test_json_is_checked_like_the_form_and_answered_in_json(cloud: Cloud) -> None:
    for wrong, field in FAULTS:
        answer = post_json(cloud, {**GOOD, **wrong})
        assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (422, [field]), wrong
    together = post_json(cloud, {"email": "x", "topics": ["x"], "language": "x", "frequency": "x", "name": "x" * 81})
    assert set(json.loads(together["body"])["errors"]) == set(GOOD) | {"frequency", "name"}
    assert asked(cloud) == []


def test_what_is_no_json_object_is_refused_with_a_reason(cloud: Cloud) -> None:
    reason = "What was sent is neither valid JSON nor form data."
    for body in ("{", "[]", '"x"', "null", "\x00", "[" * 9000):
        answer = cloud.http("POST", "/subscribe", body, headers={**JSON, "accept-language": "en"})
        assert (answer["statusCode"], json.loads(answer["body"])) == (422, {"errors": {"body": reason}}), body


def test_more_than_ten_kilobytes_are_not_read(cloud: Cloud) -> None:
    answer = post(cloud, "/subscribe", {**FORM, "name": "x" * 10_240})
    assert (answer["statusCode"], stored(cloud)["Subscribers"]) == (413, [])
    assert "Lomakkeessa on liikaa tekstiä" in answer["body"]
    data = post_json(cloud, {"name": "x" * 10_240})
    assert (data["statusCode"], list(json.loads(data["body"]))) == (413, ["error"])


def test_a_sign_up_keeps_what_was_chosen_where_the_form_stood_and_no_full_network_address(cloud: Cloud) -> None:
    post(
        cloud,
        "/subscribe",
        {**FORM, "frequency": "monthly"},
        source="2001:db8:1:2:3:4:5:6",
        referer=f"{WEBSITE}/blogi/?utm=x#y",
    )
    sign_up = app.sign_ups.get(ID, app.now())
    assert sign_up is not None
    assert (sign_up.origin, sign_up.network) == (f"{WEBSITE}/blogi/", "2001:db8:1:2::/64")
    assert (sign_up.choices.frequency, sign_up.disposable) == ("monthly", False)
    post(cloud, "/subscribe", {**FORM, "email": "toinen@mailinator.com"})
    other = app.sign_ups.get(subscriber_id(PEPPER.encode(), "toinen@mailinator.com"), app.now())
    assert other is not None
    assert (other.origin, other.network) == (f"{PUBLIC_URL}/subscribe", "192.0.2.0/24")
    assert other.disposable


ANYTHING = st.text(ANY, max_size=60)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING, lambda inner: st.lists(inner, max_size=3)
)
FIELDS = sorted([*FORM, "form", "next", "wait", "altcha", "kept", "frequency", "topics"])
BODIES: st.SearchStrategy[tuple[str, dict[str, str]]] = st.one_of(
    st.tuples(st.dictionaries(st.sampled_from(FIELDS) | ANYTHING, JSON_VALUES).map(json.dumps), st.just(JSON)),
    st.tuples(
        st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)).map(urlencode),
        st.just({"content-type": "application/x-www-form-urlencoded"}),
    ),
    st.tuples(
        st.text(max_size=200),
        st.sampled_from(["application/json", "multipart/form-data; boundary=x", "multipart/form-data"]).map(
            lambda content_type: {"content-type": content_type}
        ),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, referer=ANYTHING.map("https://".__add__) | ANYTHING, origin=ANYTHING, language=ANYTHING)
def test_nothing_sent_makes_the_form_fail(
    cloud: Cloud, body: tuple[str, dict[str, str]], referer: str, origin: str, language: str
) -> None:
    sent, headers = body
    headers = {**headers, "referer": referer, "accept-language": language, "origin": origin}
    answer = cloud.http("POST", "/subscribe", sent, headers=headers)
    assert answer["statusCode"] in {202, 403, 422}
    assert answer["body"].encode()


# --- our own form ----------------------------------------------------------------------------------------------------


def sent_after(cloud: Cloud, clock: Clock, seconds: float, **fields: str) -> Answer:
    """Open the form, wait, and send it as a browser does."""
    page = cloud.http("GET", "/subscribe")["body"]
    clock.forward(seconds=seconds)
    return post(cloud, "/subscribe", {**hidden(page), **FORM, **fields}, origin=PUBLIC_URL)


def test_a_form_that_comes_back_at_once_or_after_a_day_is_shown_again_with_all_that_was_typed(
    cloud: Cloud, clock: Clock
) -> None:
    for seconds, notice in ((1, "too_fast"), (86_500, "too_old")):
        answer = sent_after(cloud, clock, seconds, name="Maija")
        assert answer["statusCode"] == 422
        assert shows(answer, f"notices.{notice}")
        assert 'value="Maija"' in answer["body"]
        assert f'value="{READER}"' in answer["body"]
        assert asked(cloud) == []
        clock.forward(seconds=3)
        again = post(cloud, "/subscribe", {**hidden(answer["body"]), **FORM}, origin=PUBLIC_URL)
        assert (again["statusCode"], asked(cloud)) == (200, [ID])
        clock.forward(minutes=11)


def test_a_form_sent_at_leisure_is_taken(cloud: Cloud, clock: Clock) -> None:
    assert heading(sent_after(cloud, clock, 2)) == "Tarkista sähköpostisi"
    clock.forward(minutes=11)
    assert heading(sent_after(cloud, clock, 86_000)) == "Tarkista sähköpostisi"
    assert asked(cloud) == [ID, ID]


def test_a_token_of_somebody_elses_making_is_as_good_as_none(cloud: Cloud, clock: Clock) -> None:
    page = cloud.http("GET", "/subscribe")["body"]
    made = hidden(page)["form"]
    clock.forward(seconds=10)
    seconds, _, signature = made.partition(".")
    for forged in ("x", f"{int(seconds) - 9}.{signature}", made[:-1], "9" * 300, f"{made}{made}"):
        answer = post(cloud, "/subscribe", {**FORM, "form": forged}, origin=PUBLIC_URL)
        assert (answer["statusCode"], shows(answer, "notices.too_old")) == (422, True), forged
    assert asked(cloud) == []


def test_who_mends_a_fault_or_answers_a_question_can_be_quick(cloud: Cloud, clock: Clock) -> None:
    for wrong in ("maija@", "maija@gmial.com"):
        answer = sent_after(cloud, clock, 5, email=wrong)
        assert answer["statusCode"] == 422
        assert post(cloud, "/subscribe", {**hidden(answer["body"]), **FORM}, origin=PUBLIC_URL)["statusCode"] == 200
        clock.forward(minutes=11)


def test_faults_and_a_form_that_is_too_old_are_told_at_once(cloud: Cloud, clock: Clock) -> None:
    answer = sent_after(cloud, clock, 90_000, email="maija@", consent="")
    assert shows(answer, "notices.too_old")
    assert set(re.findall(r'id="(\w+)-error"', answer["body"])) == {"email", "consent"}


def test_who_fills_in_the_hidden_field_gets_the_same_answer_and_nothing_happens(cloud: Cloud) -> None:
    real = [post(cloud, "/subscribe", FORM), post_json(cloud, GOOD)]
    cloud.messages("TransactionalQueue")
    before = stored(cloud)
    trapped = [post(cloud, "/subscribe", {**FORM, "website": "x"}), post_json(cloud, {**GOOD, "website": "x"})]
    assert trapped == real
    assert (asked(cloud), stored(cloud)) == ([], before)


# --- a slip of the finger --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "email"), [(0, "maija@gmail.com"), (1, "maija@gmial.com"), (2, "maija@gmial.com")])
def test_a_mistyped_domain_is_asked_about_once(cloud: Cloud, clock: Clock, answer: int, email: str) -> None:
    typed = {**FORM, "email": "maija@gmial.com", "name": "Maija", "topics": ["linkedin", "kriisit"]}
    question = post(cloud, "/subscribe", typed)
    assert question["statusCode"] == 422
    assert shows(question, "suggestion.heading", address="maija@gmail.com")
    assert asked(cloud) == []
    clock.forward(seconds=3)
    # The last form is the whole one again, sent as it stands.
    rest = typed if answer == 2 else {"topics": ["linkedin", "kriisit"]}
    done = post(cloud, "/subscribe", {**hidden(question["body"], answer), **rest}, origin=PUBLIC_URL)
    assert heading(done) == "Tarkista sähköpostisi"
    sign_up = app.sign_ups.get(subscriber_id(PEPPER.encode(), email), app.now())
    assert sign_up is not None
    assert (sign_up.email, sign_up.choices.name, sign_up.choices.topics) == (email, "Maija", ("linkedin", "kriisit"))


def test_a_program_is_not_asked_about_slips(cloud: Cloud) -> None:
    assert post_json(cloud, {**GOOD, "email": "maija@gmial.com"})["statusCode"] == 202
    assert len(asked(cloud)) == 1
