"""The user of the console and their rights: any valid token may read, sending needs a group or scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.platform.errors import NewsletterError
from newsletter.platform.text import cut, one_line

SEND_SCOPE = "campaigns:send"
RESOURCE_SERVER = "newsletter"
"""Identifier of our API, which Cognito writes before its scopes. Scopes with another one are for other APIs."""
SEND_GROUP = "marketing"
MAX_NAME = 60


class NotSignedIn(NewsletterError):
    """The request has no token or session."""


class MayNotSend(NewsletterError):
    """The user has no right to send campaigns."""

    def __init__(self) -> None:
        super().__init__(f"sending campaigns needs the group {SEND_GROUP} or the scope {SEND_SCOPE}")


@dataclass(frozen=True)
class Principal:
    """The user of a verified token, which is valid until `expires` (Unix seconds)."""

    subject: str
    name: str
    may_send: bool
    expires: int

    def require_sending(self) -> None:
        """Raises MayNotSend for a user without the right to send campaigns."""
        if not self.may_send:
            raise MayNotSend


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """The user of verified claims.

    Cognito writes custom scopes as `<resource server>/<scope>` and groups into `cognito:groups` (AWS: Cognito tokens).
    A token may have scopes of other resource servers too, and one of them may have the same name.
    """
    scopes = str(claims.get("scope", "")).split()
    groups = claims.get("cognito:groups")
    names = (claims.get(name) for name in ("email", "preferred_username", "cognito:username", "username", "name"))
    name = next((name for name in names if isinstance(name, str) and name), claims["sub"])
    return Principal(
        subject=claims["sub"],
        name=cut(one_line(name), MAX_NAME),
        may_send=not {SEND_SCOPE, f"{RESOURCE_SERVER}/{SEND_SCOPE}"}.isdisjoint(scopes)
        or (isinstance(groups, list) and SEND_GROUP in groups),
        expires=int(claims["exp"]),
    )
