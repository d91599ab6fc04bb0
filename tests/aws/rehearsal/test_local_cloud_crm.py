"""The CRM of the local cloud: which webhooks it takes, what it shows of them, and its outages."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from standardwebhooks import Webhook

from rehearsal.cloud import LocalCloud
from tests.support.stack import local_pages
from tests.support.stack.local_pages import HTML, Answer, call, form

cloud = local_pages.cloud


def webhook(cloud: LocalCloud, name: str, body: str = '{"type": "lead.created"}', secret: str = "") -> Answer:
    path = "/secrets/webhook_secrets"
    known = boto3.client("ssm").get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
    at = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret or known).sign(name, at, body),
    }
    return call(cloud, "POST", "/_local/crm/webhook", body.encode(), headers)


def newest_webhook(cloud: LocalCloud) -> dict[str, Any]:
    found: dict[str, Any] = call(cloud, "GET", "/_local/crm.json").json()[0]
    return found


def test_a_rightly_signed_webhook_is_taken_and_kept_as_received(cloud: LocalCloud) -> None:
    assert webhook(cloud, "w1", '{"type":  "lead.created", "ä": 1}').status == 204
    newest = newest_webhook(cloud)
    assert newest["body"] == '{"type":  "lead.created", "ä": 1}'
    assert newest["headers"]["webhook-id"] == "w1"
    assert (newest["verified"], newest["duplicate"], newest["answer"]) == (True, False, 204)
    assert "&#34;lead.created&#34;" in call(cloud, "GET", "/_local/crm", headers=HTML).text


def test_a_repeat_is_taken_and_marked(cloud: LocalCloud) -> None:
    webhook(cloud, "w2")
    assert webhook(cloud, "w2").status == 204
    assert newest_webhook(cloud)["duplicate"] is True


@pytest.mark.parametrize(
    "headers", [{}, {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "nonsense"}]
)
def test_a_wrong_signature_is_refused_and_shown(cloud: LocalCloud, headers: dict[str, str]) -> None:
    assert call(cloud, "POST", "/_local/crm/webhook", b"{}", headers).status == 401
    assert newest_webhook(cloud)["verified"] is False


def test_another_secret_is_a_wrong_signature(cloud: LocalCloud) -> None:
    assert webhook(cloud, "w3", secret="whsec_" + base64.b64encode(b"x" * 32).decode()).status == 401


def test_an_outage_can_be_rehearsed_and_what_it_refused_is_no_repeat_later(cloud: LocalCloud) -> None:
    assert form(cloud, "/_local/crm/outage", minutes="10").status == 303
    assert webhook(cloud, "w4").status == 500
    assert "Out of order" in call(cloud, "GET", "/_local/crm", headers=HTML).text
    form(cloud, "/_local/crm/outage", minutes="0")
    assert webhook(cloud, "w4").status == 204
    assert newest_webhook(cloud)["duplicate"] is False


def test_an_outage_of_nonsense_length_is_refused(cloud: LocalCloud) -> None:
    for minutes in ("-1", "soon", "99999", ""):
        assert form(cloud, "/_local/crm/outage", minutes=minutes).status == 400


def test_the_crm_can_forget(cloud: LocalCloud) -> None:
    webhook(cloud, "w5")
    form(cloud, "/_local/crm/clear")
    assert call(cloud, "GET", "/_local/crm.json").json() == []
