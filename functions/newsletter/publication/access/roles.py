"""Roles of people and programs, and which claims of a token give them: the table [console] of publication.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from newsletter.platform.errors import InvalidPublication
from newsletter.platform.words.said import say
from newsletter.publication.toml_table import TomlTable

RESOURCE_SERVER = "newsletter"
"""Identifier of our API, which Cognito writes before its scopes. Scopes with another one are for other APIs."""
WHOEVER = say("whoever looks after the accounts of your company")
MOST_REQUESTS = 1000
COGNITO_GROUPS = "cognito:groups"
"""Always a list; a text of this name was not written by Cognito's groups."""


class Role(IntEnum):
    """What somebody may do; each role includes those before it."""

    LOOK = 1
    WRITE = 2
    SEND = 3
    ADMINISTER = 4

    @property
    def word(self) -> str:
        """As people and documents name it: `send`."""
        return WORDS[self]


WORDS = {Role.LOOK: say("look"), Role.WRITE: say("write"), Role.SEND: say("send"), Role.ADMINISTER: say("administer")}


@dataclass(frozen=True)
class Grant:
    """A token whose `claim` has the value `name` gives the role."""

    claim: str
    name: str
    role: Role


def _usual_grants() -> Iterator[Grant]:
    for role in Role:
        yield Grant("scope", f"{RESOURCE_SERVER}:{role.word}", role)
        yield Grant("scope", f"{RESOURCE_SERVER}/{role.word}", role)
        yield Grant(COGNITO_GROUPS, f"{RESOURCE_SERVER}-{role.word}", role)
    # From the time when there was one right, and whoever had it could do everything. It stays so.
    for scope in ("campaigns:send", f"{RESOURCE_SERVER}/campaigns:send"):
        yield Grant("scope", scope, Role.ADMINISTER)
    yield Grant(COGNITO_GROUPS, "marketing", Role.ADMINISTER)


@dataclass(frozen=True)
class Access:
    """`contact` is whom to ask for a role; `requests_a_second` is how many a program may make, on average.

    Where no grant is for `look`, every token of the issuer may look.
    """

    grants: tuple[Grant, ...] = tuple(_usual_grants())
    everybody_looks: bool = True
    contact: str = WHOEVER
    requests_a_second: int = 10

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that the claims of a token give; None where they give none."""
        found = [grant.role for grant in self.grants if grant.name in values_of(claims, grant.claim)]
        return max(found, default=Role.LOOK if self.everybody_looks else None)

    def names_for(self, role: Role) -> tuple[str, ...]:
        """What a token may have to get just this role: for each claim the name that was given first."""
        first = {grant.claim: grant.name for grant in reversed(self.grants) if grant.role is role}
        return tuple(dict.fromkeys(reversed(first.values())))


DEFAULT_ACCESS = Access()


def values_of(claims: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    """The values of a claim: those of a list, or the words of a text (as in `scope`, RFC 8693, 4.2).

    A claim within another is named with points (`realm_access.roles`); a claim of that very name goes first.
    """
    value: Any = claims.get(claim)
    if value is None and "." in claim:
        value = claims
        for part in claim.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str) and claim != COGNITO_GROUPS:
        return tuple(value.split())
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def parse_console(table: TomlTable) -> Access:
    """The table [console]. Raises InvalidPublication."""
    usual = table.table("roles", _roles) if "roles" in table else DEFAULT_ACCESS
    return Access(
        grants=usual.grants,
        everybody_looks=usual.everybody_looks,
        contact=table.optional("contact") or WHOEVER,
        requests_a_second=table.number("requests_a_second", 1, MOST_REQUESTS, DEFAULT_ACCESS.requests_a_second),
    )


def _roles(table: TomlTable) -> Access:
    claims = table.lines("claims")
    if not claims:
        raise InvalidPublication(
            table.path("claims"), 'name the claims of a token to look in, e.g. ["groups", "scope"]'
        )
    given: dict[str, Role] = {}
    for role in Role:
        for name in table.lines(role.word):
            if name in given:
                right = (
                    f"{name!r} is under {given[name].word} already; a role includes those before it, so name it once"
                )
                raise InvalidPublication(table.path(role.word), right)
            if len(name.split()) != 1:
                raise InvalidPublication(table.path(role.word), f"{name!r} has a space; scopes and groups have none")
            given[name] = role
    if not given:
        raise InvalidPublication(table.path(Role.ADMINISTER.word), "missing; name a scope or group for some role")
    grants = tuple(Grant(claim, name, role) for claim in claims for name, role in given.items())
    return Access(grants, everybody_looks=Role.LOOK not in given.values())
