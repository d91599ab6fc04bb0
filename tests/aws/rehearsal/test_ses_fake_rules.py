"""What the local SES refuses of entries, templates, content, headers and tags: the call, or the one entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.ses import ses_account
from tests.support.ses.ses_account import SENDER, SesAccount, entry, pair, simple, statuses

account = ses_account.account
running = ses_account.running


# Bulk entries


def test_fifty_entries_are_taken_and_fifty_one_refused(account: SesAccount) -> None:
    with account.refuses("BadRequestException", 400, "51 entries"):
        account.send_bulk(*[entry()] * 51)
    assert {result["Status"] for result in account.send_bulk(*[entry()] * 50)} == {"SUCCESS"}


def test_no_entries_are_refused(account: SesAccount) -> None:
    template = {"Template": {"TemplateContent": {"Subject": "S", "Text": "t"}}}
    with account.refuses("BadRequestException", 400, "BulkEmailEntries"):
        account.client.send_bulk_email(FromEmailAddress=SENDER, DefaultContent=template, BulkEmailEntries=[])


def test_results_keep_the_order_of_the_entries(account: SesAccount) -> None:
    addresses = ["a@lukija.example", "bad", "b@lukija.example", "worse", "c@lukija.example"]
    results = account.send_bulk(*map(entry, addresses))
    sent = {mail.id: mail.to[0] for mail in account.mails()}
    assert [sent.get(result.get("MessageId", "")) for result in results] == [
        "a@lukija.example",
        None,
        "b@lukija.example",
        None,
        "c@lukija.example",
    ]


# Templates and template data


def test_a_stored_template_is_not_found(account: SesAccount) -> None:
    stored = {"TemplateContent": None, "TemplateName": "welcome"}
    with account.refuses("NotFoundException", 404, "Template welcome does not exist"):
        account.send(Content={"Template": {"TemplateName": "welcome"}})
    results = account.send_bulk(entry(), entry(), **stored)
    assert statuses(results) == ["TEMPLATE_NOT_FOUND", "TEMPLATE_NOT_FOUND"]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ({"TemplateContent": None}, "Exactly one of TemplateName, TemplateArn and TemplateContent"),
        ({"TemplateName": "x"}, "Exactly one of TemplateName, TemplateArn and TemplateContent"),
        ({"TemplateContent": {"Text": "t"}}, "TemplateContent.Subject: Missing"),
        ({"TemplateContent": {"Subject": "S"}}, "Html or Text must be given"),
        ({"TemplateContent": {"Subject": "S\nBcc: x", "Text": "t"}}, "Subject contains a line break"),
        ({"TemplateContent": {"Subject": "S", "Text": "t" * 1024 * 1024}}, "an inline template may have 1048576"),
        ({"TemplateData": "{"}, "TemplateData: The template data is invalid, it must be JSON"),
        ({"TemplateData": "[]"}, "it must be a JSON object"),
        ({"TemplateData": '{"name": NaN}'}, "The template data is invalid, it must be JSON"),
        ({"TemplateData": '{"name": "\\ud800"}'}, "half a surrogate pair"),
        ({"TemplateData": "[" * 100_000}, "The template data is invalid, it must be JSON"),
        ({"TemplateData": json.dumps({"a": "x" * 262_144})}, "must have length less than or equal to 262144"),
    ],
)
def test_a_bad_template_refuses_the_call(account: SesAccount, template: dict[str, Any], text: str) -> None:
    with account.refuses("BadRequestException", 400, text):
        account.send_bulk(**template)


def test_bulk_mail_needs_a_template(account: SesAccount) -> None:
    with account.refuses("BadRequestException", 400, "DefaultContent.Template: Missing"):
        account.client.send_bulk_email(FromEmailAddress=SENDER, DefaultContent={}, BulkEmailEntries=[entry()])


@pytest.mark.parametrize("data", ["{", "[]", '"x"', "1"])
def test_bad_replacement_data_refuses_its_entry_only(account: SesAccount, data: str) -> None:
    bad = entry(ReplacementEmailContent={"ReplacementTemplate": {"ReplacementTemplateData": data}})
    seen = statuses(account.send_bulk(bad, entry()))
    assert seen == ["INVALID_PARAMETER", "SUCCESS"]


def test_too_much_replacement_data_refuses_the_call_as_the_model_says(account: SesAccount) -> None:
    data = json.dumps({"a": "x" * 262_144})
    too_much = entry(ReplacementEmailContent={"ReplacementTemplate": {"ReplacementTemplateData": data}})
    place = "bulkEmailEntries.2.member.replacementEmailContent.replacementTemplate.replacementTemplateData"
    with account.refuses("BadRequestException", 400, place):
        account.send_bulk(entry(), too_much)


# Simple and raw content


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({}, "Exactly one of Simple, Raw and Template"),
        ({**simple(), "Raw": {"Data": b"x"}}, "Exactly one of Simple, Raw and Template"),
        ({"Simple": {"Subject": {"Data": "S"}, "Body": {}}}, "Html or Text must be given"),
        (simple("S\r\nBcc: x"), "Subject contains a line break"),
        (simple("Päivää"), "Content.Simple.Subject: Data has characters outside us-ascii"),
        (simple(Html={"Data": "€", "Charset": "ISO-8859-1"}), "Body.Html: Data has characters outside ISO-8859-1"),
        (simple(Html={"Data": "x", "Charset": "klingon"}), "klingon is not a known character set"),
        ({"Raw": {"Data": b"From: a@sanaharju.example\r\nTo: x@y.example"}}, "No blank line"),
        ({"Raw": {"Data": b"To: x@y.example\r\n\r\nt"}}, "The From header is missing"),
        ({"Raw": {"Data": b"From: a@sanaharju.example\r\n\r\n" + b"t" * 1001}}, "A line is longer than 1000"),
        ({"Raw": {"Data": "From: a@sanaharju.example\r\nSubject: ä\r\n\r\nt".encode()}}, "non-ASCII characters"),
        ({"Raw": {"Data": b"From: a@sanaharju.example\r\nnothing\r\n\r\nt"}}, "A header line has no name"),
    ],
)
def test_bad_content_is_refused(account: SesAccount, content: dict[str, Any], text: str) -> None:
    with account.refuses("BadRequestException", 400, text):
        account.send(Content=content)


# Headers


MODEL_HEADERS = [pair("Bad Name"), pair("Bad:Name"), pair("Näme"), pair("N" * 127), pair("X", "v" * 996)]
MODEL_HEADERS += [pair("X", "ä"), pair("X", "a\r\nBcc: x@y.example"), pair("X", "a\tb")]


@pytest.mark.parametrize("bad", MODEL_HEADERS)
def test_a_header_that_the_model_forbids_refuses_the_whole_call(account: SesAccount, bad: dict[str, str]) -> None:
    with account.refuses("BadRequestException", 400, "1 validation error detected"):
        account.send(Content=simple(headers=[bad]))
    with account.refuses("BadRequestException", 400, "template.headers.1.member"):
        account.send_bulk(Headers=[bad])
    with account.refuses("BadRequestException", 400, "bulkEmailEntries.2.member.replacementHeaders.1.member"):
        account.send_bulk(entry(), entry(ReplacementHeaders=[bad]))


RESERVED = [
    "Bcc",
    "CC",
    "Content-Disposition",
    "Content-Type",
    "Date",
    "From",
    "Message-ID",
    "MIME-Version",
    "Reply-To",
]
RESERVED += ["Return-Path", "Subject", "to"]
PROSE_HEADERS = [([pair(name)], f"Header '{name}' cannot be set here") for name in RESERVED]
PROSE_HEADERS += [
    ([pair("X" * 126, "v" * 871)], "is longer than 996 characters with its value"),
    ([pair("List-Unsubscribe"), pair("list-unsubscribe")], "Duplicate header 'list-unsubscribe'"),
]


@pytest.mark.parametrize(("bad", "text"), PROSE_HEADERS)
def test_a_header_that_the_guide_forbids_refuses_its_entry_only(
    account: SesAccount, bad: list[dict[str, str]], text: str
) -> None:
    with account.refuses("BadRequestException", 400, text):
        account.send(Content=simple(headers=bad))
    with account.refuses("BadRequestException", 400, text):
        account.send_bulk(Headers=bad)
    first, second = account.send_bulk(entry(ReplacementHeaders=bad), entry())
    assert (first["Status"], second["Status"]) == ("INVALID_PARAMETER", "SUCCESS")
    assert text in first["Error"]


def test_a_header_of_the_longest_allowed_kind_arrives(account: SesAccount) -> None:
    longest = [pair("X" * 126, "v" * 870), pair("Y", "v" * 995)]
    account.send(Content=simple(headers=longest))
    headers = account.mails()[0].headers
    assert (headers["X" * 126], headers["Y"]) == ("v" * 870, "v" * 995)


def test_fifteen_headers_are_taken_and_sixteen_refused_also_when_added_up(account: SesAccount) -> None:
    headers = [pair(f"X-{number}") for number in range(16)]
    with account.refuses("BadRequestException", 400, "less than or equal to 15"):
        account.send(Content=simple(headers=headers))
    results = account.send_bulk(
        entry(ReplacementHeaders=headers[10:15]),
        entry(ReplacementHeaders=headers[5:10]),
        entry(ReplacementHeaders=headers[10:16]),
        Headers=headers[:10],
    )
    assert statuses(results) == ["SUCCESS", "SUCCESS", "INVALID_PARAMETER"]
    assert "16 headers in one message" in results[2]["Error"]


# Tags and configuration sets


BAD_TAGS = [
    [pair("")],
    [pair("a", "")],
    [pair("a b")],
    [pair("a", "x@y.example")],
    [pair("ä")],
    [pair("a", "ä")],
    [pair("ses:x")],
]
BAD_TAGS += [[pair("a" * 257)], [pair("a", "v" * 257)], [pair("a"), pair("a")], [pair("a", "v\n")]]


@pytest.mark.parametrize("bad", BAD_TAGS)
def test_a_bad_tag_is_refused(account: SesAccount, bad: list[dict[str, str]]) -> None:
    with account.refuses("BadRequestException", 400, "EmailTags"):
        account.send(EmailTags=bad)
    with account.refuses("BadRequestException", 400, "DefaultEmailTags"):
        account.send_bulk(DefaultEmailTags=bad)
    seen = statuses(account.send_bulk(entry(ReplacementTags=bad), entry()))
    assert seen == ["INVALID_PARAMETER", "SUCCESS"]


def test_the_longest_tag_is_taken(account: SesAccount) -> None:
    account.send(EmailTags=[pair("a" * 256, "-_Z9" * 64)])
    assert account.mails()[0].tags == {"a" * 256: "-_Z9" * 64}


def test_an_unknown_configuration_set_is_not_found(account: SesAccount) -> None:
    text = "Configuration set <other> does not exist."
    with account.refuses("NotFoundException", 404, text):
        account.send(ConfigurationSetName="other")
    results = account.send_bulk(entry(), entry(), ConfigurationSetName="other")
    assert results == [{"Status": "CONFIGURATION_SET_NOT_FOUND", "Error": text}] * 2
    assert account.mails() == ()
