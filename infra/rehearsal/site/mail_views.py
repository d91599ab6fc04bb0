"""The mailbox: every mail that the SES fake took, to read, to let bounce and to let scanners open."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.ses.receiving.answer import reply_address, unsubscribe_as_apple
from rehearsal.site.answers import as_json, json_object
from rehearsal.site.scanner import FORM_TYPE, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rehearsal.ses.message.mail import Mail
    from rehearsal.site.views import PageRoute, Views

# A mail is a stranger's page: no script, no form, no frame; links open in a tab of their own.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src http: https: data:; font-src data:"
)
SHOWN = 100
"""Mails on a page."""
_NEW_TAB = '<base target="_blank">'


def mailbox(views: Views, request: Request) -> Response:
    """The mails, newest first, page by page; those to one address, if asked for."""
    mails, older = _asked_for(views, request, SHOWN)
    to = request.args.get("to", "").strip()
    return views.page("mailbox.html", mails=mails, older=older, to=to, total=len(views.cloud.ses.mailbox))


def mailbox_json(views: Views, request: Request) -> Response:
    """The same for programs: a list, newest first, of all or of at most `limit`.

    The headers say how many there are and where a limited list goes on.
    """
    text = request.args.get("limit", "")
    if text and not (text.isdecimal() and int(text)):
        raise BadRequest(f"limit is {text!r} and must be a whole number from 1 on; without it, the list has every mail")
    mails, older = _asked_for(views, request, int(text) if text else len(views.cloud.ses.mailbox))
    answer = Response(
        _as_list(mails), headers={"cache-control": "no-store"}, content_type="application/json; charset=utf-8"
    )
    answer.headers["x-total-count"] = str(len(views.cloud.ses.mailbox))
    if older:
        answer.headers["link"] = f'<{older}&limit={text}>; rel="next"'
    return answer


def _as_list(mails: Iterable[Mail]) -> Iterator[str]:
    """The JSON of a list, mail by mail: a digest to 50,000 readers is more than half a gigabyte."""
    before = "["
    for mail in mails:
        yield before + json.dumps(_mail_json(mail), ensure_ascii=False)
        before = ",\n"
    yield "[]" if before == "[" else "]"


def _asked_for(views: Views, request: Request, limit: int) -> tuple[tuple[Mail, ...], str]:
    """A page of mails, and where the older ones are (empty: there are none)."""
    to = request.args.get("to", "").strip()
    found = views.cloud.ses.mailbox.page(limit + 1, before=request.args.get("before", ""), to=to)
    mails = found[:limit]
    if len(found) <= limit:
        return mails, ""
    return mails, f"{request.path}?{urlencode({'before': mails[-1].id} | ({'to': to} if to else {}))}"


def mail(views: Views, _request: Request, mail_id: str) -> Response:
    """One mail with everything about it."""
    found = mail_of(views, mail_id)
    apple = unsubscribe_as_apple(found, found.at) is not None
    return views.page("mail.html", mail=found, reply_to=reply_address(found), apple=apple)


def mail_html(views: Views, _request: Request, mail_id: str) -> Response:
    """The HTML body alone, shown in a sandboxed frame."""
    html = mail_of(views, mail_id).html or ""
    # Without a target a link would open inside the frame.
    html, found = re.subn(r"(<head[^>]*>)", rf"\1{_NEW_TAB}", html, count=1, flags=re.IGNORECASE)
    body = html if found else _NEW_TAB + html
    headers = {"content-security-policy": _MAIL_POLICY, "referrer-policy": "no-referrer", "cache-control": "no-store"}
    return Response(body, headers=headers, content_type="text/html; charset=utf-8")


def mail_source(views: Views, _request: Request, mail_id: str) -> Response:
    """The message as it would travel."""
    raw = mail_of(views, mail_id).raw
    return Response(raw, headers={"x-content-type-options": "nosniff"}, content_type="text/plain; charset=utf-8")


def act(views: Views, request: Request, mail_id: str) -> Response:
    """Let something happen to the mail: form field `what`, like bounce."""
    mail_of(views, mail_id)
    try:
        views.cloud.ses.act(mail_id, request.form.get("what", ""))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return redirect(f"/_local/mail/{mail_id}", 303)


def let_scan(views: Views, request: Request, mail_id: str) -> Response:
    """Let a mail scanner open every link of the mail; JSON or form field `press`: and press the button of its offer.

    A browser gets a page of what it did, a program JSON.
    """
    found = mail_of(views, mail_id)
    done = scan(mail_id, found.html or "", views.cloud.url, press=_asks_to_press(request))
    if "text/html" in request.headers.get("accept", ""):
        return views.page("scan.html", mail=found, scan=done)
    return as_json(done.to_json())


def _asks_to_press(request: Request) -> bool:
    # `curl -d '{...}'` says that it sends a form, so what is sent decides.
    if request.mimetype == FORM_TYPE and request.get_data().lstrip()[:1] not in (b"", b"{", b"["):
        return request.form.get("press", "") == "yes"
    options = json_object(request)
    unknown = sorted(options.keys() - {"press"})
    if unknown:
        raise BadRequest(f'{unknown[0]!r} is unknown; the body may be {{"press": true}}.')
    press = options.get("press", False)
    if not isinstance(press, bool):
        raise BadRequest(f"press is {press!r} and must be true or false.")
    return press


def clear(views: Views, _request: Request) -> Response:
    """Empty the mailbox."""
    views.cloud.ses.mailbox.clear()
    return redirect("/_local/mail", 303)


def mail_of(views: Views, mail_id: str) -> Mail:
    """The mail with this id; NotFound where there is none."""
    found = views.cloud.ses.mailbox.get(mail_id)
    if found is None:
        raise NotFound("There is no such mail. The mailbox starts empty each time the local cloud starts.")
    return found


def _mail_json(mail: Mail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "at": mail.at.isoformat(),
        "to": ", ".join(mail.to),
        "from": mail.from_,
        "subject": mail.subject,
        "headers": mail.headers,
        "html": mail.html,
        "text": mail.text,
        "attachments": [asdict(each) for each in mail.content.attachments],
        "tags": mail.tags,
        "events": list(mail.events),
    }


ROUTES: list[PageRoute] = [
    ("GET", "/_local/mail", mailbox),
    ("GET", "/_local/mail.json", mailbox_json),
    ("POST", "/_local/mail/clear", clear),
    ("GET", "/_local/mail/<mail_id>", mail),
    ("GET", "/_local/mail/<mail_id>/html", mail_html),
    ("GET", "/_local/mail/<mail_id>/source", mail_source),
    ("POST", "/_local/mail/<mail_id>/act", act),
    ("POST", "/_local/mail/<mail_id>/scan", let_scan),
]
