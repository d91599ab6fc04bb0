"""What the account of the local SES tells about itself, and its suppression list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from rehearsal.ses import ConfigurationSet, EventDestination
from tests.support.ses import ses_account
from tests.support.ses.ses_account import START, TOPIC, SesAccount, readers

SETS = {"mail": ConfigurationSet((EventDestination(TOPIC, frozenset({"bounce", "renderingFailure"})),))}


def addresses(account: SesAccount, **filters: Any) -> list[str]:
    """One page of the suppression list."""
    page = account.client.list_suppressed_destinations(**filters)["SuppressedDestinationSummaries"]
    return [item["EmailAddress"] for item in page]


@pytest.fixture(scope="module")
def running() -> Iterator[SesAccount]:
    """One server and one client for all tests of the file."""
    with SesAccount(max_send_rate=10.0, max_24_hour_send=100.0, configuration_sets=SETS) as account:
        yield account


account = ses_account.account


# What the account tells about itself


def test_get_account_tells_quota_rate_and_state(account: SesAccount) -> None:
    account.send(*readers(3))
    answer = account.client.get_account()
    answer.pop("ResponseMetadata")
    assert answer == {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "SendQuota": {"Max24HourSend": 100.0, "MaxSendRate": 10.0, "SentLast24Hours": 3.0},
        "SendingEnabled": True,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "VdmAttributes": {"VdmEnabled": "DISABLED"},
    }


def test_an_account_in_the_sandbox_says_so(account: SesAccount) -> None:
    account.open(sandbox=True)
    assert account.client.get_account()["ProductionAccessEnabled"] is False


def test_identities_are_domains_and_addresses(account: SesAccount) -> None:
    domain = account.client.get_email_identity(EmailIdentity="sanaharju.example")
    address = account.client.get_email_identity(EmailIdentity="hei@muualla.example")
    assert (domain["IdentityType"], address["IdentityType"]) == ("DOMAIN", "EMAIL_ADDRESS")
    assert (domain["VerificationStatus"], domain["VerifiedForSendingStatus"]) == ("SUCCESS", True)
    assert len(domain["DkimAttributes"]["Tokens"]) == 3
    with pytest.raises(account.client.exceptions.NotFoundException):
        account.client.get_email_identity(EmailIdentity="stranger.example")


def test_a_configuration_set_shows_its_destinations_in_the_apis_spelling(account: SesAccount) -> None:
    assert account.client.get_configuration_set(ConfigurationSetName="mail")["ConfigurationSetName"] == "mail"
    answer = account.client.get_configuration_set_event_destinations(ConfigurationSetName="mail")
    assert answer["EventDestinations"] == [
        {
            "Name": "sns-1",
            "Enabled": True,
            "MatchingEventTypes": ["BOUNCE", "RENDERING_FAILURE"],
            "SnsDestination": {"TopicArn": TOPIC},
        }
    ]


@pytest.mark.parametrize("call", ["get_configuration_set", "get_configuration_set_event_destinations"])
def test_an_unknown_configuration_set_is_not_found(account: SesAccount, call: str) -> None:
    with pytest.raises(account.client.exceptions.NotFoundException, match="<other> does not exist"):
        getattr(account.client, call)(ConfigurationSetName="other")


# The suppression list


def test_an_address_can_be_put_read_and_deleted(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="aino+x@lukija.example", Reason="COMPLAINT")
    found = account.client.get_suppressed_destination(EmailAddress="aino+x@lukija.example")["SuppressedDestination"]
    assert found == {"EmailAddress": "aino+x@lukija.example", "Reason": "COMPLAINT", "LastUpdateTime": START}
    account.client.delete_suppressed_destination(EmailAddress="aino+x@lukija.example")
    assert addresses(account) == []


def test_the_list_is_edited_by_exact_case(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="Aino@lukija.example", Reason="BOUNCE")
    for call in (account.client.get_suppressed_destination, account.client.delete_suppressed_destination):
        with pytest.raises(account.client.exceptions.NotFoundException):
            call(EmailAddress="aino@lukija.example")
    account.client.put_suppressed_destination(EmailAddress="aino@lukija.example", Reason="BOUNCE")
    account.client.delete_suppressed_destination(EmailAddress="Aino@lukija.example")
    assert addresses(account) == ["aino@lukija.example"]
    account.send("AINO@lukija.example")
    assert account.mails() == ()


def test_a_deleted_address_gets_mail_again(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="aino@lukija.example", Reason="BOUNCE")
    account.client.delete_suppressed_destination(EmailAddress="aino@lukija.example")
    account.send("aino@lukija.example")
    assert len(account.mails()) == 1


def test_the_list_comes_in_pages_that_survive_deletions(account: SesAccount) -> None:
    for address in readers(5):
        account.client.put_suppressed_destination(EmailAddress=address, Reason="BOUNCE")
    first = account.client.list_suppressed_destinations(PageSize=2)
    account.client.delete_suppressed_destination(EmailAddress="r0@lukija.example")
    second = account.client.list_suppressed_destinations(PageSize=2, NextToken=first["NextToken"])
    third = account.client.list_suppressed_destinations(PageSize=2, NextToken=second["NextToken"])
    pages = [
        [entry["EmailAddress"] for entry in page["SuppressedDestinationSummaries"]] for page in (first, second, third)
    ]
    expected = readers(5)
    assert pages == [expected[:2], expected[2:4], expected[4:]]
    assert "NextToken" not in third


def test_the_list_can_be_filtered_by_reason_and_time(account: SesAccount) -> None:
    for address, reason in zip(readers(3), ("BOUNCE", "COMPLAINT", "BOUNCE"), strict=True):
        account.client.put_suppressed_destination(EmailAddress=address, Reason=reason)
        account.wait(3600)
    r0, r1, r2 = readers(3)
    assert addresses(account, Reasons=["COMPLAINT"]) == [r1]
    assert addresses(account, Reasons=["BOUNCE", "COMPLAINT"]) == [r0, r1, r2]
    assert addresses(account, StartDate=START + timedelta(minutes=30)) == [r1, r2]
    assert addresses(account, EndDate=START + timedelta(minutes=30)) == [r0]


@pytest.mark.parametrize(
    ("call", "arguments", "code"),
    [
        ("list_suppressed_destinations", {"NextToken": "made up"}, "InvalidNextTokenException"),
        ("list_suppressed_destinations", {"NextToken": "YWZ0ZXI6eA=="}, "InvalidNextTokenException"),
        ("list_suppressed_destinations", {"PageSize": 0}, "BadRequestException"),
        ("list_suppressed_destinations", {"PageSize": 1001}, "BadRequestException"),
        ("list_suppressed_destinations", {"TenantName": "t"}, "NotFoundException"),
        ("put_suppressed_destination", {"EmailAddress": "nobody", "Reason": "BOUNCE"}, "BadRequestException"),
        ("put_suppressed_destination", {"EmailAddress": "a@b.example", "Reason": "DISLIKE"}, "BadRequestException"),
        (
            "put_suppressed_destination",
            {"EmailAddress": "bounce@simulator.amazonses.com", "Reason": "BOUNCE"},
            "BadRequestException",
        ),
    ],
)
def test_a_bad_request_to_the_list_is_refused(
    account: SesAccount, call: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(getattr(account.client.exceptions, code)):
        getattr(account.client, call)(**arguments)


def test_the_list_cannot_be_added_to_in_the_sandbox(account: SesAccount) -> None:
    account.open(sandbox=True)
    with pytest.raises(account.client.exceptions.BadRequestException, match="sandbox"):
        account.client.put_suppressed_destination(EmailAddress="aino@lukija.example", Reason="BOUNCE")
