"""/c: a link of a mail leads to the article at once; that somebody followed it is evidence, not proof, of a person."""

from __future__ import annotations

from newsletter import wiring
from newsletter.adapters.links import Purpose
from newsletter.usecases.record_click import record_click
from public_site.request import Request
from public_site.responses import Answer, redirect


def follow(request: Request, token: str, link: str) -> Answer:
    """302 to the target that was mailed under this key, and to no other."""
    target = record_click(
        wiring.links().read(Purpose.CLICK, token),
        link,
        request.evidence,
        now=wiring.now(),
        content=wiring.content(),
        subscribers=wiring.subscribers(),
        deliveries=wiring.deliveries(),
    )
    return redirect(target)
