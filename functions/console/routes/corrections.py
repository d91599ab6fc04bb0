"""What can still be changed of a mailing that is out: where its links lead, and whether the archive shows it."""

from __future__ import annotations

from console.principal import Principal
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.mailings.relink import relink
from newsletter.mailings.take_out import take_out
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import mailing_as_json

SHOWN = {"yes": True, "no": False}


def press_relink(request: Request, who: Principal, mailing: str) -> Answer:
    """The form beside a link; it redirects back to the report."""
    now = whole_seconds(app.now())
    relink(mailing, request.field("old_url"), request.field("new_url").strip(), app, by=who.name, now=now)
    return redirect(f"/console/mailings/{mailing}#brought")


def press_archive(request: Request, who: Principal, mailing: str) -> Answer:
    """The button that takes a mailing out of the archive or puts it back; it redirects back to the report."""
    shown = SHOWN.get(request.field("shown"))
    if shown is None:
        raise InvalidInput("shown", say("yes or no"))
    take_out(mailing, app, shown=shown, by=who.name, now=whole_seconds(app.now()))
    return redirect(f"/console/mailings/{mailing}#sent")


def correct_link(request: Request, who: Principal, mailing: str) -> Answer:
    """The same in the API: `old_url` and `new_url`; the answer says where the link leads now."""
    data = request.json_object()
    old, new = data["old_url"], data["new_url"]
    return json_answer(200, {"url": relink(mailing, old, new, app, by=who.name, now=whole_seconds(app.now()))})


def set_archive(request: Request, who: Principal, mailing: str) -> Answer:
    """The same in the API: `shown`."""
    shown = request.json_object()["shown"]
    found = take_out(mailing, app, shown=shown, by=who.name, now=whole_seconds(app.now()))
    return json_answer(200, {"mailing": mailing_as_json(found)})
