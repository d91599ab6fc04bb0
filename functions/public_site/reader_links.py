"""Links from one page of a reader's own to another."""

from __future__ import annotations

from newsletter.adapters.links import Purpose, Ref
from newsletter.container import app


def link(purpose: Purpose, ref: Ref) -> str:
    """The address of the reader's own page, with a token for it alone."""
    return f"/{purpose}/{app.links.token(purpose, ref)}"
