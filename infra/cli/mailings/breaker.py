"""`newsletter breaker show` and `close`."""

from __future__ import annotations

import getpass

from cli.faults import Fault
from cli.output import facts, say, when
from newsletter.container import app
from newsletter.mailings.status import MailingState
from newsletter.platform.times import iso, whole_seconds
from newsletter.publication.sending_limits import BREAKER_VOLUME, Feedback
from newsletter.sending.feedback.circuit_breaker import close_breaker


def show() -> int:
    """Whether the breaker is open, and the rates that open it. Returns 1 when it is open."""
    now, zone = app.now(), app.templates.publication.time_zone
    sending_limits = app.templates.publication.sending_limits
    breaker = app.reputation.breaker()
    if breaker:
        say(f"The breaker is open since {when(breaker.since, zone)} ({zone}): {breaker.reason}.")
    else:
        say("The breaker is closed.")
    day = app.reputation.last_day(now)
    facts(
        {
            "open": breaker is not None,
            "since": iso(breaker.since) if breaker else None,
            "reason": breaker.reason if breaker else "",
            "last_day": {"mails": day.volume, "bounced": day.bounced, "complained": day.complained},
            "limits_per_10000": {"bounced": sending_limits.bounces, "complained": sending_limits.complaints},
        }
    )
    say(f"Mails of the last 24 hours whose fate is known: {day.volume:,}; judged from {BREAKER_VOLUME:,} on")
    say(f"    bounced:      {_rate(day.bounced, day)} (limit {sending_limits.bounces / 100:g} %)")
    say(f"    called spam:  {_rate(day.complained, day)} (limit {sending_limits.complaints / 100:g} %)")
    return 1 if breaker else 0


def close() -> int:
    """Close the breaker, and list the mailings that it holds: a person resumes or cancels each of them."""
    by = f"{getpass.getuser()}, at the command line"
    now = whole_seconds(app.now())
    if not close_breaker(by, app, now=now):
        raise Fault("the breaker is not open")
    say("The breaker is closed; it counts anew from now on.")
    for mailing in app.statuses.unfinished():
        status = app.statuses.status(mailing)
        if status is not None and status.state is MailingState.HELD:
            say(f"{mailing} is held ({status.reason}). Go on: newsletter mailing resume {mailing}")
    return 0


def _rate(number: int, day: Feedback) -> str:
    return f"{number:,} ({number / day.volume:.2%})" if day.volume else "0"
