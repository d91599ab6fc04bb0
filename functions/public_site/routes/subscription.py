"""/subscribe: the sign-up form. A filled-in form only causes a confirmation mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.container import app
from newsletter.platform.errors import InvalidForm
from newsletter.platform.observability import count
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers.email_address import suggestion
from newsletter.readers.signup.limits_store import BETWEEN_MAILS, MAX_MAILS
from newsletter.readers.signup.subscribe import checked, subscribe
from public_site import sign_up_form
from public_site.admission import admitted
from public_site.request import Request
from public_site.responses import page, redirect, script_file
from public_site.sign_up_form import FormSource, Typed


def show_form(request: Request) -> Answer:
    """The form, with the page's language preselected for the newsletter."""
    return sign_up_form.show(request, sign_up_form.prefilled(request), public=True)


def sign_up(request: Request) -> Answer:
    """Store the sign-up, with the same answer for every address; 422 with an error text at each invalid field."""
    request.refuse_other_types()
    typed = sign_up_form.typed_in(request)
    if request.field(sign_up_form.HONEYPOT):
        count("SignUpsTrapped")
        return _asked(request, typed)
    now = app.now()
    source = sign_up_form.check_source(request, now)
    if source.notice and request.wants_json:
        return json_answer(403, {"error": _text(request, typed, "pages.errors.origin")})
    try:
        form = checked(sign_up_form.to_be_checked(typed, request), now, app)
    except InvalidForm as wrong:
        return _mend(request, typed, source, wrong.errors)
    if source.notice:
        return _mend(request, typed, source, {})
    meant = suggestion(form.email)
    if meant and not typed.kept and not request.wants_json:
        return sign_up_form.show(request, typed, status=422, suggestion=meant)
    if not admitted(request, form.email):
        return sign_up_form.wait(request, typed, form.email)
    subscribe(form, now, app, source.most)
    return _asked(request, typed)


def check_mail(request: Request, language: str = "", *, typed: bool = False) -> Answer:
    """The page after every request for a confirmation mail; its text is true whether or not a mail was sent now.

    `typed`: the reader has just typed the address.
    """
    return page(request, "check_mail", language, typed=typed, **mail_limits())


def mail_limits() -> dict[str, Any]:
    """For the page: how many days the link is valid, and how many mails a mailbox gets in how many minutes."""
    return {
        "days": SIGN_UP_LIFE.days,
        "minutes": int(BETWEEN_MAILS.total_seconds() // 60),
        "mails": MAX_MAILS,
    }


def proof_script(_: Request) -> Answer:
    """The script that solves the proof of work of a form in attack mode."""
    return script_file(app.templates.script("altcha"))


def _asked(request: Request, typed: Typed) -> Answer:
    if request.wants_json:
        return json_answer(202, {"status": "check_mail", "message": _message(request, typed)})
    if typed.next:
        return redirect(typed.next, 303)
    return check_mail(request, typed.language, typed=True)


def _mend(request: Request, typed: Typed, source: FormSource, errors: Mapping[str, str]) -> Answer:
    if request.wants_json:
        return json_answer(422, {"errors": {field: _text(request, typed, key) for field, key in errors.items()}})
    return sign_up_form.show(request, typed, status=422, errors=errors, notice=source.notice)


def _message(request: Request, typed: Typed) -> str:
    """The text of the page check_mail in two sentences: look for the mail, and whom to ask if there is none."""
    address = app.templates.publication.sender.reply_to
    still_missing = _text(request, typed, "pages.check_mail.still_missing", address=address)
    return f"{_text(request, typed, 'pages.check_mail.lead')} {still_missing}"


def _text(request: Request, typed: Typed, key: str, **values: str) -> str:
    language = request.language(app.templates.publication, typed.language)
    return app.templates.text(key, language, **values)
