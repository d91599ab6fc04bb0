"""Reads a send request into drafts: mails that are in order but not yet accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any

from rehearsal.ses.errors import SesError, invalid, template_not_found, unsupported
from rehearsal.ses.message.addresses import Address, parse
from rehearsal.ses.message.content import Content, Raw, Templated, raw, simple
from rehearsal.ses.message.headers import Headers, headers, replaced, tags
from rehearsal.ses.message.template import InlineTemplate, inline_template, merged, rendering_values, template_data

MAX_ENTRIES = 50
"""Destinations of one SendBulkEmail call (AWS, SES quotas)."""
MAX_RECIPIENTS = 50
"""Recipients of one message, To, Cc and Bcc together (AWS, SES quotas)."""

_NOT_HERE = ("EndpointId", "TenantName", "ListManagementOptions")
_NOT_FORWARDED = frozenset({"bcc", "date", "message-id"})
"""Headers of a raw message that do not reach the reader as the caller wrote them."""


Addresses = tuple[Address, ...]


@dataclass(frozen=True)
class Envelope:
    """What all mails of one request have in common."""

    sender: Address
    return_path: Address | None
    reply_to: tuple[str, ...]
    configuration_set: str | None
    untracked: frozenset[str]
    """Those of "open" and "click" that the request switches off."""


@dataclass(frozen=True)
class Draft:
    """One mail as the caller wants it; every rule that needs no knowledge of the account holds."""

    envelope: Envelope
    to: Addresses
    cc: Addresses
    bcc: Addresses
    headers: Headers
    tags: Mapping[str, str]
    content: Content

    @property
    def recipients(self) -> Addresses:
        """To, Cc and Bcc."""
        return self.to + self.cc + self.bcc


def single(request: Mapping[str, Any]) -> Draft:
    """The draft of a SendEmail request; SesError names what is wrong with it."""
    content = request["Content"]
    kinds = [kind for kind in ("Simple", "Raw", "Template") if content.get(kind) is not None]
    if len(kinds) != 1:
        raise invalid("Content: Exactly one of Simple, Raw and Template must be given")
    kind = kinds[0]
    if kind == "Raw":
        return _raw_draft(request, raw(content["Raw"]))
    _refuse_attachments(content[kind], f"Content.{kind}")
    return Draft(
        _envelope(request, request.get("FromEmailAddress"), request.get("ConfigurationSetName")),
        *_destination(request.get("Destination") or {}),
        headers=headers(content[kind].get("Headers"), f"Content.{kind}.Headers"),
        tags=tags(request.get("EmailTags"), "EmailTags"),
        content=simple(content["Simple"]) if kind == "Simple" else _templated(content["Template"]),
    )


def bulk(request: Mapping[str, Any]) -> Iterable[Draft | SesError]:
    """The drafts of a SendBulkEmail request in the order of its entries, a SesError in the place of a bad one.

    What is wrong with the request as a whole is raised at once.
    """
    entries = request["BulkEmailEntries"]
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise invalid(f"BulkEmailEntries: {len(entries)} entries, right would be 1 to {MAX_ENTRIES}")
    content = request["DefaultContent"].get("Template")
    if content is None:
        raise invalid("DefaultContent.Template: Missing")
    _refuse_attachments(content, "DefaultContent.Template")
    common = _Common(
        _envelope(request, request.get("FromEmailAddress"), request.get("ConfigurationSetName")),
        headers(content.get("Headers"), "DefaultContent.Template.Headers"),
        tags(request.get("DefaultEmailTags"), "DefaultEmailTags"),
        template_data(content.get("TemplateData"), "DefaultContent.Template.TemplateData"),
    )
    try:
        template = _template(content, "DefaultContent.Template")
    except SesError as error:
        if error.entry_status != "TEMPLATE_NOT_FOUND":
            raise
        return [error] * len(entries)
    return [_entry(common, template, entry) for entry in entries]


@dataclass(frozen=True)
class _Common:
    envelope: Envelope
    headers: Headers
    tags: Mapping[str, str]
    data: Mapping[str, Any]


def _entry(common: _Common, template: InlineTemplate, entry: Mapping[str, Any]) -> Draft | SesError:
    try:
        replacement = (entry.get("ReplacementEmailContent") or {}).get("ReplacementTemplate") or {}
        data = template_data(replacement.get("ReplacementTemplateData"), "ReplacementTemplateData")
        return Draft(
            common.envelope,
            *_destination(entry["Destination"]),
            headers=replaced(common.headers, headers(entry.get("ReplacementHeaders"), "ReplacementHeaders")),
            tags={**common.tags, **tags(entry.get("ReplacementTags"), "ReplacementTags")},
            content=Templated(template, rendering_values(merged(common.data, data))),
        )
    except SesError as error:
        return error


def _raw_draft(request: Mapping[str, Any], content: Raw) -> Draft:
    """The caller's message decides where the request says nothing (service model, SendEmailRequest)."""
    given = {name.lower(): value.replace("\r\n", "") for name, value in content.headers}
    if "from" not in given:
        raise invalid("Content.Raw.Data: The From header is missing")
    own_tags = [
        {"Name": name.strip(), "Value": value.strip()}
        for name, equals, value in (tag.partition("=") for tag in given.get("x-ses-message-tags", "").split(","))
        if equals
    ]
    own_destination = {
        f"{field.title()}Addresses": [address for _, address in getaddresses([given[field]])]
        for field in ("to", "cc", "bcc")
        if field in given
    }
    return Draft(
        _envelope(
            request,
            request.get("FromEmailAddress") or given["from"],
            request.get("ConfigurationSetName") or given.get("x-ses-configuration-set"),
        ),
        *_destination(request.get("Destination") or own_destination),
        headers=tuple(header for header in content.headers if header[0].lower() not in _NOT_FORWARDED),
        tags=tags(request.get("EmailTags") or own_tags, "EmailTags"),
        content=content,
    )


def _envelope(request: Mapping[str, Any], sender: str | None, configuration_set: str | None) -> Envelope:
    for member in _NOT_HERE:
        if request.get(member) is not None:
            raise unsupported(member)
    if not sender:
        raise invalid("FromEmailAddress: Missing")
    return_path = request.get("FeedbackForwardingEmailAddress")
    reply_to = [parse(text, "ReplyToAddresses") for text in request.get("ReplyToAddresses") or ()]
    tracking = (request.get("ConfigurationOverrides") or {}).get("Tracking") or {}
    return Envelope(
        sender=parse(sender, "FromEmailAddress"),
        return_path=parse(return_path, "FeedbackForwardingEmailAddress") if return_path else None,
        reply_to=tuple(address.text for address in reply_to),
        configuration_set=configuration_set,
        untracked=frozenset(
            act for act in ("open", "click") if tracking.get(f"{act.title()}TrackingEnabled") == "DISABLED"
        ),
    )


def _destination(given: Mapping[str, Any]) -> tuple[Addresses, Addresses, Addresses]:
    """To, Cc and Bcc; SesError when there is nobody, or more than SES takes."""
    to, cc, bcc = (
        tuple([parse(text, f"Destination.{field}") for text in given.get(field) or ()])
        for field in ("ToAddresses", "CcAddresses", "BccAddresses")
    )
    count = len(to) + len(cc) + len(bcc)
    if not count:
        raise invalid("Destination: Missing recipients")
    if count > MAX_RECIPIENTS:
        raise invalid(f"Destination: Recipient count exceeds {MAX_RECIPIENTS}")
    return to, cc, bcc


def _templated(content: Mapping[str, Any]) -> Templated:
    data = template_data(content.get("TemplateData"), "Content.Template.TemplateData")
    return Templated(_template(content, "Content.Template"), rendering_values(data))


def _template(content: Mapping[str, Any], field: str) -> InlineTemplate:
    sources = [name for name in ("TemplateName", "TemplateArn", "TemplateContent") if content.get(name) is not None]
    if len(sources) != 1:
        raise invalid(f"{field}: Exactly one of TemplateName, TemplateArn and TemplateContent must be given")
    if sources != ["TemplateContent"]:
        raise template_not_found(content[sources[0]])
    return inline_template(content["TemplateContent"])


def _refuse_attachments(content: Mapping[str, Any], field: str) -> None:
    if content.get("Attachments"):
        raise unsupported(f"{field}.Attachments")
