"""The records that the sender's domain needs, as providers' forms ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from cli.doctor.dns.to_publish import records, show_records

IDENTITY: dict[str, Any] = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"Tokens": ["a", "b", "c"], "SigningHostedZone": "dkim.amazonses.com"},
    "MailFromAttributes": {"MailFromDomain": "bounce.example.fi", "MailFromDomainStatus": "SUCCESS"},
}


def test_dkim_mail_from_and_dmarc_have_name_type_and_value() -> None:
    found = [(each.name, each.type, each.value) for each in records("example.fi", IDENTITY, "eu-west-1")]
    assert found == [
        *((f"{token}._domainkey.example.fi", "CNAME", f"{token}.dkim.amazonses.com") for token in "abc"),
        ("bounce.example.fi", "MX", "10 feedback-smtp.eu-west-1.amazonses.com"),
        ("bounce.example.fi", "TXT", "v=spf1 include:amazonses.com ~all"),
        ("_dmarc.example.fi", "TXT", "v=DMARC1; p=none"),
    ]


def test_the_domain_of_answers_has_a_record_where_they_are_received() -> None:
    last = records("example.fi", IDENTITY, "eu-west-1", "vastaa.example.fi")[-1]
    assert (last.name, last.type, last.value) == ("vastaa.example.fi", "MX", "10 inbound-smtp.eu-west-1.amazonaws.com")


def test_a_key_of_ones_own_needs_no_alias_of_ses() -> None:
    own = {"DkimAttributes": {"Tokens": ["selector"], "SigningAttributesOrigin": "EXTERNAL"}}
    assert [each.type for each in records("example.fi", own, "eu-west-1")] == ["MX", "TXT", "TXT"]


@pytest.mark.parametrize(
    ("status", "verified", "first"),
    [
        ("SUCCESS", True, "  SES has verified example.fi."),
        ("PENDING", False, "  Publish at the provider of example.fi; SES looks again by itself:"),
    ],
)
def test_what_ses_has_seen_is_said_first(
    capsys: pytest.CaptureFixture[str], status: str, first: str, *, verified: bool
) -> None:
    identity = {**IDENTITY, "MailFromAttributes": {"MailFromDomainStatus": status}}

    class Ses:
        def get_email_identity(self, EmailIdentity: str) -> Any:  # noqa: N803 (a name of AWS)
            assert EmailIdentity == "example.fi"
            return identity

    assert show_records("example.fi", "eu-west-1", lambda _: Ses()) is verified
    assert capsys.readouterr().out.splitlines()[0] == first
