"""Turn errors into answers: a page for a person, JSON for a program."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console.access.once import BadKey, InProgress
from console.campaigns import api as campaign_api
from console.campaigns.input import InvalidFields
from console.description.answers import PROBLEM_JSON
from console.description.requests import NotJson
from console.principal import NotSignedIn, RoleNeeded
from console.request import Request
from console.responses import page
from console.session import ForgedForm, SignInFailed
from newsletter.mailings.drafts.draft import DraftChanged
from newsletter.platform.errors import Conflict, InvalidForm, InvalidInput, LimitReached, NotFound, NotNow, text_of
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.oidc_client import BadToken, IssuerUnreachable
from newsletter.platform.web.problems import allowed, status_and_words
from newsletter.platform.web.request import TooLarge
from newsletter.platform.web.router import MethodNotAllowed
from newsletter.platform.words.said import Said, say

SAME_AGAIN = say(
    "Your session is over. Sign in in a new tab, come back here and press “Send again”: nothing you wrote is lost."
)
OLD_FORM = say("It is older than a day, or was made for somebody else. Go back, reload the page and send it again.")
NOT_NOW = say("The sign-in service does not answer as it should. Please try again in a minute.")
AMISS = say("Something needs mending")
NO_SIGN_IN = say("Signing in did not work")
AGAIN = say("Please start again: {error}.")
PLAIN = say("{error}.")
TOO_LONG = say("A request may have at most 200 kB, a picture 1 MB, and a list of readers 4 MB.")

# The first matching class decides: status, heading of the page, what to do. `error` is the text of the error.
KNOWN: tuple[tuple[type[Exception], int, tuple[Said, Said]], ...] = (
    (NotSignedIn, 401, (say("You are signed out"), SAME_AGAIN)),
    (SignInFailed, 400, (NO_SIGN_IN, AGAIN)),
    (BadToken, 401, (NO_SIGN_IN, AGAIN)),
    (RoleNeeded, 403, (say("You may not do this"), say("{error}. Then sign out and in again."))),
    (BadKey, 400, (AMISS, PLAIN)),
    (ForgedForm, 403, (say("This form cannot be used any more"), OLD_FORM)),
    (NotFound, 404, (say("Nothing here"), say("There is no such page or mailing."))),
    (MethodNotAllowed, 405, (say("That does not work here"), say("This page only takes {error}."))),
    (NotNow, 409, (say("That cannot be done now"), PLAIN)),
    (DraftChanged, 409, (say("Somebody else changed this"), PLAIN)),
    (Conflict, 409, (say("This name is taken"), PLAIN)),
    (TooLarge, 413, (say("Too long"), TOO_LONG)),
    (NotJson, 415, (say("send JSON, with Content-Type: application/json"), PLAIN)),
    (LimitReached, 429, (say("That is enough for now"), say("There may be {error}."))),
    (InvalidInput, 422, (AMISS, PLAIN)),
    (InvalidFields, 422, (AMISS, PLAIN)),
    (IssuerUnreachable, 503, (say("Signing in does not work right now"), NOT_NOW)),
)
UNKNOWN = (
    say("Something went wrong"),
    say("The fault is ours and has been recorded. Please try again in a while."),
)


def status_of(error: Exception) -> int:
    """The status of the answer to a request that failed so."""
    return next((status for kind, status, _ in KNOWN if isinstance(error, kind)), 500)


def problem(request: Request, error: Exception) -> Answer:
    """The answer to a request that failed. Must be called while `error` is being handled (an unknown one is logged)."""
    status, (heading, advice) = status_and_words(error, KNOWN, UNKNOWN, "ConsoleRequestsFailed")
    if request.of_api:
        answer = _in_json(error, status, heading)
    elif isinstance(error, NotSignedIn):
        answer = _signed_out(request, heading, advice)
    else:
        answer = _as_page(error, status, heading, advice)
    return answer.with_headers(allowed(error) | _later(error) | request.told)


def _later(error: Exception) -> dict[str, str]:
    """When it may work (RFC 9110, 10.2.3)."""
    seconds = error.seconds if isinstance(error, LimitReached | InProgress) else 0
    return {"Retry-After": str(seconds)} if seconds else {}


def _as_page(error: Exception, status: int, heading: Said, advice: Said) -> Answer:
    advice = advice.with_values(error=text_of(error))
    return page("problem", None, status=status, heading=heading, advice=advice, role=isinstance(error, RoleNeeded))


def _signed_out(request: Request, heading: Said, advice: Said) -> Answer:
    """The page with what was sent, to be sent once more after signing in: nothing that was written is lost.

    Whoever signs in meanwhile must be the one for whom the form was made: it carries its token.
    """
    try:
        fields = [(name, value) for name, values in request.form.items() for value in values]
    except InvalidInput:
        fields = []
    words: dict[str, Any] = {"heading": heading, "advice": advice, "role": False}
    return page("problem", None, status=401, **words, fields=fields, path=request.path)


def _in_json(error: Exception, status: int, heading: str) -> Answer:
    if isinstance(error, DraftChanged):
        return problem_answer(status, str(error), campaign=campaign_api.draft_as_json(error.draft))
    if isinstance(error, InvalidForm | InvalidFields):
        return problem_answer(status, str(error), errors=dict(error.errors))
    if isinstance(error, InvalidInput):
        return problem_answer(status, str(error), errors={error.field: error.message})
    headers = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="newsletter"'
    elif isinstance(error, BadToken):
        headers["WWW-Authenticate"] = 'Bearer realm="newsletter", error="invalid_token"'
    elif isinstance(error, RoleNeeded):
        headers["WWW-Authenticate"] = f'Bearer realm="newsletter", error="insufficient_scope", scope="{error.scope}"'
    return problem_answer(status, _said(error, status, heading), headers=headers)


def problem_answer(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """A problem as RFC 9457 has it, with `more` members; `error` is what it was called before."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body |= more if "errors" in more else {"error": detail, **more}
    return json_answer(status, body, {**(headers or {}), "Content-Type": PROBLEM_JSON})


def _said(error: Exception, status: int, heading: str) -> str:
    """The error text for a program, without details of errors on our side."""
    if isinstance(error, NotSignedIn):
        return "send the header Authorization: Bearer <JSON Web Token>"
    if isinstance(error, MethodNotAllowed):
        return f"allowed here: {error.allowed}"
    return heading if status >= 500 or isinstance(error, NotFound) or not str(error) else str(error)
