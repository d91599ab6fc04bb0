"""Readers in the console and the API: counted, listed, found, seen, changed and ended, each act in the audit trail."""

from __future__ import annotations

import re
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.readers.subscriber import Status
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import MARKETING, Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING, email="anna@example.com")
    return browser


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """May send."""
    return Program(cloud, issuer.token(scope="campaigns:send"))


@pytest.fixture
def reading_api(cloud: Cloud, issuer: Issuer) -> Program:
    """May only read."""
    return Program(cloud, issuer.token())


def conforms(answer: Answer, schema: str) -> Any:
    _conforms(answer.json, {"$ref": f"#/components/schemas/{schema}"}, schema)
    return answer.json


def test_readers_are_counted_by_what_they_chose(api: Program, marketing: Browser) -> None:
    add_reader("a@example.com", "linkedin")
    add_reader("b@example.com", "linkedin", language="sv")
    gone = add_reader("c@example.com")
    app.subscribers.deactivate(gone, Status.UNSUBSCRIBED, "page", app.now())
    found = conforms(api("GET", "/subscribers/count"), "SubscriberCount")
    assert (found["count"], found["active"], found["complete"]) == (2, 2, True)
    assert (found["topics"], found["languages"]) == ({"linkedin": 2}, {"fi": 1, "sv": 1})
    assert "2 readers get your mail." in marketing.get("/console/readers").text


def test_the_list_is_narrowed_and_paged_and_shows_everybody_once(api: Program) -> None:
    readers = {add_reader(f"r{number}@example.com", "linkedin") for number in range(7)}
    swede = add_reader("sv@example.com", "kriisit", language="sv")
    app.subscribers.deactivate(swede, Status.UNSUBSCRIBED, "page", app.now())
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = conforms(api("GET", f"/subscribers?limit=3&cursor={cursor}"), "Subscribers")
        assert len(page["subscribers"]) <= 3
        seen += [each["id"] for each in page["subscribers"]]
        cursor = page["cursor"]
    assert sorted(seen) == sorted(readers | {swede})
    for query, found in {
        "status=active": readers,
        "status=unsubscribed": {swede},
        "language=sv": {swede},
        "topic=linkedin": readers,
        "topic=linkedin&language=sv": set(),
    }.items():
        assert {each["id"] for each in api("GET", f"/subscribers?{query}").json["subscribers"]} == found


@pytest.mark.parametrize("query", ["status=gone", "language=xx", "topic=nothing", "cursor=x", "cursor=%00", "limit=0"])
def test_a_wrong_filter_is_named(api: Program, marketing: Browser, query: str) -> None:
    field = query.partition("=")[0]
    answer = api("GET", f"/subscribers?{query}")
    assert (answer.status, list(answer.json["errors"])) == (422, [field])
    if field != "limit":
        assert marketing.get(f"/console/readers?{query}").status == 422


def test_addresses_are_whole_only_for_whoever_may_send(
    looker: Browser, marketing: Browser, api: Program, reading_api: Program
) -> None:
    reader = add_reader(READER)
    for path in ("/console/readers", f"/console/readers/{reader}"):
        assert READER in marketing.get(path).text
        assert READER not in looker.get(path).body
        assert "m…@example.com" in looker.get(path).text
    assert api("GET", "/subscribers").json["subscribers"][0]["address"] == READER
    assert reading_api("GET", "/subscribers").json["subscribers"][0]["address"] == "m…@example.com"
    shown = conforms(reading_api("GET", f"/subscribers/{reader}"), "ShownSubscriber")["subscriber"]
    assert (shown["address"], "name" in shown["choices"]) == ("m…@example.com", False)


def test_a_reader_is_found_by_the_whole_address_whatever_its_case(marketing: Browser, api: Program) -> None:
    reader = add_reader(READER)
    token = ("form_token", marketing.form_token())
    found = marketing.post("/console/readers", token, ("address", f" {READER.upper()} "))
    assert (found.status, found.location) == (303, f"/console/readers/{reader}")
    for typed, status in (("maija@example.com", 404), ("maija", 422), ("", 422)):
        assert marketing.post("/console/readers", token, ("address", typed)).status == status
        assert api("POST", "/subscribers/find", {"address": typed}).status == status
    assert api("POST", "/subscribers/find", {"address": READER}).json["subscriber"]["id"] == reader
    assert api("POST", "/subscribers/find", {"address": 7}).status == 422


def test_a_form_that_waits_is_found_as_pending(api: Program, cloud: Cloud, marketing: Browser) -> None:
    cloud.http("POST", "/subscribe", f"email={READER}&consent=yes&language=fi&topics=linkedin")
    (listed,) = api("GET", "/subscribers?status=pending").json["subscribers"]
    found = api("POST", "/subscribers/find", {"address": READER}).json["subscriber"]
    assert (listed["id"], found["status"], found["sign_up_waits"]) == (found["id"], "pending", True)
    assert "A form waits for its confirmation" in marketing.get(f"/console/readers/{found['id']}").text
    assert api("POST", f"/subscribers/{found['id']}/end").status == 409


def test_a_reader_is_seen_with_all_that_is_known_of_them(cloud: Cloud, marketing: Browser, api: Program) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    campaign = {"name": "kevat", "subject": "Kevään sparraukset", "body": "Varaa aika.", "language": "fi"}
    assert api("POST", "/campaigns", campaign).status == 201
    assert cloud.drain() == []
    reader = api("POST", "/subscribers/find", {"address": READER}).json["subscriber"]["id"]
    lead = add_lead(reader, LeadState.KEPT)
    shown = conforms(api("GET", f"/subscribers/{reader}"), "ShownSubscriber")["subscriber"]
    assert shown["choices"]["name"] == "Maija"
    mails = {each["mailing"]: each["status"] for each in shown["mails"]}
    assert mails.items() >= {"campaign-kevat": "delivered", "welcome": "delivered"}.items()
    assert [each["act"] for each in shown["consents"]] == ["given"]
    assert [each["id"] for each in shown["leads"]] == [lead.id]
    said = marketing.get(f"/console/readers/{reader}").text
    for words in ("Maija", "Whole and unchanged.", "Kevään sparraukset", "Shall we talk it through?"):
        assert words in said
    marketing.jar["newsletter_language"] = "fi"
    assert "Sparrataanko?" in marketing.get(f"/console/readers/{reader}").text


@pytest.mark.parametrize("subscriber", ["nobody", "a" * 26, "%00", "x" * 3000])
def test_unknown_ids_are_not_found(marketing: Browser, api: Program, subscriber: str) -> None:
    assert marketing.get(f"/console/readers/{subscriber}").status == 404
    assert api("GET", f"/subscribers/{subscriber}").status == 404
    assert api("POST", f"/subscribers/{subscriber}/end").status == 404


def test_a_subscription_is_ended_once_and_the_proof_says_how(cloud: Cloud, marketing: Browser, api: Program) -> None:
    cloud.subscribe(READER)
    reader = api("POST", "/subscribers/find", {"address": READER}).json["subscriber"]["id"]
    token = ("form_token", marketing.form_token())
    for _ in range(2):
        assert marketing.post(f"/console/readers/{reader}/end", token).status == 303
        assert api("POST", f"/subscribers/{reader}/end").status == 200
    ended = conforms(api("GET", f"/subscribers/{reader}"), "ShownSubscriber")["subscriber"]
    assert (ended["status"], ended["left_how"]) == ("unsubscribed", "request")
    assert [(each["act"], each["how"]) for each in ended["consents"]][1:] == [("withdrawn", "request")]
    assert ended["consent_faults"] == []
    assert "at their request, ended here" in marketing.get(f"/console/readers/{reader}").text
    lines = api("GET", "/audit").json["audit"]
    assert {(each["act"], each["what"], each["via"]) for each in lines} == {
        ("subscription ended", reader, "console"),
        ("subscription ended", reader, "api"),
    }
    assert READER not in str(lines)


def test_choices_are_changed_and_others_stay(marketing: Browser, api: Program) -> None:
    reader = add_reader(READER, "linkedin")
    changed = conforms(api("PUT", f"/subscribers/{reader}", {"language": "sv"}), "ShownSubscriber")["subscriber"]
    assert (changed["choices"]["language"], changed["choices"]["topics"]) == ("sv", ["linkedin"])
    token = ("form_token", marketing.form_token())
    form = (("language", "fi"), ("frequency", "monthly"), ("name", "Maija"), ("topics", "kriisit"))
    assert marketing.post(f"/console/readers/{reader}", token, *form).status == 303
    now = app.subscribers.get(reader)
    assert now is not None
    assert (now.choices.language, now.choices.frequency, now.choices.name) == ("fi", "monthly", "Maija")
    assert now.choices.topics == ("kriisit",)
    for wrong, field in (
        ({"language": "xx"}, "language"),
        ({"topics": ["nothing"]}, "topics"),
        ({"topics": "linkedin"}, "topics"),
        ({"tracking": "on"}, "tracking"),
        ({"email": "x@example.com"}, "email"),
        ({"name": 7}, "name"),
    ):
        answer = api("PUT", f"/subscribers/{reader}", wrong)
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    assert app.subscribers.get(reader) == now


def test_whoever_may_only_read_changes_nothing(looker: Browser, reading_api: Program) -> None:
    reader = add_reader(READER)
    assert reading_api("PUT", f"/subscribers/{reader}", {"language": "sv"}).status == 403
    assert reading_api("POST", f"/subscribers/{reader}/end").status == 403
    assert looker.post(f"/console/readers/{reader}/end", ("form_token", looker.form_token())).status == 403
    assert re.search(r"/end\"", looker.get(f"/console/readers/{reader}").body) is None
    assert app.audit.page(f"{app.now():%Y-%m}", 5, now=app.now()).lines == ()
