"""The addresses that a text may link to."""

from __future__ import annotations

import re

WEB = re.compile(r"https?://[^\s/?#\\]+\S*", re.IGNORECASE)
MAILBOX = re.compile(r"mailto:[^\s@?]+@[^\s@?]+(?:\?\S*)?", re.IGNORECASE)
PHONE = re.compile(r"tel:\+?[0-9().*#;=a-z-]*[0-9][0-9().*#;=a-z-]*", re.IGNORECASE)
PICTURES = "/pictures/"
"""The path of uploaded pictures on the site's own address."""
UPLOADED = re.compile(rf"https?://[^/\s]+{PICTURES}[0-9a-f]{{32}}-([1-9]\d{{0,4}})x([1-9]\d{{0,4}})\.(?:png|jpg|gif)")
"""The address of an uploaded picture says its width and height."""
SCHEMES = {"http", "https", "mailto", "tel"}


def is_link(url: str) -> bool:
    """Whether a text may link to the address: http, https, mailto or tel."""
    return bool(WEB.fullmatch(url) or MAILBOX.fullmatch(url) or PHONE.fullmatch(url))
