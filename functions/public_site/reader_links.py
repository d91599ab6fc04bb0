"""Links from one page of a reader's own to another."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import Purpose, Ref


def link(purpose: Purpose, ref: Ref) -> str:
    """The address of the reader's own page, with a token for it alone."""
    return f"/{purpose}/{app.links.token(purpose, ref)}"
