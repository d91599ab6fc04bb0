"""The bad days of the local SES, and its HTTP interface where a client misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from rehearsal.lambda_.pollers import wait_until
from tests.support.ses import ses_account
from tests.support.ses.ses_account import SENDER, SesAccount, entry

account = ses_account.account
running = ses_account.running


# Bad days


def test_a_lost_response_leaves_the_mail_sent(account: SesAccount) -> None:
    account.ses.faults.lose_responses()
    with pytest.raises(ConnectionClosedError):
        account.send_bulk(entry("a@lukija.example"), entry("b@lukija.example"))
    assert len(account.mails()) == 2
    assert account.send_bulk(entry("c@lukija.example"))[0]["Status"] == "SUCCESS"


def test_a_held_response_is_a_read_timeout_with_the_mail_sent(account: SesAccount) -> None:
    account.ses.faults.lose_responses(hold=0.6)
    impatient = account.connect(read_timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        impatient.send_email(
            FromEmailAddress=SENDER,
            Destination={"ToAddresses": ["a@lukija.example"]},
            Content={"Simple": {"Subject": {"Data": "S"}, "Body": {"Text": {"Data": "t"}}}},
        )
    assert wait_until(lambda: bool(account.mails()), 60)
    assert account.mail().to == ("a@lukija.example",)


def test_throttling_on_demand_sends_nothing_and_ends(account: SesAccount) -> None:
    account.ses.faults.throttle(2)
    for _ in range(2):
        with pytest.raises(account.client.exceptions.TooManyRequestsException) as caught:
            account.send("a@lukija.example")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    account.send("a@lukija.example")
    assert len(account.mails()) == 1


@pytest.mark.parametrize("accepted", [False, True])
def test_a_failure_on_demand_is_http_500_before_or_after_the_mail_went_out(
    account: SesAccount, *, accepted: bool
) -> None:
    account.ses.faults.fail(accepted=accepted)
    with pytest.raises(account.client.exceptions.InternalServiceErrorException) as caught:
        account.send("a@lukija.example")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert len(account.mails()) == int(accepted)


def test_any_modelled_refusal_can_be_had_on_demand(account: SesAccount) -> None:
    account.ses.faults.refuse("SendingPausedException")
    with pytest.raises(account.client.exceptions.SendingPausedException):
        account.send("a@lukija.example")
    with pytest.raises(ValueError, match="NoSuchException"):
        account.ses.faults.refuse("NoSuchException")


def test_entry_statuses_on_demand_hit_the_next_entries_only(account: SesAccount) -> None:
    account.ses.faults.set_entry_status("TRANSIENT_FAILURE", 2)
    account.ses.faults.set_entry_status("FAILED", accepted=True)
    results = account.send_bulk(*(entry(f"r{number}@lukija.example") for number in range(4)))
    assert [result["Status"] for result in results] == ["TRANSIENT_FAILURE", "TRANSIENT_FAILURE", "FAILED", "SUCCESS"]
    assert [mail.to[0] for mail in account.mails()] == ["r3@lukija.example", "r2@lukija.example"]
    with pytest.raises(ValueError, match="BulkEmailStatus"):
        account.ses.faults.set_entry_status("SUCCESS")


def test_cleared_faults_do_not_happen(account: SesAccount) -> None:
    account.ses.faults.throttle(3)
    account.ses.faults.set_entry_status("FAILED", 3)
    account.ses.faults.clear()
    assert account.send_bulk(entry("a@lukija.example"))[0]["Status"] == "SUCCESS"


def test_faults_touch_only_requests_that_send(account: SesAccount) -> None:
    account.ses.faults.throttle()
    account.client.get_account()
    with pytest.raises(account.client.exceptions.TooManyRequestsException):
        account.send("a@lukija.example")


# The HTTP interface


@pytest.mark.parametrize(
    ("call", "code", "text"),
    [
        (lambda client: client.list_email_templates(), "UnknownOperationException", "does not have ListEmailTemplates"),
        (
            lambda client: client.create_configuration_set(ConfigurationSetName="x"),
            "UnknownOperationException",
            "it has",
        ),
    ],
)
def test_an_operation_that_is_not_there_says_so(
    account: SesAccount, call: Callable[[Any], object], code: str, text: str
) -> None:
    with pytest.raises(ClientError, match=text) as caught:
        call(account.client)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/v2/email/nothing", None, 404, "UnknownOperationException"),
        ("POST", "/v2/email/outbound-emails", b"{", 400, "SerializationException"),
        ("POST", "/v2/email/outbound-emails", b"[]", 400, "SerializationException"),
        ("POST", "/v2/email/outbound-emails", b"[" * 200_000, 400, "SerializationException"),
        ("POST", "/v2/email/outbound-emails", b"{}", 400, "BadRequestException"),
        ("POST", "/v2/email/outbound-emails", b'{"Content": 1}', 400, "BadRequestException"),
        ("POST", "/v2/email/outbound-emails", b'{"Content": {}, "Cc": "x"}', 400, "BadRequestException"),
        ("GET", "/v2/email/suppression/addresses?PageSize=x", None, 400, "BadRequestException"),
        ("GET", "/v2/email/suppression/addresses?StartDate=x", None, 400, "SerializationException"),
    ],
)
def test_a_malformed_request_gets_an_aws_error_never_a_page(
    account: SesAccount, method: str, path: str, body: bytes | None, status: int, error: str
) -> None:
    opened = _open(Request(account.url + path, data=body, method=method))
    assert (opened.status, opened.headers["x-amzn-ErrorType"]) == (status, error)
    assert opened.headers["Content-Type"] == "application/json"
    assert json.loads(opened.read())["message"]


def _open(request: Request) -> Any:
    try:
        return urlopen(request)
    except HTTPError as error:
        return error


@pytest.mark.parametrize("member", [{"TenantName": "t"}, {"ListManagementOptions": {"ContactListName": "c"}}])
def test_what_the_local_ses_cannot_do_is_refused_instead_of_dropped(
    account: SesAccount, member: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match=next(iter(member))):
        account.send("a@lukija.example", **member)


def test_attachments_are_refused_instead_of_dropped(account: SesAccount) -> None:
    content = {
        "Subject": {"Data": "S"},
        "Body": {"Text": {"Data": "t"}},
        "Attachments": [{"RawContent": b"x", "FileName": "a.txt"}],
    }
    with pytest.raises(ClientError, match="Attachments"):
        account.send("a@lukija.example", Content={"Simple": content})
