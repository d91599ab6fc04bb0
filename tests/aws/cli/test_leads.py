"""`newsletter leads`: what is shown and to whom, what is done, and whether the CRM takes what we send."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.crm_client import Crm
from newsletter.leads.lead import LeadState
from newsletter.leads.outbox.crm_answer import CrmAnswer
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.outbox.outbox_event import Attempt, EventState
from tests.support import commands
from tests.support.commands import Captured
from tests.support.leads.kept_leads import MADE, add_event, add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    return commands.run(capsys, "leads", *arguments)


def as_json(capsys: Captured, *arguments: str) -> Any:
    return json.loads(run(capsys, *arguments, "--json")[1])


@pytest.mark.usefixtures("cloud")
def test_leads_are_listed_page_by_page_without_addresses_unless_asked_for(capsys: Captured) -> None:
    assert run(capsys, "list") == (0, "No lead yet.\n", "")
    subscriber = add_reader(READER)
    leads = [add_lead(subscriber, episode=number).id for number in (1, 2, 3)]
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert all(lead in out for lead in leads)
    assert READER not in out
    assert READER in run(capsys, "list", "--addresses")[1]
    first = as_json(capsys, "list", "--limit", "2")
    assert "email" not in first["leads"][0]
    second = as_json(capsys, "list", "--limit", "2", "--cursor", first["cursor"], "--addresses")
    assert sorted(each["id"] for page in (first, second) for each in page["leads"]) == sorted(leads)
    assert (second["cursor"], second["leads"][0]["email"]) == (None, READER)
    assert run(capsys, "list", "--state", "won")[1] == "No lead fits.\n"


@pytest.mark.usefixtures("cloud")
def test_what_cannot_be_asked_for_is_one_line(capsys: Captured) -> None:
    for option, value in (("--state", "sold"), ("--since", "soon"), ("--cursor", "x"), ("--offer", "a b")):
        code, out, err = run(capsys, "list", option, value)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(f"newsletter: {option.removeprefix('--')}: ")
    for act in ("show", "send", "drop", "replay", "rejudge"):
        code, out, err = run(capsys, act, "nobody")
        assert (code, out) == (1, "")
        assert err == "newsletter: there is no lead nobody; `newsletter leads list` names them\n"


@pytest.mark.usefixtures("cloud")
def test_a_lead_is_shown_and_trouble_is_an_exit_code(capsys: Captured) -> None:
    lead = add_lead(add_reader(READER), LeadState.HANDED_OFF, answers={"phone": "+358 40 1"})
    assert run(capsys, "show", lead.id)[0] == 0
    add_event(lead, EventState.WAITING, Attempt(MADE, 0.4, 503, "no \x1b[31mroom"))
    code, out, _ = run(capsys, "show", lead.id)
    assert code == 1
    for words in ("HTTP 503: no", "Puoli tuntia viikossa", "Score: 42 of 100", "has not taken it yet"):
        assert words in out
    assert not any(secret in out for secret in ("\x1b", READER, "+358"))
    shown = run(capsys, "show", lead.id, "--addresses")[1]
    assert READER in shown
    assert "phone: +358 40 1" in shown
    data = as_json(capsys, "show", lead.id)
    assert "answers" not in data
    assert not any("body" in event for event in data["events"])
    assert as_json(capsys, "show", lead.id, "--addresses")["answers"] == {"phone": "+358 40 1"}


def test_a_lead_is_dropped_sent_and_replayed(cloud: Cloud, capsys: Captured) -> None:
    lead = add_lead(add_reader(READER))
    code, out, _ = run(capsys, "drop", lead.id)
    assert code == 0
    assert "Sales do not hear of it." in out
    assert as_json(capsys, "send", lead.id)["lead"]["state"] == "handed_off"
    code, _, err = run(capsys, "drop", lead.id)
    assert code == 1
    assert "only one that is held or was kept can be dropped" in err
    cloud.drain()
    assert run(capsys, "replay", lead.id)[0] == 0
    cloud.drain()
    assert [webhook.headers["webhook-id"] for webhook in cloud.webhooks] == [f"{lead.id}-1"] * 2


def test_leads_are_judged_anew_one_or_all(cloud: Cloud, capsys: Captured) -> None:
    lead = add_lead(add_reader(READER), at=app.now().replace(microsecond=0))
    assert run(capsys, "rejudge", lead.id)[0] == 0
    assert as_json(capsys, "rejudge", "--all", "--days", "3")["judged"] == 1
    cloud.drain()
    for arguments in (["rejudge"], ["rejudge", lead.id, "--all"], ["rejudge", "--all", "--days", "8"]):
        with pytest.raises(SystemExit) as wrong:
            run(capsys, *arguments)
        assert wrong.value.code == 2


def test_a_test_is_marked_as_one_and_names_no_reader(cloud: Cloud, capsys: Captured) -> None:
    add_reader(READER)
    code, out, _ = run(capsys, "test")
    assert code == 0
    assert out.startswith("Taken: HTTP 200 after ")
    (webhook,) = cloud.webhooks
    data = webhook.json["data"]
    assert (webhook.json["type"], data["test"], data["contact"]["email"]) == (
        "lead.created",
        True,
        "lead-test@example.com",
    )
    assert READER not in webhook.body.decode()
    assert app.leads.newest(10, now=app.now()) == []
    cloud.crm_status = 503
    assert as_json(capsys, "test")["status"] == 503


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (CrmAnswer(200, 0.1, {"content-type": "text/html"}, b"<html>Sign in"), "an HTML page"),
        (CrmAnswer(301, 0.1, {}), "a redirect, which is not followed"),
        (CrmAnswer(401, 0.1, {}, b"who?"), "webhook_secrets or crm_token"),
        (CrmAnswer(404, 0.1, {}), "CrmWebhookUrl"),
        (CrmAnswer(410, 0.1, {}), "switches the endpoint off"),
        (CrmAnswer(0, 20.0, {}, fault="no answer within 20 seconds"), "no answer after 20.00 s"),
    ],
)
def test_what_would_be_wrong_is_said(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, answer: CrmAnswer, said: str
) -> None:
    monkeypatch.setattr(Crm, "send", lambda *_, **__: answer)
    code, out, _ = run(capsys, "test")
    assert code == 1
    assert out.startswith("Not taken: ")
    assert said in out
    assert as_json(capsys, "test")["taken"] is False


@pytest.mark.usefixtures("cloud")
def test_the_endpoint_is_shown_and_switched_on(capsys: Captured) -> None:
    assert run(capsys, "endpoint")[0] == 0
    assert "is not switched off" in run(capsys, "endpoint", "--on")[2]
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=MADE, off_why="HTTP 401"))
    code, out, _ = run(capsys, "endpoint")
    assert code == 1
    assert "because it refused us: HTTP 401" in out
    assert as_json(capsys, "endpoint")["state"] == "off"
    assert run(capsys, "endpoint", "--on")[0] == 0
    assert as_json(capsys, "endpoint")["state"] == "works"
    tomorrow = app.now() + timedelta(days=1)  # as the CRM asked for by mistake
    app.crm_endpoint.change(lambda _: EndpointHealth(resting_until=tomorrow, asked_until=tomorrow))
    assert as_json(capsys, "endpoint")["state"] == "rests"
    assert run(capsys, "endpoint", "--on")[0] == 0
    assert as_json(capsys, "endpoint")["state"] == "works"
