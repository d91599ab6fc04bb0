"""The user of console and API, and their role, as the claims of their token give it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.container import app
from newsletter.platform.errors import NewsletterError
from newsletter.platform.text import cut, one_line
from newsletter.platform.words.said import either, say
from newsletter.publication.access.roles import Role
from newsletter.readers.manage.find import masked

MAX_NAME = 60


class NotSignedIn(NewsletterError):
    """The request has no token or session."""


class RoleNeeded(NewsletterError):
    """The user has too low a role; the message says which is needed, what gives it, and whom to ask."""

    def __init__(self, needed: Role, has: Role | None) -> None:
        access = app.publication.access
        names = access.names_for(needed) or access.names_for(Role.ADMINISTER)
        yours = say("the role {role}", role=has.word) if has else say("no role yet")
        super().__init__(
            say(
                "this needs the role {role}, and you have {yours}; ask {contact} for it",
                role=needed.word,
                yours=yours,
                contact=access.contact,
            )
            if not names
            else say(
                "this needs the role {role}, and you have {yours}; ask {contact} for it ({names})",
                role=needed.word,
                yours=yours,
                contact=access.contact,
                names=either(list(names)),
            )
        )
        self.needed = needed
        self.scope = names[0] if names else needed.word


@dataclass(frozen=True)
class Principal:
    """The user of a verified token, which is valid until `expires` (Unix seconds); `role` is None for one without."""

    subject: str
    name: str
    role: Role | None
    expires: int

    @property
    def digest(self) -> str:
        """Stands for the user in keys of tables."""
        return hashlib.sha256(self.subject.encode()).hexdigest()[:32]

    def may(self, role: Role) -> bool:
        """Whether the user has the role, or one that includes it."""
        return self.role is not None and self.role >= role

    @property
    def may_write(self) -> bool:
        """Whether pages offer to write; as the two below, for templates."""
        return self.may(Role.WRITE)

    @property
    def may_send(self) -> bool:
        """Whether pages offer what reaches readers, the CRM or the public, and show addresses whole."""
        return self.may(Role.SEND)

    @property
    def may_administer(self) -> bool:
        """Whether pages offer readers' data, feeds, settings and the audit trail."""
        return self.may(Role.ADMINISTER)

    def address(self, email: str) -> str:
        """A reader's address as the user may see it."""
        return email if self.may_send else masked(email)

    def require(self, role: Role | None) -> None:
        """Raises RoleNeeded for a user without the role; None is everybody's."""
        if role is not None and not self.may(role):
            raise RoleNeeded(role, self.role)


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """The user of verified claims."""
    names = (claims.get(name) for name in ("email", "preferred_username", "cognito:username", "username", "name"))
    name = next((name for name in names if isinstance(name, str) and name), claims["sub"])
    return Principal(
        subject=claims["sub"],
        name=cut(one_line(name), MAX_NAME),
        role=app.publication.access.role_of(claims),
        expires=int(claims["exp"]),
    )
