"""Links from one page of a reader's own to another."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose


def link(purpose: LinkPurpose, ref: LinkClaims) -> str:
    """The address of the reader's own page, with a token for it alone."""
    return f"/{purpose}/{app.links.token(purpose, ref)}"
