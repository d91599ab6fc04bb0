"""The mailbox: every mail that the SES fake took, to read and to let bounce."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.site.answers import as_json

if TYPE_CHECKING:
    from rehearsal.ses.message.mail import Mail
    from rehearsal.site.views import PageRoute, Views

# A mail is a stranger's page: no script, no form, no frame; links open in a tab of their own.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src http: https: data:; font-src data:"
)
_NEW_TAB = '<base target="_blank">'


def mailbox(views: Views, _request: Request) -> Response:
    """All mails, newest first."""
    return views.page("mailbox.html", mails=views.cloud.ses.mailbox.all())


def mailbox_json(views: Views, _request: Request) -> Response:
    """The same for programs: newest first."""
    return as_json([_mail_json(mail) for mail in views.cloud.ses.mailbox.all()])


def mail(views: Views, _request: Request, mail_id: str) -> Response:
    """One mail with everything about it."""
    return views.page("mail.html", mail=_mail(views, mail_id))


def mail_html(views: Views, _request: Request, mail_id: str) -> Response:
    """The HTML body alone, shown in a sandboxed frame."""
    html = _mail(views, mail_id).html or ""
    # Without a target a link would open inside the frame.
    html, found = re.subn(r"(<head[^>]*>)", rf"\1{_NEW_TAB}", html, count=1, flags=re.IGNORECASE)
    body = html if found else _NEW_TAB + html
    headers = {"content-security-policy": _MAIL_POLICY, "referrer-policy": "no-referrer", "cache-control": "no-store"}
    return Response(body, headers=headers, content_type="text/html; charset=utf-8")


def mail_source(views: Views, _request: Request, mail_id: str) -> Response:
    """The message as it would travel."""
    raw = _mail(views, mail_id).raw
    return Response(raw, headers={"x-content-type-options": "nosniff"}, content_type="text/plain; charset=utf-8")


def act(views: Views, request: Request, mail_id: str) -> Response:
    """Let something happen to the mail: form field `what`, like bounce."""
    _mail(views, mail_id)
    try:
        views.cloud.ses.act(mail_id, request.form.get("what", ""))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return redirect(f"/_local/mail/{mail_id}", 303)


def clear(views: Views, _request: Request) -> Response:
    """Empty the mailbox."""
    views.cloud.ses.mailbox.clear()
    return redirect("/_local/mail", 303)


def _mail(views: Views, mail_id: str) -> Mail:
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
]
