"""DNS records as a zone file has them, which every provider's form can be filled in from."""

from __future__ import annotations

TTL = 3600


def cname(name: str, target: str) -> str:
    """An alias."""
    return f"{name}. {TTL} IN CNAME {target}."


def mx(name: str, preference: int, server: str) -> str:
    """A mail server."""
    return f"{name}. {TTL} IN MX {preference} {server}."


def txt(name: str, text: str) -> str:
    """A text of at most 255 characters."""
    return f'{name}. {TTL} IN TXT "{text}"'
