"""The table [crm] is checked whole, and without it everything is as before."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.crm import DEFAULT_CRM, CrmAuth, CrmFormat, CrmSettings, parse_crm
from newsletter.publication.toml_table import TomlTable


def parsed(**crm: Any) -> CrmSettings:
    table = TomlTable({"crm": crm})
    return table.table("crm", parse_crm)


def test_an_empty_table_is_as_none() -> None:
    assert parsed() == DEFAULT_CRM == CrmSettings(CrmFormat.PLAIN, CrmAuth.SIGNATURE)


def test_a_crm_with_an_api_of_its_own_gets_a_token_unless_told_otherwise() -> None:
    assert parsed(format="hubspot").auth is CrmAuth.BEARER
    assert parsed(format="hubspot", auth="both").auth is CrmAuth.BOTH


@pytest.mark.parametrize(
    ("crm", "field"),
    [
        ({"format": "dynamics"}, "crm.format"),
        ({"format": 7}, "crm.format"),
        ({"auth": "basic"}, "crm.auth"),
        ({"token_header": "cookie"}, "crm.token_header"),
        ({"external_id": "Email"}, "crm.external_id"),
        ({"fields": {"a": "score.value"}}, "crm.fields"),
        ({"format": "hubspot", "fields": {"a": "score value"}}, "crm.fields.a"),
        ({"format": "hubspot", "fields": {"a": 1}}, "crm.fields.a"),
        ({"format": "hubspot", "fields": {"a b": "score.value"}}, "crm.fields.a b"),
        ({"format": "hubspot", "values": {"a": {"b": 1}}}, "crm.values.a"),
        ({"format": "hubspot", "values": {"a": [[1]]}}, "crm.values.a"),
        ({"format": "hubspot", "values": {"a": "x" * 1001}}, "crm.values.a"),
        ({"format": "hubspot", "values": {"a": "b"}, "fields": {"a": "lead.id"}}, "crm.values.a"),
        ({"format": "hubspot", "values": {f"a{number}": "b" for number in range(51)}}, "crm.values"),
        ({"url": "https://crm.example"}, "crm.url"),
    ],
)
def test_a_fault_is_named_by_its_field(crm: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPublication) as fault:
        parsed(**crm)
    assert fault.value.field == field
