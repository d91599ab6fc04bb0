"""What a form needs if too many come from its network: a proof of work, or a minute's wait."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.observability import count
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.readers.signup.protection import WAIT, WAIT_LIFE, needs_proof, solved, waited
from public_site.request import Request
from public_site.responses import page

HOW = (
    "Find the number from 0 to maxnumber for which the hex SHA-256 of salt followed by number is challenge. Send the"
    ' same request again with the field altcha: Base64 of the JSON {"algorithm", "challenge", "number", "salt",'
    ' "signature"}.'
)


def admitted(request: Request, email: str) -> bool:
    """Whether the request may cause a mail to the normalised address: it needs no proof, has one, or has waited.

    Raises LimitReached if another request of its network used the wait a short while ago.
    """
    now = app.now()
    if not needs_proof(request.network, now, app):
        return True
    if solved(request.field("altcha"), email, app, now):
        return True
    return waited(app.forms.age("wait", request.field("wait"), now, email), request.network, email, now, app)


def ask_for_proof(request: Request, language: str, email: str, **values: Any) -> Answer:
    """The waiting page, whose button works after a minute, or at once if our script runs; for a program the challenge.

    `email` is the normalised address, for which alone the wait counts; `values` are those of the page: what was typed.
    """
    count("ProofsAskedFor")
    now = app.now()
    challenge = app.challenges.challenge(now)
    if request.wants_json:
        text = app.templates.text("pages.errors.altcha", language)
        return json_answer(428, {"error": text, "challenge": challenge, "how": HOW})
    token = request.field("wait")
    age = app.forms.age("wait", token, now, email)
    if age is None or age > WAIT_LIFE:
        token = app.forms.token("wait", now, email)
    return page(
        request,
        "wait",
        language,
        status=428,
        script=True,
        wait=token,
        seconds=int(WAIT.total_seconds()),
        too_early=bool(request.field("wait")),
        challenge=challenge,
        **{"form": None, "form_to": "", **values},
    )
