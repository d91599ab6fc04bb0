"""A mail as SES would send it: the request that the mailer makes, put together as MIME."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import Templates
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.mailings.mailing import Kind, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.mailings.rendering.preflight import sample_values
from newsletter.replies.addresses import ReplyAddresses
from newsletter.sending.envelope import unsubscribe_headers
from newsletter.sending.ses.mailer_client import Envelope, Mailer

TOKEN = "preview." + "x" * 113
"""As long as a token of a digest; `newsletter preview` opens no reader's pages with it."""
READER = Address("Maija Lukija", addr_spec="maija@example.com")


def message(mailing: str, kind: Kind, variant: Variant, templates: Templates) -> EmailMessage:
    """The mail to one reader, with links as long as they usually are."""
    values = sample_values(variant.language, READER.display_name.partition(" ")[0], TOKEN, templates)
    values |= personal_values(variant.placeholders, {"name": READER.display_name, "email": READER.addr_spec})
    batch = Batch(mailing, "preview", variant.key, ("preview",))
    replies = templates.publication.replies
    addresses = ReplyAddresses(replies.domain, ("preview",)) if replies else None
    leave = addresses.to_leave("a" * 26, mailing) if addresses else ""
    reply_to = addresses.to_answer(mailing, "a0-0") if addresses else ""
    envelope = Envelope(0, READER.addr_spec, values, unsubscribe_headers(kind, templates.public_url, TOKEN, leave))
    recorder: Any = _Recorder()  # no client: it has the one method that the mailer calls
    Mailer(recorder, templates.publication, "preview").send(batch, variant, [envelope], kind, reply_to)
    return _mime(recorder.request)


class _Recorder:
    """An SES client that keeps the request instead of sending it."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {}

    def send_bulk_email(self, **request: Any) -> dict[str, Any]:
        """Keep the request, and answer as SES does when it accepts the mail."""
        self.request = request
        return {"BulkEmailEntryResults": [{"Status": "SUCCESS"}]}


class _AsSes(EmailPolicy):
    """Python would encode a long address in a header; SES leaves what is ASCII as it is."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as bytes, with its end of line."""
        return f"{name}: {value}\r\n".encode() if str(value).isascii() else super().fold_binary(name, value)


def _mime(request: dict[str, Any]) -> EmailMessage:
    template = request["DefaultContent"]["Template"]
    (entry,) = request["BulkEmailEntries"]
    data = json.loads(entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"])
    content = {name: substitute(text, data) for name, text in template["TemplateContent"].items()}
    mail = EmailMessage(policy=_AsSes(linesep="\r\n"))
    name, address = parseaddr(request["FromEmailAddress"])
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = READER
    mail["Reply-To"] = ", ".join(request["ReplyToAddresses"])
    mail["Subject"] = content["Subject"]
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<preview@{address.partition('@')[2]}>"
    for header in (*template["Headers"], *entry.get("ReplacementHeaders", ())):
        mail[header["Name"]] = header["Value"]
    tags = {tag["Name"]: tag["Value"] for tag in entry["ReplacementTags"]}
    mail["Feedback-ID"] = f"{tags['ses:feedback-id-a']}:{tags['ses:feedback-id-b']}:1.preview:AmazonSES"
    mail.set_content(content["Text"], cte="quoted-printable")
    mail.add_alternative(content["Html"], subtype="html", cte="quoted-printable")
    return mail
