"""Who uses the console, and what they may do: reading needs a token of ours, sending a right besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.platform.errors import NewsletterError

SEND_SCOPE = "campaigns:send"
RESOURCE_SERVER = "newsletter"
"""Identifier of our API where issuers write it before a scope (Cognito). Scopes of others are rights on other APIs."""
SEND_GROUP = "marketing"
MAX_NAME = 60


class NotSignedIn(NewsletterError):
    """The request says nothing of who makes it."""


class MayNotSend(NewsletterError):
    """Known, but without the right to send campaigns."""

    def __init__(self) -> None:
        super().__init__(f"sending campaigns needs the group {SEND_GROUP} or the scope {SEND_SCOPE}")


@dataclass(frozen=True)
class Principal:
    """The user that a verified token names, until `expires` (Unix seconds)."""

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
    A token for us may carry the scopes of other resource servers too, of which some may have a scope of the same name.
    """
    scopes = str(claims.get("scope", "")).split()
    groups = claims.get("cognito:groups")
    names = (claims.get(name) for name in ("email", "preferred_username", "cognito:username", "username", "name"))
    name = next((name for name in names if isinstance(name, str) and name), claims["sub"])
    return Principal(
        subject=claims["sub"],
        name="".join(character for character in name if character.isprintable())[:MAX_NAME],
        may_send=not {SEND_SCOPE, f"{RESOURCE_SERVER}/{SEND_SCOPE}"}.isdisjoint(scopes)
        or (isinstance(groups, list) and SEND_GROUP in groups),
        expires=int(claims["exp"]),
    )
