"""What may be wrong in DNS, and what the doctor's line says then; `{d}` is the sender's domain."""

from __future__ import annotations

from cli.doctor.finding import State

FAULT, WARNING = State.FAULT, State.WARNING

DNS: list[tuple[str, dict[tuple[str, str], list[str] | None], State, str, str]] = [
    (
        "dkim",
        {("second._domainkey.{d}", "CNAME"): None},
        FAULT,
        "1 of 3 records",
        "second._domainkey.{d}. 3600 IN CNAME",
    ),
    (
        "mail_from",
        {("bounce.{d}", "MX"): None},
        FAULT,
        "has the mail server none",
        "bounce.{d}. 3600 IN MX 10 feedback",
    ),
    (
        "mail_from",
        {("bounce.{d}", "MX"): ["1 mx.other.example."]},
        FAULT,
        "mx.other.example",
        "feedback-smtp.eu-north-1",
    ),
    (
        "spf",
        {("bounce.{d}", "TXT"): None},
        FAULT,
        "no SPF record",
        'bounce.{d}. 3600 IN TXT "v=spf1 include:amazonses.com',
    ),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 -all"']}, FAULT, "does not let SES send", "include:amazonses.com"),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 include:amazonses.com +all"']}, WARNING, "everybody", "~all"),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 include:amazonses.com ~all"', '"v=spf1 -all"']}, FAULT, "2 SPF", "TXT"),
    ("dmarc", {("_dmarc.{d}", "TXT"): None}, FAULT, "no DMARC record", '_dmarc.{d}. 3600 IN TXT "v=DMARC1; p=none'),
    ("dmarc", {("_dmarc.{d}", "TXT"): ['"v=DMARC1; rua=mailto:x@{d}"']}, FAULT, "no policy", "p=none"),
    ("dmarc", {("_dmarc.{d}", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, FAULT, "2 DMARC", "p=none"),
    ("mx", {("{d}", "MX"): None}, WARNING, "has no mail server", "{d}. 3600 IN MX 10"),
    ("mx", {("{d}", "MX"): ["0 ."]}, WARNING, "takes no mail", ""),
]
