"""/subscribe: a filled-in form becomes a mail that asks its reader to confirm, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter import wiring
from newsletter.adapters.addresses import suggestion
from newsletter.domain.errors import InvalidForm
from newsletter.domain.subscriber import SIGN_UP_LIFE, SignUp
from newsletter.http import Answer, json_answer
from newsletter.observability import count
from newsletter.usecases.defend import proven, under_attack, waited
from newsletter.usecases.subscribe import checked, subscribe
from public_site import sign_up_form
from public_site.request import Request
from public_site.responses import page, redirect, script_file
from public_site.sign_up_form import Entry, Typed


def show_form(request: Request) -> Answer:
    """The form, empty, with the page's language chosen for the newsletter too."""
    language = request.language(wiring.templates().publication)
    return sign_up_form.show(request, Typed(language=language), public=True)


def sign_up(request: Request) -> Answer:
    """Keep the sign-up: one answer for every address. 422 with a text at each field that needs mending."""
    request.refuse_other_types()
    typed = sign_up_form.typed_in(request)
    if request.field(sign_up_form.TRAP):
        count("SignUpsTrapped")
        return _asked(request, typed)
    now, desk = wiring.now(), wiring.front_desk()
    entry = sign_up_form.entry_of(request, now)
    if entry.notice and request.wants_json:
        return json_answer(403, {"error": _text(request, typed, "pages.errors.origin")})
    try:
        form = checked(sign_up_form.to_be_checked(typed, request), now, desk)
    except InvalidForm as wrong:
        return _mend(request, typed, entry, wrong.errors)
    if entry.notice:
        return _mend(request, typed, entry, {})
    meant = suggestion(form.email)
    if meant and not typed.kept and not request.wants_json:
        return sign_up_form.show(request, typed, status=422, suggestion=meant)
    if under_attack(now, desk) and not _admitted(request, form):
        return _ask_for_proof(request, typed, form)
    subscribe(form, now, desk, entry.most)
    return _asked(request, typed)


def proof_script(_: Request) -> Answer:
    """The script that solves the challenge of a form in attack mode."""
    return script_file(wiring.templates().script("altcha"))


def _admitted(request: Request, form: SignUp) -> bool:
    """In attack mode: whether the request brings a proof of work, or has waited instead."""
    now, desk = wiring.now(), wiring.front_desk()
    if proven(request.field("altcha"), wiring.proofs(), now, desk):
        return True
    age = wiring.forms().age("wait", request.field("wait"), now, form.email)
    return waited(age, request.network, now, desk)


def _ask_for_proof(request: Request, typed: Typed, form: SignUp) -> Answer:
    count("ProofsAskedFor")
    if not request.wants_json:
        return sign_up_form.wait(request, typed, form.email)
    return json_answer(
        428,
        {
            "error": _text(request, typed, "pages.errors.altcha"),
            "challenge": wiring.proofs().challenge(wiring.now()),
            "how": "Find the number from 0 to maxnumber for which the hex SHA-256 of salt followed by number is"
            " challenge. Send the same request again with the field altcha: Base64 of the JSON"
            ' {"algorithm", "challenge", "number", "salt", "signature"}.',
        },
    )


def _asked(request: Request, typed: Typed) -> Answer:
    if request.wants_json:
        return json_answer(202, {"status": "check_mail", "message": _text(request, typed, "pages.check_mail.lead")})
    if typed.next:
        return redirect(typed.next, 303)
    return page(request, "check_mail", typed.language, days=SIGN_UP_LIFE.days)


def _mend(request: Request, typed: Typed, entry: Entry, errors: Mapping[str, str]) -> Answer:
    if request.wants_json:
        return json_answer(422, {"errors": {field: _text(request, typed, key) for field, key in errors.items()}})
    return sign_up_form.show(request, typed, status=422, errors=errors, notice=entry.notice)


def _text(request: Request, typed: Typed, key: str) -> str:
    language = request.language(wiring.templates().publication, typed.language)
    return wiring.templates().text(key, language)
