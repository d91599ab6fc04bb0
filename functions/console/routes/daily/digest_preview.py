"""/console/digests/next and /api/v1/digests/preview: the next digest as one reader would get it. Nothing is sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.whole_mail import whole_mail
from console.wording.language import words
from newsletter.container import app
from newsletter.mail.placeholders import substitute
from newsletter.overview.digest_for_reader import (
    DigestPreview,
    preview_for_choices,
    preview_for_reader,
    read_preview_choices,
)
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import iso, whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.publication.access.roles import Role
from newsletter.readers.choice import Frequency
from newsletter.readers.manage.find import find_by_address, known_id
from newsletter.reports.descriptions import language_name, title_of_digest, topic_label

CHOSEN = ("topics", "language", "frequency")


def show(request: Request, who: Principal) -> Answer:
    """The form, and the digest of the reader or of the choices in the address of the page."""
    return _page(request, who)


def find(request: Request, who: Principal) -> Answer:
    """The digest of the reader with that address, or of the choices. It is posted, so that no address is in a log."""
    given = request.field("address").strip()
    if not given:
        chosen = {"topics": ",".join(request.form.get("topics", ()))}
        chosen |= {name: request.field(name) for name in CHOSEN[1:]}
        return redirect(f"/console/digests/next?{urlencode(chosen)}")
    who.require(Role.SEND)
    try:
        return redirect(f"/console/digests/next?reader={find_by_address(given, app)}")
    except InvalidInput as wrong:
        return _page(request, who, given=given, error=say("Give {what}.", what=wrong.message), status=422)
    except NotFound:
        return _page(request, who, given=given, error=say("Nobody with this address is known here."), status=404)


def show_mail(request: Request, who: Principal) -> Answer:
    """The whole mail, for the frame of the page."""
    found = _found(request)
    if found.mail is None:
        raise NotFound("mail")
    answer = whole_mail(found.mail, found.name if who.may_send else "")
    policy = answer.headers["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    policy = policy.replace("img-src https:", "img-src 'self' https:")
    return answer.with_headers({"Content-Security-Policy": policy})


def preview(request: Request, who: Principal) -> Answer:
    """The same for a program: of an `address`, of a `subscriber`, or of choices."""
    given = request.json_object()
    now = whole_seconds(app.now())
    if given.get("address"):
        who.require(Role.SEND)
    if given.get("address") or given.get("subscriber"):
        reader = find_by_address(given["address"], app) if given.get("address") else known_id(given["subscriber"], app)
        found = preview_for_reader(reader, now, app)
    else:
        chosen = {"topics": " ".join(given.get("topics", ()))} | {name: given.get(name, "") for name in CHOSEN[1:]}
        found = preview_for_choices(read_preview_choices(chosen, app.publication), now, app)
    return json_answer(200, {"digest": _as_json(found, who)})


def _found(request: Request) -> DigestPreview:
    now = whole_seconds(app.now())
    if reader := request.query("reader"):
        return preview_for_reader(known_id(reader, app), now, app)
    chosen = {name: request.query(name) for name in CHOSEN}
    return preview_for_choices(read_preview_choices(chosen, app.publication), now, app)


def _page(request: Request, who: Principal, *, given: str = "", error: str = "", status: int = 200) -> Answer:
    publication = app.templates.publication
    errors: dict[str, str] = {}
    found = None
    asked = {name: request.query(name) for name in ("reader", *CHOSEN)}
    if any(asked.values()) and not error:
        try:
            found = _found(request)
        except InvalidInput as wrong:
            errors, status = {wrong.field: wrong.message}, 422
    return page(
        "digest_next",
        who,
        status=status,
        frames=True,
        found=found,
        title=title_of_digest(found.period) if found and found.period else "",
        subject=_subject(found, who) if found else "",
        frame=f"/console/digests/next/mail?{urlencode({name: value for name, value in asked.items() if value})}",
        chosen=found.choices if found else None,
        reader=asked["reader"],
        given=given[:254],
        error=error,
        errors=errors,
        languages=[(code, language_name(code)) for code in publication.languages],
        frequencies=[each.value for each in Frequency],
        topics=[(topic.key, topic_label(topic.key, publication, words().language)) for topic in publication.topics],
    )


def _subject(found: DigestPreview, who: Principal) -> str:
    if found.mail is None:
        return ""
    return substitute(found.mail.variant.subject, {"name": found.name if who.may_send else ""})


def _as_json(found: DigestPreview, who: Principal) -> dict[str, Any]:
    mail = found.mail
    return {
        "period": found.period,
        "at": iso(found.at) if found.at else None,
        "topics": list(found.choices.topics),
        "language": found.choices.language,
        "frequency": found.choices.frequency.value,
        "why_none": found.why,
        "subject": _subject(found, who),
        "articles": [article.id for article in found.articles],
        "more": [article.id for article in found.more],
        "related": [article.id for article in found.related],
        "html": whole_mail(mail, found.name if who.may_send else "").body if mail else "",
    }
