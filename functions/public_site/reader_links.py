"""Links between a reader's own pages, such as from the preferences to the data page."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose


def link(purpose: LinkPurpose, claims: LinkClaims) -> str:
    """The path of the reader's page, with a token for this purpose only."""
    return f"/{purpose}/{app.links.token(purpose, claims)}"
