"""The sign-up form: what was typed into it, how it came to us, and the pages that show it again until it is right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.container import app
from newsletter.platform.web.answer import Answer
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import DEFAULT_CHOICES, LINES, ON_FORM
from newsletter.readers.email_address import MAX_ADDRESS
from newsletter.readers.signup.limits_store import FOREIGN_SIGN_UPS_AN_HOUR, SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import under_attack
from newsletter.readers.signup.subscribe import SignUpForm
from newsletter.sending.deliveries_store import LIFE as LEDGER_LIFE
from public_site import origins
from public_site.admission import ask_for_proof
from public_site.request import Request
from public_site.responses import page

TRAP = "website"
"""A field that people do not see; only a program fills it in."""
BUTTON = "button"
"""The field that the button of our own form sends: who does not press it has not seen the form."""
YOUNGEST, OLDEST = timedelta(seconds=2), timedelta(days=1)
"""How old a form of ours must be, and may be, when it is sent."""
WEB_PAGE = re.compile(r"https?://[^?#\s]+")


@dataclass(frozen=True)
class Typed:
    """What the form shows: nothing yet, or what was typed. `kept`: the address is right although it looks mistyped.

    `choices` are those of the form, as `Choice.read` takes them; `every_topic` is whether no topics mean all of them.
    """

    email: str
    choices: Mapping[str, Any]
    consent: bool = False
    next: str = ""
    kept: bool = False
    every_topic: bool = True

    @property
    def language(self) -> str:
        """In which the newsletter is wanted."""
        return str(self.choices["language"])


@dataclass(frozen=True)
class Entry:
    """How a form came in: `notice` says why it must be sent once more, `most` how many an hour its network may send."""

    notice: str
    most: int


def prefilled(request: Request) -> Typed:
    """The empty form, or what a link that leads to it has filled in: `?email=` and `?topics=` (keys, with commas)."""
    publication = app.templates.publication
    asked = request.query("topics").split(",")
    topics = tuple(topic.key for topic in publication.topics if topic.key in asked)
    empty = {name: DEFAULT_CHOICES[name] for name in ON_FORM}
    choices = empty | {"topics": topics, "language": request.language(publication)}
    return Typed(request.query("email")[:MAX_ADDRESS], choices, every_topic=not topics)


def typed_in(request: Request) -> Typed:
    """What the request's form holds. Raises InvalidInput for a body that is no form."""
    topics = tuple(filter(None, request.texts("topics")))
    return Typed(
        email=request.field("email"),
        choices={name: request.field(name) for name in LINES if name in ON_FORM}
        | {
            "topics": topics,
            "language": request.field("language") or request.language(app.templates.publication),
            "frequency": request.field("frequency") or Frequency.WEEKLY,
            "tracking": "tracking" not in request.fields or request.ticked("tracking"),
        },
        consent=request.ticked("consent"),
        next=origins.next_page(request.field("next")),
        kept=request.ticked("kept"),
        every_topic=not topics and _every_topic(request),
    )


def _every_topic(request: Request) -> bool:
    """Whether no topics mean all of them. Our own form has a box for that, so there nothing is chosen by accident: its
    button tells that somebody saw the box.

    Forms of other websites, and programs that leave the field out, mean it (docs/subscribe-form.md); one that is there
    and empty (`topics=`, or in JSON [], "" or null) is one that somebody emptied.
    """
    if request.field(BUTTON) or "topics" in request.fields:
        return request.ticked("every_topic")
    return True


def to_be_checked(typed: Typed, request: Request) -> SignUpForm:
    """The form as the use case takes it."""
    return SignUpForm(
        email=typed.email,
        choices=typed.choices,
        consent=typed.consent,
        origin=_origin(request),
        network=request.network,
        every_topic=typed.every_topic,
    )


def entry_of(request: Request, now: datetime) -> Entry:
    """A form of ours shows the token it was handed out with; one of another website comes from there, and may do less.

    Browsers say where a form came from, and a sandboxed frame that it comes from nowhere (`Origin: null`): only a form
    of ours, on a page of its own, is taken then. Programs say what they like, so for them there are the limits.
    """
    token = request.field("form")
    if origins.refused_origin(request, websites=True):
        return Entry("again", FOREIGN_SIGN_UPS_AN_HOUR)
    if not token:
        return Entry("", FOREIGN_SIGN_UPS_AN_HOUR)
    age = app.forms.age("subscribe", token, now)
    if age is None or age > OLDEST:
        return Entry("too_old", SIGN_UPS_AN_HOUR)
    return Entry("too_fast" if age < YOUNGEST else "", SIGN_UPS_AN_HOUR)


def show(
    request: Request,
    typed: Typed,
    *,
    status: int = 200,
    public: bool = False,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    suggestion: str = "",
) -> Answer:
    """The form with what was typed, and what to mend."""
    now = app.now()
    challenge = app.challenges.challenge(now) if under_attack(now, app) else None
    return page(
        request,
        "subscribe",
        typed.language,
        status=status,
        public=public,
        script=challenge is not None,
        form_to=origins.origin_of(typed.next),
        form=typed,
        token=_token(request, now),
        errors=errors or {},
        notice=notice,
        suggestion=suggestion,
        challenge=challenge,
        **_kept_for(),
    )


def _kept_for() -> dict[str, Any]:
    """For how many days what is kept: of a form nobody confirms, a reader who left, clicks, and mails that went out."""
    retention = app.templates.publication.retention
    kept = {"pending": retention.pending, "left": retention.left, "clicks": retention.clicks, "sent": LEDGER_LIFE}
    return {f"{name}_days": life.days for name, life in kept.items()}


def wait(request: Request, typed: Typed, email: str) -> Answer:
    """The way through without a proof of work: the form, filled in, whose button counts after a minute."""
    language = request.language(app.templates.publication, typed.language)
    token, form_to = _token(request, app.now()), origins.origin_of(typed.next)
    return ask_for_proof(request, language, email, form=typed, token=token, form_to=form_to)


def _token(request: Request, now: datetime) -> str:
    """The token the form came with, so that who mends a fault need not wait again; a new one where it is not good."""
    token = request.field("form") if request.method == "POST" else ""
    age = app.forms.age("subscribe", token, now)
    return token if age is not None and YOUNGEST <= age <= OLDEST else app.forms.token("subscribe", now)


def _origin(request: Request) -> str:
    """The page whose form was sent, without its query; our own form sends no Referer."""
    found = WEB_PAGE.match(request.header("referer") or request.header("origin"))
    return found[0] if found else f"{app.settings.public_url}/subscribe"
