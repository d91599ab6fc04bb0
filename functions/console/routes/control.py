"""Pause, resume and cancel a mailing: buttons of its page, and the same in the API."""

from __future__ import annotations

from console.principal import MayNotSend, Principal
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.descriptions import mailing_as_json, still_going_out
from newsletter.domain.errors import NotFound
from newsletter.domain.times import whole_seconds
from newsletter.http import Answer, json_answer
from newsletter.observability import count
from newsletter.usecases.cancel_mailing import cancel_mailing
from newsletter.usecases.pause_mailing import pause_mailing
from newsletter.usecases.resume_mailing import resume_mailing


def pause(_request: Request, who: Principal, mailing: str) -> Answer:
    """Paused, and how the mailing stands now."""
    _pause(who, mailing)
    return _standing(mailing)


def press_pause(_request: Request, who: Principal, mailing: str) -> Answer:
    """Paused, and back to the page."""
    _pause(who, mailing)
    return redirect(f"/console/mailings/{mailing}")


def resume(_request: Request, who: Principal, mailing: str) -> Answer:
    """Resumed, and how the mailing stands now."""
    _resume(who, mailing)
    return _standing(mailing)


def press_resume(_request: Request, who: Principal, mailing: str) -> Answer:
    """Resumed, and back to the page."""
    _resume(who, mailing)
    return redirect(f"/console/mailings/{mailing}")


def cancel(_request: Request, who: Principal, mailing: str) -> Answer:
    """Cancelled, and how the mailing stands now."""
    _cancel(who, mailing)
    return _standing(mailing)


def press_cancel(_request: Request, who: Principal, mailing: str) -> Answer:
    """Cancelled, and back to the page."""
    _cancel(who, mailing)
    return redirect(f"/console/mailings/{mailing}")


def _pause(who: Principal, mailing: str) -> None:
    _may(who)
    pause_mailing(mailing, app, by=who.name, now=whole_seconds(app.now()))
    count("MailingsPaused")


def _resume(who: Principal, mailing: str) -> None:
    _may(who)
    resume_mailing(mailing, app, by=who.name, now=whole_seconds(app.now()))
    count("MailingsResumed")


def _cancel(who: Principal, mailing: str) -> None:
    _may(who)
    cancel_mailing(mailing, app, by=who.name, now=whole_seconds(app.now()))
    count("MailingsCancelled")


def _may(who: Principal) -> None:
    if not who.may_send:
        raise MayNotSend


def _standing(mailing: str) -> Answer:
    found = app.content.mailing(mailing)
    if found is None:
        raise NotFound(f"mailing {mailing}")
    note = still_going_out(found.course)
    return json_answer(200, {"mailing": mailing_as_json(found)} | ({"note": note} if note else {}))
