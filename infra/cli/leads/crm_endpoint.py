"""`newsletter leads test` and `endpoint`."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict

from cli.faults import Fault
from cli.output import say, when
from newsletter.container import app
from newsletter.leads.manage.crm_words import endpoint_in_words
from newsletter.leads.manage.send_test import send_test
from newsletter.leads.outbox.deliver_events import switch_on
from newsletter.platform.errors import NotFound
from newsletter.platform.times import iso, whole_seconds


def test(*, as_json: bool) -> int:
    """Send the CRM a test event; 1 when it was not taken."""
    try:
        answer = send_test(whole_seconds(app.now()), app)
    except NotFound as nothing:
        raise Fault(str(nothing)) from nothing
    if as_json:
        print(json.dumps(asdict(answer) | {"status": answer.status or None}, ensure_ascii=False, indent=2))
        return 0 if answer.taken else 1
    status = f"HTTP {answer.status}" if answer.status else "no answer"
    many = f", {answer.requests} requests" if answer.requests > 1 else ""
    say(f"{'Taken' if answer.taken else 'Not taken'}: {status} after {answer.seconds:.2f} s ({answer.webhook}{many})")
    if answer.answer:
        say(f"    {answer.answer}")
    if answer.hint:
        say(answer.hint)
    return 0 if answer.taken else 1


def show(*, on: bool, as_json: bool) -> int:
    """How the CRM's endpoint stands, or switch it on; 1 when it is off or rests."""
    now = whole_seconds(app.now())
    if on and not switch_on(now, f"{getpass.getuser()}, at the command line", app):
        raise Fault("the endpoint is not switched off, and it does not rest")
    health, zone = app.crm_endpoint.health(), app.templates.publication.time_zone
    words = endpoint_in_words(health, now, lambda moment: when(moment, zone))
    if as_json:
        found = {
            "state": words.label,
            "off_at": iso(health.off_at) if health.off_at else None,
            "off_why": health.off_why,
            "resting_until": iso(health.resting_until) if health.resting_until else None,
            "failures": health.failures,
            "refusals": health.refusals,
        }
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        say(f"{words.label}. {words.words}")
    return 0 if words.works else 1
