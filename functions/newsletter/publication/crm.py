"""The table [crm]: in which form leads are handed to the CRM, how we prove who we are, and its own fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}|[0-9a-f]{40}")
"""Names of fields in CRMs; those of Pipedrive's own fields are hashes."""
PATH = re.compile(r"[a-z_]+(\.[a-z_]+){0,4}")
EXTERNAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,74}__c")
TOKEN_HEADERS = ("authorization", "x-api-token")
MAX_FIELDS = 50
MAX_TEXT = 1_000


class CrmFormat(StrEnum):
    """What is sent: our own webhook, or requests to the API of a CRM (templates/crm/<format>.json.j2)."""

    PLAIN = "plain"
    HUBSPOT = "hubspot"
    PIPEDRIVE = "pipedrive"
    SALESFORCE = "salesforce"


class CrmAuth(StrEnum):
    """How a request shows that it is ours."""

    SIGNATURE = "signature"
    BEARER = "bearer"
    BOTH = "both"

    @property
    def signs(self) -> bool:
        """Whether requests carry a signature (Standard Webhooks)."""
        return self is not CrmAuth.BEARER

    @property
    def has_token(self) -> bool:
        """Whether requests carry the token in the secret `crm_token`."""
        return self is not CrmAuth.SIGNATURE


@dataclass(frozen=True)
class CrmSettings:
    """`fields` are fields of the CRM with the value of the webhook's data that each gets, as a path (`score.value`);
    `values` are such with a fixed value. `external_id` is Salesforce's field that holds the id of a lead.

    `token_header` is where the token goes: as `Authorization: Bearer`, or alone in `x-api-token` (Pipedrive).
    """

    format: CrmFormat = CrmFormat.PLAIN
    auth: CrmAuth = CrmAuth.SIGNATURE
    token_header: str = "authorization"  # noqa: S105 (the name of a header)
    external_id: str = "Newsletter_Lead__c"
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


DEFAULT_CRM = CrmSettings()
"""For a publication without the table."""


def parse_crm(table: TomlTable) -> CrmSettings:
    """The table [crm]. Raises InvalidPublication."""
    kind = CrmFormat(table.one_of("format", tuple(CrmFormat))) if "format" in table else CrmFormat.PLAIN
    usual = CrmAuth.SIGNATURE if kind is CrmFormat.PLAIN else CrmAuth.BEARER
    settings = CrmSettings(
        format=kind,
        auth=CrmAuth(table.one_of("auth", tuple(CrmAuth))) if "auth" in table else usual,
        token_header=table.one_of("token_header", TOKEN_HEADERS) if "token_header" in table else "authorization",
        external_id=table.line("external_id") if "external_id" in table else CrmSettings.external_id,
        fields=_fields(table),
        values=_values(table),
    )
    if not EXTERNAL_ID.fullmatch(settings.external_id):
        message = f"{settings.external_id!r} is no custom field of Salesforce, whose name ends with __c"
        raise InvalidPublication(table.path("external_id"), message)
    for name in ("fields", "values"):
        if kind is CrmFormat.PLAIN and getattr(settings, name):
            raise InvalidPublication(table.path(name), 'the format "plain" has no fields of a CRM; name its format')
    twice = settings.fields.keys() & settings.values.keys()
    if twice:
        raise InvalidPublication(f"{table.path('values')}.{min(twice)}", "is in fields as well; keep one of the two")
    return settings


def _fields(table: TomlTable) -> Mapping[str, str]:
    found = _named(table, "fields")
    for name, path in found.items():
        if not isinstance(path, str) or not PATH.fullmatch(path):
            right = 'give a value of the webhook\'s data, e.g. "score.value" (docs/crm.md)'
            raise InvalidPublication(f"{table.path('fields')}.{name}", right)
    return found


def _values(table: TomlTable) -> Mapping[str, Any]:
    found = _named(table, "values")
    for name, value in found.items():
        if isinstance(value, datetime | date | time):
            raise InvalidPublication(f"{table.path('values')}.{name}", "write a date as text")
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise InvalidPublication(f"{table.path('values')}.{name}", f"at most {MAX_TEXT} characters")
    return found


def _named(table: TomlTable, name: str) -> Mapping[str, Any]:
    found = table.plain(name)
    if len(found) > MAX_FIELDS:
        raise InvalidPublication(table.path(name), f"at most {MAX_FIELDS}")
    for each in found:
        if not FIELD.fullmatch(each):
            raise InvalidPublication(f"{table.path(name)}.{each}", "is no name that a field of a CRM can have")
    return found
