"""What differs per reader in a mail: the values of its placeholders, for SES and for the letter in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from newsletter.mail.writing.personal_fields import personal_value
from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkClaims, LinkPurpose, Links

SAME_CLAIMS = {
    "click": LinkPurpose.CLICK,
    "letter": LinkPurpose.LETTER,
    "preferences": LinkPurpose.PREFERENCES,
    "unsubscribe": LinkPurpose.UNSUBSCRIBE,
}
"""Placeholders whose tokens say the same, each signed for its purpose."""

NOBODY: Mapping[str, str] = MappingProxyType({})


def reader_values(
    placeholders: Iterable[str],
    claims: LinkClaims,
    greeting: tuple[str, str],
    offer: str,
    links: Links,
    *,
    nonce: str = "",
    reader: Mapping[str, str] = NOBODY,
) -> dict[str, str]:
    """The values for one recipient.

    `claims` are the recipient's place in the mailing, `greeting` is from Templates.greeting, `offer` is the key of the
    mailing's offer, `nonce` that of the form to confirm, and `reader` has what personal fields show: `name` and
    `email`. Raises NotFound for a placeholder that has no value: SES
    accepts a mail that lacks one, and then drops it.
    """
    payload = links.payload(claims)
    hello_html, hello_text = greeting
    values: dict[str, str] = {}
    for name in placeholders:
        match name:
            case "hello_html":
                values[name] = hello_html
            case "hello_text":
                values[name] = hello_text
            case "offer":
                values[name] = links.token(LinkPurpose.OFFER, claims._replace(extra=offer))
            case "confirm":
                values[name] = links.token(LinkPurpose.CONFIRM, claims._replace(extra=nonce))
            case _:
                values[name] = _token_or_field(name, payload, links, reader)
    return values


def _token_or_field(name: str, payload: bytes, links: Links, reader: Mapping[str, str]) -> str:
    purpose = SAME_CLAIMS.get(name)
    if purpose is not None:
        return links.signed(purpose, payload)
    value = personal_value(name, reader)
    if value is None:
        raise NotFound(f"placeholder {name}")
    return value
