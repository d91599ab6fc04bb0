"""Whom the local SES takes as sender and as recipient, and what it says about the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.ses.errors import SesError
from rehearsal.ses.message.addresses import parse
from tests.support.ses import ses_account
from tests.support.ses.ses_account import SesAccount, entry, simple, statuses
from tests.support.strategies import anything

account = ses_account.account
running = ses_account.running


# Exceptions are the real ones


def test_refusals_are_the_exception_classes_of_boto3(account: SesAccount) -> None:
    known = account.client.exceptions
    with pytest.raises(known.BadRequestException):
        account.send("nobody")
    with pytest.raises(known.NotFoundException):
        account.send(ConfigurationSetName="other")
    with pytest.raises(known.MessageRejected):
        account.send(FromEmailAddress="x@stranger.example")


# Senders


@pytest.mark.parametrize(
    "sender", ["a@sanaharju.example", "a@SANAHARJU.example", "a@news.sanaharju.example", "Hei <hei@muualla.example>"]
)
def test_verified_domains_their_subdomains_and_addresses_may_send(account: SesAccount, sender: str) -> None:
    account.send(FromEmailAddress=sender)
    assert account.send_bulk(FromEmailAddress=sender)[0]["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "sender", ["a@stranger.example", "a@notsanaharju.example", "other@muualla.example", "a@example"]
)
def test_an_unverified_sender_is_message_rejected(account: SesAccount, sender: str) -> None:
    text = f"Email address is not verified. The following identities failed the check in region EU-NORTH-1: {sender}"
    with account.refuses("MessageRejected", 400, text):
        account.send(FromEmailAddress=sender)
    results = account.send_bulk(entry(), entry(), FromEmailAddress=sender)
    assert results == [{"Status": "MAIL_FROM_DOMAIN_NOT_VERIFIED", "Error": text}] * 2


def test_an_unverified_return_path_is_rejected_too(account: SesAccount) -> None:
    with account.refuses("MessageRejected", 400, "bounces@stranger.example"):
        account.send(FeedbackForwardingEmailAddress="bounces@stranger.example")


def test_a_sender_is_required(account: SesAccount) -> None:
    request = {"Destination": {"ToAddresses": ["a@lukija.example"]}, "Content": simple()}
    with account.refuses("BadRequestException", 400, "FromEmailAddress: Missing"):
        account.client.send_email(**request)


def test_the_sandbox_takes_only_verified_recipients_and_the_simulator(account: SesAccount) -> None:
    account.open(sandbox=True)
    with account.refuses("MessageRejected", 400, "aino@lukija.example"):
        account.send("aino@lukija.example")
    results = account.send_bulk(
        entry("aino@lukija.example"), entry("me@sanaharju.example"), entry("success@simulator.amazonses.com")
    )
    assert statuses(results) == ["MESSAGE_REJECTED", "SUCCESS", "SUCCESS"]


# Recipients


BAD_ADDRESSES = {
    "nobody": "Missing final '@domain'",
    "": "Missing final '@domain'",
    "@lukija.example": "Missing local name",
    "aino@": "Missing domain",
    "äinö@lukija.example": "Local address contains non-ASCII characters",
    "aino@lukijä.example": "Domain contains non-ASCII characters",
    "Äinö <aino@lukija.example>": "Display name contains non-ASCII characters",
    "aino@luki ja.example": "Domain contains control or whitespace",
    "ai no@lukija.example": "Local address contains control or whitespace",
    "aino@lukija..example": "Domain contains illegal character",
    "aino@lukija.example.": "Domain contains illegal character",
    "aino@-lukija.example": "Domain contains illegal character",
    "ai..no@lukija.example": "Illegal address",
    "aino@x@lukija.example": "Illegal address",
    "Virtanen, Aino <aino@lukija.example>": "Illegal address",
    "aino@lukija.example\r\nBcc: x@y.example": "Address contains a line break",
    "Aino\n <aino@lukija.example>": "Address contains a line break",
    f"{'a' * 65}@lukija.example": "Illegal address",
    f"a@{'b' * 64}.example": "Domain contains illegal character",
}


@pytest.mark.parametrize(("address", "problem"), BAD_ADDRESSES.items())
def test_a_bad_address_is_refused_with_its_field_and_without_itself(
    account: SesAccount, address: str, problem: str
) -> None:
    with account.refuses("BadRequestException", 400, f"Destination.ToAddresses: {problem}"):
        account.send(address)
    with account.refuses("BadRequestException", 400, f"ReplyToAddresses: {problem}"):
        account.send(ReplyToAddresses=[address])
    (bad, good) = account.send_bulk(entry(address), entry())
    assert bad["Status"] == "INVALID_PARAMETER"
    assert bad["Error"].startswith(f"Destination.ToAddresses: {problem}")
    assert "MessageId" not in bad
    assert good["Status"] == "SUCCESS"


@pytest.mark.parametrize(
    "address",
    [
        "aino.virtanen+uutiset@lukija.example",
        "Aino Virtanen <aino@lukija.example>",
        '"Virtanen, Aino" <aino@lukija.example>',
        "=?utf-8?q?=C3=84in=C3=B6?= <aino@lukija.example>",
        "aino@xn--lukij-hra.example",
        '"aino virtanen"@lukija.example',
        f"{'a' * 64}@lukija.example",
    ],
)
def test_a_good_address_is_taken_as_it_is(account: SesAccount, address: str) -> None:
    account.send(address)
    assert account.mails()[0].to == (address,)


@given(anything(60))
def test_any_text_is_refused_or_is_ascii_on_one_line_with_both_halves(text: str) -> None:
    try:
        address = parse(text, "ToAddresses")
    except SesError:
        return
    assert address.text.isascii()
    assert not {"\r", "\n"} & set(address.text)
    assert address.local
    assert address.domain


@given(st.emails())
def test_an_address_by_the_book_is_taken_apart_at_the_at(address: str) -> None:
    parsed = parse(address, "ToAddresses")
    assert parsed.bare == address


def test_fifty_recipients_are_taken_and_fifty_one_refused(account: SesAccount) -> None:
    addresses = [f"r{number}@lukija.example" for number in range(51)]
    split = {"ToAddresses": addresses[:20], "CcAddresses": addresses[20:40], "BccAddresses": addresses[40:]}
    with account.refuses("BadRequestException", 400, "Recipient count exceeds 50"):
        account.send(Destination=split)
    results = account.send_bulk({"Destination": split}, entry())
    assert statuses(results) == ["INVALID_PARAMETER", "SUCCESS"]
    account.send(*addresses[:50])
    assert len(account.mails()[0].to) == 50


def test_a_mail_to_nobody_is_refused(account: SesAccount) -> None:
    with account.refuses("BadRequestException", 400, "Missing recipients"):
        account.send(Destination={"ToAddresses": []})
    assert account.send_bulk({"Destination": {}})[0]["Status"] == "INVALID_PARAMETER"


def test_bcc_recipients_get_the_mail_and_are_not_in_it(account: SesAccount) -> None:
    account.send(
        Destination={
            "ToAddresses": ["a@lukija.example"],
            "CcAddresses": ["c@x.example"],
            "BccAddresses": ["b@x.example"],
        }
    )
    mail = account.mails()[0]
    assert mail.recipients == ("a@lukija.example", "c@x.example", "b@x.example")
    assert mail.headers["Cc"] == "c@x.example"
    assert b"b@x.example" not in mail.raw
