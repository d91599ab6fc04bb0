"""The records with which a domain lets SES send for it, each in the three fields that every provider's form has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cli.doctor.ses.identity import SPF
from cli.doctor.ses.receiving import server_of
from cli.output import facts, say


@dataclass(frozen=True)
class Record:
    """`value` of an MX begins with its preference."""

    name: str
    type: str
    value: str
    why: str


def records(domain: str, identity: Mapping[str, Any], region: str, reply_domain: str = "") -> list[Record]:
    """DKIM, MAIL FROM with MX and SPF, and DMARC, by what SES says of the identity (GetEmailIdentity).

    And the MX of `reply_domain`, for which answers are received, if any."""
    dkim = identity.get("DkimAttributes", {})
    zone = dkim.get("SigningHostedZone") or "dkim.amazonses.com"
    own_key = dkim.get("SigningAttributesOrigin", "AWS_SES") == "EXTERNAL"
    tokens = [] if own_key else dkim.get("Tokens", [])
    bounces = identity.get("MailFromAttributes", {}).get("MailFromDomain") or f"bounce.{domain}"
    return [
        *(Record(f"{each}._domainkey.{domain}", "CNAME", f"{each}.{zone}", "DKIM") for each in tokens),
        Record(bounces, "MX", f"10 feedback-smtp.{region}.amazonses.com", "MAIL FROM"),
        Record(bounces, "TXT", SPF, "MAIL FROM, SPF"),
        Record(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=none", "DMARC, where there is none yet"),
        *([Record(reply_domain, "MX", f"10 {server_of(region)}", "Answers of readers")] if reply_domain else []),
    ]


def show_records(domain: str, region: str, client: Callable[[str], Any], reply_domain: str = "") -> bool:
    """Print them; whether SES has seen them already (of DMARC it says nothing)."""
    identity = client("sesv2").get_email_identity(EmailIdentity=domain)
    found = records(domain, identity, region, reply_domain)
    is_verified = bool(identity.get("VerifiedForSendingStatus"))
    by_mail_from = identity.get("MailFromAttributes", {}).get("MailFromDomainStatus") == "SUCCESS"
    done = is_verified and by_mail_from
    say(
        f"  SES has verified {domain}."
        if done
        else f"  Publish at the provider of {domain}; SES looks again by itself:"
    )
    for each in found:
        say(f"\n  {each.why}\n    name   {each.name}\n    type   {each.type}\n    value  {each.value}")
    facts({"domain": domain, "verified": done, "records": [asdict(each) for each in found]})
    return done
