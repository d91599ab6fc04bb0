"""Pause, resume and cancel a mailing, with buttons of its page and in the API."""

from __future__ import annotations

from console.principal import Principal
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.mailings.control.control_mailing import Control, control_mailing
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.router import View
from newsletter.reports.descriptions import mailing_as_json
from newsletter.reports.words.certificate_words import still_going_out


def endpoint(act: Control) -> View:
    """The view of the API for one control; its answer has the mailing's new status."""

    def view(_request: Request, who: Principal, mailing: str) -> Answer:
        found = control_mailing(act, mailing, app, by=who.name, now=whole_seconds(app.now()))
        note = still_going_out(found.status)
        return json_answer(200, {"mailing": mailing_as_json(found)} | ({"note": note} if note else {}))

    return view


def button(act: Control) -> View:
    """The view for one control's button; it redirects back to the report."""

    def view(_request: Request, who: Principal, mailing: str) -> Answer:
        control_mailing(act, mailing, app, by=who.name, now=whole_seconds(app.now()))
        return redirect(f"/console/mailings/{mailing}")

    return view
