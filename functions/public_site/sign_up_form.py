"""The sign-up form: reading what was typed, checking where the form came from, and showing it with errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.container import app
from newsletter.mailings.newest_letter import newest_letter
from newsletter.mailings.planning.ledger_keys import LIFE as LEDGER_LIFE
from newsletter.mailings.schedules import digest_day
from newsletter.platform.aws.throttling import is_passing
from newsletter.platform.web.answer import Answer
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import DEFAULT_CHOICES, LINES, ON_FORM
from newsletter.readers.email_address import MAX_ADDRESS
from newsletter.readers.signup.limits_store import FOREIGN_SIGN_UPS_AN_HOUR, SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import under_attack
from newsletter.readers.signup.subscribe import SignUpForm
from newsletter.readers.signup.website_form import FORM_NAME
from public_site import origins
from public_site.admission import ask_for_proof
from public_site.request import Request
from public_site.responses import page

HONEYPOT = "website"
"""A honeypot: people do not see the field, so only a program fills it in."""
BUTTON = "button"
"""The field that the button of our own form sends; without it the form was not sent by pressing that button."""
MIN_AGE, MAX_AGE = timedelta(seconds=2), timedelta(days=1)
"""How old a form of ours must be, and may be, when it is sent."""
SHARED = {"Cache-Control": "public, max-age=60"}
"""The empty form is the same for everybody, and its token may be MAX_AGE old: caches may keep it for a minute, so that
a form that many open at once costs few requests."""
PERSONAL = {"Cache-Control": "no-store"}
WEB_PAGE = re.compile(r"https?://[^?#\s]+")


@dataclass(frozen=True)
class Typed:
    """The values in the form. `kept`: the reader has said that the address is right although it looks mistyped.

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
        """The language chosen for the newsletter."""
        return str(self.choices["language"])


@dataclass(frozen=True)
class FormSource:
    """How a form was received: `notice` is why it must be sent again, `most` its network's limit in an hour."""

    notice: str
    most: int


def prefilled(request: Request) -> Typed:
    """The empty form, or filled in by its link: `?email=` and `?topics=` (topic keys, separated by commas)."""
    publication = app.templates.publication
    asked = request.query("topics").split(",")
    topics = tuple(topic.key for topic in publication.topics if topic.key in asked)
    empty = {name: DEFAULT_CHOICES[name] for name in ON_FORM}
    choices = empty | {"topics": topics, "language": request.language(publication)}
    return Typed(request.query("email")[:MAX_ADDRESS], choices, every_topic=not topics)


def typed_in(request: Request) -> Typed:
    """What was typed into the request's form. Raises InvalidInput for a body that is no form."""
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
    """Whether no topics mean all of them. Our own form has a checkbox for that, and its button shows that it was there.

    For forms of other websites and programs, leaving out the field means all topics (docs/subscribe-form.md); a field
    that is sent empty (`topics=`, or in JSON [], "" or null) does not.
    """
    if request.field(BUTTON) or "topics" in request.fields:
        return request.ticked("every_topic")
    return True


def to_be_checked(typed: Typed, request: Request) -> SignUpForm:
    """The form for `subscribe.checked`."""
    return SignUpForm(
        email=typed.email,
        choices=typed.choices,
        consent=typed.consent,
        origin=_origin(request),
        network=request.network,
        every_topic=typed.every_topic,
    )


def check_source(request: Request, now: datetime) -> FormSource:
    """Check where the form comes from. Our own form has a token; one of another website has none and a lower limit.

    Browsers send the origin of a form, which must be ours or that of a website that the publication names; a sandboxed
    frame (`Origin: null`) is asked to send our own form. Programs can send any origin, so the limits apply to them.
    """
    token = request.field("form")
    if origins.refused_origin(request, websites=True):
        return FormSource("again", FOREIGN_SIGN_UPS_AN_HOUR)
    if not token:
        return FormSource("", FOREIGN_SIGN_UPS_AN_HOUR)
    age = app.forms.age("subscribe", token, now)
    if age is None or age > MAX_AGE:
        return FormSource("too_old", SIGN_UPS_AN_HOUR)
    return FormSource("too_fast" if age < MIN_AGE else "", SIGN_UPS_AN_HOUR)


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
    """The page with the form, what was typed, and the errors by field.

    `public` is the form before anybody sent it: caches may share it if it has no address in it, and no proof of work,
    each of which is accepted once.
    """
    now = app.now()
    challenge = app.challenges.challenge(now) if _under_attack(now) else None
    answer = page(
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
        day=digest_day(app.settings.digest_schedule),
        letter=newest_letter(request.language(app.templates.publication, typed.language), now, app),
        **_kept_for(),
    )
    if not public:
        return answer
    return answer.with_headers(PERSONAL if typed.email or challenge else SHARED)


def _under_attack(now: datetime) -> bool:
    """Whether the form asks for a proof of work; not while that cannot be read, for whoever sends it is asked then."""
    try:
        return under_attack(now, app)
    except Exception as error:
        if not is_passing(error):
            raise
        return False


def _kept_for() -> dict[str, Any]:
    """The days for which data is kept: unconfirmed forms, readers who left, clicks, and the ledger of sent mails."""
    retention = app.templates.publication.retention
    kept = {"pending": retention.pending, "left": retention.left, "clicks": retention.clicks, "sent": LEDGER_LIFE}
    return {f"{name}_days": life.days for name, life in kept.items()}


def wait(request: Request, typed: Typed, email: str) -> Answer:
    """The waiting page, for sign-ups without a proof of work: the filled-in form, whose button works after a minute."""
    language = request.language(app.templates.publication, typed.language)
    token, form_to = _token(request, app.now()), origins.origin_of(typed.next)
    return ask_for_proof(request, language, email, form=typed, token=token, form_to=form_to)


def _token(request: Request, now: datetime) -> str:
    """The form's token, so that correcting an error needs no new wait; a new one if it has none that is valid."""
    token = request.field("form") if request.method == "POST" else ""
    age = app.forms.age("subscribe", token, now)
    return token if age is not None and MIN_AGE <= age <= MAX_AGE else app.forms.token("subscribe", now)


def _origin(request: Request) -> str:
    """The address of the page with the form, without its query; our own form sends no Referer.

    A form that has a name (`form_name`) is told from others of its page: `https://www.example.fi/#footer`.
    """
    found = WEB_PAGE.match(request.header("referer") or request.header("origin"))
    page = found[0] if found else f"{app.settings.public_url}/subscribe"
    name = request.field("form_name")
    return f"{page[:150]}#{name}" if FORM_NAME.fullmatch(name) else page
