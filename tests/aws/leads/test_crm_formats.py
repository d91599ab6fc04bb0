"""Leads in the formats of CRMs with an API of their own, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Response

from newsletter.container import app
from newsletter.leads.outbox.deliver_events import deliver_events, replay
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.publication.crm import CrmAuth, CrmFormat, CrmSettings
from tests.support.leads.leads import enqueue, make_lead
from tests.support.stack.cloud import CRM_TOKEN, Cloud

MAIJA = "maija@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


def use(monkeypatch: pytest.MonkeyPatch, settings: CrmSettings) -> None:
    monkeypatch.setitem(vars(app.templates), "publication", replace(app.publication, crm=settings))
    vars(app).pop("crm", None)


@pytest.fixture
def lead(cloud: Cloud) -> Iterator[str]:
    cloud.subscribe(MAIJA)
    yield make_lead(MAIJA, NOW)
    vars(app).pop("crm", None)


def created(number: int) -> Response:
    return Response(json.dumps({"success": True, "data": {"id": number}}), 201, content_type="application/json")


def states(lead: str) -> list[EventState]:
    return [event.state for event in app.outbox.of(lead)]


def test_pipedrive_gets_a_person_and_then_a_lead_of_that_person(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BEARER, token_header="x-api-token"))  # noqa: S106
    cloud.crm_answers = lambda came: created(7 if came.path.endswith("persons") else 70)
    enqueue(lead, MAIJA, NOW)
    cloud.drain()
    person, made = cloud.webhooks
    assert (person.path, made.path) == ("/api/v2/persons", "/api/v1/leads")
    assert made.json["person_id"] == 7
    for came in (person, made):
        assert came.headers["x-api-token"] == CRM_TOKEN
        assert "webhook-signature" not in came.headers
        assert "authorization" not in came.headers
    assert [came.headers["webhook-id"] for came in (person, made)] == [f"{lead}-1", f"{lead}-1-2"]
    assert states(lead) == [EventState.TAKEN]


def test_a_second_request_that_failed_is_tried_again_without_the_first(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BEARER))
    cloud.crm_answers = lambda came: created(7) if came.path.endswith("persons") else Response(status=500)
    enqueue(lead, MAIJA, NOW)
    deliver_events(lead, NOW, app)
    assert states(lead) == [EventState.WAITING]
    cloud.crm_answers = lambda _: created(70)
    assert deliver_events(lead, NOW + HOUR, app) == {"taken": 1}
    assert [came.path for came in cloud.webhooks] == ["/api/v2/persons", "/api/v1/leads", "/api/v1/leads"]
    assert cloud.webhooks[-1].json["person_id"] == 7


def test_later_events_change_the_lead_that_is_there(cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BEARER))
    cloud.crm_answers = lambda came: created(7 if came.path.endswith("persons") else 70)
    for number, kind in enumerate(("lead.created", "lead.updated", "lead.retracted"), start=1):
        enqueue(lead, MAIJA, NOW, number, kind)
    cloud.drain()
    told = [(came.method, came.path) for came in cloud.webhooks]
    assert told[2:] == [("PATCH", "/api/v1/leads/70")] * 2
    assert [came.json for came in cloud.webhooks[2:]] == [{"was_seen": False}, {"is_archived": True}]
    assert replay(lead, NOW, app) == 3
    deliver_events(lead, NOW, app)
    made = [came for came in cloud.webhooks if came.path in ("/api/v2/persons", "/api/v1/leads")]
    assert len(made) == 2, "sent again, it makes no second person and no second lead"
    assert set(states(lead)) == {EventState.TAKEN}


def test_an_answer_without_the_id_is_no_yes(cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BEARER))
    for answer in ("", "{}", '{"data": {"id": true}}', '{"data": {"id": {"a": 1}}}', "<html>"):
        cloud.crm_answers = lambda _, answer=answer: Response(answer, 200, content_type="application/json")
        enqueue(lead, MAIJA, NOW)
        replay(lead, NOW, app) if app.outbox.of(lead) else None
        assert deliver_events(lead, NOW, app) == {"failed": 1}
    assert len({came.path for came in cloud.webhooks}) == 1


def test_hubspot_gets_one_contact_with_a_bearer_token_and_207_is_no_yes(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"newsletter_score": "score.value", "newsletter_why": "verdict.reasons"}
    settings = CrmSettings(CrmFormat.HUBSPOT, CrmAuth.BEARER, fields=fields, values={"hubspot_owner_id": "12"})
    use(monkeypatch, settings)
    cloud.crm_answers = lambda _: Response('{"numErrors": 1}', 207, content_type="application/json")
    enqueue(lead, MAIJA, NOW)
    assert deliver_events(lead, NOW, app) == {"failed": 1}
    cloud.crm_answers = lambda _: Response('{"status": "COMPLETE"}', 200, content_type="application/json")
    assert deliver_events(lead, NOW + HOUR, app) == {"taken": 1}
    came = cloud.webhooks[-1]
    (contact,) = came.json["inputs"]
    assert came.path == "/crm/v3/objects/contacts/batch/upsert"
    assert came.headers["authorization"] == f"Bearer {CRM_TOKEN}"
    assert (contact["idProperty"], contact["id"]) == ("email", MAIJA)
    assert contact["properties"]["newsletter_score"] == "42"
    assert contact["properties"]["newsletter_why"] == "Painoi nappia 40 sekuntia sivun jälkeen."
    assert contact["properties"]["hubspot_owner_id"] == "12"
    assert (contact["properties"]["firstname"], contact["properties"]["lastname"]) == ("Äijö", "Öhman-Ström")


def test_salesforce_gets_an_upsert_by_the_id_of_the_lead(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.SALESFORCE, CrmAuth.BOTH, external_id="Uutiskirje__c"))
    cloud.crm_answers = lambda _: Response(status=204)
    enqueue(lead, MAIJA, NOW)
    cloud.drain()
    (came,) = cloud.webhooks
    assert (came.method, came.path) == ("PATCH", f"/services/data/v62.0/sobjects/Lead/Uutiskirje__c/{lead}")
    assert came.json["LastName"] == "Öhman-Ström"
    assert "webhook-signature" in came.headers
    assert "authorization" in came.headers


def test_the_plain_webhook_may_carry_a_token_instead_of_a_signature(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, CrmSettings(auth=CrmAuth.BEARER))
    enqueue(lead, MAIJA, NOW)
    cloud.drain()
    (came,) = cloud.webhooks
    assert came.headers["authorization"] == f"Bearer {CRM_TOKEN}"
    assert came.headers["webhook-id"] == f"{lead}-1"
    assert "webhook-signature" not in came.headers


def test_a_secret_or_token_that_is_none_signs_nothing_and_says_so(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, CrmSettings(auth=CrmAuth.BOTH))
    path, ssm = app.settings.secrets_path, cloud.client("ssm")
    enqueue(lead, MAIJA, NOW)
    good = app.secrets.webhook_secrets[0]
    for name, value in (("webhook_secrets", f"{good},whsec_short"), ("crm_token", "two words")):
        ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type="SecureString", Overwrite=True)
    for name, words in (("webhook_secrets", "secret 2 of 2 is not whsec_"), ("crm_token", "one line without blanks")):
        for part in ("crm", "secrets"):
            vars(app).pop(part, None)
        replay(lead, NOW, app)
        assert deliver_events(lead, NOW, app) == {"failed": 1}
        assert words in app.outbox.of(lead)[0].attempts[-1].answer
        ssm.put_parameter(Name=f"{path}/{name}", Value=good, Type="SecureString", Overwrite=True)
    assert cloud.webhooks == []


def test_only_https_is_spoken_outside_of_a_rehearsal(cloud: Cloud, lead: str) -> None:
    enqueue(lead, MAIJA, NOW)
    remote = app.but(crm=type(app.crm)("http://crm.example/", lambda: app.secrets.webhook_secrets))
    assert deliver_events(lead, NOW, remote) == {"failed": 1}
    assert "must begin with https://" in app.outbox.of(lead)[0].attempts[0].answer
    assert cloud.webhooks == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_lead_that_sales_deleted_in_the_crm_does_not_switch_it_off_for_the_others(
    cloud: Cloud, lead: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    use(monkeypatch, CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BEARER))
    cloud.crm_answers = lambda came: Response(status=status) if came.method == "PATCH" else created(7)
    enqueue(lead, MAIJA, NOW)
    enqueue(lead, MAIJA, NOW, 2, "lead.updated")
    for hours in range(8):
        deliver_events(lead, NOW + 5 * hours * HOUR, app)
    assert states(lead) == [EventState.TAKEN, EventState.WAITING]
    assert app.crm_endpoint.health().off_at is None
