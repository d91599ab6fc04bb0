"""The CRM tells us what became of a lead, and who wants no more mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads import change_lead
from newsletter.platform.errors import NewsletterError
from newsletter.readers.subscriber import Status, subscriber_id
from tests.support.aws.throttled import after, throttled
from tests.support.leads.leads import make_lead, tell
from tests.support.stack.cloud import INBOUND_SECRET, PEPPER, Cloud, link_to

MAIJA = "maija@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
OTHER_SECRET = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LW9mLXRlc3RzISE="


def id_of(email: str) -> str:
    return subscriber_id(PEPPER.encode(), email)


def status_of(email: str) -> str:
    profile = app.subscribers.profile(id_of(email))
    assert profile is not None
    return profile.status


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What reached the leads."""
    found: list[tuple[str, str]] = []
    for name in ("accepted", "won", "lost"):
        monkeypatch.setattr(change_lead, name, lambda lead, *_, name=name: found.append((name, lead)))
    return found


@pytest.mark.parametrize("what", ["accepted", "won", "lost"])
def test_what_became_of_a_lead_reaches_it_once_per_id(cloud: Cloud, heard: list[tuple[str, str]], what: str) -> None:
    cloud.subscribe(MAIJA)
    lead = make_lead(MAIJA, NOW)
    for _ in range(3):
        answer = tell(cloud, f"lead.{what}", {"lead": {"id": lead}}, webhook="msg_1")
        assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ok"})
    assert cloud.drain() == []
    assert heard == [(what, lead)]


def test_an_unknown_lead_gets_the_same_answer_and_does_nothing(cloud: Cloud, heard: list[tuple[str, str]]) -> None:
    cloud.subscribe(MAIJA)
    known = tell(cloud, "lead.won", {"lead": {"id": make_lead(MAIJA, NOW)}})
    unknown = tell(cloud, "lead.won", {"lead": {"id": "aaaaaaaaaaaaaaaa"}})
    assert known == unknown
    assert cloud.drain() == []
    assert len(heard) == 1


@pytest.mark.parametrize("by", ["subscriber", "email", "EMAIL"])
def test_do_not_mail_is_obeyed_before_the_answer_with_a_record_of_the_way(cloud: Cloud, by: str) -> None:
    cloud.subscribe(MAIJA)
    named = (
        {"subscriber": id_of(MAIJA)}
        if by == "subscriber"
        else {"email": MAIJA if by == "email" else " MAIJA@Example.com "}
    )
    assert tell(cloud, "contact.do_not_mail", {"contact": named})["statusCode"] == 200
    assert status_of(MAIJA) == Status.UNSUBSCRIBED
    last = app.consents.chain(id_of(MAIJA))[-1].consent
    assert (last.act, last.how) == ("withdrawn", "crm")
    assert app.consents.faults(id_of(MAIJA)) == []
    assert len(app.consents.chain(id_of(MAIJA))) == 2


def test_a_reader_who_changed_address_gets_no_mail_there_either(cloud: Cloud) -> None:
    cloud.subscribe(MAIJA)
    cloud.drain()
    preferences = link_to("preferences", cloud.mails(MAIJA)[-1])
    assert cloud.http("POST", preferences, "new_email=uusi%40example.com")["statusCode"] == 200
    cloud.drain()
    assert (
        cloud.http("POST", link_to("confirm", cloud.mails("uusi@example.com")[-1]), "confirm=yes")["statusCode"] == 200
    )
    assert tell(cloud, "contact.do_not_mail", {"contact": {"subscriber": id_of(MAIJA)}})["statusCode"] == 200
    assert status_of("uusi@example.com") == Status.UNSUBSCRIBED


def test_sales_know_another_address_than_we_and_want_mail_to_neither(cloud: Cloud) -> None:
    kalle = "kalle@example.com"
    for email in (MAIJA, kalle):
        cloud.subscribe(email)
    named = {"subscriber": id_of(MAIJA), "email": kalle}
    assert tell(cloud, "contact.do_not_mail", {"contact": named})["statusCode"] == 200
    assert {status_of(MAIJA), status_of(kalle)} == {Status.UNSUBSCRIBED}
    for odd in ({"subscriber": id_of(MAIJA), "email": "no address"}, {"subscriber": id_of(MAIJA), "email": 7}):
        assert tell(cloud, "contact.do_not_mail", {"contact": odd})["statusCode"] == 200


def test_known_and_unknown_contacts_get_the_same_answer(cloud: Cloud) -> None:
    cloud.subscribe(MAIJA)
    answers = [
        tell(cloud, "contact.do_not_mail", {"contact": contact})
        for contact in ({"email": MAIJA}, {"email": "nobody@example.com"}, {"subscriber": "aaaa"}, {"email": MAIJA})
    ]
    assert all(each == answers[0] for each in answers)
    assert len(app.consents.chain(id_of(MAIJA))) == 2


def refused(answer: dict[str, Any], status: int) -> str:
    assert answer["statusCode"] == status
    return str(answer["body"])


def test_who_does_not_know_the_secret_changes_nothing(cloud: Cloud) -> None:
    cloud.subscribe(MAIJA)
    leave = {"contact": {"email": MAIJA}}
    kind = "contact.do_not_mail"
    assert "not made with our secret" in refused(tell(cloud, kind, leave, secret=OTHER_SECRET), 401)
    for at in (-301, 301):
        assert "five minutes" in refused(tell(cloud, kind, leave, at=datetime.now(UTC) + timedelta(seconds=at)), 401)
    for wrong in (
        {"webhook-signature": ""},
        {"webhook-signature": "v1,bm90aGluZw=="},
        {"webhook-signature": "v1," + "x" * 3000},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": "1"},
        {"webhook-id": ""},
        {"webhook-id": "another"},
        {"webhook-id": "x" * 299},
    ):
        refused(tell(cloud, kind, leave, headers=wrong), 401)
    assert cloud.http("POST", "/hooks/crm", "{}")["statusCode"] == 401
    assert cloud.http("GET", "/hooks/crm")["statusCode"] == 405
    assert status_of(MAIJA) == Status.ACTIVE


def test_a_signature_among_others_and_an_old_secret_beside_a_new_one_are_enough(cloud: Cloud) -> None:
    path = f"{app.settings.secrets_path}/crm_inbound_secrets"
    value = f"{INBOUND_SECRET}, {OTHER_SECRET}"
    cloud.client("ssm").put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True)
    app.reset()
    for secret in (INBOUND_SECRET, OTHER_SECRET):
        assert tell(cloud, "lead.won", {"lead": {"id": "a"}}, secret=secret)["statusCode"] == 200


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("lead.win", {"lead": {"id": "a"}}, "type"),
        ("", {"lead": {"id": "a"}}, "type"),
        ("lead.won", [], "data"),
        ("lead.won", {}, "data.lead"),
        ("lead.won", {"lead": {}}, "data.lead.id"),
        ("lead.won", {"lead": {"id": 7}}, "data.lead.id"),
        ("lead.won", {"lead": {"id": "../../etc"}}, "data.lead.id"),
        ("contact.do_not_mail", {"contact": {}}, "data.contact"),
        ("contact.do_not_mail", {"contact": {"email": "no address"}}, "data.contact.email"),
        ("contact.do_not_mail", {"contact": {"subscriber": "a b"}}, "data.contact.subscriber"),
        ("-", "not JSON", "body"),
        ("-", "[1]", "body"),
        ("-", "[" * 9000, "body"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_field(cloud: Cloud, kind: str, data: Any, field: str) -> None:
    answer = tell(cloud, kind, data)
    assert answer["statusCode"] == 422
    assert list(json.loads(answer["body"])["errors"]) == [field]
    assert cloud.messages("LeadQueue") == []


def test_a_body_beyond_the_limit_is_not_read(cloud: Cloud) -> None:
    answer = tell(cloud, "lead.won", {"lead": {"id": "a"}, "more": "x" * 11_000})
    assert answer["statusCode"] == 413
    assert json.loads(answer["body"]) == {"error": "the body has more than 10240 bytes"}


def test_a_bad_secret_of_ours_is_a_503_and_verifies_nothing(cloud: Cloud) -> None:
    path = f"{app.settings.secrets_path}/crm_inbound_secrets"
    cloud.client("ssm").put_parameter(Name=path, Value="whsec_short", Type="SecureString", Overwrite=True)
    app.reset()
    answer = tell(cloud, "lead.won", {"lead": {"id": "a"}}, headers={"content-type": "text/plain"})
    assert answer["statusCode"] == 503
    assert "later under the same webhook-id" in json.loads(answer["body"])["error"]


def test_what_failed_on_the_way_is_done_when_it_comes_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.subscribe(MAIJA)

    def breaks(*_: Any) -> None:
        raise NewsletterError("the table is throttled")

    with monkeypatch.context() as broken:
        broken.setattr(type(app.hooks), "mark", breaks)
        assert tell(cloud, "contact.do_not_mail", {"contact": {"email": MAIJA}}, webhook="m")["statusCode"] == 500
    assert status_of(MAIJA) == Status.UNSUBSCRIBED
    assert tell(cloud, "contact.do_not_mail", {"contact": {"email": MAIJA}}, webhook="m")["statusCode"] == 200
    assert len(app.consents.chain(id_of(MAIJA))) == 2


@pytest.mark.parametrize("kind", ["contact.do_not_mail", "lead.won", "lead.lost", "lead.accepted"])
def test_whatever_aws_refuses_the_crm_is_told_to_come_again_and_then_it_is_done_once(cloud: Cloud, kind: str) -> None:
    cloud.subscribe(MAIJA)
    lead = make_lead(MAIJA, NOW)
    data = {"contact": {"email": MAIJA}} if kind.startswith("contact") else {"lead": {"id": lead}}
    number, refused = 0, ["none yet"]
    while refused:
        number += 1
        with throttled(after(number)) as refused:
            answer = tell(cloud, kind, data, webhook="msg_1")
        if refused and answer["statusCode"] != 200:
            assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "30")
            assert "same webhook-id" in json.loads(answer["body"])["error"]
        assert number < 30
    assert tell(cloud, kind, data, webhook="msg_1")["statusCode"] == 200
    if kind.startswith("contact"):
        assert status_of(MAIJA) == Status.UNSUBSCRIBED
        assert len(app.consents.chain(id_of(MAIJA))) == 2
    else:
        assert len(cloud.messages("LeadQueue")) >= 1
