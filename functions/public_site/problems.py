"""Turn errors into answers that help the reader and say nothing about other readers."""

from __future__ import annotations

from newsletter.container import app
from newsletter.leads.visits.link_targets import NotReadable
from newsletter.platform.aws.throttling import is_passing, is_throttled
from newsletter.platform.aws.time_limit_client import time_limit
from newsletter.platform.errors import (
    BadLink,
    ExpiredLink,
    InvalidInput,
    LimitReached,
    NewsletterError,
    NotFound,
    WrongPepper,
)
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.problems import allowed, status_and_words
from newsletter.platform.web.request import TooLarge
from newsletter.platform.web.router import MethodNotAllowed
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.signup.confirm import kept_form
from public_site.request import Request, UnsupportedType
from public_site.responses import page


class SubscriptionEnded(NewsletterError):
    """The link is valid, but the subscription is not active. `language` is the reader's, or empty if unknown."""

    def __init__(self, language: str = "") -> None:
        super().__init__()
        self.language = language


class ConfirmationOver(SubscriptionEnded):
    """The form of a confirmation link was confirmed or replaced, or is too old."""


class Moved(SubscriptionEnded):
    """The reader has changed to another address, which the page must not name: the old mailbox may be another's now."""


class ForeignForm(NewsletterError):
    """The form was sent from a page that is not ours, perhaps without the reader's knowledge."""


class Busy(NewsletterError):
    """AWS could not do just now what the request needs: throttled, out of order, or no answer in time."""


BUSY_SECONDS = 30
"""When to try again. A partition of DynamoDB that is asked for too much has room again each second; splitting a busy
one takes minutes."""
SECONDS_FOR_LANGUAGE = 0.05
"""How long the reader's language may be asked for: one attempt, as AWS answers within milliseconds or refuses."""
ACTS = {
    "/subscribe": "sign_up",
    "/confirm": "confirm",
    "/preferences": "choices",
    "/unsubscribe": "leave",
    "/my-data": "erase",
    "/offer": "offer",
}
"""What a POST to these paths would have done; the names are texts of pages.problems.busy in templates/locales/."""

OF_PROGRAMS = "/hooks/"
FOR_PROGRAMS = {405: "send a POST", 413: f"the body has more than {Request.MAX_BODY} bytes"}
"""What programs are told by the status of their answer; any other may be gone when they try again."""

# The first matching class decides. The names are tables of pages.problems in templates/locales/.
KNOWN: tuple[tuple[type[Exception], int, str], ...] = (
    (ExpiredLink, 410, "expired"),
    (ConfirmationOver, 410, "expired"),
    (Moved, 410, "moved"),
    (SubscriptionEnded, 410, "ended"),
    (BadLink, 404, "not_found"),
    (NotFound, 404, "not_found"),
    (ForeignForm, 403, "foreign"),
    (MethodNotAllowed, 405, "method_not_allowed"),
    (TooLarge, 413, "too_large"),
    (UnsupportedType, 415, "unreadable"),
    (InvalidInput, 422, "unreadable"),
    (LimitReached, 429, "limit_reached"),
    (Busy, 503, "busy"),
    (NotReadable, 503, "link_later"),
    (WrongPepper, 503, "not_set_up"),
    (MissingSetting, 503, "not_set_up"),
)
LATER: tuple[tuple[type[Exception], int], ...] = (
    (Busy, BUSY_SECONDS),
    (NotReadable, 10),
    (LimitReached, 3600),
    (WrongPepper, 3600),
    (MissingSetting, 3600),
)
"""Errors that may be gone after so many seconds, which their answers say in the header Retry-After."""


def problem(request: Request, error: Exception, *, may_have_changed: bool = False) -> Answer:
    """The answer to a request that failed, in the reader's language; JSON if the request wants JSON.

    `may_have_changed`: a write of the request took effect, or its answer never came. Must be called while `error` is
    being handled, so that the log of an unexpected one has its traceback.
    """
    at_once = is_throttled(error)
    if is_passing(error):
        error = Busy()
    status, name = status_and_words(error, KNOWN, "failed", "PagesFailed")
    if request.path.startswith(OF_PROGRAMS):
        words = FOR_PROGRAMS.get(status, "it cannot be taken now; send it again later under the same webhook-id")
        answer = json_answer(status, {"error": words})
    elif isinstance(error, Busy):
        answer = _busy(request, _own_language(request, at_once=at_once), may_have_changed=may_have_changed)
    elif request.wants_json:
        answer = _in_json(request, error, status, name)
    else:
        own = error.language if isinstance(error, SubscriptionEnded) else ""
        answer = page(request, "problem", own, status=status, problem=name, path=request.path, days=SIGN_UP_LIFE.days)
    later = next((seconds for kind, seconds in LATER if isinstance(error, kind)), 0)
    return answer.with_headers(allowed(error) | ({"Retry-After": str(later)} if later else {}))


def _busy(request: Request, own: str, *, may_have_changed: bool) -> Answer:
    """Says what did not happen; that it may have, where that is not known. All of it may be done again."""
    act = "shown" if request.method in ("GET", "HEAD") else "perhaps" if may_have_changed else _act(request)
    templates = app.templates
    if request.wants_json:
        language = request.language(templates.publication, own)
        return json_answer(503, {"error": templates.text(f"pages.problems.busy.{act}", language)})
    again = request.path if act != "shown" or request.path == "/subscribe" else request.address
    return page(request, "problem", own, status=503, problem="busy", act=act, path=again, days=0)


def _act(request: Request) -> str:
    """What the form would have done: one that follows another on the same path has words of its own."""
    act = next((act for path, act in ACTS.items() if request.path.startswith(path)), "other")
    if act == "offer" and request.readable and "answers" in request.fields.words("step"):
        return "answers"  # the press before it is safe
    if act == "leave" and request.readable:  # whoever sends one of these has left
        return next((then for then in ("back", "explain") if request.ticked(then)), act)
    return act


def _own_language(request: Request, *, at_once: bool) -> str:
    """The language chosen on the form, or of the reader to whom the link belongs; empty if it is not to be had at once.

    A table is asked where AWS has refused another call (`at_once`), which takes milliseconds; where it did not answer,
    nobody waits again. Who has not confirmed yet has only a form.
    """
    kind, _, token = request.path.strip("/").partition("/")
    try:
        if kind == "subscribe":
            return request.field("language")
        if not at_once:
            return ""
        with time_limit(SECONDS_FOR_LANGUAGE, app):
            claims = app.links.read(LinkPurpose(kind), token.partition("/")[0])
            known = app.subscribers.profile(claims.subscriber)
            if known is None and kind == LinkPurpose.CONFIRM:
                form = kept_form(claims, app.now(), app)
                return form.language if form else ""
    except Exception:  # noqa: BLE001 (AWS still fails, or there is no such link: the browser's language will do)
        return ""
    return known.language if known else ""


def _in_json(request: Request, error: Exception, status: int, name: str) -> Answer:
    templates = app.templates
    language = request.language(templates.publication)
    if isinstance(error, UnsupportedType):
        return json_answer(status, {"errors": {"content-type": templates.text("pages.errors.content_type", language)}})
    if isinstance(error, InvalidInput):
        return json_answer(status, {"errors": {error.field: templates.text(error.message, language)}})
    text = templates.text(f"pages.problems.{name}.text", language, days=SIGN_UP_LIFE.days)
    return json_answer(status, {"error": text})
