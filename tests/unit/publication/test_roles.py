"""Roles from the claims of a token, and the table [console] that says which."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.access.roles import DEFAULT_ACCESS, WHOEVER, Access, Role, parse_console
from newsletter.publication.read_publication import check_publication
from newsletter.publication.toml_table import TomlTable
from tests.support.mailings.templates import TEMPLATES

OWN: dict[str, Any] = {
    "contact": "it@example.com",
    "requests_a_second": 5,
    "roles": {"claims": ["realm_access.roles", "scp"], "write": ["editor"], "administer": ["owner"]},
}


def access(**changed: Any) -> Access:
    return parse_console(TomlTable({**OWN, **changed}, "console"))


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({}, Role.LOOK),
        ({"scope": "openid newsletter:look"}, Role.LOOK),
        ({"scope": "openid newsletter:write"}, Role.WRITE),
        ({"scope": "newsletter/send newsletter/write"}, Role.SEND),
        ({"scope": "other/newsletter:send"}, Role.LOOK),
        ({"scope": "newsletter-send"}, Role.LOOK),
        ({"scope": ["newsletter:administer"]}, Role.ADMINISTER),
        ({"scope": 7, "cognito:groups": {"newsletter-send": True}}, Role.LOOK),
        ({"cognito:groups": ["all", "newsletter-send"]}, Role.SEND),
        ({"cognito:groups": [3, "newsletter-write"]}, Role.WRITE),
        ({"cognito:groups": "newsletter-send"}, Role.LOOK),
        ({"groups": ["newsletter-send"]}, Role.LOOK),
        ({"scope": "newsletter:write", "cognito:groups": ["newsletter-administer"]}, Role.ADMINISTER),
        # What gave the one right that there was gives everything.
        ({"scope": "campaigns:send"}, Role.ADMINISTER),
        ({"scope": "newsletter/campaigns:send"}, Role.ADMINISTER),
        ({"cognito:groups": ["marketing"]}, Role.ADMINISTER),
    ],
)
def test_the_highest_role_of_a_token_counts(claims: dict[str, Any], role: Role) -> None:
    assert DEFAULT_ACCESS.role_of(claims) is role


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"realm_access": {"roles": ["editor"]}}, Role.WRITE),
        ({"realm_access.roles": ["owner"], "realm_access": {"roles": ["editor"]}}, Role.ADMINISTER),
        ({"realm_access": "editor"}, Role.LOOK),
        ({"realm_access": {"roles": None}, "scp": "openid owner"}, Role.ADMINISTER),
        ({"scope": "newsletter:administer", "cognito:groups": ["marketing"]}, Role.LOOK),
    ],
)
def test_claims_and_names_of_ones_own_replace_the_usual_ones(claims: dict[str, Any], role: Role) -> None:
    assert access().role_of(claims) is role


def test_where_looking_has_a_name_nobody_looks_without_it() -> None:
    some = access(roles={"claims": ["groups"], "look": ["staff"], "send": ["marketing"]})
    assert some.role_of({"groups": ["guests"]}) is None
    assert some.role_of({"groups": ["staff"]}) is Role.LOOK
    assert some.role_of({"groups": ["marketing"]}) is Role.SEND


def test_what_to_ask_for_is_one_name_of_each_claim() -> None:
    assert DEFAULT_ACCESS.names_for(Role.SEND) == ("newsletter:send", "newsletter-send")
    assert access().names_for(Role.WRITE) == ("editor",)
    assert access().names_for(Role.SEND) == ()


def test_without_roles_of_its_own_the_table_changes_contact_and_limit_alone() -> None:
    said = parse_console(TomlTable({"contact": "it@example.com"}, "console"))
    assert (said.grants, said.contact) == (DEFAULT_ACCESS.grants, "it@example.com")
    assert said.requests_a_second == DEFAULT_ACCESS.requests_a_second
    assert (access(contact="x").contact, DEFAULT_ACCESS.contact) == ("x", WHOEVER)


@pytest.mark.parametrize(
    ("console", "path", "words"),
    [
        ({"roles": {"write": ["a"]}}, "console.roles.claims", "name the claims"),
        ({"roles": {"claims": ["groups"]}}, "console.roles.administer", "name a scope or group"),
        ({"roles": {"claims": ["groups"], "write": ["a"], "send": ["a"]}}, "console.roles.send", "under write already"),
        ({"roles": {"claims": ["groups"], "write": ["a b"]}}, "console.roles.write", "has a space"),
        ({"roles": {"claims": ["groups"], "write": "a"}}, "console.roles.write", "a list of texts"),
        ({"roles": {"claims": ["groups"], "sends": ["a"]}}, "console.roles", "name a scope or group"),
        ({"roles": {"claims": ["groups"], "send": ["a"], "sends": ["a"]}}, "console.roles.sends", "misspelt"),
        ({"requests_a_second": 0}, "console.requests_a_second", "not from 1 to 1000"),
        ({"requests": 9}, "console.requests", "misspelt"),
    ],
)
def test_a_fault_is_named_with_its_place(console: dict[str, Any], path: str, words: str) -> None:
    data = tomllib.loads((TEMPLATES / "publication.toml").read_text(encoding="utf-8")) | {"console": console}
    faults = check_publication(data)[1]
    assert any(fault.field.startswith(path) and words in str(fault) for fault in faults), faults
    assert all(isinstance(fault, InvalidPublication) for fault in faults)


def test_a_publication_without_the_table_has_the_usual_roles() -> None:
    data = tomllib.loads((TEMPLATES / "publication.toml").read_text(encoding="utf-8"))
    data.pop("console")
    publication, faults = check_publication(data)
    assert publication is not None
    assert (publication.access, faults) == (DEFAULT_ACCESS, ())
