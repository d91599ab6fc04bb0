"""What differs per reader in a mail: the values of its placeholders, for SES and for the letter in a browser."""

from __future__ import annotations

from collections.abc import Iterable

from newsletter.platform.errors import NotFound
from newsletter.platform.links.links import LinkClaims, LinkPurpose, Links

SAME_CLAIMS = {
    "click": LinkPurpose.CLICK,
    "letter": LinkPurpose.LETTER,
    "preferences": LinkPurpose.PREFERENCES,
    "unsubscribe": LinkPurpose.UNSUBSCRIBE,
}
"""Placeholders whose tokens say the same, each signed for its purpose."""


def reader_values(
    placeholders: Iterable[str],
    claims: LinkClaims,
    greeting: tuple[str, str],
    offer: str,
    links: Links,
    *,
    nonce: str = "",
) -> dict[str, str]:
    """The values for one recipient.

    `claims` are the recipient's place in the mailing, `greeting` is from Templates.greeting, `offer` is the key of the
    mailing's offer, and `nonce` that of the form to confirm. Raises NotFound for a placeholder that has no value: SES
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
                purpose = SAME_CLAIMS.get(name)
                if purpose is None:
                    raise NotFound(f"placeholder {name}")
                values[name] = links.signed(purpose, payload)
    return values
